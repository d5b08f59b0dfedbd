#include "engine/modules/identity/session_procedures.h"

#include <algorithm>

#include "engine/modules/identity/session_unit.h"

namespace playhead::identity {

namespace {

// ---- create

constexpr Text create_text = R"lua(
local user, id, limit = ARGV[5], ARGV[6], tonumber(ARGV[10])
for _, member in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', int(now - slack), 'LIMIT', 0, 4)) do
  redis.call('ZREM', due, member)
end
if redis.call('HLEN', hash) >= limit + 2 then
  local roots = {}
  for _, t in ipairs(all()) do
    if now >= finish(t) then dismiss(t, reason_of(t)) elseif t.parent == '' then roots[#roots + 1] = t end
  end
  for i = 1, #roots - limit + 1 do dismiss(roots[i], 'limit') end
end
local t = {id = id, number = redis.call('HINCRBY', hash, 'n', 1), version = 1, issued = now, seen = now,
           absolute = now + tonumber(ARGV[9]), idle = tonumber(ARGV[8]), authenticated = now, apps = 0, check = ARGV[7],
           parent = '', app = '', fields = unpack_texts(ARGV[11], 1)}
redis.call('HSET', hash, 'u', user)
put(t)
return t.absolute
)lua";

void make_room(UserSessions& sessions, std::int64_t limit) {
  if (sessions.size() < limit + 2) return;
  std::vector<SessionRecord> roots;
  for (SessionRecord& t : sessions.all()) {
    if (sessions.now() >= t.end())
      sessions.dismiss(t, t.reason());
    else if (t.parent.empty())
      roots.push_back(std::move(t));
  }
  for (std::size_t i = 0; i + static_cast<std::size_t>(limit) < roots.size() + 1; ++i)
    sessions.dismiss(roots[i], "limit");
}

Value create_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  UserSessions sessions(unit, db, keys, in);
  Text user = in.text();
  SessionRecord t;
  t.id = in.text();
  t.check = in.text();
  t.idle = in.integer();
  t.absolute = sessions.now() + in.integer();
  std::int64_t limit = in.integer();
  t.fields = unpack(in.text());
  t.version = 1;
  t.issued = t.seen = t.authenticated = sessions.now();
  sessions.forget_overdue();
  make_room(sessions, limit);
  t.number = sessions.next_number();
  sessions.set_user(user);
  sessions.put(t);
  return Value::integer(t.absolute);
}

// ---- get

constexpr Text lua_tell = R"lua(
local function tell(out, t)
  for _, part in ipairs({t.id, t.version, t.issued, t.seen, finish(t), t.authenticated, pack(t.fields)}) do out[#out + 1] = part end
  return out
end
)lua";

constexpr Text get_text = R"lua(
local t = living(ARGV[5], ARGV[6])
if not t then return false end
local free = ARGV[8] == ''
for i = 1, #t.fields, 2 do
  if t.fields[i] == ARGV[8] and t.fields[i + 1] == ARGV[9] then free = true end
end
if free then touch(t, tonumber(ARGV[7])) end
return tell({redis.call('HGET', hash, 'u'), t.app}, t)
)lua";

Value get_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  UserSessions sessions(unit, db, keys, in);
  Text id = in.text(), check = in.text();
  Millis interval = in.integer();
  Text guard = in.text(), value = in.text();
  auto found = sessions.living(id, check);
  if (!found) return {};
  SessionRecord& t = found->session;
  bool free = guard.empty();
  for (std::size_t i = 0; i + 1 < t.fields.size(); i += 2)
    if (t.fields[i] == guard && t.fields[i + 1] == value) free = true;
  if (free) sessions.touch(t, interval);
  std::vector<Value> out;
  out.reserve(2 + told_parts);
  out.push_back(Value::bulk(sessions.user()));
  out.push_back(Value::bulk(t.app));
  tell(out, t);
  return Value::array(std::move(out));
}

// ---- update

constexpr Text update_text = R"lua(
local t, expected = living(ARGV[5], ARGV[6]), tonumber(ARGV[7])
if not t then return {0, 0} end
if expected ~= 0 and t.version ~= expected then return {2, t.version} end
for i = 9, #ARGV, 2 do
  local name, change, at = ARGV[i], ARGV[i + 1], #t.fields + 1
  for k = 1, #t.fields, 2 do
    if t.fields[k] == name then at = k end
  end
  if string.sub(change, 1, 1) == '+' then
    t.fields[at], t.fields[at + 1] = name, string.sub(change, 2)
  elseif at <= #t.fields then
    table.remove(t.fields, at)
    table.remove(t.fields, at)
  end
end
if #pack(t.fields) > tonumber(ARGV[8]) then return {3, t.version} end
t.version, t.seen = t.version + 1, math.max(now, t.seen)
put(t)
return {1, t.version}
)lua";

