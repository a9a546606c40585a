// The properties file by which the first user of a sandbox gets in: for the command that runs
// inside.
#pragma once

#include <string>

#include "sandbox/sandbox.h"

namespace kt {

/// It holds the user's password, so that nobody else may read it, and goes with its object.
class SandboxClientFile {
 public:
  SandboxClientFile(const sandbox::Options& options, const std::string& user);
  ~SandboxClientFile();
  SandboxClientFile(const SandboxClientFile&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace kt
