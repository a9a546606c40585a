#include "user/mechanisms.h"

#include "base/error.h"
#include "base/text.h"

namespace kt {

void parse_value(std::string_view text, ScramMechanism& mechanism) {
  auto parsed = parse_scram_mechanism(text);
  if (!parsed)
    throw Error(in_quotes(text) + " is no SCRAM mechanism", Exit::usage,
                "SCRAM-SHA-256 or SCRAM-SHA-512");
  mechanism = *parsed;
}

Argument mechanism_argument(std::string_view help, std::vector<ScramMechanism>* mechanisms) {
  return {"--mechanism", "NAME", help, mechanisms};
}

std::vector<ScramMechanism> or_both(const std::vector<ScramMechanism>& mechanisms) {
  if (!mechanisms.empty()) return mechanisms;
  return {ScramMechanism::sha256, ScramMechanism::sha512};
}

}  // namespace kt
