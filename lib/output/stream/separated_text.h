// A field of csv or tsv. In csv fields are quoted as RFC 4180 says, in tsv tab, line ends and
// backslash become \t \n \r \\.
#pragma once

#include <string_view>

#include "output/stream/output_buffer.h"

namespace kt::stream {

inline void append_separated(OutputBuffer& out, char separator, std::string_view text) {
  if (separator == ',') {
    // An empty text is quoted, which tells it from null.
    if (!text.empty() && text.find_first_of("\",\r\n") == std::string_view::npos)
      return out.append(text);
    out.append('"');
    for (char c : text) {
      if (c == '"') out.append('"');
      out.append(c);
    }
    return out.append('"');
  }
  for (char c : text) {
    constexpr std::string_view kEscaped = "\t\n\r\\";
    size_t at = kEscaped.find(c);
    if (at == std::string_view::npos) {
      out.append(c);
    } else {
      out.append('\\');
      out.append("tnr\\"[at]);
    }
  }
}

}  // namespace kt::stream
