#include "playhead/operations/sets.h"

#include <limits>

namespace playhead {

namespace {

// Without a count the reply is one member or nothing.
void decode_members(const Value& v, bool one, Members& r) {
  if (!one) return decode(v, r);
  r.items.clear();
  if (!v.is_null()) r.items.push_back(v.to_string());
}

void emit_one(const Members& r, Sink& s) {
  if (r.items.empty())
    s.null();
  else
    s.bulk(r.items.front());
}

}  // namespace

void SPop::validate() const {
  if (count && *count < 0) refuse("ERR value is out of range, must be positive");
}

void SPop::emit(const Reply& r, Sink& s) const {
  if (count)
    playhead::emit(r, s);
  else
    emit_one(r, s);
}

void SPop::decode(const Value& v, Reply& r) const {
  decode_members(v, !count, r);
}

void SRandMember::validate() const {
  check_random_count(count);
}

void SRandMember::emit(const Reply& r, Sink& s) const {
  if (count)
    playhead::emit(r.items, s);  // an array, not a set: members may repeat
  else
    emit_one(r, s);
}

void SRandMember::decode(const Value& v, Reply& r) const {
  decode_members(v, !count, r);
}

void SInterCard::check_limit(const std::int64_t& limit) {
  if (limit < 0) refuse("ERR LIMIT can't be negative");
}

void SInterCard::validate() const {
  if (limit) check_limit(*limit);
}

void SScan::validate() const {
  if (count && fault.text.empty()) check_page_size(*count);
}

}  // namespace playhead
