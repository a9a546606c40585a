// Kafka's own tools by one long-lived JVM (tests/real/java/ToolRunner.java) instead of one each:
// what a command named like a script of Kafka's bin/ does in a case.
#pragma once

#include <string>
#include <vector>

namespace kt::test {

/// The commands that cases may use after "% ".
extern const std::vector<std::string> kJavaTools;

/// Runs one tool in the JVM that listens on `port`, with our stdin; returns the tool's exit code.
int run_java_tool(int port, const std::vector<std::string>& words);

}  // namespace kt::test
