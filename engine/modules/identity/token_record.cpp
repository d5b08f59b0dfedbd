#include "engine/modules/identity/token_record.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "engine/store/numbers.h"
#include "playhead/error.h"

namespace playhead::identity {

namespace {

constexpr int base = 36;

bool take_number(Text& bytes, std::int64_t& number) {
  auto [end, error] = std::from_chars(bytes.data(), bytes.data() + bytes.size(), number, base);
  if (error != std::errc() || end == bytes.data() + bytes.size() || *end != ':') return false;
  bytes.remove_prefix(static_cast<std::size_t>(end - bytes.data()) + 1);
  return true;
}

}  // namespace

TokenRecord TokenRecord::parse(Text bytes) {
  TokenRecord r;
  for (std::int64_t* field : {&r.number, &r.issued, &r.seen, &r.absolute, &r.idle, &r.grace}) {
    if (!take_number(bytes, *field))
      throw Error(ErrorCode::corrupt, "a stored token is not in the format of this version");
  }
  r.seen += r.issued;
  r.absolute += r.issued;
  r.check = bytes.substr(0, half_digest);
  r.data = bytes.substr(std::min(bytes.size(), half_digest));
  return r;
}

std::string TokenRecord::print() const {
  std::string out;
  for (std::int64_t field : {number, issued, seen - issued, absolute - issued, idle, grace}) {
    char buffer[int64_text_size];
    out.append(buffer, std::to_chars(buffer, std::end(buffer), field, base).ptr);
    out.push_back(':');
  }
  return out + check + data;
}

Millis TokenRecord::end() const {
  Millis end = std::min(absolute, seen + idle);
  return grace == 0 ? end : std::min(end, grace);
}

}  // namespace playhead::identity
