// What the commands of `kt quota` share: quotas by names that people use, values with units. Kept
// and changed as settings (client/admin_configs.h), which `kt config` shows by Kafka's names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/argument.h"
#include "cli/context.h"
#include "client/admin_configs.h"

namespace kt {

/// A word that names who is limited: `user/alice`, `client/app`, `user/alice,client/app`,
/// `ip/10.0.0.1`; without a name the default of all such. Throws a usage error for anything else.
ConfigResource parse_limited(const std::string& word);

/// `produce-rate=10MB`, by either name, as Kafka takes it; `produce-rate` alone removes it. Throws
/// a usage error for what is no quota, or none of such a thing.
ConfigChange parse_quota(const std::string& word, const ConfigResource& resource);
ConfigChange parse_quota_name(const std::string& word, const ConfigResource& resource);

/// `produce-rate` of `producer_byte_rate`; other settings as they are.
std::string quota_name(const std::string& setting);
/// `10MB/s` of `10000000`, `50%`, `5/s`.
std::string limit_text(const std::string& setting, const std::string& value);

/// What `set` and `unset` do: a change for each word after the resource.
class QuotaChange : public Invocation {
 protected:
  using Parse = ConfigChange (*)(const std::string& word, const ConfigResource& resource);
  QuotaChange(Parse parse, std::string_view spec, std::string_view help)
      : parse_(parse), spec_(spec), help_(help) {}

 private:
  std::vector<Argument> arguments() override;
  Exit run(Context& context) override;

  Parse parse_;
  std::string_view spec_, help_;
  std::string resource_;
  std::vector<std::string> words_;
};
inline const Schema kQuotaChanges = {
    "quotas",
    {{"resource", "RESOURCE", Kind::text, "Who is limited"},
     {"quota", "QUOTA", Kind::text, "Name of the quota"},
     {"setting", "", Kind::text, "Kafka's name of it"},
     {"before", "BEFORE", Kind::text, "The limit before; null where there was none"},
     {"after", "AFTER", Kind::text, "The limit now; null where there is none"},
     {"result", "RESULT", Kind::text, "changed or would be changed"}}};

}  // namespace kt
