// kt's side of the comparison with Kafka's own classes (Oracle.java). Lines: KIND, NAME, VERSION,
// BYTES in hex, JSON, with tabs between.
//
//   kt-messages-oracle kinds           KIND, NAME and VERSION of all that there are
//   kt-messages-oracle make COUNT      COUNT messages at random of each such line
//   kt-messages-oracle check           reads lines that Kafka made: kt reads the bytes, prints the
//   same JSON, writes the
//                                      same bytes again, and makes them of that JSON
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "protocol/json.h"
#include "protocol/random_message.h"

using namespace kt;

namespace {

std::string hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (unsigned char byte : bytes) out.append({kDigits[byte >> 4], kDigits[byte & 15]});
  return out;
}

std::string unhex(std::string_view text) {
  auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string out;
  for (size_t i = 0; i + 1 < text.size(); i += 2)
    out += static_cast<char>(digit(text[i]) << 4 | digit(text[i + 1]));
  return out;
}

std::string bytes_of(const AnyMessage& message, int16_t version) {
  std::string out;
  encode(out, message.table(), message.get(), version);
  return out;
}

std::string json_of(const AnyMessage& message, int16_t version) {
  std::string out;
  write_json(out, message.table(), message.get(), version);
  return out;
}

const char* kind_name(const MessageTable& table) {
  return table.kind == MessageKind::request    ? "request"
         : table.kind == MessageKind::response ? "response"
                                               : "data";
}

template <class Body>
void for_each_version(Body body) {
  auto all = [&](const MessageTable& table) {
    for (int16_t version = table.versions.first; version <= table.versions.last; ++version)
      body(table, version);
  };
  for (const auto& api : apis()) all(*api.request), all(*api.response);
  for (const auto* table : data_messages()) all(*table);
}

std::string start_of_line(const MessageTable& table, int16_t version) {
  return std::string(kind_name(table)) + "\t" + std::string(table.name) + "\t" +
         std::to_string(version);
}

const MessageTable* find(std::string_view kind, std::string_view name) {
  if (kind == "data") return find_data_message(name);
  const Api* api = find_api(name);
  return !api ? nullptr : kind == "request" ? api->request : api->response;
}

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> words;
  for (size_t start = 0, end = 0; end != std::string::npos; start = end + 1) {
    end = words.size() < 4 ? line.find('\t', start) : std::string::npos;
    words.push_back(line.substr(start, end - start));
  }
  words.resize(5);
  return words;
}

void make(uint64_t count) {
  for (std::string line; std::getline(std::cin, line);) {
    auto words = split(line);
    const MessageTable& table = *find(words[0], words[1]);
    auto version = static_cast<int16_t>(std::stoi(words[2]));
    for (uint64_t seed = 0; seed < count; ++seed) {
      AnyMessage message = random_message(table, version, seed);
      std::cout << line << '\t' << hex(bytes_of(message, version)) << '\t'
                << json_of(message, version) << '\n';
    }
  }
}

/// What is wrong with a message that Kafka made; empty where nothing is.
std::string problem(const MessageTable& table, int16_t version, const std::string& bytes,
                    const std::string& json) {
  AnyMessage message(table);
  size_t taken = decode(table, message.get(), bytes, version);
  if (taken != bytes.size()) return "leaves " + std::to_string(bytes.size() - taken) + " bytes";
  if (std::string again = bytes_of(message, version); again != bytes) return "writes " + hex(again);
  std::string printed = json_of(message, version);
  bool same = printed == json;
  // Kafka does not print unknown tags; they come last in the outermost struct here.
  if (auto at = printed.find("\"_unknownTaggedFields\""); at != std::string::npos) {
    printed.resize(printed[at - 1] == ',' ? at - 1 : at);
    same = printed + "}" == json;
  }
  if (!same) return "prints " + printed;
  if (std::string made = bytes_of(read_json(table, json_of(message, version), version), version);
      made != bytes)
    return "makes of its JSON " + hex(made);
  return {};
}

int check() {
  size_t lines = 0, failures = 0;
  for (std::string line; std::getline(std::cin, line); ++lines) {
    auto words = split(line);
    std::string what;
    try {
      const MessageTable* table = find(words[0], words[1]);
      what = table ? problem(*table, static_cast<int16_t>(std::stoi(words[2])), unhex(words[3]),
                             words[4])
                   : "is not known";
    } catch (const std::exception& error) {
      what = error.what();
    }
    if (what.empty()) continue;
    if (++failures <= 20)
      std::cerr << words[0] << ' ' << words[1] << " v" << words[2] << ": kt " << what
                << "\n  Kafka: " << words[3] << "\n  Kafka: " << words[4] << '\n';
  }
  std::cerr << lines << " messages of Kafka judged, " << failures << " differ\n";
  return failures > 0 || lines == 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::string mode = argc > 1 ? argv[1] : "";
  std::ios::sync_with_stdio(false);
  if (mode == "check") return check();
  if (mode == "make" && argc > 2) return make(std::strtoull(argv[2], nullptr, 10)), 0;
  if (mode == "kinds") {
    for_each_version([](const MessageTable& table, int16_t version) {
      std::cout << start_of_line(table, version) << '\n';
    });
    return 0;
  }
  std::cerr << "usage: kt-messages-oracle make COUNT | kinds | check\n";
  return 2;
}
