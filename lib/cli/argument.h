// What a command takes: flags and names as data, each with the variable that it fills. Any type
// works as a target that has a parse_value(); a vector of it is repeatable, an optional says
// whether the flag was given.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/position.h"
#include "base/units.h"

namespace kt {

/// Read one value as typed; they throw a usage error that shows a right one.
void parse_value(std::string_view text, bool& value);
void parse_value(std::string_view text, std::string& value);
void parse_value(std::string_view text, int16_t& value);
void parse_value(std::string_view text, int32_t& value);
void parse_value(std::string_view text, int64_t& value);
void parse_value(std::string_view text, double& value);
void parse_value(std::string_view text, std::chrono::milliseconds& value);
void parse_value(std::string_view text, Size& value);
void parse_value(std::string_view text, Position& value);
void parse_value(std::string_view text, Selection& value);

/// A default as help shows it; empty where there is nothing to show.
std::string show_value(bool value);
std::string show_value(const std::string& value);
std::string show_value(int64_t value);
std::string show_value(double value);
std::string show_value(std::chrono::milliseconds value);
std::string show_value(Size value);
std::string show_value(const Position& value);
std::string show_value(const Selection& value);

/// The variable that an argument fills, whatever its type. What every command would compile for
/// each of its arguments stands in argument.cpp.
class Target {
 public:
  /// bool: a flag without value.
  template <class T>
  Target(T* variable)
      : Target(variable, parse_into<T>, !std::is_same_v<T, bool>, false, show_of<T>) {}
  /// Set where given.
  template <class T>
  Target(std::optional<T>* variable)
      : Target(variable, emplace_into<T>, !std::is_same_v<T, bool>, false, nullptr) {}
  /// Each use adds one.
  template <class T>
  Target(std::vector<T>* variable) : Target(variable, append_to<T>, true, true, nullptr) {}
  /// A parser of its own, called once per use of the argument.
  explicit Target(std::function<void(std::string_view)> parse, bool repeats = false);
  Target(const Target& other);
  Target(Target&& other) noexcept;
  Target& operator=(const Target& other);
  Target& operator=(Target&& other) noexcept;
  ~Target();

  void parse(std::string_view text) const { parse_(text); }
  bool takes_value() const { return takes_value_; }
  bool repeats() const { return repeats_; }
  const std::string& shown_default() const { return shown_default_; }

 private:
  using Parse = void(void* variable, std::string_view text);
  using Show = std::string(const void* variable);

  Target(void* variable, Parse* parse, bool takes_value, bool repeats, Show* show);

  template <class T>
  static void parse_into(void* variable, std::string_view text) {
    parse_value(text, *static_cast<T*>(variable));
  }
  template <class T>
  static void emplace_into(void* variable, std::string_view text) {
    parse_value(text, static_cast<std::optional<T>*>(variable)->emplace());
  }
  template <class T>
  static void append_to(void* variable, std::string_view text) {
    parse_value(text, static_cast<std::vector<T>*>(variable)->emplace_back());
  }
  template <class T>
  static std::string show_of(const void* variable) {
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>)
      return show_value(static_cast<int64_t>(*static_cast<const T*>(variable)));
    else
      return show_value(*static_cast<const T*>(variable));
  }

  std::function<void(std::string_view)> parse_;
  bool takes_value_ = true;
  bool repeats_ = false;
  std::string shown_default_;
};

/// What the shell offers for a value.
enum class Complete {
  none,
  files,
  directories,
  topics,
  groups,
  brokers,
  partitions,
  contexts,
  commands,
  mbeans,            ///< by short names
  mbean_attributes,  ///< likewise, then the attributes of the one named
};

struct Argument {
  /// A flag: `-p,--partitions`. A name: `TOPIC` (one), `[TOPIC]` (may be missing), `TOPIC...` (one
  /// or more; `-` reads them from stdin), `[TOPIC...]`. All words after `--`: `-- COMMAND...`, `[--
  /// COMMAND...]`.
  std::string_view spec;
  std::string_view
      value;  ///< what help calls a flag's value: `N`; empty for a name and for a flag without
  std::string_view help;  ///< no full stop; the default is added by help itself
  Target target;
  Complete complete = Complete::none;
  std::vector<std::string_view> choices = {};  ///< the only values allowed, where not empty
  std::string_view group = {};  ///< heading in help; empty for the command's own flags
  bool required = false;        ///< of a flag
  bool hidden = false;          ///< left out of help, manual and completion

  bool is_flag() const { return spec.starts_with('-') && !spec.starts_with("-- "); }
};

}  // namespace kt
