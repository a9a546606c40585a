// Reads .api files: an indented table, one field per line.
#include "description.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace kt::generator {
namespace {

const std::set<std::string> kPrimitives{"bool",   "int8",    "int16", "int32",  "int64", "uint16",
                                        "uint32", "float64", "uuid",  "string", "bytes", "records"};

/// One line: how far it is indented, its words, and what stands after the bar.
struct Line {
  int number = 0;
  size_t depth = 0;
  std::vector<std::string> words;
  std::string note;
};

class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path) {
    file_.stem = std::filesystem::path(path).stem();
    split_lines();
  }

  File read() {
    while (next_ < lines_.size()) {
      const auto& words = lines_[next_].words;
      if (words[0] == "api") {
        read_head(words, api_);
        file_.api = api_.name;
      } else if (words[0] == "data") {
        Message message;
        message.kind = "data";
        read_head(words, message);
        read_message(message);
        continue;
      } else if (words[0] == "request" || words[0] == "response") {
        Message message;
        message.kind = words[0];
        message.name = api_.name;
        message.summary = api_.summary;
        message.key = api_.key;
        message.route = api_.route;
        message.versions = api_.versions;
        message.stable_last = api_.stable_last;
        message.flexible_from = api_.flexible_from;
        read_message(message);
        continue;
      } else {
        fail("expected api, data, request or response, not '" + words[0] + "'");
      }
      ++next_;
    }
    return std::move(file_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    int line = next_ < lines_.size() ? lines_[next_].number : 0;
    std::fprintf(stderr, "%s:%d: %s\n", path_.c_str(), line, what.c_str());
    std::exit(1);
  }

  void split_lines() {
    std::ifstream in(path_);
    std::string text;
    for (int number = 1; std::getline(in, text); ++number) {
      if (text.starts_with("#")) {
        if (!file_.head.empty()) file_.head += ' ';
        file_.head += text.substr(std::min<size_t>(2, text.size()));
        continue;
      }
      Line line{.number = number, .words = {}, .note = {}};
      if (auto bar = text.find('|'); bar != std::string::npos) {
        if (auto start = text.find_first_not_of(' ', bar + 1); start != std::string::npos)
          line.note = text.substr(start);
        text.resize(bar);
      }
      line.depth = std::min(text.find_first_not_of(' '), text.size()) / 2;
      std::istringstream stream(text);
      for (std::string word; stream >> word;) line.words.push_back(word);
      if (!line.words.empty()) lines_.push_back(std::move(line));
    }
  }

  int number(const std::string& text) const {
    if (text.empty() || text.find_first_not_of("0123456789") != std::string::npos)
      fail("'" + text + "' is not a number");
    return std::stoi(text);
  }

  /// `3`, `3+`, `3-5`, or `none`.
  Versions versions(const std::string& text) const {
    if (text == "none") return {1, 0};
    if (text.ends_with('+')) return {number(text.substr(0, text.size() - 1)), kOpen};
    auto dash = text.find('-');
    if (dash == std::string::npos) return {number(text), number(text)};
    return {number(text.substr(0, dash)), number(text.substr(dash + 1))};
  }

  void read_head(const std::vector<std::string>& words, Message& message) {
    if (words.size() < 2) fail("a name is missing");
    message.name = words[1];
    message.summary = file_.head;
    bool stable = true;
    for (size_t i = 2; i < words.size(); i += 2) {
      if (i + 1 >= words.size()) fail("'" + words[i] + "' has no value");
      const std::string &word = words[i], &value = words[i + 1];
      if (word == "key")
        message.key = number(value);
      else if (word == "versions")
        message.versions = versions(value);
      else if (word == "flexible")
        message.flexible_from = value == "none" ? kOpen : versions(value).first;
      else if (word == "route")
        message.route = value == "each" ? "each_broker" : value;
      else if (word == "unstable")
        stable = false, message.stable_last = number(value) - 1;
      else
        fail("'" + word + "' is not known");
      if (value == "each") ++i;
    }
    if (stable) message.stable_last = message.versions.last;
  }

  void read_message(Message& message) {
    size_t depth = lines_[next_++].depth;
    message.root = std::make_unique<Struct>();
    std::string suffix = message.kind == "request"    ? "Request"
                         : message.kind == "response" ? "Response"
                                                      : "";
    message.root->plain_name = message.root->name = message.name + suffix;
    read_struct(*message.root, depth, {});
    file_.messages.push_back(std::move(message));
  }

  /// Fills in `target` from the lines indented deeper than `depth`. `outer` are the structs to be
  /// seen from here.
  void read_struct(Struct& target, size_t depth, std::vector<Struct*> outer) {
    outer.push_back(&target);
    std::vector<std::pair<Struct*, size_t>> declared;
    size_t start = next_;
    // Structs that stand on their own may use each other in any order, so all their names come
    // first.
    for (; next_ < lines_.size() && lines_[next_].depth > depth; ++next_)
      if (lines_[next_].words[0] == "struct")
        declared.emplace_back(&declare(target, lines_[next_].words[1]), next_);
    for (auto [structure, line] : declared) {
      next_ = line + 1;
      read_struct(*structure, lines_[line].depth, outer);
    }
    next_ = start;
    while (next_ < lines_.size() && lines_[next_].depth > depth) {
      if (lines_[next_].words[0] == "struct")
        skip_block();
      else
        read_field(target, outer);
    }
    order_structs(target);
  }

  void skip_block() {
    size_t depth = lines_[next_++].depth;
    while (next_ < lines_.size() && lines_[next_].depth > depth) ++next_;
  }

  Struct& declare(Struct& parent, const std::string& name) {
    auto structure = std::make_unique<Struct>();
    structure->plain_name = name;
    structure->name = parent.name + "::" + name;
    parent.structs.push_back(std::move(structure));
    return *parent.structs.back();
  }

  void read_field(Struct& target, const std::vector<Struct*>& outer) {
    const Line line = lines_[next_];
    Field field;
    field.name = field.json_name = line.words[0];
    for (size_t at; (at = field.json_name.find('_')) != std::string::npos;)
      field.json_name.replace(at, 2, 1, static_cast<char>(std::toupper(field.json_name[at + 1])));
    field.note = line.note;
    if (line.words.size() < 2) fail("'" + field.name + "' has no type");
    std::string type = line.words[1];
    size_t next_word = read_attributes(field, line);
    if (next_word != line.words.size()) fail("'" + line.words[next_word] + "' is not known");
    if (auto mark = type.find('?'); mark != std::string::npos) {
      field.nullable = true;
      field.null_versions = mark + 1 == type.size() ? Versions{} : versions(type.substr(mark + 1));
      type.resize(mark);
    }
    field.array = type.starts_with('[');
    field.type = field.array ? type.substr(1, type.size() - 2) : type;
    ++next_;
    if (!kPrimitives.contains(field.type))
      field.structure = &find_struct(field, target, line.depth, outer);
    target.fields.push_back(std::move(field));
  }

  /// Everything after the type. Answers where the words that it understands end.
  size_t read_attributes(Field& field, const Line& line) {
    size_t i = 2;
    auto has = [&](size_t more) { return i + more < line.words.size(); };
    if (has(1) && line.words[i] == "=") field.initial = line.words[i + 1], i += 2;
    if (has(0) && std::isdigit(line.words[i][0])) field.versions = versions(line.words[i++]);
    for (; has(0); ++i) {
      if (line.words[i] == "ignorable")
        field.ignorable = true;
      else if (line.words[i] == "inflexible")
        field.inflexible = true;
      else if (line.words[i] == "tag" && has(1))
        field.tag = number(line.words[++i]);
      else if (line.words[i] == "json" && has(1))
        field.json_name = line.words[++i];
      else
        break;
    }
    return i;
  }

  /// The struct that a field is made of: declared by the lines below it, or seen from here.
  const Struct& find_struct(const Field& field, Struct& target, size_t depth,
                            const std::vector<Struct*>& outer) {
    if (next_ < lines_.size() && lines_[next_].depth > depth) {
      Struct& structure = declare(target, field.type);
      read_struct(structure, depth, outer);
      return structure;
    }
    for (auto scope = outer.rbegin(); scope != outer.rend(); ++scope)
      for (const auto& structure : (*scope)->structs)
        if (structure->plain_name == field.type) return *structure;
    --next_;
    fail("'" + field.type + "' is no type");
  }

  static bool uses(const Struct& structure, const Struct& other) {
    auto is_other = [&](const Field& field) { return field.structure == &other; };
    return std::ranges::any_of(structure.fields, is_other) ||
           std::ranges::any_of(structure.structs,
                               [&](const auto& inner) { return uses(*inner, other); });
  }

  /// C++ wants a struct before those that hold it.
  static void order_structs(Struct& target) {
    auto& structs = target.structs;
    for (size_t i = 0; i < structs.size(); ++i)
      for (size_t j = i + 1; j < structs.size(); ++j)
        if (uses(*structs[i], *structs[j])) {
          std::rotate(structs.begin() + i, structs.begin() + j, structs.begin() + j + 1);
          j = i;
        }
  }

  std::string path_;
  File file_;
  Message api_;
  std::vector<Line> lines_;
  size_t next_ = 0;
};

}  // namespace

File read_description(const std::string& path) { return Reader(path).read(); }

}  // namespace kt::generator
