// Records for clients that are older than the format in which they are stored.
#pragma once

#include <string>

#include "sandbox/call.h"

namespace kt::sandbox {

/// Whether this Fetch is too old for the format that the release stores.
bool needs_conversion(const Call& fetch);

/// Makes messages of an older format out of the batches in `slice`, from `offset` on, plain ones as
/// brokers do. False where the client knows their codec neither.
bool convert(const Call& fetch, int64_t offset, LogSlice& slice, std::string& converted);

}  // namespace kt::sandbox
