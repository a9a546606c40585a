// Which settings something has asked for, so that those of a file that mean nothing can be named.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/properties.h"

namespace kt {

/// Keeps that the key was asked for. Any thread.
void note_asked(std::string_view key);

/// The keys that nothing has asked for in this process so far, sorted, each once.
std::vector<std::string> never_asked(const Properties& properties);

}  // namespace kt
