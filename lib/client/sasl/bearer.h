// Where bearer tokens come from: an endpoint that is asked, a file, or claims that nobody signed.
#pragma once

#include "base/properties.h"
#include "client/sasl/sasl.h"

namespace kt {

/// Exchanges in OAUTHBEARER as the settings have it. Throws usage errors.
SaslBegin bearer_clients(const Properties& properties);

}  // namespace kt
