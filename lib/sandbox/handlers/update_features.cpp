// Sets feature levels, all that are named or none. ZooKeeper's brokers have no features to set.
#include "protocol/msg/update_features.h"

#include <algorithm>

#include "sandbox/handlers/common.h"
#include "sandbox/handlers/handlers.h"

namespace kt::sandbox {
namespace {

enum UpgradeType : int8_t { kUpgrade = 1, kSafeDowngrade = 2, kUnsafeDowngrade = 3 };

Status check_metadata_version(const Feature& feature, int16_t level, int8_t type) {
  if (level >= feature.level) return {};
  const char* reason = type == kSafeDowngrade
                           ? "Refusing to perform the requested downgrade because it might delete "
                             "metadata information."
                           : "Unsafe metadata downgrade is not supported in this version.";
  return {ErrorCode::invalid_update_version, "Unsupported metadata.version downgrade from " +
                                                 std::to_string(feature.level) + " to " +
                                                 std::to_string(level) + ". " + reason};
}

Status check(const Call& call, const msg::UpdateFeaturesRequest::FeatureUpdate& asked) {
  int16_t level = asked.max_version_level;
  int8_t type =
      call.version == 0 && asked.allow_downgrade ? int8_t{kSafeDowngrade} : asked.upgrade_type;
  auto invalid = [&](const std::string& reason) {
    return Status{ErrorCode::invalid_update_version, "Invalid update version " +
                                                         std::to_string(level) + " for feature " +
                                                         asked.feature + ". " + reason};
  };
  if (type < kUpgrade || type > kUnsafeDowngrade)
    return invalid("The controller does not support the given upgrade type.");
  if (level < 0) return invalid("A feature version cannot be less than 0.");
  std::string controller = "Local controller " + std::to_string(call.cluster.controller_id());
  auto features = call.cluster.features();
  auto feature = std::ranges::find(features, asked.feature, &Feature::name);
  if (feature == features.end()) return invalid(controller + " does not support this feature.");
  if (level < feature->min_level || level > feature->max_level)
    return invalid(controller + " only supports versions " + std::to_string(feature->min_level) +
                   "-" + std::to_string(feature->max_level));
  if (level < feature->level && type == kUpgrade)
    return invalid(
        "Can't downgrade the version of this feature without setting the upgrade type to either "
        "safe or unsafe downgrade.");
  if (level > feature->level && type != kUpgrade)
    return invalid("Can't downgrade to a newer version.");
  if (feature->name == "metadata.version") return check_metadata_version(*feature, level, type);
  return {};
}

msg::UpdateFeaturesResponse refuse_all_in_zookeeper(const msg::UpdateFeaturesRequest& request) {
  msg::UpdateFeaturesResponse response;
  response.error_message.reset();
  for (const auto& asked : request.feature_updates)
    response.results.push_back(
        {.feature = asked.feature,
         .error_code = number(ErrorCode::invalid_request),
         .error_message =
             "Could not apply finalized feature update because the provided feature is not "
             "supported."});
  return response;
}

msg::UpdateFeaturesResponse handle(Call& call, const msg::UpdateFeaturesRequest& request) {
  msg::UpdateFeaturesResponse response;
  response.error_message.reset();
  if (auto refused = check_controller(call); refused != ErrorCode::none) {
    response.error_code = number(refused);
    return response;
  }
  if (!call.cluster.release().is_kraft()) return refuse_all_in_zookeeper(request);
  for (const auto& asked : request.feature_updates) {
    Status status = check(call, asked);
    if (status.ok()) continue;
    response.error_code = number(status.code);
    response.error_message =
        "The update failed for all features since the following feature had an error: " +
        status.message;
    return response;
  }
  for (const auto& asked : request.feature_updates) {
    if (!request.validate_only)
      call.cluster.set_feature_level(asked.feature, asked.max_version_level);
    // The words are Kafka's for the absence of an error.
    if (call.version < 2)
      response.results.push_back({.feature = asked.feature, .error_message = "NONE"});
  }
  return response;
}

}  // namespace

Handler update_features_handler() { return immediate<msg::UpdateFeaturesRequest, handle>(); }

}  // namespace kt::sandbox
