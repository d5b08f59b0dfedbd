#include "engine/modules/identity/session_record.h"

#include <algorithm>

#include "engine/store/numbers.h"
#include "playhead/error.h"

namespace playhead::identity {

namespace {

[[noreturn]] void corrupt() {
  throw Error(ErrorCode::corrupt, "a stored session is not in the format of this version");
}

void append_number(std::string& out, std::int64_t number) {
  char buffer[int64_text_size];
  out += format_int64(number, buffer);
  out.push_back(':');
}

void append_text(std::string& out, Text text) {
  append_number(out, static_cast<std::int64_t>(text.size()));
  out += text;
}

/// More bytes than a text of this size takes.
std::size_t room_for(Text text) {
  return int64_text_size + text.size();
}

std::size_t room_for(const Strings& texts) {
  std::size_t room = 0;
  for (const std::string& text : texts) room += room_for(text);
  return room;
}

}  // namespace

std::string pack(const Strings& texts) {
  std::string out;
  out.reserve(room_for(texts));
  for (const std::string& text : texts) append_text(out, text);
  return out;
}

Strings unpack(Text packed) {
  Strings out;
  out.reserve(8);  // of few fields
  while (!packed.empty()) {
    std::size_t colon = packed.find(':');
    std::int64_t size = 0;
    if (colon == Text::npos || !parse_int64(packed.substr(0, colon), size) || size < 0 ||
        static_cast<std::size_t>(size) > packed.size() - colon - 1)
      corrupt();
    out.emplace_back(packed.substr(colon + 1, static_cast<std::size_t>(size)));
    packed.remove_prefix(colon + 1 + static_cast<std::size_t>(size));
  }
  return out;
}

SessionRecord SessionRecord::parse(Text id, Text bytes) {
  SessionRecord r;
  r.id = id;
  for (std::int64_t* field :
       {&r.number, &r.version, &r.issued, &r.seen, &r.absolute, &r.idle, &r.authenticated, &r.apps}) {
    std::size_t colon = bytes.find(':');
    if (colon == Text::npos || !parse_int64(bytes.substr(0, colon), *field)) corrupt();
    bytes.remove_prefix(colon + 1);
  }
  if (bytes.size() < half_digest) corrupt();
  r.check = bytes.substr(0, half_digest);
  Strings texts = unpack(bytes.substr(half_digest));
  if (texts.size() < 2) corrupt();
  r.parent = std::move(texts[0]);
  r.app = std::move(texts[1]);
  texts.erase(texts.begin(), texts.begin() + 2);
  r.fields = std::move(texts);
  return r;
}

std::string SessionRecord::print() const {
  const auto numbers = {number, version, issued, seen, absolute, idle, authenticated, apps};
  std::string out;
  out.reserve(numbers.size() * int64_text_size + check.size() + room_for(parent) + room_for(app) +
              room_for(fields));
  for (std::int64_t field : numbers) append_number(out, field);
  out += check;
  append_text(out, parent);
  append_text(out, app);
  for (const std::string& text : fields) append_text(out, text);
  return out;
}

}  // namespace playhead::identity
