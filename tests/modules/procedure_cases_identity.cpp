#include "playhead/modules/tokens.h"
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
Texts tokens_key(Random& random) {
  return {one_of(random, Texts{"tokens1", "tokens1", "tokens1", "tokens2"})};
}

ProcedureCases token_cases() {
  const Texts data = {"", "x", "1:2:3:4:5:6:", std::string("\0\n%", 3), "{\"a\": [1, 2]}"};
  return {
      {"tokens.issue",
       [=](Random& r, Millis) -> ProcedureCall {
         std::string id = token_id(r);
         return {tokens_key(r),
                 {one_of(r, ids()), id, std::string(16, id[3]), number(one_of(r, {3, 1000, ten_years})),
                  number(one_of(r, {4, 3000, ten_years})), number(one_of(r, {1, 2, 3})), number(ten_years),
                  one_of(r, data)}};
       }},
      {"tokens.validate",
       [](Random& r, Millis) -> ProcedureCall {
         std::string id = token_id(r);
         return {tokens_key(r), {id, check_of(id, r), number(one_of(r, {0, 1, 2, 1000})), number(ten_years)}};
       }},
      {"tokens.rotate",
       [](Random& r, Millis) -> ProcedureCall {
         std::string id = token_id(r), next = token_id(r);
         return {tokens_key(r),
                 {id, check_of(id, r), next, std::string(16, next[3]), number(one_of(r, {0, 2, 100'000})),
                  number(ten_years)}};
       }},
      {"tokens.revoke",
       [](Random& r, Millis) -> ProcedureCall {
         std::string id = token_id(r);
         return {tokens_key(r), {id, r() % 2 == 0 ? "" : check_of(id, r)}};
       }},
      {"tokens.revoke_all",
       [](Random& r, Millis) -> ProcedureCall {
         std::string id = r() % 2 == 0 ? "" : token_id(r);
         return {tokens_key(r), {id, id.empty() ? "" : check_of(id, r)}};
       }},
      {"tokens.list", [](Random& r, Millis) -> ProcedureCall { return {tokens_key(r), {}}; }},
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
};

const ProcedureGroup identity("identity", {Tokens::procedures()}, token_cases(), mistakes);

}  // namespace

}  // namespace playhead::test
