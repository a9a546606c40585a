// Trouble on demand: what a client must survive, made to happen. Rules are matched in the order
// they were added.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>

#include "protocol/schema.h"

namespace kt::sandbox {

struct Call;

/// One rule. It fits requests of `api_key` (-1: any) to `broker_id` (-1: any) and is used up after
/// `count` of them.
struct Fault {
  int16_t api_key = -1;
  int32_t broker_id = -1;
  int count = 1;                      // -1: for ever
  int64_t delay_ms = 0;               // answer that much later
  std::optional<int16_t> error_code;  // every error code in the answer becomes this one
  std::optional<size_t>
      cut_after_bytes;  // close the connection after that many bytes of the answer
  bool drop = false;    // close the connection instead of answering
  bool stop = false;    // stop the broker instead, for good
};

class Faults {
 public:
  Faults();
  ~Faults();

  void add(Fault fault);
  void clear();

  /// Runs `serve`, now or later or not at all, as the first rule that fits the call says.
  void apply(Call& call, std::function<void(Call&)> serve);

 private:
  std::optional<Fault> take(const Call& call);

  std::list<Fault> rules_;
};

/// Puts `code` into every error code of a response.
void set_error_codes(const MessageTable& table, void* response, int16_t code);

/// Sends the empty response with its error code, where the call is to fail and its answer has one
/// for all of it.
bool fail_as_a_whole(Call& call);

/// Reads `API[@BROKER]:EFFECT[:COUNT]`, EFFECT being an error's name or number, `delay=500ms`,
/// `cut=100`, `drop` or `stop`.
Fault parse_fault(const std::string& text);

}  // namespace kt::sandbox
