#include "output/stream/json_record.h"

#include <charconv>
#include <cstring>
#include <string_view>

#include "base/base64.h"

namespace kt::stream {
namespace {

constexpr int kMostNesting = 100;

class LineParser {
 public:
  explicit LineParser(std::span<char> line)
      : begin_(line.data()), at_(begin_), end_(begin_ + line.size()) {}

  void read(InputRecord& record) {
    bool has_value = false;
    members([&](std::string_view name) {
      if (name == "value") {
        record.value = bytes("value");
        has_value = true;
      } else if (name == "key") {
        record.key = bytes("key");
      } else if (name == "headers") {
        headers(record.headers);
      } else if (name == "partition") {
        if (!take_word("null")) record.partition = static_cast<int32_t>(integer(0, INT32_MAX));
      } else if (name == "timestamp_ms") {
        record.timestamp_ms = take_word("null") ? -1 : integer(-1, INT64_MAX);
      } else {
        skip_value(0);
      }
    });
    blanks();
    if (at_ != end_) fail("more text after the object");
    if (!has_value) fail("the object has no \"value\" (null makes a tombstone)");
  }

 private:
  [[noreturn]] void fail(std::string message) const { fail_at(at_, std::move(message)); }
  [[noreturn]] void fail_at(const char* where, std::string message) const {
    throw JsonRecordError{static_cast<size_t>(where - begin_) + 1, std::move(message)};
  }

