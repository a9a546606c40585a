#include "net/tls/tls.h"

#include <openssl/ssl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>

#include "base/text.h"
#include "base/time.h"
#include "net/error.h"
#include "net/tls/openssl.h"
#include "net/tls/stores.h"
#include "net/tls/stream.h"

namespace kt::net {

struct TlsContext::Shared {
  SSL_CTX* context = nullptr;
  std::string own_subject, java_subject, trusted;
  std::atomic<bool> certificate_asked = false;
  std::mutex mutex;
  std::set<std::string> warned;

  ~Shared() {
    if (context != nullptr) SSL_CTX_free(context);
  }
};

namespace {

constexpr size_t kReadBufferBytes = 128 << 10;

TlsStream& stream_of(SSL* ssl) { return *static_cast<TlsStream*>(SSL_get_app_data(ssl)); }

int on_certificate(int good, X509_STORE_CTX* chain) {
  auto* ssl =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto& seen = stream_of(ssl).observed();
  if (auto* leaf = X509_STORE_CTX_get0_cert(chain); leaf != nullptr && !seen.leaf)
    seen.leaf = facts_of(leaf);
  if (good == 0) {
    seen.verify_code = X509_STORE_CTX_get_error(chain);
    if (auto* current = X509_STORE_CTX_get_current_cert(chain)) seen.at_fault = facts_of(current);
  }
  return good;
}

int on_certificate_asked(SSL* ssl, void*) {
  stream_of(ssl).observed().certificate_asked = true;
  return 1;
}

int version_number(const std::string& name) {
  if (name == "TLSv1.3") return TLS1_3_VERSION;
  if (name == "TLSv1.2") return TLS1_2_VERSION;
  throw Error(in_quotes(name) + " is no version of TLS that is spoken here", Exit::usage,
              "ssl.enabled.protocols: TLSv1.2, TLSv1.3");
}

/// By the standard's names all are meant that are named, as Java has it; OpenSSL's names are of
/// TLS 1.2 alone and leave those of 1.3 as they are.
void set_ciphers(SSL_CTX* context, const std::string& names) {
  auto refuse = [](const std::string& which) {
    throw Error("ssl.cipher.suites: OpenSSL knows no " + in_quotes(which), Exit::usage);
  };
  std::string older, newer;
  auto add = [](std::string& list, const std::string& name) {
    list += (list.empty() ? "" : ":") + name;
  };
  bool standard = false;
  std::string separated = names;
  std::replace(separated.begin(), separated.end(), ',', ':');
  for (auto piece : split(separated, ':')) {
    std::string name(trim(piece));
    bool is_new = name.starts_with("TLS_AES_") || name.starts_with("TLS_CHACHA20_");
    standard |= name.starts_with("TLS_");
    if (is_new)
      add(newer, name);
    else if (!name.starts_with("TLS_"))
      add(older, name);
    else if (std::string known = OPENSSL_cipher_name(name.c_str()); known != "(NONE)")
      add(older, known);
    else
      refuse(name);
  }
  if (!older.empty() && SSL_CTX_set_cipher_list(context, older.c_str()) != 1) refuse(older);
  if (!newer.empty() && SSL_CTX_set_ciphersuites(context, newer.c_str()) != 1) refuse(newer);
  if (standard && newer.empty()) SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
  if (standard && older.empty()) SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
}

void set_versions(SSL_CTX* context, const TlsOptions& options) {
  SSL_CTX_set_min_proto_version(context, options.lowest_version.empty()
                                             ? TLS1_2_VERSION
                                             : version_number(options.lowest_version));
  if (!options.highest_version.empty())
    SSL_CTX_set_max_proto_version(context, version_number(options.highest_version));
}

/// The system's certificates, in words. What is linked statically looks where Debian keeps them.
std::string trust_system(SSL_CTX* context) {
  SSL_CTX_set_default_verify_paths(context);
  constexpr const char* kElsewhere[] = {"/etc/pki/tls/certs/ca-bundle.crt",
                                        "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"};
  if (::access("/etc/ssl/certs", R_OK) != 0)
    for (const char* file : kElsewhere)
      if (SSL_CTX_load_verify_file(context, file) == 1) break;
  openssl_reason();
  return "the system's store of CAs alone";
}

std::string trust(SSL_CTX* context, const TlsOptions& options) {
  if (options.trust.empty() && options.trust_directory.empty()) return trust_system(context);
  std::vector<std::string> trusted;
  for (const auto& store : options.trust) {
    add_trust(context, store);
    trusted.push_back("what is in " + store.origin);
  }
  if (!options.trust_directory.empty()) {
    SSL_CTX_load_verify_dir(context, options.trust_directory.c_str());
    trusted.push_back("what is in " + options.trust_directory);
  }
  return join(trusted, " and ");
}

}  // namespace

TlsContext::TlsContext(TlsOptions options)
    : options_(std::move(options)), shared_(std::make_unique<Shared>()) {
  load_openssl();
  auto* context = shared_->context = SSL_CTX_new(TLS_client_method());
  set_versions(context, options_);
  if (!options_.ciphers.empty()) set_ciphers(context, options_.ciphers);
  shared_->trusted = trust(context, options_);
  if (!options_.identity.empty()) {
    auto own = set_identity(context, options_.identity);
    shared_->own_subject = own.subject;
    shared_->java_subject = own.java_subject;
    auto soon = own.about_to_expire(Clock::system().wall_ms());
    if (!soon.empty()) warn_once("the client certificate " + in_quotes(own.subject) + ' ' + soon);
  }
  SSL_CTX_set_verify(context, options_.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, on_certificate);
  SSL_CTX_set_cert_cb(context, on_certificate_asked, nullptr);
  SSL_CTX_set_mode(context, SSL_MODE_AUTO_RETRY);
  // Many records by each system call.
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_default_read_buffer_len(context, kReadBufferBytes);
}

TlsContext::~TlsContext() = default;

void TlsContext::warn_once(const std::string& text) const {
  {
    std::lock_guard lock(shared_->mutex);
    if (!shared_->warned.insert(text).second) return;
  }
  if (options_.warn) options_.warn(text);
}

std::unique_ptr<TlsStream> TlsContext::shake_hands(std::unique_ptr<Transport> plain,
                                                   const std::string& host,
                                                   Deadline deadline) const {
  Handshake known;
  known.peer = plain->peer();
  known.host = host;
  known.own_subject = shared_->own_subject;
  known.trusted = shared_->trusted;
  auto stream = std::make_unique<TlsStream>(shared_->context, std::move(plain), std::move(known),
                                            options_.check_host_name && options_.verify);
  stream->shake_hands(deadline);
  if (stream->handshake().certificate_asked) shared_->certificate_asked = true;
  if (const auto& leaf = stream->handshake().leaf) {
    auto soon = leaf->about_to_expire(Clock::system().wall_ms());
    if (!soon.empty())
      warn_once("the certificate " + in_quotes(leaf->subject) + " of " + host + ' ' + soon);
  }
  return stream;
}

std::unique_ptr<Transport> TlsContext::secure(std::unique_ptr<Transport> plain,
                                              const std::string& host, Deadline deadline) const {
  return shake_hands(std::move(plain), host, deadline);
}

std::string TlsContext::try_out(std::unique_ptr<Transport> plain, const std::string& host,
                                Deadline deadline) const {
  auto stream = shake_hands(std::move(plain), host, deadline);
  auto leaf = stream->handshake().leaf.value_or(CertificateFacts{});
  return stream->version() + ", certificate " + in_quotes(leaf.subject) + " until " +
         format_utc(leaf.not_after_ms).substr(0, 10);
}

std::string TlsContext::known_as() const {
  return shared_->certificate_asked ? shared_->java_subject : "";
}

x509_store_st* new_trust_store(const TlsOptions& options) {
  load_openssl();
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context(SSL_CTX_new(TLS_client_method()),
                                                       [](SSL_CTX* each) { SSL_CTX_free(each); });
  trust(context.get(), options);
  auto* store = SSL_CTX_get_cert_store(context.get());
  X509_STORE_up_ref(store);
  return store;
}

bool speaks_tls(Transport& plain, Deadline deadline) {
  // The shortest ClientHello: TLS 1.2 with one cipher that every server has heard of.
  using namespace std::string_literals;
  const auto bytes =
      "\x16\x03\x01\0\x2d\x01\0\0\x29\x03\x03"s + std::string(33, '\0') + "\0\x02\xc0\x2f\x01\0"s;
  constexpr char kAlert = 0x15, kHandshake = 0x16, kVersion3 = 0x03;
  std::string_view hello = bytes;
  char answer[2];
  try {
    plain.write_all({&hello, 1}, deadline);
    size_t got = plain.read_some(answer, sizeof answer, deadline);
    return got == sizeof answer && (answer[0] == kAlert || answer[0] == kHandshake) &&
           answer[1] == kVersion3;
  } catch (const NetError&) {
    return false;
  }
}

}  // namespace kt::net
