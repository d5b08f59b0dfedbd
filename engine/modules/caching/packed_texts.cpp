#include "engine/modules/caching/packed_texts.h"

#include <array>
#include <charconv>

#include "playhead/error.h"

namespace playhead::caching {

namespace {

template <class N>
std::string digits(N n) {
  std::array<char, 32> bytes;
  auto [end, error] = std::to_chars(bytes.begin(), bytes.end(), n);
  static_cast<void>(error);  // 32 bytes are enough for every number
  return {bytes.begin(), end};
}

template <class N>
N number(Text text) {
  N n = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc() || end != text.data() + text.size())
    throw Error(ErrorCode::corrupt, "a cached list has something else where a number should be");
  return n;
}

}  // namespace

void pack(std::string& out, Text text) {
  out.append(digits(text.size())).append(":").append(text);
}
void pack(std::string& out, std::int64_t n) {
  pack(out, Text(digits(n)));
}
void pack(std::string& out, double n) {
  pack(out, Text(digits(n)));
}

Text Unpacker::text() {
  std::size_t colon = rest_.find(':');
  if (colon == Text::npos) throw Error(ErrorCode::corrupt, "a cached list ends within a length");
  auto size = number<std::size_t>(rest_.substr(0, colon));
  rest_.remove_prefix(colon + 1);
  if (size > rest_.size()) throw Error(ErrorCode::corrupt, "a cached list ends within a text");
  Text text = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return text;
}

std::int64_t Unpacker::integer() {
  return number<std::int64_t>(text());
}
double Unpacker::real() {
  return number<double>(text());
}

}  // namespace playhead::caching
