#include "playhead/modules/session_expiry.h"
#include "playhead/modules/single_sign_on.h"
#include "tests/modules/procedure_cases.h"

namespace playhead::test {

namespace {

// Three ids, two users of one shard.

std::string group(Random& r) {
  return one_of(r, Texts{std::string(16, 'g'), std::string(16, 'g'), std::string(16, 'g'),
                         std::string(16, 'g'), std::string("\0:%{}\r\n\xff group67", 16)});
}
std::string user_key(const std::string& group) {
  return "of:" + group;
}
std::string session_id(Random& r) {
  return one_of(
      r, Texts{std::string(16, 'i'), std::string("\0:%{}\r\n\xff 12345678", 16), std::string(16, '\0')});
}
std::string check_of(const std::string& id, Random& r) {
  return std::string(16, r() % 8 == 0 ? 'x' : id[3]);
}
std::string packed(const Texts& texts) {
  std::string out;
  for (const std::string& text : texts) out += number(static_cast<std::int64_t>(text.size())) + ":" + text;
  return out;
}
std::string fields(Random& r) {
  return one_of(r, Texts{"", packed({"a", "1"}), packed({"a", "1:2", "b", std::string("\0\n", 2)}),
                         packed({"b", "", "a", "x"})});
}

ProcedureCall call(Random& r, Texts args) {
  std::string g = group(r);
  ProcedureCall out{{user_key(g), "due", "ended"}, {g, number(ten_years), number(one_of(r, {2, 100}))}};
  out.args.insert(out.args.end(), args.begin(), args.end());
  return out;
}

std::string idle(Random& r) {
  return number(one_of(r, {3, 1000, ten_years, ten_years}));
}

ProcedureCases session_cases() {
  return {
      {"sessions.create",
       [](Random& r, Millis) {
         std::string id = session_id(r);
         return call(r, {one_of(r, ids()), id, std::string(16, id[3]), idle(r),
                         number(one_of(r, {4, 3000, ten_years, ten_years})), number(one_of(r, {1, 2, 3})),
                         fields(r)});
       }},
      {"sessions.get",
       [](Random& r, Millis) {
         std::string id = session_id(r);
         return call(r, {id, check_of(id, r), number(one_of(r, {-1, 0, 1, 2, 1000})),
                         one_of(r, Texts{"", "a", "b"}), one_of(r, Texts{"", "1", "1:2"})});
       }},
      {"sessions.update",
       [](Random& r, Millis) {
         std::string id = session_id(r);
         ProcedureCall c =
             call(r, {id, check_of(id, r), number(one_of(r, {0, 0, 1, 2})), number(one_of(r, {15, 1000}))});
         for (std::int64_t i = one_of(r, {0, 1, 2, 3}); i > 0; --i) {
           c.args.push_back(one_of(r, Texts{"a", "b", "c:"}));
           c.args.push_back(one_of(r, Texts{"-", "+", "+1:2", "+longer"}));
         }
         return c;
       }},
      {"sessions.regenerate",
       [](Random& r, Millis) {
         std::string id = session_id(r), next = session_id(r);
         return call(r, {id, check_of(id, r), next, std::string(16, next[3]), number(one_of(r, {0, 1}))});
       }},
      {"sessions.destroy",
       [](Random& r, Millis) {
         std::string id = session_id(r);
         return call(r, {id, r() % 2 == 0 ? "" : check_of(id, r), number(one_of(r, {0, 1}))});
       }},
      {"sessions.destroy_all",
       [](Random& r, Millis) {
         std::string id = r() % 3 == 0 ? "" : session_id(r);
         return call(r, {id, id.empty() ? "" : check_of(id, r)});
       }},
      {"sessions.list",
       [](Random& r, Millis) {
         std::string id = r() % 2 == 0 ? "" : session_id(r);
         return call(r, {id, id.empty() ? "" : check_of(id, r)});
       }},
      {"sso.attach",
       [](Random& r, Millis) {
         std::string parent = session_id(r), id = session_id(r);
         return call(r, {parent, check_of(parent, r), one_of(r, Texts{"shop", "mail:", "tv"}), id,
                         std::string(16, id[3]), idle(r), number(one_of(r, {1, 2})), fields(r)});
       }},
      {"sso.read",
       [](Random& r, Millis) {
         std::string id = session_id(r);
         return call(r, {id, check_of(id, r), number(one_of(r, {-1, 0, 1, 1000}))});
       }},
      {"sessions.due",
       [](Random& r, Millis) -> ProcedureCall {
         return {{"due", "ended"}, {number(one_of(r, {1, 2, 100}))}};
       }},
      {"sessions.expire",
       [](Random& r, Millis) {
         Texts keys, members;
         for (std::int64_t i = one_of(r, {1, 1, 2, 4}); i > 0; --i) {
           std::string g = group(r);
           keys.push_back(user_key(g));
           members.push_back(g + session_id(r));
         }
         ProcedureCall c = call(r, {one_of(r, Texts{"", "", "", "revoked"})});
         c.keys[0] = keys[0];
         c.keys.insert(c.keys.end(), keys.begin(), keys.end());
         c.args.insert(c.args.end(), members.begin(), members.end());
         return c;
       }},
      {"sessions.claim",
       [](Random& r, Millis) -> ProcedureCall {
         return {{"ended"}, {number(one_of(r, {1, 2, 100})), number(one_of(r, {1, 1000, 100'000}))}};
       }},
  };
}

const std::vector<Mistake> mistakes = {
    {"sessions.create", "t.parent == ''", "true"},
    {"sessions.create", "limit + 2", "limit + 3"},
    {"sessions.create", "redis.call('ZADD', due", "redis.call('ZADD', hash"},
    {"sessions.create", "excess - 1", "excess"},
    {"sessions.get", "free then touch", "true then touch"},
    {"sessions.get", "dismiss(root, reason_of(root))", "forget_id(root.id)"},
    {"sessions.get", "redis.call('HLEN', hash) == 2", "false"},
    {"sessions.get", "interval < 0 or ", ""},
    {"sessions.update", "expected ~= 0 and", "expected > 1 and"},
    {"sessions.update", "table.remove(t.fields, at)\n    table", "table"},
    {"sessions.update", "t.version + 1", "t.version"},
    {"sessions.regenerate", "app.parent = t.id", "app.parent = old"},
    {"sessions.regenerate", "ARGV[9] == '1'", "true"},
    {"sessions.destroy", "dismiss(root, '')", "dismiss(t, '')"},
    {"sessions.destroy_all", "keep = root.id", "keep = t.id"},
    {"sessions.destroy_all", "if t.parent == '' then good", "if true then good"},
    {"sessions.list", "t.parent == parent", "true"},
    {"sso.attach", "t.app == app", "true"},
    {"sso.attach", "absolute = root.absolute", "absolute = now + 1000"},
    {"sso.read", "touch(root", "touch(t"},
    {"sessions.due", "'(' .. int(now)", "int(now)"},
    {"sessions.expire", "dismiss(t, reason)", "forget_id(id)"},
    {"sessions.expire", "KEYS[i - 2]", "KEYS[1]"},
    {"sessions.claim", "now + tonumber(ARGV[3])", "now"},
};

const ProcedureGroup sessions("sessions",
                              {Sessions::procedures(), SingleSignOn::procedures(),
                               SessionExpiry::procedures()},
                              session_cases(), mistakes);

}  // namespace

}  // namespace playhead::test