  void blanks() {
    while (at_ < end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\r' || *at_ == '\n')) ++at_;
  }
  bool take(char c) {
    blanks();
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }
  void expect(char c, const char* where) {
    if (!take(c)) fail(std::string("expected ") + c + ' ' + where);
  }
  bool take_word(std::string_view word) {
    blanks();
    if (!std::string_view(at_, end_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  /// Calls `on_member` with each name of an object; it must take the member's value.
  template <class OnMember>
  void members(OnMember on_member) {
    expect('{', "that opens an object");
    if (take('}')) return;
    do {
      blanks();
      auto name = string("a member's name in quotes");
      expect(':', "after a member's name");
      on_member(name);
    } while (take(','));
    expect('}', "that closes the object");
  }

  template <class OnElement>
  void elements(OnElement on_element) {
    expect('[', "that opens an array");
    if (take(']')) return;
    do on_element();
    while (take(','));
    expect(']', "that closes the array");
  }

  int64_t integer(int64_t least, int64_t most) {
    blanks();
    int64_t number = 0;
    auto result = std::from_chars(at_, end_, number);
    if (result.ec != std::errc() || number < least || number > most)
      fail("expected a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    at_ = const_cast<char*>(result.ptr);
    return number;
  }

  Bytes bytes(const char* what) {
    blanks();
    if (take_word("null")) return std::nullopt;
    if (at_ < end_ && *at_ == '"') return string(what);
    const char* start = at_;
    if (at_ == end_ || *at_ != '{')
      fail(std::string(what) + R"( must be a string, null or {"base64":"..."})");
    Bytes decoded;
    members([&](std::string_view name) {
      if (name != "base64" || decoded)
        fail_at(start, std::string(what) + R"( may only have the one member "base64")");
      blanks();
      const char* text_at = at_;
      auto text = string("base64 text");
      auto* target = const_cast<char*>(text.data());
      char* end = parse_base64_to(target, text);
      if (end == nullptr) fail_at(text_at, "this is not base64");
      decoded = std::string_view(target, end);
    });
    if (!decoded)
      fail_at(start, std::string(what) + R"( must be a string, null or {"base64":"..."})");
    return decoded;
  }

  void headers(std::vector<Header>& headers) {
    if (take_word("null")) return;
    elements([&] {
      Header header;
      bool has_key = false;
      blanks();
      const char* start = at_;
      members([&](std::string_view name) {
        if (name == "key") {
          auto key = bytes("a header's key");
          if (!key) fail("a header's key can't be null");
          header.key = *key;
          has_key = true;
        } else if (name == "value") {
          header.value = bytes("a header's value");
        } else {
          skip_value(0);
        }
      });
      if (!has_key) fail_at(start, "a header needs a \"key\"");
      headers.push_back(header);
    });
  }

  /// A string, its escapes decoded where they stood.
  std::string_view string(const char* what) {
    if (!take('"')) fail(std::string("expected ") + what);
    char* start = at_;
    // A line without escapes ends at its first quote: two fast scans, no copy.
    auto* quote = static_cast<char*>(std::memchr(at_, '"', static_cast<size_t>(end_ - at_)));
    if (quote == nullptr) fail_at(start - 1, "this string has no end");
    auto* escape = static_cast<char*>(std::memchr(at_, '\\', static_cast<size_t>(quote - at_)));
    if (escape == nullptr) {
      at_ = quote + 1;
      return {start, quote};
    }
    char* out = escape;
    at_ = escape;
    while (at_ < end_ && *at_ != '"') {
      if (*at_ == '\\') {
        unescape(out);
        continue;
      }
      auto left = static_cast<size_t>(end_ - at_);
      size_t run = std::string_view(at_, left).find_first_of("\\\"");
      if (run == std::string_view::npos) fail_at(start - 1, "this string has no end");
      std::memmove(out, at_, run);
      out += run;
      at_ += run;
    }
    if (at_ == end_) fail_at(start - 1, "this string has no end");
    ++at_;
    return {start, out};
  }

  uint32_t hex4() {
    uint32_t code = 0;
    if (end_ - at_ < 4 || std::from_chars(at_, at_ + 4, code, 16).ptr != at_ + 4)
      fail("\\u needs four hex digits");
    at_ += 4;
    return code;
  }

  void unescape(char*& out) {
    const char* start = at_++;
    if (at_ == end_) fail_at(start, "this string has no end");
    constexpr std::string_view kLetters = "\"\\/bfnrt";
    if (size_t known = kLetters.find(*at_); known != std::string_view::npos) {
      ++at_;
      *out++ = "\"\\/\b\f\n\r\t"[known];
      return;
    }
    if (*at_ != 'u') fail_at(start, "unknown escape");
    ++at_;
    uint32_t code = hex4();
    if (code >= 0xd800 && code < 0xdc00 && end_ - at_ >= 6 && at_[0] == '\\' && at_[1] == 'u') {
      at_ += 2;
      uint32_t low = hex4();
      if (low < 0xdc00 || low > 0xdfff) fail_at(start, "half of a surrogate pair");
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    if (code >= 0xd800 && code <= 0xdfff) fail_at(start, "half of a surrogate pair");
    put_utf8(out, code);
  }

  static void put_utf8(char*& out, uint32_t code) {
    auto put = [&](uint32_t byte) { *out++ = static_cast<char>(byte); };
    if (code < 0x80) return put(code);
    if (code < 0x800) {
      put(0xc0 | code >> 6);
    } else if (code < 0x10000) {
      put(0xe0 | code >> 12);
      put(0x80 | (code >> 6 & 0x3f));
    } else {
      put(0xf0 | code >> 18);
      put(0x80 | (code >> 12 & 0x3f));
      put(0x80 | (code >> 6 & 0x3f));
    }
    put(0x80 | (code & 0x3f));
  }

  void skip_value(int depth) {
    if (depth > kMostNesting) fail("nested too deeply");
    blanks();
    if (at_ == end_) fail("expected a value");
    if (*at_ == '"') {
      string("a string");
    } else if (*at_ == '{') {
      members([&](std::string_view) { skip_value(depth + 1); });
    } else if (*at_ == '[') {
      elements([&] { skip_value(depth + 1); });
    } else if (!take_word("null") && !take_word("true") && !take_word("false")) {
      double number;
      auto result = std::from_chars(at_, end_, number);
      if (result.ec == std::errc::invalid_argument) fail("expected a value");
      at_ = const_cast<char*>(result.ptr);
    }
  }

  char* begin_;
  char* at_;
  char* end_;
};

}  // namespace

void read_json_record(std::span<char> line, InputRecord& record) { LineParser(line).read(record); }

}  // namespace kt::stream
