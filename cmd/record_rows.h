// The rows of the commands that print records, as RecordWriter makes them in JSON.
#pragma once

#include <string_view>

#include "cli/command.h"

namespace kt {

/// `topic`: what the topic is.
inline Schema record_rows(std::string_view topic) {
  return {"records",
          {{"topic", "TOPIC", Kind::text, topic},
           {"partition", "PARTITION", Kind::integer, "its partition"},
           {"offset", "OFFSET", Kind::integer, "the record's offset"},
           {"timestamp_ms", "TIME", Kind::timestamp_ms, "its time; null where it has none"},
           {"timestamp_type", "TYPE", Kind::text, "create_time, log_append_time, or null"},
           {"key", "KEY", Kind::text, "its key; null where it has none"},
           {"value", "VALUE", Kind::text, "its value; null for a tombstone"},
           {"headers",
            "HEADERS",
            Kind::rows,
            "its headers, in their order",
            {{"key", "KEY", Kind::text, "name; names may repeat"},
             {"value", "VALUE", Kind::text, "value, or null"}}}}};
}

}  // namespace kt
