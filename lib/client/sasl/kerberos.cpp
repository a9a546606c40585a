// The exchange of RFC 4752: tokens of GSSAPI there and back, then the broker's offer of layers
// around all that follows, of which none is taken: that is for TLS.
#include "client/sasl/kerberos.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <future>
#include <mutex>

#include "base/background.h"
#include "base/text.h"
#include "net/error.h"

namespace kt {
namespace {

constexpr const char* kNoServerHint =
    "krb5.conf, or the file that KRB5_CONFIG names, says where the realm has it";
constexpr char kNoLayer = 1;      ///< of the layers in the broker's offer
constexpr size_t kOfferSize = 4;  ///< with the largest size of a message in a layer

/// Numbers of the Kerberos protocol and of MIT's library, as a minor status has them.
constexpr int32_t kBase = -1765328384, kNoSuchClient = kBase + 6, kNoSuchServer = kBase + 7,
                  kWrongKey = kBase + 24, kTicketExpired = kBase + 32, kClockSkew = kBase + 37,
                  kNoCaches = kBase + 141, kUnknownRealm = kBase + 154, kNoAnswer = kBase + 156,
                  kNotInKeytab = kBase + 181, kNoCache = kBase + 195, kNoAddress = kBase + 220;

/// A handle or a buffer of the library, given back in the end.
template <class Thing, class... More>
class Held {
 public:
  using Release = gss::Status (*)(gss::Status*, Thing*, More...);

  explicit Held(Release release) : release_(release) {}
  ~Held() {
    gss::Status minor = 0;
    release_(&minor, &thing, More{}...);
  }
  Held(const Held&) = delete;

  Thing thing{};

 private:
  Release release_;
};

gss::Bytes bytes_of(std::string_view text) { return {text.size(), const_cast<char*>(text.data())}; }

std::string text_of(const gss::Bytes& bytes) {
  return {static_cast<const char*>(bytes.value), bytes.length};
}

/// What the library says of a failure: the mechanism's words, which are the nearer ones.
std::string words_of(const gss::Library& library, gss::Status major, gss::Status minor) {
  gss::Status ignored = 0;
  uint32_t more = 0;
  Held<gss::Bytes> text(library.release_buffer);
  bool of_mechanism = minor != 0;
  library.display_status(&ignored, of_mechanism ? minor : major,
                         of_mechanism ? gss::kOfMechanism : gss::kOfLibrary, &gss::kKerberos, &more,
                         &text.thing);
  return text_of(text.thing);
}

/// Where the tickets come from, shared by the exchanges with all brokers.
struct Source {
  const gss::Library& library;
  KerberosLogin login;
  std::string memory_cache{};  ///< of the tickets that the keytab gives
  std::mutex mutex{};          ///< one asks for a ticket, the others find it

  std::string place() const {
    if (!login.keytab.empty()) return "the keytab " + login.keytab;
    return login.cache.empty() ? "the cache of tickets" : "the cache " + login.cache;
  }
};

net::NetError failure(const Source& source, const std::string& server, gss::Status major,
                      gss::Status minor) {
  auto words = words_of(source.library, major, minor);
  auto say = [&](const std::string& message, const std::string& hint) {
    return net::NetError(net::Failure::unauthenticated, message + " (" + words + ')', hint);
  };
  const auto& login = source.login;
  auto code = static_cast<int32_t>(minor);
  auto is = [&](std::initializer_list<int32_t> codes) {
    return std::find(codes.begin(), codes.end(), code) != codes.end();
  };
  auto routine = major & gss::kErrorMask;
  if (is({kNoSuchClient}))
    return say("the Kerberos server does not know " + login.who(),
               "the principal is to be written as its administrator has it, with the realm");
  if (is({kNoSuchServer}))
    return say("the Kerberos server knows no service " + server,
               "sasl.kerberos.service.name, and the name of the host by which the broker is "
               "reached, are to be those in the broker's principal");
  if (is({kWrongKey}))
    return say("the Kerberos server does not take the key in " + source.place(),
               "the keytab is to be made anew: the key was changed after it");
  if (is({kClockSkew}))
    return say("the clock here and the one of the Kerberos server or broker differ too much",
               "set this machine's clock; five minutes are usually let pass");
  if (is({kUnknownRealm, kNoAnswer, kNoAddress}))
    return say("no Kerberos server can be reached", kNoServerHint);
  if (is({kTicketExpired}) || routine == gss::kCredentialsExpired)
    return say("the Kerberos ticket in " + source.place() + " has expired", "kinit gets a new one");
  bool is_missing = is({kNotInKeytab, kNoCache, kNoCaches});
  if (is_missing && !login.keytab.empty())
    return say(fmt::format("{} has no key of {}", source.place(), login.who()),
               "klist -k shows whose keys there are");
  if (is_missing || routine == gss::kNoCredentials)
    return say("there is no Kerberos ticket in " + source.place(),
               "kinit gets one; or keyTab in sasl.jaas.config, sasl.kerberos.keytab");
  return say("Kerberos failed with the service " + server, {});
}

/// One exchange with one broker; a thread of its own may be in it.
class Exchange {
 public:
  Exchange(std::shared_ptr<Source> source, const std::string& host)
      : source_(std::move(source)), server_(source_->login.service + '@' + host) {}

  std::string first() {
    import(server_, gss::kHostService, name_.thing);
    acquire();
    return step({});
  }

  std::string answer(std::string_view challenge) {
    return established_ ? refuse_layers(challenge) : step(challenge);
  }

  bool is_done() const { return done_; }

 private:
  /// Of a function that has left its minor status in minor_.
  void check(gss::Status major) const {
    if ((major & gss::kErrorMask) != 0) throw failure(*source_, server_, major, minor_);
  }

