// A right that is missing, as people read it: who needs what, and the command that grants it.
#pragma once

#include <string>
#include <string_view>

#include "client/options.h"

namespace kt {

/// `User:alice needs Write on topic "orders": kt acl create topic/orders --allow User:alice
/// --operation Write`. Without a principal it is the client that needs it; `cluster` is the flag
/// that names the cluster where that is not the command's own.
std::string sentence_of(const MissingRight& right, const std::string& principal,
                        std::string_view cluster);

}  // namespace kt
