#include "playhead/modules/activity.h"
#include "playhead/modules/watch_later.h"
#include "tests/modules/procedure_cases.h"

namespace playhead::test {

namespace {

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

ProcedureCases activity_cases() {
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
      {"watch_later.oldest",
       [](Random& r, Millis now) -> ProcedureCall { return {{"list"}, page_arguments(r, now)}; }},
      {"zset.page",
       [](Random& r, Millis now) -> ProcedureCall {
         return {{one_of(r, Texts{"list", "list", "list", "schedule", "u1preferences", "missing"})},
                 page_arguments(r, now)};
       }},
  };
}

const std::vector<Mistake> mistakes = {
    {"activity.record", "'GT', ", ""},
    {"activity.record", "completion > tonumber", "completion >= 0 or completion > tonumber"},
    {"activity.record", "redis.call('HDEL', KEYS[3], gone[i])", ""},
    {"activity.record", "math.min(1000, ", "math.min(1001, "},
    {"activity.record", "'(' .. int(first)", "int(first)"},
    {"activity.record", "% 24", "% 25"},
    {"activity.history", "KEYS[3]", "KEYS[2]"},
    {"watch_later.add", ">= tonumber", "> tonumber"},
    {"watch_later.oldest", "then high = middle else", "then high = middle - 1 else"},
    {"zset.page", "then high = middle else", "then high = middle - 1 else"},
    {"zset.page", "'(' .. score", "score"},
};

const ProcedureGroup activity("activity", {Activity::procedures(), WatchLater::procedures()},
                              activity_cases(), mistakes);

}  // namespace

}  // namespace playhead::test
