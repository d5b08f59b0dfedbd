#include "playhead/operations/hashes.h"

#include <limits>

namespace playhead {

namespace {
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
}

void HRandField::validate() const {
  if (withvalues && !count) refuse("ERR syntax error");
  if (!count) return;
  check_random_count(count);
  if (withvalues && (*count < -most / 2 || *count > most / 2)) refuse("ERR value is out of range");
}

void HRandField::emit(const Reply& r, Sink& s) const {
  if (!count) return r.items.empty() ? s.null() : s.bulk(r.items.front().first);
  if (withvalues)
    s.begin_pairs(r.items.size());
  else
    s.begin_array(r.items.size());
  for (const auto& [field, value] : r.items) {
    s.bulk(field);
    if (withvalues) s.bulk(value);
  }
}

void HRandField::decode(const Value& v, Reply& r) const {
  r.items.clear();
  if (!count) {
    if (!v.is_null()) r.items.emplace_back(v.to_string(), std::string());
    return;
  }
  const auto& list = list_of(v);
  if (withvalues && (v.kind == Value::Kind::pairs || list.empty() || !list.front().is_list()))
    return playhead::decode(v, r);
  for (const Value& item : list) {
    if (withvalues) {
      const auto& pair = list_of(item);
      if (pair.size() != 2)
        throw Error(ErrorCode::corrupt, "the server's reply is not a field and its value");
      r.items.emplace_back(pair[0].to_string(), pair[1].to_string());
    } else {
      r.items.emplace_back(item.to_string(), std::string());
    }
  }
}

void HScan::validate() const {
  if (count && fault.text.empty()) check_page_size(*count);
}

}  // namespace playhead
