#include "playhead/modules/cart.h"
#include "playhead/modules/token_limit.h"
#include "tests/modules/procedure_cases.h"

namespace playhead::test {

namespace {

// Three tokens of two users.

std::string token_id(Random& random) {
  static const Texts all = {std::string(16, 'i'), std::string("\0:%{}\r\n\xff 12345678", 16),
                            std::string(16, '\0')};
  return one_of(random, all);
}
std::string check_of(const std::string& id, Random& random) {
  return std::string(16, random() % 8 == 0 ? 'x' : id[3]);
}
// The keys of one of two users, whose group is the last argument; or the index is not kept.
ProcedureCall call(Random& random, Texts args, const Texts& more = {}) {
  bool second = random() % 4 == 0, indexed = random() % 8 != 0;
  ProcedureCall c{{second ? "tokens2" : "tokens1", "recent", "dropped"}, std::move(args)};
  c.keys.insert(c.keys.end(), more.begin(), more.end());
  c.args.push_back(indexed ? std::string(16, second ? 'h' : 'g') : "");
  return c;
}
Texts lists_of(const std::string& id) {
  return {"viewed" + id, "cart" + id};
}
std::string cart_owner(Random& random) {
  return random() % 3 == 0 ? "" : token_id(random);
}

ProcedureCases token_cases() {
  const Texts data = {"", "x", "1:2:3:4:5:6:", std::string("\0\n%", 3), "{\"a\": [1, 2]}"};
  return {
      {"tokens.issue",
       [=](Random& r, Millis) -> ProcedureCall {
         std::string id = token_id(r);
         return call(r, {one_of(r, ids()), id, std::string(16, id[3]),
                         number(one_of(r, {3, 1000, ten_years})), number(one_of(r, {4, 3000, ten_years})),
                         number(one_of(r, {1, 2, 3})), number(ten_years), one_of(r, data)});
       }},
      {"tokens.validate",
       [](Random& r, Millis) -> ProcedureCall {
         std::string id = token_id(r);
         return call(r, {id, check_of(id, r), number(one_of(r, {0, 1, 2, 1000})), number(ten_years)});
       }},
      {"tokens.rotate",
       [](Random& r, Millis) -> ProcedureCall {
         std::string id = token_id(r), next = token_id(r);
         return call(r, {id, check_of(id, r), next, std::string(16, next[3]),
                         number(one_of(r, {0, 2, 100'000})), number(ten_years)});
       }},
      {"tokens.revoke",
       [](Random& r, Millis) -> ProcedureCall {
         std::string id = token_id(r);
         return call(r, {id, r() % 2 == 0 ? "" : check_of(id, r)});
       }},
      {"tokens.revoke_all",
       [](Random& r, Millis) -> ProcedureCall {
         std::string id = r() % 2 == 0 ? "" : token_id(r);
         return call(r, {id, id.empty() ? "" : check_of(id, r)});
       }},
      {"tokens.list", [](Random& r, Millis) -> ProcedureCall { return call(r, {}); }},
      {"tokens.view",
       [](Random& r, Millis) -> ProcedureCall {
         std::string id = token_id(r);
         return call(r,
                     {id, check_of(id, r), number(one_of(r, {0, 1, 1000})), number(ten_years),
                      one_of(r, ids()), number(one_of(r, {1, 3}))},
                     {lists_of(id)[0]});
       }},
      {"tokens.viewed",
       [](Random& r, Millis) -> ProcedureCall {
         std::string id = token_id(r);
         return call(r, {id, check_of(id, r)}, {lists_of(id)[0]});
       }},
      {"tokens.trim",
       [](Random& r, Millis now) -> ProcedureCall {
         ProcedureCall c{{"recent", "dropped"}, {}};
         for (std::int64_t i = one_of(r, {1, 1, 2, 3}); i > 0; --i) {
           bool second = r() % 4 == 0;
           std::string id = token_id(r);
           c.keys.emplace_back(second ? "tokens2" : "tokens1");
           for (const std::string& key : lists_of(id)) c.keys.push_back(key);
           c.args.push_back(std::string(16, second ? 'h' : 'g') + id);
           c.args.push_back(number(now - one_of(r, {0, 0, 1, 2})));
         }
         return c;
       }},
      {"tokens.sweep",
       [](Random& r, Millis) -> ProcedureCall {
         ProcedureCall c{{"dropped"}, {}};
         for (std::int64_t i = one_of(r, {1, 1, 2}); i > 0; --i) {
           std::string id = token_id(r);
           for (const std::string& key : lists_of(id)) c.keys.push_back(key);
           c.args.push_back(id);
         }
         return c;
       }},
      {"cart.change",
       [](Random& r, Millis) -> ProcedureCall {
         std::string id = cart_owner(r);
         return {{"tokens1", id.empty() ? "user" : lists_of(id)[1]},
                 {id, id.empty() ? "" : check_of(id, r), one_of(r, ids()), number(one_of(r, {-1, 0, 1, 3})),
                  number(one_of(r, {0, 1})), number(one_of(r, {1, 3})), number(one_of(r, {3, 100})),
                  number(one_of(r, {0, ten_years})), ""}};
       }},
      {"cart.list",
       [](Random& r, Millis) -> ProcedureCall {
         std::string id = cart_owner(r);
         return {{"tokens1", id.empty() ? "user" : lists_of(id)[1]},
                 {id, id.empty() ? "" : check_of(id, r), ""}};
       }},
      {"cart.merge",
       [](Random& r, Millis) -> ProcedureCall {
         std::string id = token_id(r);
         return {{"tokens1", lists_of(id)[1], "user"},
                 {id, check_of(id, r), number(one_of(r, {1, 3, 100})), number(one_of(r, {3, 100})), ""}};
       }},
  };
}

const std::vector<Mistake> mistakes = {
    {"tokens.issue", "limit + 2", "limit + 3"},
    {"tokens.issue", "now < finish(t)", "true"},
    {"tokens.issue", "keep_key(t, slack)\nreturn", "return"},
    {"tokens.validate", "now >= finish(t)", "now > finish(t)"},
    {"tokens.validate", "now - t.seen >=", "now - t.seen >"},
    {"tokens.validate", "t.check == check", "true"},
    {"tokens.validate", "t.seen + t.idle", "t.issued + t.idle"},
    {"tokens.rotate", "old.grace ~= 0 or ", ""},
    {"tokens.rotate", "absolute = old.absolute", "absolute = now + old.idle"},
    {"tokens.revoke", "if now < finish(t) then return 1 end", "return 1"},
    {"tokens.revoke_all", "t.id ~= keep", "true"},
    {"tokens.list", "a.number < b.number", "a.number > b.number"},
    {"tokens.issue", "int(t.seen), group .. id", "int(t.issued + 1), group .. id"},
    {"tokens.revoke", "redis.call('ZREM', KEYS[2], group .. id)", ""},
    {"tokens.revoke", "redis.call('RPUSH', KEYS[3], id) > 100000", "false"},
    {"tokens.view", "-1 - tonumber", "-2 - tonumber"},
    {"tokens.view", "if not t then return 0 end", "if not t then return 1 end"},
    {"tokens.viewed", "if not t or now >= finish(t) then return {} end", ""},
    {"tokens.trim", "== tonumber(ARGV[i + 1])", ">= tonumber(ARGV[i + 1])"},
    {"tokens.trim", "redis.call('DEL', KEYS[key + 1])", ""},
    {"tokens.sweep", "redis.call('LPOP', KEYS[1])", ""},
    {"cart.change", "count + there", "count"},
    {"cart.change", "there == 0 and ", ""},
    {"cart.change", "now < finish(t)", "true"},
    {"cart.merge", "math.min(most, there", "math.max(most, there"},
    {"cart.merge", "there > 0 or ", ""},
};

const ProcedureGroup identity("identity",
                              {Tokens::procedures(), TokenLimit::procedures(), Cart::procedures()},
                              token_cases(), mistakes);

}  // namespace

}  // namespace playhead::test
