// The MBeans of one JVM: their names, what attributes they have, and the values of these. RMI and
// Jolokia answer the same questions.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "jmx/datum.h"
#include "net/address.h"
#include "net/tls/tls.h"

namespace kt::jmx {

struct AttributeInfo {
  std::string name;
  std::string type;  ///< as the MBean declares it, `java.lang.Object`
  bool readable = true;
};

/// What one MBean is; `error` where it could not be asked.
struct MBeanInfo {
  std::string error;
  std::string class_name;
  std::vector<AttributeInfo> attributes;
};

/// Attributes of one MBean that somebody wants.
struct Wanted {
  std::string mbean;
  std::vector<std::string> attributes;
};

struct Reading {
  std::string attribute;
  Datum value;
  std::string error;  ///< the exception's class and text, where reading it threw one
};

class MBeans {
 public:
  virtual ~MBeans() = default;

  /// The names of all MBeans, as the JVM writes them.
  virtual std::vector<std::string> names() = 0;
  virtual std::vector<MBeanInfo> describe(const std::vector<std::string>& names) = 0;
  /// For each of `wanted` a reading of each attribute, in order.
  virtual std::vector<std::vector<Reading>> read(const std::vector<Wanted>& wanted) = 0;
  /// Until when what is asked next must be answered.
  virtual void set_deadline(Deadline deadline) = 0;
};

struct RmiOptions {
  net::HostPort address;                               ///< of the registry
  std::map<net::HostPort, net::HostPort> address_map;  ///< of a stub's address → the one to dial
  std::string user, password;                          ///< both empty: none
  /// Called once the JVM wants TLS.
  std::function<std::shared_ptr<const net::TlsContext>()> tls;
  bool tls_only = false;  ///< whether a JVM that serves without TLS is refused
  /// Told what happened on the way, for -v.
  std::function<void(std::string_view)> log = [](std::string_view) {};
};

/// Connects by RMI. Throws NetError, or Error where the JVM refuses.
std::unique_ptr<MBeans> connect_rmi(RmiOptions options, Deadline deadline);

/// Where an agent of Jolokia listens.
struct JolokiaUrl {
  bool tls = false;
  net::HostPort address;
  std::string path;  ///< with a slash at both ends

  /// `http://host:8778/jolokia/`, or less: `host`. Throws a usage error that quotes the text.
  static JolokiaUrl parse(std::string_view text);
  /// `http://host:8778`
  std::string origin() const;
  std::string text() const { return origin() + path; }
};

struct JolokiaOptions {
  JolokiaUrl url;
  std::string user, password;  ///< both empty: none
  std::string ca_file;         ///< PEM, for https; empty: those that the system trusts
};

/// Asks an agent of Jolokia; values have no Java class then, the agents do not say it. Connects
/// when something is asked.
std::unique_ptr<MBeans> connect_jolokia(JolokiaOptions options, Deadline deadline);

}  // namespace kt::jmx
