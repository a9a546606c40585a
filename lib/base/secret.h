// Secrets that a setting names instead of holding them: file:PATH, env:NAME, exec:COMMAND.
#pragma once

#include <string>
#include <string_view>

namespace kt {

/// The value meant, without the line end that a file or a command leaves; a value without such a
/// prefix as it is. Throws a usage error that names `key`, and never the value.
std::string secret_value(std::string_view key, const std::string& value);

}  // namespace kt
