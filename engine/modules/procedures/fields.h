#pragma once
// Records of several texts as one value: each stands as its length in decimal digits, a colon, and its bytes.
#include <initializer_list>
#include <string>
#include <vector>

#include "playhead/text.h"

namespace playhead {

/// A record that is written field by field.
class FieldWriter {
 public:
  FieldWriter& text(Text bytes);
  FieldWriter& integer(std::int64_t n);
  const std::string& bytes() const& { return bytes_; }
  std::string bytes() && { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// Reads one. Throws Error{corrupt} if it is none, or has too few fields.
class FieldReader {
 public:
  explicit FieldReader(Text bytes) : rest_(bytes) {}
  Text text();
  std::int64_t integer();
  bool done() const { return rest_.empty(); }

 private:
  Text rest_;
};

/// The same for scripts: `join({text, ...})` and `split(record)`, a table of texts.
inline constexpr Text lua_fields = R"lua(
local function join(texts)
  local out = {}
  for i, text in ipairs(texts) do out[i] = #text .. ':' .. text end
  return table.concat(out)
end
local function split(record)
  local out, at = {}, 1
  while at <= #record do
    local colon = string.find(record, ':', at, true)
    local finish = colon + tonumber(string.sub(record, at, colon - 1))
    out[#out + 1] = string.sub(record, colon + 1, finish)
    at = finish + 1
  end
  return out
end
)lua";

}  // namespace playhead
