#include "playhead/modules/single_sign_on.h"

#include <array>

#include "engine/modules/identity/session_procedures.h"
#include "engine/modules/identity/session_space.h"

namespace playhead {

using namespace identity;

SessionOptions SingleSignOn::default_options() {
  SessionOptions o;
  o.name = "sso";
  return o;
}

SingleSignOn::SingleSignOn(Namespace space, SessionOptions options)
    : space_(space), sessions_(std::move(space), std::move(options)) {}

CreatedSession SingleSignOn::create_global_session(Text user_id, const SessionFields& fields) {
  return sessions_.create(user_id, fields);
}

std::optional<CreatedSession> SingleSignOn::create_app_session(Text global_session, Text app,
                                                               const SessionFields& fields) {
  const SessionOptions& options = sessions_.options();
  check_id("app", app);
  std::string packed = packed_fields(fields);
  auto global = read_session(options, global_session);
  if (!global) return std::nullopt;
  Bearer bearer = Bearer::make(global->group);
  SessionCall call(space_, options, global->group);
  call.args().text(global->id()).text(global->check()).text(app).text(bearer.id()).text(bearer.check());
  call.args().integer(options.idle_timeout).integer(max_apps).text(packed);
  Value reply = call.run(attach_app);
  if (reply.is_null()) return std::nullopt;
  return created(bearer, list_of(reply).at(1).to_integer());
}

std::optional<SignedOn> SingleSignOn::get_session_with_sso(Text app_session) {
  const SessionOptions& options = sessions_.options();
  auto bearer = read_session(options, app_session);
  if (!bearer) return std::nullopt;
  SessionCall call(space_, options, bearer->group);
  call.args().text(bearer->id()).text(bearer->check()).integer(options.touch_interval);
  Value reply = call.run(read_app);
  if (reply.is_null()) return std::nullopt;
  const auto& parts = list_of(reply);
  std::string user = parts.at(0).to_string();
  return SignedOn{session_info(user, parts.at(1).to_string(), &parts.at(2)),
                  session_info(user, "", &parts.at(2 + told_parts))};
}

bool SingleSignOn::sign_out(Text app_session) {
  return sessions_.destroy(app_session);
}

bool SingleSignOn::sign_out_everywhere(Text session) {
  auto bearer = read_session(sessions_.options(), session);
  if (!bearer) return false;
  SessionCall call(space_, sessions_.options(), bearer->group);
  call.args().text(bearer->id()).text(bearer->check()).integer(1);
  return call.run(destroy_session).to_integer() == 1;
}

std::vector<SessionInfo> SingleSignOn::app_sessions(Text global_session) {
  auto bearer = read_session(sessions_.options(), global_session);
  if (!bearer) return {};
  SessionCall call(space_, sessions_.options(), bearer->group);
  call.args().text(bearer->id()).text(bearer->check());
  return session_list(call.run(list_sessions), "");
}

List<Procedure> SingleSignOn::procedures() {
  static const std::array all = {attach_app, read_app};
  return all;
}

}  // namespace playhead
