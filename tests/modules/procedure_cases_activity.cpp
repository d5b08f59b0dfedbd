#include "playhead/modules/activity.h"
#include "playhead/modules/user_cleanup.h"
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

const Texts& day_sets() {
  static const Texts all = {"day0", "day1", "day2"};
  return all;
}

// Of an event of activity.record.
void add_event(Random& r, Millis now, bool from_source, ProcedureCall& call) {
  constexpr Millis day = 86'400'000;
  std::string user = one_of(r, Texts{"u1", "u2"}), video = one_of(r, ids());
  std::string event = one_of(
      r, Texts{"view", "view", "view", "finish", "like", "like", "unlike", "comment", "share", "visit"});
  for (Text what : {"history", "watched", "completion", "preferences", "counts", "likes"})
    call.keys.push_back(user + std::string(what));
  call.keys.push_back(event == "visit" ? user + "counts" : "video" + video);
  Millis at = one_of(r, {1, now, now, now - 1, now - 2, now - day, now - 3 * day, now + 5});
  std::string n = number(at / day % 3);
  for (const std::string& key : {std::string("last"), "day" + n, std::string("month"), "about" + n})
    call.keys.push_back(key);
  if (from_source)
    for (Text what : {"applied", "sources"}) call.keys.push_back(user + std::string(what));
  std::int64_t watched = one_of(r, {0, 1, 899, 900, 12'345, 999'999'999'999, 1'000'000'000'000});
  std::int64_t duration = one_of(r, {0, 1, 7, 1000, 999'999'999'999, 1'000'000'000'000});
  for (const std::string& arg : {user, video, event, number(watched), number(duration), number(at),
                                 number(one_of(r, {0, -1080, 330, 1, 1080}) * 60'000)})
    call.args.push_back(arg);
  for (int i = 0; i < 3; ++i)  // so long that no key ends while the calls run
    call.args.push_back(number(one_of(r, {0, now - day, now, now + 1 + 100 * day, now + 200 * day})));
  call.args.push_back(number(one_of(r, {0, 1, 2, 3, 4, 1'000'000'000'000'000})));
}

ProcedureCases activity_cases() {
  return {
      {"activity.record",
       [](Random& r, Millis now) -> ProcedureCall {
         const std::string source = one_of(r, Texts{"", "", "a", "b", "c"});
         ProcedureCall call{
             {},
             {number(one_of(r, {1, 2, 3})), number(one_of(r, {1, 2, 3})), number(one_of(r, {1, 50, 90, 100})),
              number(one_of(r, {1, 2})), source, number(one_of(r, {1, 2}))}};
         for (std::int64_t events = one_of(r, {1, 1, 2, 3}); events > 0; --events)
           add_event(r, now, !source.empty(), call);
         return call;
       }},
      {"activity.distinct",
       [](Random& r, Millis) -> ProcedureCall {
         return {one_of(r, {0, 1}) == 0 ? Texts{"union", one_of(r, day_sets())}
                                        : Texts{"union", day_sets()[0], one_of(r, day_sets()), "missing"},
                 {}};
       }},
      {"users.clean",
       [](Random& r, Millis) -> ProcedureCall {
         ProcedureCall call{{"last", "later"},
                            {number(one_of(r, {1, 2, 500, 1000})),
                             number(r() % 12 == 0 ? one_of(r, {0, 1000, 5000}) : ten_years),
                             number(one_of(r, {1, 2, 3, 100}))}};
         for (const Text user : {"u1", "u2"}) {
           if (r() % 4 == 0) continue;
           call.keys.push_back(std::string(user) + "later list");
           call.args.emplace_back(user);
         }
         return call;
       }},
      {"activity.history",
       [](Random& r, Millis now) -> ProcedureCall {
         return {history_keys(one_of(r, Texts{"u1", "u2"})), page_arguments(r, now)};
       }},
      {"watch_later.add",
       [](Random& r, Millis) -> ProcedureCall {
         std::string user = one_of(r, Texts{"u1", "u1", "u1", "u2"});
         return {
             {user + "later list", "last"},
             {one_of(r, ids()), number(r() % 4 == 0 ? 0 : list_time(r)), number(one_of(r, {1, 5, 7})), user}};
       }},
      {"watch_later.oldest",
       [](Random& r, Millis now) -> ProcedureCall { return {{"u1later list"}, page_arguments(r, now)}; }},
      {"zset.page",
       [](Random& r, Millis now) -> ProcedureCall {
         return {
             {one_of(r, Texts{"u1later list", "u2later list", "last", "later", "u1preferences", "missing"})},
             page_arguments(r, now)};
       }},
  };
}

const std::vector<Mistake> mistakes = {
    {"activity.record", "KEYS[k + 1], 'GT', ", "KEYS[k + 1], "},
    {"activity.record", "completion > tonumber", "completion >= 0 or completion > tonumber"},
    {"activity.record", "redis.call('HDEL', KEYS[k + 3], gone[i])", ""},
    {"activity.record", "math.min(1000, ", "math.min(1001, "},
    {"activity.record", "% 24", "% 25"},
    {"activity.record", "elseif event == 'finish' then completion = 1000 end", "end"},
    {"activity.record", "if redis.call('ZSCORE', KEYS[k + 6], video) then result = 0",
     "if false then result = 0"},
    {"activity.record", ">= likes_limit", "> likes_limit"},
    {"activity.record", "if result == 1 then add('likes', -1) end", "add('likes', -1)"},
    {"activity.record", "math.min(at, now)", "at"},
    {"activity.record", "KEYS[k + 8], 'GT', ", "KEYS[k + 8], "},
    {"activity.record", "if left > 0 and", "if left >= 0 and"},
    {"activity.record", "mark('PFADD', KEYS[k + 11], ARGV[v + 10])",
     "mark('PFADD', KEYS[k + 11], ARGV[v + 9])"},
    {"activity.record", "user) == 1 then redis.call('PEXPIRE'", "user) == 2 then redis.call('PEXPIRE'"},
    {"activity.record", "if number <= tonumber", "if number < tonumber"},
    {"activity.record", "redis.call('HSET', KEYS[k + 12], source, int(number))", ""},
    {"activity.record", "if latest[1] == source then return false end", ""},
    {"activity.record", "redis.call('HDEL', KEYS[k + 12], gone[i])", "redis.call('HLEN', KEYS[k + 12])"},
    {"activity.record", "- sources_limit", "- sources_limit - 1"},
    {"activity.record", "ipairs({-2, 0", "ipairs({1, 0"},
    {"activity.distinct", "redis.call('UNLINK', KEYS[1])", ""},
    {"activity.distinct", "unpack(KEYS, 2)", "unpack(KEYS, 3)"},
    {"users.clean", "tonumber(seen) > now", "tonumber(seen) >= now"},
    {"users.clean", "redis.call('ZREM', KEYS[2], user)", ""},
    {"users.clean", "videos - removed", "videos"},
    {"users.clean", "redis.call('ZREM', KEYS[1], user)", ""},
    {"users.clean", "tonumber(oldest[2]) + older_than", "tonumber(oldest[2])"},
    {"users.clean", "else redis.call('ZREM', KEYS[2], user) end", "end"},
    {"activity.history", "KEYS[3]", "KEYS[2]"},
    {"watch_later.add", ">= tonumber", "> tonumber"},
    {"watch_later.add", "'GT', ", ""},
    {"watch_later.oldest", "middle, middle)[1]) then high = middle",
     "middle, middle)[1]) then high = middle - 1"},
    {"watch_later.oldest", "'-inf', '(' .. ARGV[3]", "'-inf', ARGV[3]"},
    {"zset.page", "then high = middle else", "then high = middle - 1 else"},
    {"zset.page", "'(' .. score", "score"},
};

const ProcedureGroup activity("activity",
                              {Activity::procedures(), WatchLater::procedures(), UserCleanup::procedures()},
                              activity_cases(), mistakes);

}  // namespace

}  // namespace playhead::test
