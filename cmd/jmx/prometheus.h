// Numbers of MBeans in Prometheus' text format: domain, type and name make the metric's name, what
// else the MBean's name has and the broker are labels.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "jmx/source.h"

namespace kt {

class PrometheusText {
 public:
  /// What is no number and no boolean is left out.
  void add(const std::string& mbean, const std::string& attribute, const JmxTarget& target,
           const Value& value);
  /// Samples of a metric stand together, as the format wants it.
  std::string text() const;

 private:
  std::map<std::string, std::string> samples_;  ///< metric → its lines
};

}  // namespace kt
