// MBeans by RMI: the registry gives the stub of JMX's server, this the stub of a connection, and on
// that connection everything is asked, many calls ahead of their answers.
#include <algorithm>
#include <unordered_map>

#include "jmx/mbeans.h"
#include "jmx/rmi.h"
#include "net/error.h"

namespace kt::jmx {
namespace {

constexpr int32_t kLookup = 2;
constexpr uint64_t kRegistryHash = 0x44154DC9D4E63BDF;
constexpr uint64_t kNewClient = 0xF0E074EAAD0CAEA8;
constexpr uint64_t kGetAttribute = 0xF0E0500A394D7215;
constexpr uint64_t kGetAttributes = 0x5739D96A8B235C47;
constexpr uint64_t kQueryNames = 0x7F0473ACB73677DA;
constexpr uint64_t kGetMBeanInfo = 0x993CD0F9B9817AF6;
constexpr uint64_t kClose = 0xBE2E5BC7809D0DCC;
/// How long a stub's own address is tried before the one that answered is.
constexpr Milliseconds kStubPatience{3'000};

bool is_loopback(const std::string& host) {
  return host.starts_with("127.") || host == "localhost" || host == "::1" || host == "0.0.0.0";
}

class RmiMBeans : public MBeans {
 public:
  RmiMBeans(RmiOptions options, Deadline deadline)
      : options_(std::move(options)), deadline_(deadline) {
    connect();
  }

  ~RmiMBeans() override {
    try {
      if (connection_)
        connection_->call_and_leave(object_id_, {-1, kClose, {}}, Deadline(Milliseconds(1'000)));
    } catch (const std::exception&) {
      // It was going away in any case.
    }
  }
  RmiMBeans(const RmiMBeans&) = delete;
  RmiMBeans& operator=(const RmiMBeans&) = delete;

  void set_deadline(Deadline deadline) override { deadline_ = deadline; }

  std::vector<std::string> names() override {
    auto replies = call({{-1, kQueryNames, null_argument() + null_argument() + null_argument()}});
    if (replies[0].failed) throw Error(where() + exception_text(replies[0].message->value));
    std::vector<std::string> names;
    if (const auto* set = object_of(replies[0].message->value))
      for (const auto& one : set->written_values())
        if (const auto* name = object_of(one); name && name->is_a("javax.management.ObjectName"))
          for (const auto& text : name->written_values()) names.emplace_back(text_of(text));
    std::sort(names.begin(), names.end());
    return names;
  }

  std::vector<MBeanInfo> describe(const std::vector<std::string>& names) override {
    std::vector<Call> calls;
    for (const auto& name : names)
      calls.push_back({-1, kGetMBeanInfo, object_name_argument(name) + null_argument()});
    std::vector<MBeanInfo> all;
    for (const auto& reply : call(calls)) all.push_back(described(reply));
    return all;
  }

  std::vector<std::vector<Reading>> read(const std::vector<Wanted>& wanted) override {
    std::vector<Call> calls;
    for (const auto& one : wanted)
      calls.push_back(
          {-1, kGetAttributes,
           object_name_argument(one.mbean) + texts_argument(one.attributes) + null_argument()});
    auto replies = call(calls);
    std::vector<std::vector<Reading>> all;
    // An attribute that throws is left out of the list: asked alone, it says why.
    std::vector<Reading*> missing;
    std::vector<Call> again;
    for (size_t i = 0; i < wanted.size(); ++i) all.push_back(readings(wanted[i], replies[i]));
    for (size_t i = 0; i < wanted.size(); ++i)
      for (auto& reading : all[i])
        if (reading.error == kMissing) {
          missing.push_back(&reading);
          again.push_back({-1, kGetAttribute,
                           object_name_argument(wanted[i].mbean) +
                               text_argument(reading.attribute) + null_argument()});
        }
    if (again.empty()) return all;
    replies = call(again);
    for (size_t i = 0; i < missing.size(); ++i) {
      missing[i]->error = replies[i].failed ? exception_text(replies[i].message->value) : "";
      if (!replies[i].failed) take(*missing[i], replies[i].message->value);
    }
    return all;
  }

 private:
  static constexpr const char* kMissing = "missing";

  std::string where() const { return options_.address.to_string() + ": "; }

  /// Takes a value; one that cannot be told is an error of its own.
  static void take(Reading& reading, const JavaValue& value) {
    try {
      reading.value = datum_of(value);
    } catch (const DecodeError& error) {
      reading.error = error.message();
    }
  }

  static std::vector<Reading> readings(const Wanted& wanted, const Reply& reply) {
    std::vector<Reading> all;
    std::unordered_map<std::string_view, JavaValue> found;
    std::string error = kMissing;
    if (reply.failed) {
      error = exception_text(reply.message->value);
    } else if (const auto* list = object_of(reply.message->value)) {
      for (const auto& one : list->written_values())
        if (const auto* attribute = object_of(one))
          found[text_of(attribute->field("name"))] = attribute->field("value");
    }
    for (const auto& name : wanted.attributes) {
      auto& reading = all.emplace_back();
      reading.attribute = name;
      if (auto value = found.find(name); value != found.end())
        take(reading, value->second);
      else
        reading.error = error;
    }
    return all;
  }

  static MBeanInfo described(const Reply& reply) {
    MBeanInfo info;
    if (reply.failed) {
      info.error = exception_text(reply.message->value);
      return info;
    }
    const auto* object = object_of(reply.message->value);
    if (!object) throw DecodeError("an MBean without a description");
    info.class_name = std::string(text_of(object->field("className")));
    const auto* attributes = object_of(object->field("attributes"));
    if (!attributes) return info;
    for (const auto& element : attributes->elements) {
      const auto* attribute = object_of(element);
      if (!attribute) continue;
      auto readable = attribute->field("isRead");
      const auto* flag = std::get_if<bool>(&readable);
      info.attributes.push_back({std::string(text_of(attribute->field("name"))),
                                 std::string(text_of(attribute->field("attributeType"))),
                                 !flag || *flag});
    }
    return info;
  }

  /// Whether the JVM has thrown our connection away, as it does when it was idle for some minutes.
  static bool is_forgotten(const std::vector<Reply>& replies) {
    if (replies.empty() || !replies.front().failed) return false;
    const auto* exception = object_of(replies.front().message->value);
    return exception && exception->is_a("java.rmi.NoSuchObjectException");
  }

  std::vector<Reply> call(const std::vector<Call>& calls) {
    try {
      auto replies = connection_->call(object_id_, calls, deadline_);
      if (!is_forgotten(replies)) return replies;
      connect();
      return connection_->call(object_id_, calls, deadline_);
    } catch (const DecodeError& error) {
      throw Error(where() + error.message());
    }
  }

  std::unique_ptr<RmiConnection> open(const net::HostPort& address, bool tls, Deadline deadline) {
    if (tls && !tls_) tls_ = options_.tls();
    return std::make_unique<RmiConnection>(address, tls ? tls_.get() : nullptr, deadline);
  }

  /// A registry seldom speaks TLS, and nothing says whether it does.
  std::unique_ptr<RmiConnection> open_registry() {
    try {
      return open(options_.address, false, deadline_);
    } catch (const net::NetError& plain) {
      if (plain.failure() != net::Failure::tls && plain.failure() != net::Failure::closed) throw;
      try {
        return open(options_.address, true, deadline_);
      } catch (const net::NetError& error) {
        if (plain.failure() == net::Failure::tls || error.failure() == net::Failure::tls) throw;
      }
      throw;
    }
  }

  /// The stub's address where it can be reached, else its port on the host that answered.
  std::unique_ptr<RmiConnection> dial(const RemoteObject& stub) {
    const auto& advertised = stub.address;
    if (auto mapped = options_.address_map.find(advertised); mapped != options_.address_map.end())
      return open(mapped->second, stub.tls, deadline_);
    net::HostPort beside{options_.address.host, advertised.port};
    // A JVM that takes itself for localhost: from elsewhere that would be another machine.
    if (advertised == beside ||
        (is_loopback(advertised.host) && !is_loopback(options_.address.host)))
      return open(beside, stub.tls, deadline_);
    try {
      return open(advertised, stub.tls, deadline_.sooner(kStubPatience));
    } catch (const net::NetError& error) {
      if (error.failure() == net::Failure::tls) throw;
      options_.log("the stub's address " + advertised.to_string() + " cannot be used (" +
                   error.message() + "), " + beside.to_string() + " is tried");
      try {
        return open(beside, stub.tls, deadline_);
      } catch (const net::NetError&) {
        throw net::NetError(error.failure(),
                            where() + "JMX is served at " + advertised.to_string() +
                                ", which cannot be reached: " + error.message(),
                            "--map " + advertised.to_string() + "=HOST:PORT gives another address");
      }
    }
  }

  RemoteObject stub_in(const Reply& reply) {
    if (reply.failed) {
      auto text = exception_text(reply.message->value);
      if (text.starts_with("java.lang.SecurityException"))
        throw Error(where() + text, Exit::unreachable,
                    "-X jmx.user=NAME -X jmx.password=file:PATH say who asks");
      throw Error(where() + text);
    }
    auto stub = remote_object_of(*reply.message);
    if (options_.tls_only && !stub.tls)
      throw Error(where() + "JMX is served without TLS, and jmx.ssl asks for it",
                  Exit::unreachable);
    return stub;
  }

  void connect() {
    try {
      auto server = stub_in(open_registry()->call(
          registry_id(), {{kLookup, kRegistryHash, text_argument("jmxrmi")}}, deadline_)[0]);
      auto connection = dial(server);
      auto credentials = options_.user.empty() && options_.password.empty()
                             ? null_argument()
                             : texts_argument({options_.user, options_.password});
      auto stub =
          stub_in(connection->call(server.id, {{-1, kNewClient, credentials}}, deadline_)[0]);
      object_id_ = stub.id;
      connection_ = stub.address == server.address ? std::move(connection) : dial(stub);
    } catch (const DecodeError& error) {
      throw Error(where() + error.message());
    }
  }

  RmiOptions options_;
  Deadline deadline_;
  std::shared_ptr<const net::TlsContext> tls_;
  std::unique_ptr<RmiConnection> connection_;
  std::string object_id_;
};

}  // namespace

std::unique_ptr<MBeans> connect_rmi(RmiOptions options, Deadline deadline) {
  return std::make_unique<RmiMBeans>(std::move(options), deadline);
}

}  // namespace kt::jmx
