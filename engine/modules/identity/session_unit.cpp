#include "engine/modules/identity/session_unit.h"

#include <algorithm>
#include <limits>

#include "engine/store/secure_bytes.h"

namespace playhead::identity {

UserSessions::UserSessions(Unit& unit, std::uint16_t db, List<Text> keys, ArgumentReader& args)
    : unit_(unit), db_(db), hash_(keys[0]), due_(keys[1]), ended_(keys[2]) {
  now_ = read_time(unit, args);
  group_ = args.text();
  slack_ = args.integer();
  kept_ = args.integer();
}

std::optional<SessionRecord> UserSessions::load(Text id) const {
  auto record = unit_.run(HGet{hash_, id}, db_);
  if (!record) return std::nullopt;
  return SessionRecord::parse(id, *record);
}

std::optional<UserSessions::Found> UserSessions::living(Text id, Text check) {
  auto t = load(id);
  if (!t || (!check.empty() && !same_secret(t->check, check))) return std::nullopt;
  std::optional<SessionRecord> global;
  if (!t->parent.empty()) global = load(t->parent);
  if (global && now_ >= global->end()) {
    dismiss(*global, global->reason());
    return std::nullopt;
  }
  bool orphan = !t->parent.empty() && !global;
  if (orphan || now_ >= t->end()) {
    dismiss(*t, t->reason());
    return std::nullopt;
  }
  return Found{std::move(*t), std::move(global)};
}

void UserSessions::put(const SessionRecord& t) {
  std::string bytes = t.print();
  FieldValue item{t.id, bytes};
  run_for_effect(unit_, HSet{hash_, {&item, 1}}, db_);
  std::string member = std::string(group_) + t.id;
  ScoreMember end{static_cast<double>(t.end()), member};
  run_for_effect(unit_, ZAdd{due_, {&end, 1}}, db_);
  Millis left = std::max<Millis>(1, t.end() - now_ + slack_);
  if (unit_.run(PTtl{{hash_}}, db_) >= left) return;
  PExpire expire;
  expire.key = hash_;
  expire.time = left;
  run_for_effect(unit_, expire, db_);
}

void UserSessions::tell_end(const SessionRecord& t, Text reason, Text user) {
  std::string event(reason);
  for (Millis time : {std::min(now_, t.end()), t.issued, t.seen}) event += ":" + std::to_string(time);
  event += ":" + t.id + pack({t.app}) + std::string(user);
  ScoreMember item{static_cast<double>(now_), event};
  run_for_effect(unit_, ZAdd{ended_, {&item, 1}}, db_);
  std::int64_t excess = unit_.run(ZCard{ended_}, db_) - kept_;
  if (excess > 0) run_for_effect(unit_, ZRemRangeByRank{ended_, 0, excess - 1}, db_);
}

void UserSessions::forget_end(Text id) {
  std::string member = std::string(group_) + std::string(id);
  Text name = member;
  run_for_effect(unit_, ZRem{due_, {&name, 1}}, db_);
}

void UserSessions::forget_id(Text id) {
  run_for_effect(unit_, HDel{hash_, {&id, 1}}, db_);
  forget_end(id);
}

void UserSessions::dismiss(const SessionRecord& t, Text reason) {
  if (!unit_.run(HExists{hash_, t.id}, db_)) return;
  std::string whose = user();
  forget_id(t.id);
  if (!reason.empty()) tell_end(t, reason, whose);
  if (t.apps > 0)
    for (const SessionRecord& app : apps_of(t.id)) dismiss(app, reason);
  if (size() == 2) run_for_effect(unit_, Del{{&hash_, 1}}, db_);
}

void UserSessions::touch(SessionRecord& t, Millis interval) {
  if (interval < 0 || now_ - t.seen < interval) return;
  t.seen = now_;
  put(t);
}

std::vector<SessionRecord> UserSessions::all() const {
  std::vector<SessionRecord> items;
  for (const auto& [field, value] : unit_.run(HGetAll{hash_}, db_).items)
    if (field.size() == half_digest) items.push_back(SessionRecord::parse(field, value));
  std::sort(items.begin(), items.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  return items;
}

std::vector<SessionRecord> UserSessions::apps_of(Text id) const {
  std::vector<SessionRecord> items = all();
  std::erase_if(items, [&](const SessionRecord& t) { return t.parent != id; });
  return items;
}

void UserSessions::set_user(Text user) {
  FieldValue item{"u", user};
  run_for_effect(unit_, HSet{hash_, {&item, 1}}, db_);
}

void UserSessions::forget_overdue() {
  Score least{-std::numeric_limits<double>::infinity(), false};
  Score until{static_cast<double>(now_ - slack_), false};
  for (const ScoredMember& item : unit_.run(ZRangeByScore{due_, least, until, false, Limit{0, 4}}, db_)) {
    Text member = item.member;
    run_for_effect(unit_, ZRem{due_, {&member, 1}}, db_);
  }
}

}  // namespace playhead::identity
