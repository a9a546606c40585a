#include "config/setting_words.h"

#include "base/text.h"

namespace kt {

SettingWords sort_words(const std::vector<std::string>& words) {
  SettingWords sorted;
  for (const auto& word : words) {
    auto slash = word.find('/');
    bool is_thing = slash != std::string::npos && slash < word.find('=');
    if (is_thing)
      sorted.resources.push_back(parse_config_resource(word));
    else
      sorted.names.push_back(word);
  }
  if (sorted.resources.empty())
    throw Error("no thing with settings is named", Exit::usage,
                "such as topic/orders, broker/1 or broker/ for all brokers");
  return sorted;
}

ConfigChange parse_change(const std::string& word) {
  auto equals = word.find('=');
  if (equals == std::string::npos || equals == 0)
    throw Error(in_quotes(word) + " changes nothing", Exit::usage,
                "NAME=VALUE sets, NAME+=ITEM and NAME-=ITEM change a list");
  char sign = word[equals - 1];
  bool is_list = equals > 1 && (sign == '+' || sign == '-');
  auto operation = !is_list      ? ConfigOperation::set
                   : sign == '+' ? ConfigOperation::append
                                 : ConfigOperation::subtract;
  return {word.substr(0, equals - (is_list ? 1 : 0)), operation, word.substr(equals + 1)};
}

}  // namespace kt
