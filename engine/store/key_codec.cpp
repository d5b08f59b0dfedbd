#include "playhead/key_codec.h"

#include <array>

#include "engine/store/murmur_hash.h"
#include "playhead/error.h"

namespace playhead {

namespace {

constexpr Text lower_digits = "0123456789abcdef", upper_digits = "0123456789ABCDEF";

constexpr auto special_bytes = [] {
  std::array<bool, 256> special{};
  for (char c : Text("%:{}")) special[static_cast<unsigned char>(c)] = true;
  return special;
}();

bool is_special(char c) {
  return special_bytes[static_cast<unsigned char>(c)];
}

void append_escaped(std::string& out, Text segment) {
  if (segment.size() > max_segment)
    throw Error(ErrorCode::invalid, "an id or name of " + std::to_string(segment.size()) +
                                        " bytes is too long; at most " + std::to_string(max_segment) +
                                        " are allowed");
  const auto *at = segment.begin(), *plain = at;
  for (; at != segment.end(); ++at) {
    if (!is_special(*at)) continue;
    out.append(plain, at);
    auto byte = static_cast<unsigned char>(*at);
    const char escaped[] = {'%', upper_digits[byte >> 4], upper_digits[byte & 15]};
    out.append(escaped, sizeof escaped);
    plain = at + 1;
  }
  out.append(plain, at);
}

// What stands before the next colon, which is consumed; the rest if there is none.
Text take_segment(Text& rest, bool& last) {
  std::size_t colon = rest.find(':');
  last = colon == Text::npos;
  Text segment = rest.substr(0, colon);
  rest.remove_prefix(last ? rest.size() : colon + 1);
  return segment;
}

std::optional<std::uint16_t> parse_bucket(Text tag) {
  if (tag.size() != 6 || tag.front() != '{' || tag.back() != '}') return std::nullopt;
  unsigned bucket = 0;
  for (char c : tag.substr(1, 4)) {
    std::size_t digit = lower_digits.find(c);
    if (digit == Text::npos) return std::nullopt;
    bucket = bucket * 16 + static_cast<unsigned>(digit);
  }
  return static_cast<std::uint16_t>(bucket);
}

}  // namespace

KeyCodec::KeyCodec(Text prefix) {
  append_escaped(begin_, prefix);
  begin_.push_back(':');
}

std::uint16_t KeyCodec::bucket_of(Text owner) {
  return static_cast<std::uint16_t>(murmur_hash_64a(owner, 0));
}

std::string KeyCodec::key(Text family, Text owner, std::initializer_list<Text> parts) const {
  return key_in(bucket_of(owner), family, owner, parts);
}

std::string KeyCodec::key_in(std::uint16_t bucket, Text family, Text owner,
                             std::initializer_list<Text> parts) const {
  std::string out;
  std::size_t length = begin_.size() + family.size() + owner.size() + 16;
  for (Text part : parts) length += part.size() + 1;
  out.reserve(length);
  out += begin_;
  append_escaped(out, family);
  const char tag[] = {':',
                      '{',
                      lower_digits[bucket >> 12],
                      lower_digits[(bucket >> 8) & 15],
                      lower_digits[(bucket >> 4) & 15],
                      lower_digits[bucket & 15],
                      '}',
                      ':'};
  out.append(tag, sizeof tag);
  append_escaped(out, owner);
  for (Text part : parts) {
    out.push_back(':');
    append_escaped(out, part);
  }
  return out;
}

std::optional<KeyCodec::Name> KeyCodec::parse(Text key) {
  std::vector<Text> segments;
  for (bool last = false; !last;) segments.push_back(take_segment(key, last));
  if (segments.size() < 4) return std::nullopt;
  Name name;
  auto bucket = parse_bucket(segments[2]);
  auto prefix = unescape(segments[0]), family = unescape(segments[1]), owner = unescape(segments[3]);
  if (!bucket || !prefix || !family || !owner) return std::nullopt;
  name.prefix = std::move(*prefix);
  name.family = std::move(*family);
  name.bucket = *bucket;
  name.owner = std::move(*owner);
  for (std::size_t i = 4; i < segments.size(); ++i) {
    auto part = unescape(segments[i]);
    if (!part) return std::nullopt;
    name.parts.push_back(std::move(*part));
  }
  return name;
}

std::string KeyCodec::escape(Text segment) {
  std::string out;
  append_escaped(out, segment);
  return out;
}

std::optional<std::string> KeyCodec::unescape(Text escaped) {
  std::string out;
  for (std::size_t i = 0; i < escaped.size(); ++i) {
    char c = escaped[i];
    if (c != '%') {
      if (is_special(c)) return std::nullopt;
      out.push_back(c);
      continue;
    }
    if (escaped.size() - i < 3) return std::nullopt;
    std::size_t high = upper_digits.find(escaped[i + 1]), low = upper_digits.find(escaped[i + 2]);
    if (high == Text::npos || low == Text::npos) return std::nullopt;
    out.push_back(static_cast<char>(high * 16 + low));
    if (!is_special(out.back())) return std::nullopt;  // only one spelling is right
    i += 2;
  }
  return out.size() > max_segment ? std::nullopt : std::optional(std::move(out));
}

}  // namespace playhead
