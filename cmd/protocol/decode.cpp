#include "cli/context.h"
#include "files.h"
#include "protocol/messages.h"

namespace kt {
namespace {

class Decode : public Invocation {
  std::string name_, version_, file_ = "-";
  bool request_ = false, response_ = false, frame_ = false, hex_ = false, indent_ = false;

  std::vector<Argument> arguments() override {
    return {
        {"NAME", "", "An API (ListOffsets, list-offsets) or a data message", &name_},
        {"VERSION", "", "The version of the bytes", &version_},
        {"[FILE]", "", "Where the bytes are; standard input unless given", &file_, Complete::files},
        {"--request", "", "The bytes are a request (the default)", &request_},
        {"--response", "", "The bytes are a response", &response_},
        {"--frame", "", "Size and header stand in front of the body", &frame_},
        {"--hex", "", "The input is hex; blanks and colons are skipped", &hex_},
        {"--indent", "", "JSON over several lines", &indent_}};
  }

  Exit run(Context& context) override {
    if (request_ && response_)
      throw Error("--request and --response exclude each other", Exit::usage);
    NamedMessage message = find_message(name_, version_, response_);
    std::string input = read_input(file_);
    if (hex_) input = from_hex(input);
    JsonForm form = indent_ ? JsonForm::indented : JsonForm::compact;
    if (frame_) {
      for (std::string_view rest = input; !rest.empty();)
        context.out.write(decode_frame(message, rest, form) + "\n");
      return Exit::ok;
    }
    AnyMessage decoded(*message.table);
    size_t taken = decode(*message.table, decoded.get(), input, message.version);
    require_all_read(*message.table, message.version, taken, input.size());
    std::string json;
    write_json(json, *message.table, decoded.get(), message.version, form);
    context.out.write(json + "\n");
    return Exit::ok;
  }
};

}  // namespace

extern const Command protocol_decode;
const Command protocol_decode{
    .words = "protocol decode",
    .summary = "Print the bytes of a message as JSON",
    .text =
        "The JSON is what Kafka's own converters print: their field names, UUIDs and bytes as "
        "base64, tagged "
        "fields only where they are not at their default. `records`, which those leave empty, are "
        "base64 too, "
        "and tagged fields that kt does not know stand under _unknownTaggedFields.\n\n"
        "With --frame the result is {\"header\":{...},\"body\":{...}}, a line for each frame of "
        "the input. "
        "kt protocol encode takes either back.",
    .examples = {{"printf '\\0\\0\\0\\0' | kt protocol decode Metadata 0", "the body of a request"},
                 {"echo 00000000 0000 00000000 | kt protocol decode ApiVersions 1 --response --hex",
                  "the body of a response, in hex"},
                 {"kt protocol decode Metadata 9 --frame request.bin",
                  "a request as it went over the wire"}},
    .connects = false,
    .make = make<Decode>,
};

}  // namespace kt
