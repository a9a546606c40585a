#include "cli/context.h"
#include "files.h"
#include "protocol/messages.h"

namespace kt {
namespace {

class Encode : public Invocation {
  std::string name_, version_, file_ = "-";
  bool request_ = false, response_ = false, frame_ = false, hex_ = false;

  std::vector<Argument> arguments() override {
    return {
        {"NAME", "", "An API (ListOffsets, list-offsets) or a data message", &name_},
        {"VERSION", "", "The version to write", &version_},
        {"[FILE]", "", "Where the JSON is; standard input unless given", &file_, Complete::files},
        {"--request", "", "The JSON is a request (the default)", &request_},
        {"--response", "", "The JSON is a response", &response_},
        {"--frame", "", "Size and header too, from {\"header\":{...},\"body\":{...}}", &frame_},
        {"--hex", "", "Print hex", &hex_}};
  }

  Exit run(Context& context) override {
    if (request_ && response_)
      throw Error("--request and --response exclude each other", Exit::usage);
    NamedMessage message = find_message(name_, version_, response_);
    if (!hex_ && context.out.is_terminal())
      throw Error("bytes do not belong on a terminal", Exit::usage,
                  "redirect the output, or ask for --hex");
    std::string json = read_input(file_), bytes;
    if (frame_) {
      bytes = encode_frame(message, json);
    } else {
      AnyMessage read = read_json(*message.table, json, message.version);
      encode(bytes, *message.table, read.get(), message.version);
    }
    context.out.write(hex_ ? to_hex(bytes) + "\n" : bytes);
    return Exit::ok;
  }
};

}  // namespace

extern const Command protocol_encode;
const Command protocol_encode{
    .words = "protocol encode",
    .summary = "Make the bytes of a message from JSON",
    .text =
        "Takes the JSON that kt protocol decode prints, which is that of Kafka's own converters. "
        "Fields that are "
        "left out have their default; a field that the version lacks is an error.\n\n"
        "With --frame, size and header are written too; of the header, correlationId and clientId "
        "may be given.",
    .examples = {{"echo '{\"topics\":null}' | kt protocol encode Metadata 1 --hex",
                  "ask for all topics"},
                 {"echo '{}' | kt protocol encode api-versions 3 --hex",
                  "all fields at their defaults"},
                 {"echo '{\"header\":{\"correlationId\":7},\"body\":{}}' | kt protocol encode "
                  "ListGroups 0 --frame --hex",
                  "ready to be sent"}},
    .connects = false,
    .make = make<Encode>,
};

}  // namespace kt
