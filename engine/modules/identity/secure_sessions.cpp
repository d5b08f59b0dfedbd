#include "playhead/modules/secure_sessions.h"

#include <algorithm>

#include "engine/modules/identity/session_record.h"
#include "engine/store/numbers.h"
#include "engine/store/secure_bytes.h"
#include "playhead/error.h"

namespace playhead {

using identity::bearer_text_size;

namespace {

constexpr Text reserved = "secure.", ip_field = "secure.ip", agent_field = "secure.agent",
               print_field = "secure.fingerprint";
constexpr std::size_t longest_agent = 1024;

// What is kept of a client. An absurdly long name of a browser is cut: it must not fill the session.
std::string agent_of(const SessionClient& client) {
  return std::string(client.user_agent.substr(0, longest_agent));
}
std::string ip_of(const SessionClient& client) {
  return std::string(client.ip.substr(0, longest_agent));
}
std::string fingerprint_of(const SessionClient& client) {
  auto digest = sha256("playhead.fingerprint:" + std::to_string(client.ip.size()) + ":" +
                       std::string(client.ip) + std::string(client.user_agent));
  return base64url({digest.data(), digest.size()});
}

std::string field_of(const SessionInfo& info, Text name) {
  for (const auto& [field, value] : info.fields)
    if (field == name) return value;
  return {};
}

void refuse_reserved(Text name) {
  if (name.starts_with(reserved))
    throw Error(ErrorCode::invalid,
                "the names of fields that begin with \"secure.\" are taken; choose another one than \"" +
                    std::string(name) + "\"");
}

SessionInfo without_reserved(SessionInfo info) {
  std::erase_if(info.fields, [](const auto& field) { return Text(field.first).starts_with(reserved); });
  return info;
}

}  // namespace

SessionOptions SecureSessionOptions::default_sessions() {
  SessionOptions o;
  o.name = "secure";
  return o;
}

SecureSessions::SecureSessions(Namespace space, std::vector<std::string> keys, SecureSessionOptions options)
    : space_(space),
      keys_(std::move(keys)),
      options_(std::move(options)),
      sessions_(std::move(space), options_.sessions) {
  if (keys_.empty())
    throw Error(ErrorCode::invalid, "secure sessions need a key; give at least one of 32 random bytes");
  for (const std::string& key : keys_)
    if (key.size() < min_key)
      throw Error(ErrorCode::invalid, "a key of secure sessions has " + std::to_string(key.size()) +
                                          " bytes; give at least 32 random bytes");
  check_range("log_limit", options_.log_limit, 1, 1'000'000);
  log_key_ = space_.keys().key("sessions", options_.sessions.name, {"suspicious"});
}

// ---- signatures

std::string SecureSessions::sign(Text purpose, Text session, Text key) const {
  auto mac = hmac_sha256(key, std::string(purpose) + ":" + std::string(session));
  return base64url({mac.data(), mac.size()});
}

bool SecureSessions::signed_by_us(Text purpose, Text session, Text signature) const {
  bool good = false;
  for (const std::string& key : keys_) good |= same_secret(sign(purpose, session, key), signature);
  return good;
}

std::optional<Text> SecureSessions::verified(Text session) const {
  if (session.size() <= bearer_text_size || session[bearer_text_size] != '.') return std::nullopt;
  Text inner = session.substr(0, bearer_text_size);
  if (!signed_by_us("session", inner, session.substr(bearer_text_size + 1))) return std::nullopt;
  return inner;
}

std::optional<std::string> SecureSessions::csrf_token(Text session) const {
  auto inner = verified(session);
  if (!inner) return std::nullopt;
  return sign("csrf", *inner, keys_.front());
}

SecureSession SecureSessions::secured(const CreatedSession& created) const {
  return {created.session + "." + sign("session", created.session, keys_.front()),
          sign("csrf", created.session, keys_.front()), created.id, created.expires_at};
}

bool SecureSessions::is_safe(Text method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE";
}

// ---- sessions

SecureSession SecureSessions::create_secure_session(Text user_id, const SessionClient& client,
                                                    const SessionFields& fields) {
  for (const auto& [name, value] : fields) refuse_reserved(name);
  SessionFields all = fields;
  all.emplace_back(ip_field, ip_of(client));
  all.emplace_back(agent_field, agent_of(client));
  all.emplace_back(print_field, fingerprint_of(client));
  return secured(sessions_.create(user_id, all));
}

ValidatedSession SecureSessions::validate_session(Text session, Text method, const SessionClient& client,
                                                  Text csrf_token) {
  auto inner = verified(session);
  if (!inner) return {SessionVerdict::bad_signature, {}, false};
  if (!is_safe(method) && !signed_by_us("csrf", *inner, csrf_token)) {
    note_csrf(*inner);
    return {SessionVerdict::bad_csrf, {}, false};
  }
  std::string fingerprint = fingerprint_of(client);
  auto found = sessions_.get(*inner, {print_field, fingerprint});
  if (!found) return {SessionVerdict::no_session, {}, false};
  if (!same_secret(field_of(*found, print_field), fingerprint))
    return changed_client(*inner, std::move(*found), client);
  return {SessionVerdict::good, without_reserved(std::move(*found)), false};
}

ValidatedSession SecureSessions::changed_client(Text inner, SessionInfo&& found,
                                                const SessionClient& client) {
  note({"client_change", found.id, found.user_id, field_of(found, ip_field), ip_of(client),
        field_of(found, agent_field), agent_of(client), space_.now()});
  if (options_.fingerprint == FingerprintPolicy::strict) return {SessionVerdict::bad_fingerprint, {}, true};
  SessionChanges changes;
  changes.emplace_back(ip_field, ip_of(client));
  changes.emplace_back(agent_field, agent_of(client));
  changes.emplace_back(print_field, fingerprint_of(client));
  UpdateResult updated = sessions_.update(inner, changes);
  if (updated.outcome == Updated::no_session) return {SessionVerdict::no_session, {}, true};
  found.version = updated.version;
  return {SessionVerdict::good, without_reserved(std::move(found)), true};
}

std::optional<SecureSession> SecureSessions::regenerate(Text session, bool authenticated) {
  auto inner = verified(session);
  auto created = inner ? sessions_.regenerate(*inner, authenticated) : std::nullopt;
  if (!created) return std::nullopt;
  return secured(*created);
}

bool SecureSessions::destroy(Text session) {
  auto inner = verified(session);
  return inner && sessions_.destroy(*inner);
}

UpdateResult SecureSessions::update(Text session, const SessionChanges& changes,
                                    std::optional<std::int64_t> version) {
  for (const auto& [name, value] : changes) refuse_reserved(name);
  auto inner = verified(session);
  if (!inner) return {};
  return sessions_.update(*inner, changes, version);
}

std::int64_t SecureSessions::destroy_others(Text session) {
  auto inner = verified(session);
  return inner ? sessions_.destroy_others(*inner) : 0;
}

// ---- the log

void SecureSessions::note_csrf(Text inner) {
  auto found = sessions_.peek(inner);
  if (found) note({"csrf", found->id, found->user_id, {}, {}, {}, {}, space_.now()});
}

void SecureSessions::note(const SuspiciousActivity& a) {
  std::string line = identity::pack({a.event, a.session_id, a.user_id, a.old_ip, a.new_ip, a.old_user_agent,
                                     a.new_user_agent, std::to_string(a.at)});
  Text element = line;
  Batch batch(space_.db());
  LPush push;
  push.key = log_key_;
  push.elements = {&element, 1};
  batch.add(push);
  batch.add(LTrim{log_key_, 0, options_.log_limit - 1});
  space_.store().perform(batch);
  batch.reply<LPush>(0);
}

std::vector<SuspiciousActivity> SecureSessions::suspicious_activity(std::int64_t count) {
  check_range("count", count, 1, 1000);
  std::vector<SuspiciousActivity> out;
  for (const std::string& line : space_.run(LRange{log_key_, 0, count - 1})) {
    auto t = identity::unpack(line);
    Millis at = 0;
    if (t.size() != 8 || !parse_int64(t[7], at))
      throw Error(ErrorCode::corrupt, "a line of the log of sessions is not in the format of this version");
    out.push_back({t[0], t[1], t[2], t[3], t[4], t[5], t[6], at});
  }
  return out;
}

}  // namespace playhead
