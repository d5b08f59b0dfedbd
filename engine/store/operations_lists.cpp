#include "playhead/operations/lists.h"

#include "playhead/error.h"

namespace playhead {

namespace {

void emit_popped(const std::optional<PoppedElements>& r, Sink& s) {
  if (!r) return s.null_array();
  s.begin_array(2);
  s.bulk(r->key);
  emit(r->elements, s);
}

/// The two items of a popped reply; none if nothing was popped.
const std::vector<Value>* pair_of(const Value& v) {
  if (v.is_null()) return nullptr;
  const auto& items = list_of(v);
  if (items.size() != 2)
    throw Error(ErrorCode::corrupt, "the server's reply is not a key and what was popped from it");
  return &items;
}

void decode_popped(const Value& v, std::optional<PoppedElements>& r) {
  r.reset();
  const auto* items = pair_of(v);
  if (items == nullptr) return;
  r.emplace().key = (*items)[0].to_string();
  decode((*items)[1], r->elements);
}

/// Room for the one key that a blocking operation is restricted to.
List<Text> only(Text key, Arena& arena) {
  auto keys = arena.array<Text>(1);
  keys[0] = key;
  return keys;
}

}  // namespace

void LPos::check_rank(const std::int64_t& rank) {
  if (rank == 0)
    refuse(
        "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative "
        "to start from the end of the list");
}
void LPos::check_matches(const std::int64_t& count) {
  if (count < 0) refuse(negative_count);
}
void LPos::check_maxlen(const std::int64_t& maxlen) {
  if (maxlen < 0) refuse(negative_maxlen);
}

void LPos::validate() const {
  if (rank) check_rank(*rank);
  if (count) check_matches(*count);
  if (maxlen) check_maxlen(*maxlen);
}

void LPos::emit(const Reply& r, Sink& s) const {
  if (count)
    playhead::emit(r, s);
  else if (r.empty())
    s.null();
  else
    s.integer(r.front());
}

void LPos::decode(const Value& v, Reply& r) const {
  if (count) return playhead::decode(v, r);
  r.clear();
  if (!v.is_null()) r.push_back(v.to_integer());
}

void LPop::validate() const {
  if (count && *count < 0) refuse("ERR value is out of range, must be positive");
}

void LPop::emit(const Reply& r, Sink& s) const {
  if (count)
    playhead::emit(r.elements, s);
  else
    playhead::emit(r.element, s);
}

void LPop::decode(const Value& v, Reply& r) const {
  r = {};
  if (count)
    playhead::decode(v, r.elements);
  else
    playhead::decode(v, r.element);
}

void LMPop::validate() const {
  if (count) check_count(*count);
}
void LMPop::emit(const Reply& r, Sink& s) const {
  emit_popped(r, s);
}
void LMPop::decode(const Value& v, Reply& r) const {
  decode_popped(v, r);
}

void BLMPop::validate() const {
  if (count) check_count(*count);
}
void BLMPop::emit(const Reply& r, Sink& s) const {
  emit_popped(r, s);
}
void BLMPop::decode(const Value& v, Reply& r) const {
  decode_popped(v, r);
}
void BLMPop::narrow(Text key, Arena& arena) {
  keys = only(key, arena);
}

void BLPop::emit(const Reply& r, Sink& s) const {
  if (!r) return s.null_array();
  s.begin_array(2);
  s.bulk(r->key);
  s.bulk(r->element);
}

void BLPop::decode(const Value& v, Reply& r) const {
  r.reset();
  if (const auto* items = pair_of(v)) r = PoppedElement{(*items)[0].to_string(), (*items)[1].to_string()};
}

void BLPop::narrow(Text key, Arena& arena) {
  keys = only(key, arena);
}

}  // namespace playhead
