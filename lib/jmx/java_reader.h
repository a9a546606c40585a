// Java's serialization protocol, version 5, read by the descriptions in the stream itself: any
// class is understood that describes itself, none needs to be known. Depth, handles, lengths and
// the number of things are bounded, so that no peer can exhaust stack or memory.
#pragma once

#include <memory>

#include "jmx/feed.h"
#include "jmx/java_object.h"

namespace kt::jmx {

/// Reads a stream from its header up to and with the first value; raw bytes before it go to blocks.
/// Throws DecodeError.
std::unique_ptr<JavaMessage> read_java(Feed& feed);

/// Java's modified UTF-8 (NUL as two bytes, surrogates apart) from and to UTF-8.
std::string from_modified_utf8(std::string_view bytes);
std::string to_modified_utf8(std::string_view utf8);

}  // namespace kt::jmx
