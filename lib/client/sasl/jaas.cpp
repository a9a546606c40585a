#include "client/sasl/jaas.h"

#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace kt {
namespace {

Error wrong(const std::string& why) {
  return Error("sasl.jaas.config: " + why, Exit::usage,
               "MODULE required KEY=\"VALUE\" ... ; with the semicolon");
}

struct Token {
  enum class Kind { word, equals, semicolon, end } kind;
  std::string text;
};

class Tokens {
 public:
  explicit Tokens(std::string_view text) : left_(text) {}

  Token next() {
    skip_blanks();
    if (left_.empty()) return {Token::Kind::end, {}};
    char c = left_.front();
    if (c == '=' || c == ';') {
      left_.remove_prefix(1);
      return {c == '=' ? Token::Kind::equals : Token::Kind::semicolon, {}};
    }
    if (c == '"' || c == '\'') return {Token::Kind::word, quoted(c)};
    auto end = left_.find_first_of(" \t\r\n=;\"'");
    auto word = left_.substr(0, end);
    left_.remove_prefix(word.size());
    return {Token::Kind::word, std::string(word)};
  }

 private:
  void skip_blanks() {
    while (true) {
      auto first = left_.find_first_not_of(" \t\r\n");
      left_.remove_prefix(first == std::string_view::npos ? left_.size() : first);
      std::string_view close;
      if (left_.starts_with("//"))
        close = "\n";
      else if (left_.starts_with("/*"))
        close = "*/";
      else
        return;
      auto end = left_.find(close, 2);
      left_.remove_prefix(end == std::string_view::npos ? left_.size() : end + close.size());
    }
  }

  std::string quoted(char quote) {
    std::string out;
    for (left_.remove_prefix(1); !left_.empty(); left_.remove_prefix(1)) {
      char c = left_.front();
      if (c == quote) {
        left_.remove_prefix(1);
        return out;
      }
      if (c == '\\' && left_.size() > 1) {
        left_.remove_prefix(1);
        c = left_.front();
        c = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
      }
      out += c;
    }
    throw wrong("a quote is not closed");
  }

  std::string_view left_;
};

}  // namespace

std::string_view JaasEntry::short_module() const {
  return std::string_view(module).substr(module.rfind('.') + 1);
}

std::string JaasEntry::option(const std::string& key) const {
  auto found = options.find(key);
  return found == options.end() ? "" : found->second;
}

JaasEntry parse_jaas(std::string_view text) {
  using Kind = Token::Kind;
  Tokens tokens(text);
  JaasEntry entry;
  auto module = tokens.next(), flag = tokens.next();
  if (module.kind != Kind::word) throw wrong("there is no login module");
  auto strength = lower(flag.text);
  if (flag.kind != Kind::word || (strength != "required" && strength != "requisite" &&
                                  strength != "sufficient" && strength != "optional"))
    throw wrong("after the module stands required");
  entry.module = module.text;
  for (auto token = tokens.next(); token.kind != Kind::semicolon; token = tokens.next()) {
    if (token.kind == Kind::end) throw wrong("there is no semicolon at the end");
    if (token.kind != Kind::word || tokens.next().kind != Kind::equals)
      throw wrong("an option is not KEY=VALUE");
    auto value = tokens.next();
    if (value.kind != Kind::word) throw wrong("option " + in_quotes(token.text) + " has no value");
    entry.options[token.text] = value.text;
  }
  if (tokens.next().kind != Kind::end) throw wrong("there is more than one login module");
  return entry;
}

}  // namespace kt
