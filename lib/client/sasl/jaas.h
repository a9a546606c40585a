// The text of sasl.jaas.config: `MODULE required KEY="VALUE" ... ;`, as Java's parser takes it.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace kt {

struct JaasEntry {
  std::string module;  ///< org.apache.kafka.common.security.plain.PlainLoginModule
  std::map<std::string, std::string> options;

  /// `PlainLoginModule`
  std::string_view short_module() const;
  /// Empty where it is not there.
  std::string option(const std::string& key) const;
};

/// Throws a usage error that says what is missing, and no value: values are secrets.
JaasEntry parse_jaas(std::string_view text);

}  // namespace kt
