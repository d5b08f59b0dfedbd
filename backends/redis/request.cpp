#include "backends/redis/request.h"

#include <charconv>

namespace playhead::redis {

namespace {

void append_header(std::string& out, char kind, std::size_t n) {
  char digits[24];
  digits[0] = kind;
  char* end = std::to_chars(digits + 1, digits + sizeof digits - 2, n).ptr;
  *end++ = '\r';
  *end++ = '\n';
  out.append(digits, end);
}

}  // namespace

// *<n>\r\n, then $<size>\r\n<bytes>\r\n for each word.
void Request::add(List<Text> words) {
  std::size_t size = bytes_.size() + 16;
  for (Text w : words) size += w.size() + 16;
  if (size > bytes_.capacity()) bytes_.reserve(size > 2 * bytes_.capacity() ? size : 2 * bytes_.capacity());
  append_header(bytes_, '*', words.size());
  for (Text w : words) {
    append_header(bytes_, '$', w.size());
    bytes_.append(w).append("\r\n", 2);
  }
  ++commands_;
}

void Request::add(const Call& call) {
  const Command& c = command(call.code);
  if (c.is(Flags::connection))
    throw Error(ErrorCode::invalid,
                "'" + std::string(c.traits.name) + "' is performed by a Session, not by a store");
  Arena arena;
  std::vector<Text> words;
  words.reserve(8);
  c.encode(call.operation, words, arena);
  add(words);
}

}  // namespace playhead::redis
