#include "playhead/modules/sessions.h"

#include <array>

#include "engine/modules/identity/expiry_procedures.h"
#include "engine/modules/identity/session_procedures.h"
#include "engine/modules/identity/session_space.h"

namespace playhead {

using namespace identity;

namespace {

constexpr std::int64_t any_version = 0, batch = 100;

}  // namespace

Sessions::Sessions(Namespace space, SessionOptions options)
    : space_(std::move(space)), options_(checked(std::move(options))) {}

CreatedSession Sessions::create(Text user_id, const SessionFields& fields) {
  Bearer bearer = Bearer::make(session_group(options_, user_id));
  std::string packed = packed_fields(fields);
  SessionCall call(space_, options_, bearer.group);
  call.args().text(user_id).text(bearer.id()).text(bearer.check());
  call.args().integer(options_.idle_timeout).integer(options_.absolute_timeout);
  call.args().integer(options_.sessions_per_user).text(packed);
  return created(bearer, call.run(create_session).to_integer());
}

std::optional<SessionInfo> Sessions::read(Text session, Millis interval, SessionGuard guard) {
  auto bearer = read_session(options_, session);
  if (!bearer) return std::nullopt;
  SessionCall call(space_, options_, bearer->group);
  call.args().text(bearer->id()).text(bearer->check()).integer(interval).text(guard.name).text(guard.value);
  Value found = call.run(get_session);
  if (found.is_null()) return std::nullopt;
  const auto& parts = list_of(found);
  return session_info(parts.at(0).to_string(), parts.at(1).to_string(), &parts.at(2));
}

std::optional<SessionInfo> Sessions::get(Text session, SessionGuard guard) {
  return read(session, options_.touch_interval, guard);
}

std::optional<SessionInfo> Sessions::peek(Text session) {
  return read(session, -1, {});
}

bool Sessions::touch(Text session) {
  return read(session, 0, {}).has_value();
}

UpdateResult Sessions::update(Text session, const SessionChanges& changes,
                              std::optional<std::int64_t> version) {
  if (version) check_range("version", *version, 1, max_exact_integer);
  for (const auto& [name, value] : changes) check_id("the name of a field", name);
  auto bearer = read_session(options_, session);
  if (!bearer) return {};
  std::vector<std::string> texts;
  for (const auto& [name, value] : changes) texts.push_back(value ? "+" + *value : "-");
  SessionCall call(space_, options_, bearer->group);
  call.args()
      .text(bearer->id())
      .text(bearer->check())
      .integer(version.value_or(any_version))
      .integer(max_data);
  for (std::size_t i = 0; i < changes.size(); ++i) call.args().text(changes[i].first).text(texts[i]);
  Value reply = call.run(update_session);
  const auto& parts = list_of(reply);
  return {static_cast<Updated>(parts.at(0).to_integer()), parts.at(1).to_integer()};
}

std::optional<CreatedSession> Sessions::regenerate(Text session, bool authenticated) {
  auto bearer = read_session(options_, session);
  if (!bearer) return std::nullopt;
  Bearer next = Bearer::make(bearer->group);
  SessionCall call(space_, options_, bearer->group);
  call.args().text(bearer->id()).text(bearer->check()).text(next.id()).text(next.check());
  call.args().integer(authenticated ? 1 : 0);
  Value end = call.run(regenerate_session);
  if (end.is_null()) return std::nullopt;
  return created(next, end.to_integer());
}

bool Sessions::destroy(Text session) {
  auto bearer = read_session(options_, session);
  if (!bearer) return false;
  SessionCall call(space_, options_, bearer->group);
  call.args().text(bearer->id()).text(bearer->check()).integer(0);
  return call.run(destroy_session).to_integer() == 1;
}

bool Sessions::destroy_id(Text user_id, Text id) {
  SessionCall call(space_, options_, session_group(options_, user_id));
  auto bytes = id_of_name(id);
  if (!bytes) return false;
  call.args().text(*bytes).text("").integer(0);
  return call.run(destroy_session).to_integer() == 1;
}

std::int64_t Sessions::destroy_user_sessions(Text user_id) {
  SessionCall call(space_, options_, session_group(options_, user_id));
  call.args().text("").text("");
  return call.run(destroy_sessions).to_integer();
}

std::int64_t Sessions::destroy_others(Text session) {
  auto bearer = read_session(options_, session);
  if (!bearer) return 0;
  SessionCall call(space_, options_, bearer->group);
  call.args().text(bearer->id()).text(bearer->check());
  return call.run(destroy_sessions).to_integer();
}

std::vector<SessionInfo> Sessions::list(Text user_id) {
  SessionCall call(space_, options_, session_group(options_, user_id));
  call.args().text("").text("");
  return session_list(call.run(list_sessions), user_id);
}

std::int64_t Sessions::destroy_everybody() {
  std::int64_t ended = 0;
  for (std::int64_t shard = 0; shard < options_.shards; ++shard) {
    ExpiryCall calls(space_, options_, static_cast<std::uint16_t>(shard), {});
    for (auto members = calls.first(batch); !members.empty(); members = calls.first(batch))
      ended += calls.expire(members, "revoked");
  }
  return ended;
}

std::int64_t Sessions::count() {
  std::int64_t all = 0;
  for (std::int64_t shard = 0; shard < options_.shards; ++shard)
    all += space_.run(ZCard{shard_key(space_, options_, static_cast<std::uint16_t>(shard), "due")});
  return all;
}

List<Procedure> Sessions::procedures() {
  static const std::array all = {create_session,  get_session,      update_session, regenerate_session,
                                 destroy_session, destroy_sessions, list_sessions};
  return all;
}

}  // namespace playhead
