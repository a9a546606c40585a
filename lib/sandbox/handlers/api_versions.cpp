// What the imitated release speaks.
#include "protocol/msg/api_versions.h"

#include <algorithm>

#include "protocol/msg/produce.h"
#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

/// Letters and digits, with dots and dashes inside.
bool is_software_name(const std::string& name) {
  auto is_letter_or_digit = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !name.empty() && is_letter_or_digit(name.front()) && is_letter_or_digit(name.back()) &&
         std::ranges::all_of(name,
                             [&](char c) { return is_letter_or_digit(c) || c == '.' || c == '-'; });
}

msg::ApiVersionsResponse handle(Call& call, const msg::ApiVersionsRequest& request) {
  msg::ApiVersionsResponse response;
  bool named = is_software_name(request.client_software_name) &&
               is_software_name(request.client_software_version);
  if (call.version >= 3 && !named) {
    response.error_code = number(ErrorCode::invalid_request);
    return response;
  }
  for (const Handler& handler : all_handlers()) {
    auto range = call.cluster.release().range(*handler.api);
    if (!range) continue;
    // Old librdkafka takes a first version above 0 for a broker without Produce, so 4.x names one
    // that it refuses.
    bool is_produce = handler.api == &msg::ProduceRequest::api();
    response.api_keys.push_back({.api_key = handler.api->key,
                                 .min_version = is_produce ? int16_t{0} : range->first,
                                 .max_version = range->last});
  }
  std::ranges::sort(response.api_keys, {}, &msg::ApiVersionsResponse::ApiKey::api_key);
  if (call.version < 3) return response;
  constexpr int16_t kFirstWithLevelZero = 4;  // before, clients took a first level 0 for an error
  for (const Feature& feature : call.cluster.features()) {
    if (feature.min_level > 0 || call.version >= kFirstWithLevelZero)
      response.supported_features.push_back({.name = feature.name,
                                             .min_version = feature.min_level,
                                             .max_version = feature.max_level});
    if (feature.level > 0)
      response.finalized_features.push_back({.name = feature.name,
                                             .max_version_level = feature.level,
                                             .min_version_level = feature.level});
  }
  if (!response.finalized_features.empty())
    response.finalized_features_epoch = call.cluster.features_epoch();
  return response;
}

}  // namespace

Handler api_versions_handler() { return immediate<msg::ApiVersionsRequest, handle>(); }

}  // namespace kt::sandbox
