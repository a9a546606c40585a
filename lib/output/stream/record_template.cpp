#include "output/stream/record_template.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "base/text.h"
#include "base/utf8.h"
#include "output/stream/json_text.h"

namespace kt::stream {
namespace {

constexpr std::string_view kFields = "tpoTkKvsVSRh";

/// The character that the escape at the front of `text` stands for, which is taken off.
char take_escape(std::string_view& text, std::string_view what) {
  constexpr std::string_view kLetters = "nrt0\\e";
  constexpr std::string_view kMeanings("\n\r\t\0\\\x1b", 6);
  if (text.size() >= 2) {
    if (size_t at = kLetters.find(text[1]); at != std::string_view::npos) {
      text.remove_prefix(2);
      return kMeanings[at];
    }
    uint8_t code = 0;
    if (text[1] == 'x' && text.size() >= 4 &&
        std::from_chars(text.data() + 2, text.data() + 4, code, 16).ptr == text.data() + 4) {
      text.remove_prefix(4);
      return static_cast<char>(code);
    }
  }
  throw Error("unknown escape " + in_quotes(text.substr(0, 2)) + " in " + std::string(what),
              Exit::usage, R"(known are \n \r \t \0 \\ \e \xHH)");
}

int32_t length_of(const Bytes& bytes) { return bytes ? static_cast<int32_t>(bytes->size()) : -1; }

}  // namespace

std::string read_escapes(std::string_view text, std::string_view what) {
  std::string read;
  while (!text.empty()) {
    if (text[0] == '\\') {
      read += take_escape(text, what);
    } else {
      read += text[0];
      text.remove_prefix(1);
    }
  }
  return read;
}

RecordTemplate::RecordTemplate(std::string_view text, std::string null_text, bool terminal)
    : null_text_(std::move(null_text)), terminal_(terminal) {
  auto literal = [this](char c) {
    if (pieces_.empty() || pieces_.back().field != 0) pieces_.push_back({});
    pieces_.back().literal += c;
  };
  while (!text.empty()) {
    if (text[0] == '\\') {
      literal(take_escape(text, "the template"));
    } else if (text[0] != '%') {
      literal(text[0]);
      text.remove_prefix(1);
    } else if (text.starts_with("%%")) {
      literal('%');
      text.remove_prefix(2);
    } else if (text.size() >= 2 && kFields.find(text[1]) != std::string_view::npos) {
      pieces_.push_back({text[1], {}});
      text.remove_prefix(2);
    } else {
      throw Error("unknown field " + in_quotes(text.substr(0, 2)) + " in the template", Exit::usage,
                  "known are %t topic, %p partition, %o offset, %T timestamp, %k key, %K its "
                  "length, %v value, %V its "
                  "length, %R that in four bytes, %h headers, %%");
    }
  }
}

bool RecordTemplate::wants_headers() const {
  return std::any_of(pieces_.begin(), pieces_.end(),
                     [](const Piece& piece) { return piece.field == 'h'; });
}

void RecordTemplate::append_bytes(OutputBuffer& out, const Bytes& bytes) const {
  if (!bytes)
    out.append(null_text_);
  else if (terminal_)
    out.append(escape_for_terminal(*bytes));
  else
    out.append(*bytes);
}

void RecordTemplate::write(OutputBuffer& out, const Record& record) const {
  for (const auto& piece : pieces_) {
    switch (piece.field) {
      case 0:
        out.append(piece.literal);
        break;
      case 't':
        out.append(record.topic);
        break;
      case 'p':
        append_number(out, record.partition);
        break;
      case 'o':
        append_number(out, record.offset);
        break;
      case 'T':
        append_number(out, record.timestamp_ms);
        break;
      case 'k':
        append_bytes(out, record.key);
        break;
      case 'K':
        append_number(out, length_of(record.key));
        break;
      case 'v':
      case 's':
        append_bytes(out, record.value);
        break;
      case 'V':
      case 'S':
        append_number(out, length_of(record.value));
        break;
      case 'R':
        store_big_endian(out.room(4), length_of(record.value));
        out.advance_to(out.room(4) + 4);
        break;
      case 'h':
        for (size_t i = 0; i < record.headers.size(); ++i) {
          if (i > 0) out.append(',');
          append_bytes(out, record.headers[i].key);
          out.append('=');
          append_bytes(out, record.headers[i].value);
        }
        break;
    }
  }
}

}  // namespace kt::stream
