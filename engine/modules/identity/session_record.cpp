#include "engine/modules/identity/session_record.h"

#include <algorithm>

#include "engine/store/numbers.h"
#include "playhead/error.h"

namespace playhead::identity {

namespace {

[[noreturn]] void corrupt() {
  throw Error(ErrorCode::corrupt, "a stored session is not in the format of this version");
}

}  // namespace

std::string pack(const Strings& texts) {
  std::string out;
  for (const std::string& text : texts) {
    out += std::to_string(text.size());
    out.push_back(':');
    out += text;
  }
  return out;
}

Strings unpack(Text packed) {
  Strings out;
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
  r.parent = texts[0];
  r.app = texts[1];
  r.fields.assign(texts.begin() + 2, texts.end());
  return r;
}

std::string SessionRecord::print() const {
  std::string out;
  for (std::int64_t field : {number, version, issued, seen, absolute, idle, authenticated, apps}) {
    char buffer[int64_text_size];
    out += format_int64(field, buffer);
    out.push_back(':');
  }
  return out + check + pack({parent, app}) + pack(fields);
}

}  // namespace playhead::identity
