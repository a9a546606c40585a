// Whose MBeans a command reads: one JVM by its address, or every broker of the cluster, each asked
// on a thread of its own; and which attributes of which MBeans.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/context.h"
#include "jmx/mbeans.h"
#include "jmx/object_name.h"

namespace kt {

/// A JVM that is asked.
struct JmxTarget {
  std::optional<int32_t> broker;  ///< nothing where only its address is known
  net::HostPort address;
  std::optional<jmx::JolokiaUrl> jolokia;  ///< in place of RMI

  /// `HOST:PORT`, or the agent's URL
  std::string where() const;
  /// `broker 1`, or where it is
  std::string name() const;
  /// What an item error begins with.
  std::vector<std::pair<std::string_view, Value>> item() const;
};

/// The flags that say whose MBeans.
struct JmxFlags {
  std::string addresses, urls;
  std::optional<int32_t> port;

  std::vector<Argument> arguments();
};

/// The JVMs that the flags name. Throws a usage error where they name none.
std::vector<JmxTarget> jmx_targets(const Context& context, const JmxFlags& flags);

/// Throws where it cannot be reached, or refuses.
std::unique_ptr<jmx::MBeans> open_jmx(Context& context, const JmxTarget& target, Deadline deadline);

/// Does `work` for each number below `count`, all at once; it must not throw.
void at_once(size_t count, const std::function<void(size_t)>& work);

/// Does `work` for each target at once, with its number; what one throws becomes an item error, or
/// is thrown where all failed.
void for_each_target(Context& context, const std::vector<JmxTarget>& targets,
                     const std::function<void(size_t)>& work);

/// One attribute of one MBean as one JVM has it.
struct JmxSample {
  std::string mbean;
  jmx::Reading reading;
};

/// What a user asks to read: aliases, names or patterns, and attributes of them.
class JmxQuery {
 public:
  /// `words`: the first says which MBeans, the others which attributes.
  explicit JmxQuery(const std::vector<std::string>& words);

  /// Whether an MBean is meant.
  bool matches(const std::string& name) const;
  /// All that is meant and there, sorted by MBean; nothing where no MBean matches.
  std::vector<JmxSample> ask(jmx::MBeans& mbeans) const;
  const std::string& text() const { return text_; }

 private:
  std::vector<JmxSample> read(jmx::MBeans& mbeans, const std::vector<std::string>& names) const;

  std::string text_;
  std::vector<jmx::NamePattern> patterns_;
  std::vector<std::string> attributes_;
};

/// A value that is no compound: a row of an answer.
struct JmxLeaf {
  std::string path;  ///< `HeapMemoryUsage.used`
  std::string type;
  Value value;
};

/// Compounds taken apart; lists of plain values stay whole.
std::vector<JmxLeaf> leaves_of(const std::string& attribute, const jmx::Datum& datum);

}  // namespace kt
