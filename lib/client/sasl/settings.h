// sasl.* settings, of which sasl.jaas.config holds a part.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/properties.h"
#include "client/sasl/jaas.h"

namespace kt {

class SaslSettings {
 public:
  using Keys = std::initializer_list<std::string_view>;

  /// The properties are to outlive it. Throws a usage error where sasl.jaas.config is wrong.
  explicit SaslSettings(const Properties& properties);

  /// The first of the keys that is set, or that option of sasl.jaas.config; empty where none is.
  std::string get(Keys keys, const std::string& in_jaas = {}) const;

  const std::optional<JaasEntry>& jaas() const { return jaas_; }

  /// A module for another mechanism is a mistake that Java too refuses.
  void require_module(const std::string& mechanism, std::string_view module) const;

 private:
  const Properties& properties_;
  std::optional<JaasEntry> jaas_;
};

}  // namespace kt