  void import(const std::string& text, const gss::Oid& kind, gss::Handle& name) {
    auto bytes = bytes_of(text);
    check(library_.import_name(&minor_, &bytes, &kind, &name));
  }

  /// Nothing where the user's own ticket will do, which the library finds.
  void acquire() {
    const auto& login = source_->login;
    if (login.keytab.empty() && login.cache.empty() && login.principal.empty()) return;
    Held<gss::Handle> principal(library_.release_name);
    if (!login.principal.empty()) import(login.principal, gss::kUserName, principal.thing);
    std::array<gss::StoreEntry, 2> entries{};
    gss::Store store{0, entries.data()};
    auto keytab = "FILE:" + login.keytab;
    if (!login.keytab.empty()) {
      entries[store.count++] = {"client_keytab", keytab.c_str()};
      entries[store.count++] = {"ccache", source_->memory_cache.c_str()};
    } else if (!login.cache.empty()) {
      entries[store.count++] = {"ccache", login.cache.c_str()};
    }
    // Of one mechanism alone, or the reason of a failure is lost among those of all.
    const gss::OidSet mechanisms{1, &gss::kKerberos};
    std::lock_guard lock(source_->mutex);
    check(library_.acquire_cred_from(&minor_, principal.thing, 0, &mechanisms, gss::kInitiate,
                                     store.count == 0 ? nullptr : &store, &credentials_.thing,
                                     nullptr, nullptr));
  }

  std::string step(std::string_view challenge) {
    constexpr uint32_t kWanted =
        gss::kMutual | gss::kReplayDetection | gss::kSequence | gss::kIntegrity;
    Held<gss::Bytes> token(library_.release_buffer);
    auto input = bytes_of(challenge);
    std::unique_lock lock(source_->mutex);
    auto major = library_.init_sec_context(
        &minor_, credentials_.thing, &context_.thing, name_.thing, &gss::kKerberos, kWanted, 0,
        nullptr, challenge.empty() ? nullptr : &input, nullptr, &token.thing, nullptr, nullptr);
    lock.unlock();
    check(major);
    established_ = (major & gss::kContinueNeeded) == 0;
    return text_of(token.thing);
  }

  std::string refuse_layers(std::string_view challenge) {
    auto input = bytes_of(challenge);
    Held<gss::Bytes> offer(library_.release_buffer), answer(library_.release_buffer);
    check(library_.unwrap(&minor_, context_.thing, &input, &offer.thing, nullptr, nullptr));
    auto layers = text_of(offer.thing);
    if (layers.size() != kOfferSize)
      throw Error("the broker's offer of GSSAPI's layers is wrong", Exit::unreachable);
    if ((layers[0] & kNoLayer) == 0)
      throw Error("the broker insists on a layer of GSSAPI, which Kafka has none of",
                  Exit::unreachable);
    std::string choice{kNoLayer, 0, 0, 0};
    auto chosen = bytes_of(choice);
    check(library_.wrap(&minor_, context_.thing, 0, 0, &chosen, nullptr, &answer.thing));
    done_ = true;
    return text_of(answer.thing);
  }

  std::shared_ptr<Source> source_;
  const gss::Library& library_ = source_->library;
  std::string server_;
  Held<gss::Handle> name_{library_.release_name};
  Held<gss::Handle> credentials_{library_.release_cred};
  Held<gss::Handle, gss::Bytes*> context_{library_.delete_sec_context};
  gss::Status minor_ = 0;
  bool established_ = false, done_ = false;
};

/// The library asks servers for as long as it likes, half a minute where none answers: that is left
/// to itself when the time is over.
class KerberosClient final : public SaslClient {
 public:
  KerberosClient(std::shared_ptr<Exchange> exchange, Deadline deadline)
      : exchange_(std::move(exchange)), deadline_(deadline) {}

  std::string first() override {
    constexpr Milliseconds kLongest = std::chrono::hours(24);
    auto task = std::make_shared<std::packaged_task<std::string()>>(
        [exchange = exchange_] { return exchange->first(); });
    auto token = task->get_future();
    run_in_background([task] { (*task)(); });
    if (token.wait_for(std::min(deadline_.remaining(), kLongest)) != std::future_status::ready)
      throw net::NetError(net::Failure::unauthenticated, "no Kerberos server has answered in time",
                          kNoServerHint);
    return token.get();
  }

  std::string answer(std::string_view challenge) override { return exchange_->answer(challenge); }
  bool is_done() const override { return exchange_->is_done(); }
  bool last_is_answered() const override { return false; }

 private:
  std::shared_ptr<Exchange> exchange_;
  Deadline deadline_;
};

}  // namespace

std::string KerberosLogin::who() const {
  if (!principal.empty()) return "principal " + in_quotes(principal);
  return keytab.empty() ? "the Kerberos ticket" : "the principal of " + keytab;
}

SaslBegin kerberos_clients(const gss::Library& library, const KerberosLogin& login) {
  static std::atomic<int> logins = 0;
  if (!login.keytab.empty() && ::access(login.keytab.c_str(), R_OK) != 0)
    throw Error("the keytab " + login.keytab + " cannot be read: " + std::strerror(errno),
                Exit::usage, "keyTab in sasl.jaas.config, or sasl.kerberos.keytab, names it");
  auto source = std::make_shared<Source>(library, login, fmt::format("MEMORY:kt-{}", ++logins));
  return [source](const std::string& host, Deadline deadline) {
    return std::make_unique<KerberosClient>(std::make_shared<Exchange>(source, host), deadline);
  };
}

}  // namespace kt
