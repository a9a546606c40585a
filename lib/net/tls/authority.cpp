#include "net/tls/authority.h"

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

#include "base/error.h"
#include "net/digest.h"
#include "net/tls/openssl.h"

namespace kt::net {
namespace {

constexpr long kDaySeconds = 24L * 3600;

// OpenSSL's functions have no address before they are loaded: each is called, none is pointed to.
struct Free {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Certificate = std::unique_ptr<X509, Free>;
using Key = std::unique_ptr<EVP_PKEY, Free>;

template <class Write>
std::string pem(const Write& write) {
  BIO* out = BIO_new(BIO_s_mem());
  write(out);
  char* text = nullptr;
  auto size = BIO_get_mem_data(out, &text);
  std::string copy(text, static_cast<size_t>(size));
  BIO_free(out);
  return copy;
}

std::string pem_of(X509* certificate) {
  return pem([&](BIO* out) { PEM_write_bio_X509(out, certificate); });
}

void extend(X509* certificate, X509V3_CTX* context, int which, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, context, which, value.c_str());
  if (extension == nullptr) throw Error("cannot make a certificate: " + openssl_reason());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

std::string alternative_names(const std::vector<std::string>& names) {
  std::string list;
  unsigned char bytes[16];
  for (const auto& name : names) {
    bool is_address = inet_pton(AF_INET, name.c_str(), bytes) == 1 ||
                      inet_pton(AF_INET6, name.c_str(), bytes) == 1;
    list += (list.empty() ? "" : ",") + std::string(is_address ? "IP:" : "DNS:") + name;
  }
  return list;
}

/// Unsigned; the issuer is its own unless there is one.
Certificate draft(const Authority::Wanted& wanted, EVP_PKEY* key, X509* issuer) {
  Certificate made(X509_new());
  auto* certificate = made.get();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER* serial = X509_get_serialNumber(certificate);
  uint64_t number = 0;
  for (char c : random_bytes(7)) number = number << 8 | static_cast<unsigned char>(c);
  ASN1_INTEGER_set_uint64(serial, number);
  X509_gmtime_adj(X509_getm_notBefore(certificate), wanted.from_days * kDaySeconds);
  X509_gmtime_adj(X509_getm_notAfter(certificate), wanted.until_days * kDaySeconds);
  auto* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(wanted.common_name.c_str()), -1,
                             -1, 0);
  X509_set_issuer_name(certificate, X509_get_subject_name(issuer ? issuer : certificate));
  X509_set_pubkey(certificate, key);
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer ? issuer : certificate, certificate, nullptr, nullptr, 0);
  extend(certificate, &context, NID_basic_constraints,
         issuer ? "critical,CA:FALSE" : "critical,CA:TRUE");
  if (!wanted.names.empty())
    extend(certificate, &context, NID_subject_alt_name, alternative_names(wanted.names));
  return made;
}

}  // namespace

struct Authority::Keys {
  Key key;
  Certificate certificate;
};

Authority::Authority(const std::string& name) : keys_(std::make_unique<Keys>()) {
  load_openssl();
  keys_->key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  keys_->certificate = draft({.common_name = name, .until_days = 3650}, keys_->key.get(), nullptr);
  X509_sign(keys_->certificate.get(), keys_->key.get(), EVP_sha256());
  certificate_ = pem_of(keys_->certificate.get());
}

Authority::~Authority() = default;

Identity Authority::issue(const Wanted& wanted) const {
  Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  auto certificate = draft(wanted, key.get(), keys_->certificate.get());
  X509_sign(certificate.get(), keys_->key.get(), EVP_sha256());
  return {pem_of(certificate.get()), pem([&](BIO* out) {
            PEM_write_bio_PKCS8PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          })};
}

}  // namespace kt::net
