#include <limits>

#include "engine/store/expiry.h"
#include "playhead/operations/strings.h"

namespace playhead {

namespace {
constexpr Text syntax_error = "ERR syntax error";
}

Millis deadline_of(std::int64_t time, Millis unit, bool absolute, Millis now, bool positive, Text command) {
  auto invalid = [&] { refuse("ERR invalid expire time in '" + std::string(command) + "' command"); };
  constexpr auto min = std::numeric_limits<std::int64_t>::min(),
                 max = std::numeric_limits<std::int64_t>::max();
  if (positive && time <= 0) invalid();
  if (time > max / unit || time < min / unit) invalid();
  time *= unit;
  if (!absolute) {
    if (time > max - now) invalid();
    time += now;
  }
  return time;
}

Millis Expiry::deadline(Millis now, Text command) const {
  if (ex) return deadline_of(*ex, 1000, false, now, true, command);
  if (px) return deadline_of(*px, 1, false, now, true, command);
  if (exat) return deadline_of(*exat, 1000, true, now, true, command);
  if (pxat) return deadline_of(*pxat, 1, true, now, true, command);
  return 0;
}

void Set::validate() const {
  if ((nx && xx) || expiry.named() > 1) refuse(syntax_error);
}

void Set::emit(const Reply& r, Sink& s) const {
  if (get)
    playhead::emit(r.old, s);
  else if (r.set)
    s.status("OK");
  else
    s.null();
}

void Set::decode(const Value& v, Reply& r) const {
  r = {};
  if (get) {
    playhead::decode(v, r.old);
    r.set = nx ? !r.old : xx ? r.old.has_value() : true;
  } else {
    r.set = !v.is_null();
  }
}

void GetEx::validate() const {
  if (expiry.named() > 1) refuse(syntax_error);
}

void SetRange::validate() const {
  if (offset < 0) refuse("ERR offset is out of range");
}

void Lcs::check_options() const {
  fault.check();
  if (len && idx) refuse("ERR If you want both the length and indexes, please just use IDX.");
}

void Lcs::emit(const Reply& r, Sink& s) const {
  if (!idx) return len ? s.integer(r.length) : s.bulk(r.text);
  s.begin_map(2);
  s.bulk("matches");
  s.begin_array(r.matches.size());
  for (const LcsMatch& m : r.matches) {
    s.begin_array(withmatchlen ? 3 : 2);
    s.begin_array(2);
    s.integer(m.a_from);
    s.integer(m.a_to);
    s.begin_array(2);
    s.integer(m.b_from);
    s.integer(m.b_to);
    if (withmatchlen) s.integer(m.a_to - m.a_from + 1);
  }
  s.bulk("len");
  s.integer(r.length);
}

void Lcs::decode(const Value& v, Reply& r) const {
  r = {};
  if (len && !idx) return playhead::decode(v, r.length);
  if (!idx) {
    playhead::decode(v, r.text);
    r.length = static_cast<std::int64_t>(r.text.size());
    return;
  }
  const auto& map = list_of(v);
  if (map.size() != 4)
    throw Error(ErrorCode::corrupt, "the server's reply to LCS IDX is not a map of matches and len");
  for (const Value& match : list_of(map[1])) {
    const auto& ranges = list_of(match);
    if (ranges.size() < 2 || list_of(ranges[0]).size() != 2 || list_of(ranges[1]).size() != 2)
      throw Error(ErrorCode::corrupt, "the server's reply to LCS IDX has a match without two ranges");
    r.matches.push_back({ranges[0].items[0].to_integer(), ranges[0].items[1].to_integer(),
                         ranges[1].items[0].to_integer(), ranges[1].items[1].to_integer()});
  }
  r.length = map[3].to_integer();
}

}  // namespace playhead
