#include "net/digest.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "base/error.h"
#include "net/tls/openssl.h"

namespace kt::net {
namespace {

const EVP_MD* method(Digest kind) {
  load_openssl();
  switch (kind) {
    case Digest::sha1:
      return EVP_sha1();
    case Digest::sha256:
      return EVP_sha256();
    case Digest::sha512:
      break;
  }
  return EVP_sha512();
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

void require(bool done) {
  if (!done) throw Error("OpenSSL cannot make a digest: " + openssl_reason());
}

}  // namespace

std::string digest(Digest kind, std::string_view bytes) {
  std::string out(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  require(EVP_Digest(bytes.data(), bytes.size(), bytes_of(out), &size, method(kind), nullptr) == 1);
  out.resize(size);
  return out;
}

std::string hmac(Digest kind, std::string_view key, std::string_view bytes) {
  std::string out(EVP_MAX_MD_SIZE, '\0');
  size_t size = 0;
  require(EVP_Q_mac(nullptr, "HMAC", nullptr, EVP_MD_get0_name(method(kind)), nullptr,
                    bytes_of(key), key.size(), bytes_of(bytes), bytes.size(), bytes_of(out),
                    out.size(), &size) != nullptr);
  out.resize(size);
  return out;
}

std::string stretched(Digest kind, std::string_view password, std::string_view salt,
                      int iterations) {
  const EVP_MD* hash = method(kind);
  std::string out(static_cast<size_t>(EVP_MD_get_size(hash)), '\0');
  require(PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), bytes_of(salt),
                            static_cast<int>(salt.size()), iterations, hash,
                            static_cast<int>(out.size()), bytes_of(out)) == 1);
  return out;
}

std::string random_bytes(size_t size) {
  load_openssl();
  std::string out(size, '\0');
  require(RAND_bytes(bytes_of(out), static_cast<int>(size)) == 1);
  return out;
}

}  // namespace kt::net
