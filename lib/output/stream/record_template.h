// Templates as kcat has them: `-f '%t %p %o %k %v %h\n'`.
//
//   %t topic   %p partition   %o offset   %T timestamp in milliseconds   %h headers as a=1,b=2
//   %k key     %K its length, -1 for null
//   %v value   %V its length, -1 for null   %R that length as four big-endian bytes   (%s and %S:
//   the same as %v and %V)
//   %% a percent sign
// and \n \r \t \0 \\ \e \xHH outside of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "output/stream/output_buffer.h"
#include "output/stream/record.h"

namespace kt::stream {

/// Reads \n \r \t \0 \\ \e \xHH; throws a usage error that calls the text `what` for any other
/// escape.
std::string read_escapes(std::string_view text, std::string_view what);

class RecordTemplate {
 public:
  /// Throws a usage error for an unknown % or backslash sequence.
  RecordTemplate(std::string_view text, std::string null_text, bool terminal);

  void write(OutputBuffer& out, const Record& record) const;
  bool wants_headers() const;

 private:
  struct Piece {
    char field = 0;  ///< the letter after %, 0 for literal text
    std::string literal;
  };

  void append_bytes(OutputBuffer& out, const Bytes& bytes) const;

  std::vector<Piece> pieces_;
  std::string null_text_;
  bool terminal_;
};

}  // namespace kt::stream
