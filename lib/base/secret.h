// Secrets that a setting names instead of holding them: file:PATH, env:NAME, exec:COMMAND.
#pragma once

#include <string>
#include <string_view>

namespace kt {

/// The value meant, without the line end that a file or a command leaves; a value without such a
/// prefix as it is. Throws a usage error that names `key`, and never the value.
std::string secret_value(std::string_view key, const std::string& value);

/// Whether a value says where the secret is instead of holding it.
bool is_indirect(std::string_view value);

/// Whether a client setting of that name is a secret.
bool is_secret(std::string_view key);

}  // namespace kt
