// What a .api file says, as the generator holds it. The format is described in
// lib/protocol/api/README.md.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace kt::generator {

constexpr int kOpen = 32767;

/// `first` to `last`; empty where first > last.
struct Versions {
  int first = 0;
  int last = kOpen;
  bool contains(int version) const { return first <= version && version <= last; }
};

struct Struct;

struct Field {
  std::string name;       ///< snake_case
  std::string json_name;  ///< as Kafka's converters print it
  std::string type;       ///< a primitive, or the name of a struct
  std::string initial;    ///< the default as written; empty where it is the type's own
  std::string note;
  const Struct* structure = nullptr;
  int tag = -1;
  Versions versions;
  Versions null_versions{1, 0};
  bool array = false;
  bool nullable = false;
  bool ignorable = false;
  bool inflexible = false;  ///< keeps the form of the old versions
};

struct Struct {
  std::string name;        ///< as C++ spells it, qualified by its message
  std::string plain_name;  ///< the last part of it
  std::vector<Field> fields;
  std::vector<std::unique_ptr<Struct>> structs;  ///< declared inside, in the order that C++ needs
};

struct Message {
  std::string kind;  ///< request, response or data
  std::string name;
  std::string summary;
  std::string route;
  int key = -1;
  int stable_last = 0;
  Versions versions;
  int flexible_from = kOpen;
  std::unique_ptr<Struct> root;
};

/// One .api file: an API's request and response, or the data messages that belong together.
struct File {
  std::string stem;
  std::string head;
  std::string api;  ///< empty where the file describes data
  std::vector<Message> messages;
};

/// Reads one file. Ends the program with file and line where it makes no sense.
File read_description(const std::string& path);

}  // namespace kt::generator
