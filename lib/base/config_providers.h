// Java's config.providers: values that stand in the environment, in another properties file, or in
// a file of a directory, as ${NAME:PATH:KEY}.
#pragma once

#include "base/properties.h"

namespace kt {

/// Puts in what the providers named in config.providers give; without any, as in Java, nothing is
/// replaced. Throws a usage error for what is not there, or for a provider of another kind.
void expand_provided(Properties& properties);

}  // namespace kt
