// The words of `kt config`: things with settings have a slash (`topic/orders`), names of settings
// have none, and `NAME=VALUE`, `NAME+=ITEM`, `NAME-=ITEM` change one.
#pragma once

#include <string>
#include <vector>

#include "client/admin_configs.h"

namespace kt {

struct SettingWords {
  std::vector<ConfigResource> resources;
  std::vector<std::string> names;  ///< words without a slash before any `=`
};

/// Sorts words into things and the rest. Throws a usage error where no thing is named.
SettingWords sort_words(const std::vector<std::string>& words);

/// `NAME=VALUE` and its kin. Throws a usage error for anything else.
ConfigChange parse_change(const std::string& word);

}  // namespace kt
