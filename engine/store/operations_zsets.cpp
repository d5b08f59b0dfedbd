#include "playhead/operations/zsets.h"

#include <cmath>
#include <limits>

namespace playhead {

namespace {

constexpr Text syntax_error = "ERR syntax error";
constexpr Text not_a_float = "ERR value is not a valid float";

void check_keys(List<Text> keys) {
  if (keys.empty()) refuse("ERR numkeys should be greater than 0");
}

void check_scores(const Score& min, const Score& max) {
  if (std::isnan(min.value) || std::isnan(max.value)) refuse("ERR min or max is not a float");
}

// Members alone, or each with its score.
void emit_members(const std::vector<ScoredMember>& r, bool withscores, Sink& s) {
  if (withscores) return emit(r, s);
  s.begin_array(r.size());
  for (const ScoredMember& m : r) s.bulk(m.member);
}
void decode_members(const Value& v, bool withscores, std::vector<ScoredMember>& r) {
  if (withscores) return decode(v, r);
  r.clear();
  for (const Value& member : list_of(v)) r.push_back({member.to_string(), 0});
}

// [key, [[member, score], ...]], nested in RESP2 too.
void emit_popped(const std::optional<PoppedMembers>& r, Sink& s) {
  if (!r) return s.null_array();
  s.begin_array(2);
  s.bulk(r->key);
  s.begin_array(r->items.size());
  for (const ScoredMember& m : r->items) emit(m, s);
}
void decode_popped(const Value& v, std::optional<PoppedMembers>& r) {
  r.reset();
  if (v.is_null()) return;
  const auto& parts = list_of(v);
  if (parts.size() != 2) throw Error(ErrorCode::corrupt, "the server's reply is not a key and its members");
  r.emplace();
  r->key = parts[0].to_string();
  decode(parts[1], r->items);
}

List<Text> only(Text key, Arena& arena) {
  auto keys = arena.array<Text>(1);
  keys[0] = arena.copy(key);
  return keys;
}

}  // namespace

// ---- members

void ZAdd::check_options(std::size_t arguments) const {
  if (arguments == 0 || arguments % 2 != 0) refuse(syntax_error);
  if (nx && xx) refuse("ERR XX and NX options at the same time are not compatible");
  if ((gt && nx) || (lt && nx) || (gt && lt))
    refuse("ERR GT, LT, and/or NX options at the same time are not compatible");
  if (incr && arguments > 2) refuse("ERR INCR option supports a single increment-element pair");
}

void ZAdd::validate() const {
  check_options(2 * items.size());
  for (const ScoreMember& item : items)
    if (std::isnan(item.score)) refuse(not_a_float);
}

void ZAdd::emit(const Reply& r, Sink& s) const {
  if (incr)
    playhead::emit(r.score, s);
  else
    s.integer(r.count);
}

void ZAdd::decode(const Value& v, Reply& r) const {
  r = {};
  if (incr)
    playhead::decode(v, r.score);
  else
    playhead::decode(v, r.count);
}

void ZIncrBy::validate() const {
  if (std::isnan(increment)) refuse(not_a_float);
}

void ZPopMin::validate() const {
  if (count && *count < 0) refuse("ERR value is out of range, must be positive");
}

// Without a count even RESP3 has the member and its score in one flat array.
void ZPopMin::emit(const Reply& r, Sink& s) const {
  if (count) return playhead::emit(r, s);
  s.begin_array(2 * r.size());
  for (const ScoredMember& m : r) {
    s.bulk(m.member);
    s.real(m.score);
  }
}

void ZMPop::check_count(const std::int64_t& count) {
  if (count < 1) refuse("ERR count should be greater than 0");
}
void ZMPop::validate() const {
  check_keys(keys);
  if (count) check_count(*count);
}
void ZMPop::emit(const Reply& r, Sink& s) const {
  emit_popped(r, s);
}
void ZMPop::decode(const Value& v, Reply& r) const {
  decode_popped(v, r);
}

void BZMPop::validate() const {
  check_keys(keys);
  if (count) ZMPop::check_count(*count);
}
void BZMPop::emit(const Reply& r, Sink& s) const {
  emit_popped(r, s);
}
void BZMPop::decode(const Value& v, Reply& r) const {
  decode_popped(v, r);
}
void BZMPop::narrow(Text key, Arena& arena) {
  keys = only(key, arena);
}

void BZPopMin::emit(const Reply& r, Sink& s) const {
  if (!r) return s.null_array();
  s.begin_array(3);
  s.bulk(r->key);
  s.bulk(r->member);
  s.real(r->score);
}
void BZPopMin::decode(const Value& v, Reply& r) const {
  r.reset();
  if (v.is_null()) return;
  const auto& parts = list_of(v);
  if (parts.size() != 3)
    throw Error(ErrorCode::corrupt, "the server's reply is not a key, a member and its score");
  r = {parts[0].to_string(), parts[1].to_string(), parts[2].to_real()};
}
void BZPopMin::narrow(Text key, Arena& arena) {
  keys = only(key, arena);
}

void ZRandMember::validate() const {
  constexpr auto longest = std::numeric_limits<std::int64_t>::max();
  if (!count && withscores) refuse(syntax_error);
  if (!count) return;
  check_random_count(count);
  if (withscores && (*count < -(longest / 2) || *count > longest / 2)) refuse("ERR value is out of range");
}

void ZRandMember::emit(const Reply& r, Sink& s) const {
  if (count) return emit_members(r, withscores, s);
  if (r.empty())
    s.null();
  else
    s.bulk(r[0].member);
}

void ZRandMember::decode(const Value& v, Reply& r) const {
  if (count) return decode_members(v, withscores, r);
  r.clear();
  if (!v.is_null()) r.push_back({v.to_string(), 0});
}

// ---- ranges

void ZCount::validate() const {
  check_scores(min, max);
}
void ZRangeByScore::validate() const {
  check_scores(min, max);
}
void ZRevRangeByScore::validate() const {
  check_scores(min, max);
}
void ZRemRangeByScore::validate() const {
  check_scores(min, max);
}

void ZRangeSpec::validate() const {
  if (byscore && bylex) refuse(syntax_error);
  if (limit && limit->count != -1 && !byscore && !bylex)
    refuse("ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX");
}

void ZRange::validate() const {
  range.validate();
  if (withscores && range.bylex)
    refuse("ERR syntax error, WITHSCORES not supported in combination with BYLEX");
}

void ZRange::emit(const Reply& r, Sink& s) const {
  emit_members(r, withscores, s);
}
void ZRange::decode(const Value& v, Reply& r) const {
  decode_members(v, withscores, r);
}
void ZRevRange::emit(const Reply& r, Sink& s) const {
  emit_members(r, withscores, s);
}
void ZRevRange::decode(const Value& v, Reply& r) const {
  decode_members(v, withscores, r);
}
void ZRangeByScore::emit(const Reply& r, Sink& s) const {
  emit_members(r, withscores, s);
}
void ZRangeByScore::decode(const Value& v, Reply& r) const {
  decode_members(v, withscores, r);
}
void ZRevRangeByScore::emit(const Reply& r, Sink& s) const {
  emit_members(r, withscores, s);
}
void ZRevRangeByScore::decode(const Value& v, Reply& r) const {
  decode_members(v, withscores, r);
}

// ---- combinations

void check_inputs(List<Text> keys, Text command) {
  if (keys.empty()) refuse("ERR at least 1 input key is needed for '" + std::string(command) + "' command");
}

void ZInputs::validate(Text command) const {
  check_inputs(keys, command);
  if (!weights.empty() && weights.size() != keys.size()) refuse(syntax_error);
  for (double weight : weights)
    if (std::isnan(weight)) refuse("ERR weight value is not a float");
}

void ZUnion::emit(const Reply& r, Sink& s) const {
  emit_members(r, withscores, s);
}
void ZUnion::decode(const Value& v, Reply& r) const {
  decode_members(v, withscores, r);
}
void ZInter::emit(const Reply& r, Sink& s) const {
  emit_members(r, withscores, s);
}
void ZInter::decode(const Value& v, Reply& r) const {
  decode_members(v, withscores, r);
}
void ZDiff::emit(const Reply& r, Sink& s) const {
  emit_members(r, withscores, s);
}
void ZDiff::decode(const Value& v, Reply& r) const {
  decode_members(v, withscores, r);
}

void ZInterCard::check_limit(const std::int64_t& limit) {
  if (limit < 0) refuse("ERR LIMIT can't be negative");
}

void ZInterCard::validate() const {
  check_inputs(keys, traits.name);
  if (limit && fault.text.empty()) check_limit(*limit);
}

}  // namespace playhead
