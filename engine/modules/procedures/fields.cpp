#include "engine/modules/procedures/fields.h"

#include "engine/store/numbers.h"
#include "playhead/error.h"

namespace playhead {

namespace {

[[noreturn]] void refuse_record() {
  throw Error(ErrorCode::corrupt, "a stored record is not in the format of this version");
}

}  // namespace

FieldWriter& FieldWriter::text(Text bytes) {
  char buffer[int64_text_size];
  bytes_ += format_int64(static_cast<std::int64_t>(bytes.size()), buffer);
  bytes_ += ':';
  bytes_ += bytes;
  return *this;
}

FieldWriter& FieldWriter::integer(std::int64_t n) {
  char buffer[int64_text_size];
  return text(format_int64(n, buffer));
}

Text FieldReader::text() {
  std::size_t colon = rest_.find(':');
  std::int64_t size = 0;
  if (colon == Text::npos || !parse_int64(rest_.substr(0, colon), size) || size < 0) refuse_record();
  rest_.remove_prefix(colon + 1);
  if (static_cast<std::size_t>(size) > rest_.size()) refuse_record();
  Text found = rest_.substr(0, static_cast<std::size_t>(size));
  rest_.remove_prefix(static_cast<std::size_t>(size));
  return found;
}

std::int64_t FieldReader::integer() {
  std::int64_t n = 0;
  if (!parse_int64(text(), n)) refuse_record();
  return n;
}

}  // namespace playhead
