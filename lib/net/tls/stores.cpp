#include "net/tls/stores.h"

#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "base/error.h"
#include "net/tls/jks.h"
#include "net/tls/openssl.h"

namespace kt::net {
namespace {

// OpenSSL's functions have no address before they are loaded: each is called, none is pointed to.
struct Free {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(PKCS12* store) const { PKCS12_free(store); }
  void operator()(X509_SIG* info) const { X509_SIG_free(info); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

/// What a store holds.
struct Content {
  std::vector<Owned<X509>> certificates;
  Owned<EVP_PKEY> key;
};

Error unusable(const KeyStore& store, const std::string& why, std::string hint = {}) {
  return Error(store.origin + ": " + why, Exit::usage, std::move(hint));
}

Owned<BIO> reader_of(const std::string& bytes) {
  return Owned<BIO>(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

/// Settings hold PEM in one line too, its line ends gone or blanks: each block gets lines again.
std::string with_lines(const std::string& text) {
  constexpr std::string_view kBegin = "-----BEGIN ", kEnd = "-----END ", kDashes = "-----";
  std::string out;
  for (size_t at = 0; (at = text.find(kBegin, at)) != std::string::npos;) {
    size_t body = text.find(kDashes, at + kBegin.size());
    size_t end = body == std::string::npos ? body : text.find(kEnd, body);
    size_t close = end == std::string::npos ? end : text.find(kDashes, end + kEnd.size());
    if (close == std::string::npos) break;
    body += kDashes.size();
    close += kDashes.size();
    auto block = text.substr(at, close - at);
    if (block.find('\n') == std::string::npos) {
      std::string packed;
      for (char c : text.substr(body, end - body))
        if (c != ' ' && c != '\t' && c != '\r') packed += c;
      block = text.substr(at, body - at) + '\n';
      for (size_t i = 0; i < packed.size(); i += 64) block += packed.substr(i, 64) + '\n';
      block += text.substr(end, close - end);
    }
    out += block + '\n';
    at = close;
  }
  return out;
}

/// For OpenSSL, which asks for it where a key is encrypted; -1 where there is none.
int give_password(char* out, int size, int, void* asked) {
  const auto& password = *static_cast<const std::string*>(asked);
  if (password.empty() || password.size() > static_cast<size_t>(size)) return -1;
  std::memcpy(out, password.data(), password.size());
  return static_cast<int>(password.size());
}

Content read_pem(const KeyStore& store) {
  Content content;
  auto text = with_lines(store.bytes);
  auto certificates = reader_of(text);
  while (X509* next = PEM_read_bio_X509(certificates.get(), nullptr, nullptr, nullptr))
    content.certificates.emplace_back(next);
  openssl_reason();
  auto at = text.find("PRIVATE KEY-----");
  if (at != std::string::npos) {
    auto keys = reader_of(text);
    auto password = store.password;
    content.key.reset(PEM_read_bio_PrivateKey(keys.get(), nullptr, give_password, &password));
    auto why = openssl_reason();
    bool encrypted = text.find("ENCRYPTED") != std::string::npos;
    if (!content.key && encrypted && store.password.empty())
      throw unusable(store, "the private key is encrypted, and there is no password for it",
                     "ssl.key.password");
    if (!content.key && encrypted)
      throw unusable(store, "the private key cannot be opened with that password (" + why + ')');
    if (!content.key) throw unusable(store, "the private key cannot be read (" + why + ')');
  }
  return content;
}

Content read_pkcs12(const KeyStore& store) {
  auto in = reader_of(store.bytes);
  Owned<PKCS12> file(d2i_PKCS12_bio(in.get(), nullptr));
  if (!file) {
    openssl_reason();
    throw unusable(store, "this is no PKCS#12 store");
  }
  const char* password = store.password.c_str();
  EVP_PKEY* key = nullptr;
  X509* own = nullptr;
  STACK_OF(X509)* others = nullptr;
  // Old JDKs encrypt with what today only the legacy provider has, the check of the password first.
  bool read = PKCS12_parse(file.get(), password, &key, &own, &others) == 1;
  if (!read && load_legacy_algorithms())
    read = PKCS12_parse(file.get(), password, &key, &own, &others) == 1;
  if (!read)
    throw unusable(store,
                   "the store cannot be opened with that password (" + openssl_reason() + ')',
                   "ssl.truststore.password, ssl.keystore.password");
  openssl_reason();
  Content content;
  content.key.reset(key);
  if (own != nullptr) content.certificates.emplace_back(own);
  for (int i = 0; i < sk_X509_num(others); ++i)
    content.certificates.emplace_back(sk_X509_value(others, i));
  sk_X509_free(others);
  return content;
}

const std::string& key_password(const KeyStore& store) {
  return store.key_password.empty() ? store.password : store.key_password;
}

Owned<X509> certificate_of(const std::string& der) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  return Owned<X509>(d2i_X509(nullptr, &bytes, static_cast<long>(der.size())));
}

Owned<EVP_PKEY> jks_key(const std::string& der, const std::string& password) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  Owned<X509_SIG> info(d2i_X509_SIG(nullptr, &bytes, static_cast<long>(der.size())));
  if (!info) throw Error("the key in it is damaged");
  const X509_ALGOR* algorithm = nullptr;
  const ASN1_OCTET_STRING* wrapped = nullptr;
  X509_SIG_get0(info.get(), &algorithm, &wrapped);
  auto plain = open_jks_key({reinterpret_cast<const char*>(ASN1_STRING_get0_data(wrapped)),
                             static_cast<size_t>(ASN1_STRING_length(wrapped))},
                            password);
  bytes = reinterpret_cast<const unsigned char*>(plain.data());
  return Owned<EVP_PKEY>(d2i_AutoPrivateKey(nullptr, &bytes, static_cast<long>(plain.size())));
}

Content read_jks(const KeyStore& store) try {
  Content content;
  for (const auto& entry : parse_jks(store.bytes, store.password)) {
    if (!entry.protected_key.empty() && !content.key)
      content.key = jks_key(entry.protected_key, key_password(store));
    for (const auto& der : entry.certificates)
      if (auto certificate = certificate_of(der))
        content.certificates.push_back(std::move(certificate));
  }
  openssl_reason();
  return content;
} catch (const Error& error) {
  throw unusable(store, error.message(), error.hint());
}

Content read(const KeyStore& store) {
  switch (store.type) {
    case KeyStore::Type::pkcs12:
      return read_pkcs12(store);
    case KeyStore::Type::jks:
      return read_jks(store);
    case KeyStore::Type::pem:
      break;
  }
  return read_pem(store);
}

}  // namespace

void add_trust(ssl_ctx_st* context, const KeyStore& store) {
  auto content = read(store);
  if (content.certificates.empty()) throw unusable(store, "there is no certificate in it");
  for (const auto& certificate : content.certificates)
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate.get());
}

CertificateFacts set_identity(ssl_ctx_st* context, const std::vector<KeyStore>& stores) {
  Content all;
  for (const auto& store : stores) {
    auto content = read(store);
    if (content.key) all.key = std::move(content.key);
    for (auto& certificate : content.certificates)
      all.certificates.push_back(std::move(certificate));
  }
  const auto& store = stores.front();
  if (!all.key)
    throw unusable(store, "there is no private key for the client certificate",
                   "ssl.keystore.key or ssl.key.location");
  // The one that the key belongs to stands first; what signed it follows.
  auto own = std::find_if(all.certificates.begin(), all.certificates.end(), [&](const auto& each) {
    return X509_check_private_key(each.get(), all.key.get()) == 1;
  });
  openssl_reason();
  if (all.certificates.empty())
    throw unusable(store, "there is no certificate for the private key",
                   "ssl.keystore.certificate.chain or ssl.certificate.location");
  if (own == all.certificates.end())
    throw unusable(store, "the private key belongs to none of the certificates");
  if (SSL_CTX_use_certificate(context, own->get()) != 1 ||
      SSL_CTX_use_PrivateKey(context, all.key.get()) != 1)
    throw unusable(store, "the certificate cannot be used: " + openssl_reason());
  for (const auto& certificate : all.certificates)
    if (certificate != *own) SSL_CTX_add1_chain_cert(context, certificate.get());
  return facts_of(own->get());
}

}  // namespace kt::net
