#include "tests/modules/procedure_cases.h"

#include "playhead/modules/activity.h"
#include "playhead/modules/cache_scheduler.h"
#include "playhead/modules/tokens.h"
#include "playhead/modules/watch_later.h"

namespace playhead::test {

namespace {

using Random = std::mt19937;
using Texts = std::vector<std::string>;

const std::string& one_of(Random& random, const Texts& texts) {
  return texts[random() % texts.size()];
}

std::int64_t one_of(Random& random, std::initializer_list<std::int64_t> numbers) {
  return numbers.begin()[random() % numbers.size()];
}

// Ids with bytes that mean something to Lua's patterns, to keys and to records.
const Texts& ids() {
  static const Texts all = {"a", "b", "a:b", std::string("\0%d", 3), "{x}", "\xff\xfe", "9"};
  return all;
}

std::string number(std::int64_t n) {
  return std::to_string(n);
}

constexpr std::int64_t ten_years = std::int64_t{10} * 366 * 86'400'000;

// ---- tokens: three tokens of two users

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

std::map<std::string, MakeCall, std::less<>> token_cases() {
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

// ---- activity and lists

// Scores of lists, so few that many are equal.
std::int64_t list_time(Random& r) {
  return 1'700'000'000'000 + one_of(r, {0, 1, 2});
}

Texts page_arguments(Random& r, Millis now) {
  std::string count = number(one_of(r, {1, 2, 3, 100}));
  if (r() % 3 == 0) return {"0", "0", "", count};
  return {"1", number(r() % 2 == 0 ? list_time(r) : now - one_of(r, {0, 1, 2, 1000, -5})),
          r() % 4 == 0 ? "" : one_of(r, ids()), count};
}

Texts history_keys(const std::string& user) {
  return {user + "history", user + "watched", user + "completion"};
}

std::map<std::string, MakeCall, std::less<>> activity_cases() {
  return {
      {"activity.record",
       [](Random& r, Millis now) -> ProcedureCall {
         std::string user = one_of(r, Texts{"u1", "u2"}), video = one_of(r, ids());
         Texts keys = history_keys(user);
         for (const std::string& name :
              {user + "preferences", user + "counts", "video" + video, std::string("active")})
           keys.push_back(name);
         std::int64_t watched = one_of(r, {0, 1, 899, 900, 12'345, 999'999'999'999, 1'000'000'000'000});
         std::int64_t duration = one_of(r, {0, 1, 7, 1000, 999'999'999'999, 1'000'000'000'000});
         std::int64_t at =
             one_of(r, {0, 1, now, now - 1, now - 2, now - 86'400'000, now - 3 * 86'400'000LL, now + 5});
         return {
             keys,
             {user, video, number(watched), number(duration), number(at),
              number(one_of(r, {0, -1080, 330, 1, 1080}) * 60'000), number(one_of(r, {1, 2, 3})),
              number(one_of(r, {1, 2, 3})), number(one_of(r, {1, 50, 90, 100})), number(one_of(r, {1, 2}))}};
       }},
      {"activity.history",
       [](Random& r, Millis now) -> ProcedureCall {
         return {history_keys(one_of(r, Texts{"u1", "u2"})), page_arguments(r, now)};
       }},
      {"watch_later.add",
       [](Random& r, Millis) -> ProcedureCall {
         return {{"list"},
                 {one_of(r, ids()), number(r() % 4 == 0 ? 0 : list_time(r)), number(one_of(r, {1, 5, 7}))}};
       }},
      {"zset.page",
       [](Random& r, Millis now) -> ProcedureCall {
         return {{one_of(r, Texts{"list", "list", "list", "schedule", "u1preferences", "missing"})},
                 page_arguments(r, now)};
       }},
  };
}

// ---- the cache scheduler

std::map<std::string, MakeCall, std::less<>> scheduler_cases() {
  const Texts keys = {"schedule", "delay", "claims"}, receipts = {"r1", "r2", "r3"};
  return {
      {"scheduler.schedule",
       [=](Random& r, Millis) -> ProcedureCall {
         return {keys, {one_of(r, ids()), number(one_of(r, {1, 1000, 300'000}))}};
       }},
      {"scheduler.stop", [=](Random& r, Millis) -> ProcedureCall { return {keys, {one_of(r, ids())}}; }},
      {"scheduler.claim",
       [=](Random& r, Millis) -> ProcedureCall {
         return {keys,
                 {number(one_of(r, {1, 2, 100})), number(one_of(r, {1, 10, 1000})), one_of(r, receipts)}};
       }},
      {"scheduler.settle",
       [=](Random& r, Millis) -> ProcedureCall {
         return {keys,
                 {one_of(r, ids()), one_of(r, receipts), one_of(r, Texts{"done", "failed", "stop"}),
                  number(one_of(r, {1, 500}))}};
       }},
  };
}

}  // namespace

const std::map<std::string, MakeCall, std::less<>>& procedure_cases() {
  static const auto all = [] {
    auto cases = token_cases();
    cases.merge(activity_cases());
    cases.merge(scheduler_cases());
    return cases;
  }();
  return all;
}

std::vector<Procedure> all_procedures() {
  std::vector<Procedure> all;
  for (List<Procedure> some :
       {Tokens::procedures(), Activity::procedures(), WatchLater::procedures(), CacheScheduler::procedures()})
    all.insert(all.end(), some.begin(), some.end());
  return all;
}

}  // namespace playhead::test