void change_field(Strings& fields, Text name, Text change) {
  std::size_t at = 0;
  while (at < fields.size() && fields[at] != name) at += 2;
  if (change.starts_with('+')) {
    if (at == fields.size()) fields.resize(at + 2);
    fields[at] = name;
    fields[at + 1] = change.substr(1);
  } else if (at < fields.size()) {
    auto first = fields.begin() + static_cast<std::ptrdiff_t>(at);
    fields.erase(first, first + 2);
  }
}

Value update_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  UserSessions sessions(unit, db, keys, in);
  Text id = in.text(), check = in.text();
  std::int64_t expected = in.integer(), most = in.integer();
  auto result = [](int outcome, std::int64_t version) {
    return Value::array({Value::integer(outcome), Value::integer(version)});
  };
  auto found = sessions.living(id, check);
  if (!found) return result(0, 0);
  SessionRecord& t = found->session;
  if (expected != 0 && t.version != expected) return result(2, t.version);
  List<Text> changes = in.rest();
  for (std::size_t i = 0; i + 1 < changes.size(); i += 2) change_field(t.fields, changes[i], changes[i + 1]);
  if (pack(t.fields).size() > static_cast<std::size_t>(most)) return result(3, t.version);
  ++t.version;
  t.seen = std::max(sessions.now(), t.seen);
  sessions.put(t);
  return result(1, t.version);
}

// ---- regenerate

constexpr Text regenerate_text = R"lua(
local t = living(ARGV[5], ARGV[6])
if not t then return false end
local old = t.id
forget_id(old)
t.id, t.check, t.seen = ARGV[7], ARGV[8], math.max(now, t.seen)
if ARGV[9] == '1' then t.authenticated = now end
put(t)
if t.apps > 0 then
  for _, app in ipairs(apps_of(old)) do
    app.parent = t.id
    put(app)
  end
end
return t.absolute
)lua";

Value regenerate_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  UserSessions sessions(unit, db, keys, in);
  Text id = in.text(), check = in.text(), new_id = in.text(), new_check = in.text();
  bool authenticated = in.integer() == 1;
  auto found = sessions.living(id, check);
  if (!found) return {};
  SessionRecord& t = found->session;
  sessions.forget_id(id);
  t.id = new_id;
  t.check = new_check;
  t.seen = std::max(sessions.now(), t.seen);
  if (authenticated) t.authenticated = sessions.now();
  sessions.put(t);
  if (t.apps > 0)
    for (SessionRecord& app : sessions.apps_of(id)) {
      app.parent = t.id;
      sessions.put(app);
    }
  return Value::integer(t.absolute);
}

// ---- destroy

constexpr Text destroy_text = R"lua(
local t, root = living(ARGV[5], ARGV[6])
if not t then return 0 end
if ARGV[7] == '1' then dismiss(root, '') else dismiss(t, '') end
return 1
)lua";

Value destroy_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  UserSessions sessions(unit, db, keys, in);
  Text id = in.text(), check = in.text();
  bool everywhere = in.integer() == 1;
  auto found = sessions.living(id, check);
  if (!found) return Value::integer(0);
  sessions.dismiss(everywhere ? found->root() : found->session, "");
  return Value::integer(1);
}

constexpr Text destroy_all_text = R"lua(
local keep = ARGV[5]
if keep ~= '' then
  local t, root = living(keep, ARGV[6])
  if not t then return 0 end
  keep = root.id
end
local good = 0
for _, t in ipairs(all()) do
  if t.id ~= keep and (keep == '' or t.parent ~= keep) then
    if now >= finish(t) then
      dismiss(t, reason_of(t))
    else
      if t.parent == '' then good = good + 1 end
      dismiss(t, '')
    end
  end
end
return good
)lua";

Value destroy_all_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  UserSessions sessions(unit, db, keys, in);
  std::string keep(in.text());
  Text check = in.text();
  if (!keep.empty()) {
    auto found = sessions.living(keep, check);
    if (!found) return Value::integer(0);
    keep = found->root().id;
  }
  std::int64_t good = 0;
  for (const SessionRecord& t : sessions.all()) {
    if (t.id == keep || (!keep.empty() && t.parent == keep)) continue;
    if (sessions.now() >= t.end()) {
      sessions.dismiss(t, t.reason());
      continue;
    }
    if (t.parent.empty()) ++good;
    sessions.dismiss(t, "");
  }
  return Value::integer(good);
}

// ---- list

constexpr Text list_text = R"lua(
local out, parent = {}, ARGV[5]
if parent ~= '' and not living(parent, ARGV[6]) then return out end
for _, t in ipairs(all()) do
  if now < finish(t) and t.parent == parent then
    out[#out + 1] = t.app
    tell(out, t)
  end
end
return out
)lua";

