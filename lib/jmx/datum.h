// A value of an MBean's attribute in terms of no language: what Java's boxes, strings, enums,
// arrays, collections and open types (composite, tabular) come to.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "jmx/java_object.h"

namespace kt::jmx {

struct Datum {
  struct Member;
  using List = std::vector<Datum>;
  using Members = std::vector<Member>;

  std::string type;  ///< the value's own Java class, `java.lang.Long`; empty of null
  std::variant<std::monostate, bool, int64_t, double, std::string, List, Members> value;

  bool is_null() const { return value.index() == 0; }
};

struct Datum::Member {
  std::string name;
  Datum value;
};

/// Throws DecodeError for what refers to itself or would grow beyond measure.
Datum datum_of(const JavaValue& value);

/// `java.lang.SecurityException: Authentication failed!`, and what caused it.
std::string exception_text(const JavaValue& exception);

}  // namespace kt::jmx
