#include "engine/modules/identity/session_space.h"

#include <algorithm>
#include <set>

#include "engine/modules/identity/session_procedures.h"
#include "engine/modules/identity/session_record.h"
#include "engine/store/secure_bytes.h"
#include "playhead/error.h"

namespace playhead::identity {

SessionOptions checked(SessionOptions o) {
  constexpr Millis longest_timeout = Millis{10} * 366 * 86'400'000;
  check_id("name", o.name);
  check_range("idle_timeout", o.idle_timeout, 1, longest_timeout);
  check_range("absolute_timeout", o.absolute_timeout, 1, longest_timeout);
  check_range("touch_interval", o.touch_interval, 0, longest_timeout);
  check_range("sessions_per_user", o.sessions_per_user, 1, 10'000);
  check_range("shards", o.shards, 1, 4096);
  check_range("kept_events", o.kept_events, 1, 10'000'000);
  check_range("slack", o.slack, 0, longest_timeout);
  o.touch_interval = std::min(o.touch_interval, o.idle_timeout / 8);
  return o;
}

Group session_group(const SessionOptions& options, Text user_id) {
  return group_of("playhead.sessions", user_id, static_cast<std::uint16_t>(options.shards));
}

std::string shard_key(const Namespace& space, const SessionOptions& options, std::uint16_t shard, Text part) {
  return space.keys().key_in(shard, "sessions", options.name, {part});
}

std::string user_key(const Namespace& space, const SessionOptions& options, const Group& group) {
  return space.keys().key_in(group.shard, "sessions", options.name, {"of", group.hash});
}

SessionCall::SessionCall(const Namespace& space, const SessionOptions& options, Group group)
    : space_(space),
      group_(std::move(group)),
      keys_{user_key(space, options, group_), shard_key(space, options, group_.shard, "due"),
            shard_key(space, options, group_.shard, "ended")},
      args_(space.time()) {
  args_.text(group_.hash).integer(options.slack).integer(options.kept_events);
}

std::optional<Bearer> read_session(const SessionOptions& options, Text text) {
  auto bearer = Bearer::read(text);
  if (bearer && bearer->group.shard >= options.shards) return std::nullopt;
  return bearer;
}

std::string packed_fields(const SessionFields& fields) {
  Strings texts;
  std::set<Text> names;
  for (const auto& [name, value] : fields) {
    check_id("the name of a field", name);
    if (!names.insert(name).second)
      throw Error(ErrorCode::invalid, "the field \"" + name + "\" is given twice; name each field once");
    texts.push_back(name);
    texts.push_back(value);
  }
  std::string packed = pack(texts);
  check_range("the size of a session's fields", static_cast<std::int64_t>(packed.size()), 0,
              Sessions::max_data);
  return packed;
}

SessionInfo session_info(std::string user_id, std::string app, const Value* told) {
  SessionInfo info{hex(told[0].to_string()), std::move(user_id),   std::move(app),       {},
                   told[1].to_integer(),     told[2].to_integer(), told[3].to_integer(), told[4].to_integer(),
                   told[5].to_integer()};
  Strings texts = unpack(told[6].to_string());
  for (std::size_t i = 0; i + 1 < texts.size(); i += 2)
    info.fields.emplace_back(std::move(texts[i]), std::move(texts[i + 1]));
  return info;
}

std::vector<SessionInfo> session_list(const Value& reply, Text user_id) {
  const auto& parts = list_of(reply);
  std::vector<SessionInfo> out;
  for (std::size_t i = 0; i + told_parts < parts.size(); i += told_parts + 1)
    out.push_back(session_info(std::string(user_id), parts[i].to_string(), &parts[i + 1]));
  return out;
}

CreatedSession created(const Bearer& bearer, Millis expires_at) {
  return {bearer.text, hex(bearer.id()), expires_at};
}

}  // namespace playhead::identity