Value list_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  UserSessions sessions(unit, db, keys, in);
  Text parent = in.text(), check = in.text();
  if (!parent.empty() && !sessions.living(parent, check)) return Value::array();
  std::vector<Value> out;
  for (const SessionRecord& t : sessions.all()) {
    if (sessions.now() >= t.end() || t.parent != parent) continue;
    out.push_back(Value::bulk(t.app));
    tell(out, t);
  }
  return Value::array(std::move(out));
}

// ---- single sign-on

constexpr Text attach_text = R"lua(
local root, app = living(ARGV[5], ARGV[6]), ARGV[7]
if not root or root.parent ~= '' then return false end
local others = {}
for _, t in ipairs(apps_of(root.id)) do
  if t.app == app then dismiss(t, '') else others[#others + 1] = t end
end
for i = 1, #others - tonumber(ARGV[11]) + 1 do dismiss(others[i], 'limit') end
local t = {id = ARGV[8], number = redis.call('HINCRBY', hash, 'n', 1), version = 1, issued = now, seen = now,
           absolute = root.absolute, idle = tonumber(ARGV[10]), authenticated = root.authenticated, apps = 0,
           check = ARGV[9], parent = root.id, app = app, fields = unpack_texts(ARGV[12], 1)}
root.apps, root.seen = root.apps + 1, math.max(now, root.seen)
put(root)
put(t)
return {redis.call('HGET', hash, 'u'), t.absolute}
)lua";

Value attach_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  UserSessions sessions(unit, db, keys, in);
  Text parent = in.text(), parent_check = in.text();
  SessionRecord t;
  t.app = in.text();
  t.id = in.text();
  t.check = in.text();
  t.idle = in.integer();
  std::int64_t limit = in.integer();
  t.fields = unpack(in.text());
  auto found = sessions.living(parent, parent_check);
  if (!found || !found->session.parent.empty()) return {};
  SessionRecord& root = found->session;
  std::vector<SessionRecord> others = sessions.apps_of(root.id);
  for (const SessionRecord& other : others)
    if (other.app == t.app) sessions.dismiss(other, "");
  std::erase_if(others, [&](const SessionRecord& other) { return other.app == t.app; });
  for (std::size_t i = 0; i + static_cast<std::size_t>(limit) < others.size() + 1; ++i)
    sessions.dismiss(others[i], "limit");
  t.number = sessions.next_number();
  t.version = 1;
  t.issued = t.seen = sessions.now();
  t.absolute = root.absolute;
  t.authenticated = root.authenticated;
  t.parent = root.id;
  ++root.apps;
  root.seen = std::max(sessions.now(), root.seen);
  sessions.put(root);
  sessions.put(t);
  return Value::array({Value::bulk(sessions.user()), Value::integer(t.absolute)});
}

constexpr Text read_text = R"lua(
local t, root = living(ARGV[5], ARGV[6])
if not t or t.parent == '' then return false end
touch(t, tonumber(ARGV[7]))
touch(root, tonumber(ARGV[7]))
return tell(tell({redis.call('HGET', hash, 'u'), t.app}, t), root)
)lua";

Value read_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  UserSessions sessions(unit, db, keys, in);
  Text id = in.text(), check = in.text();
  Millis interval = in.integer();
  auto found = sessions.living(id, check);
  if (!found || found->session.parent.empty()) return {};
  sessions.touch(found->session, interval);
  sessions.touch(found->root(), interval);
  std::vector<Value> out = {Value::bulk(sessions.user()), Value::bulk(found->session.app)};
  tell(out, found->session);
  tell(out, found->root());
  return Value::array(std::move(out));
}

}  // namespace

void tell(std::vector<Value>& out, const SessionRecord& t) {
  out.push_back(Value::bulk(t.id));
  for (std::int64_t number : {t.version, t.issued, t.seen, t.end(), t.authenticated})
    out.push_back(Value::integer(number));
  out.push_back(Value::bulk(pack(t.fields)));
}

const Procedure create_session{"sessions.create", create_body, lua_script<lua_sessions, create_text>};
const Procedure get_session{"sessions.get", get_body, lua_script<lua_sessions, lua_tell, get_text>};
const Procedure update_session{"sessions.update", update_body, lua_script<lua_sessions, update_text>};
const Procedure regenerate_session{"sessions.regenerate", regenerate_body,
                                   lua_script<lua_sessions, regenerate_text>};
const Procedure destroy_session{"sessions.destroy", destroy_body, lua_script<lua_sessions, destroy_text>};
const Procedure destroy_sessions{"sessions.destroy_all", destroy_all_body,
                                 lua_script<lua_sessions, destroy_all_text>};
const Procedure list_sessions{"sessions.list", list_body, lua_script<lua_sessions, lua_tell, list_text>};
const Procedure attach_app{"sso.attach", attach_body, lua_script<lua_sessions, attach_text>};
const Procedure read_app{"sso.read", read_body, lua_script<lua_sessions, lua_tell, read_text>};

}  // namespace playhead::identity
