#include "playhead/modules/preheater.h"
#include "tests/modules/procedure_cases.h"

namespace playhead::test {

namespace {

ProcedureCases scheduler_cases() {
  const Texts keys = {"schedule", "delay", "claims"},
              preheat_keys = {"schedule", "delay", "claims", "events"}, receipts = {"r1", "r2", "r3"};
  return {
      {"scheduler.schedule",
       [=](Random& r, Millis) -> ProcedureCall {
         return {keys, {one_of(r, ids()), number(one_of(r, {1, 1000, 300'000}))}};
       }},
      {"preheat.note",
       [=](Random& r, Millis) -> ProcedureCall {
         return {preheat_keys,
                 {one_of(r, ids()), number(one_of(r, {1, 2, 5})), number(one_of(r, {1, 3, 10})), "900000"}};
       }},
      {"preheat.begin",
       [=](Random& r, Millis) -> ProcedureCall { return {preheat_keys, {one_of(r, ids()), "900000"}}; }},
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

const std::vector<Mistake> mistakes = {
    {"scheduler.schedule", "tonumber(due) > now", "tonumber(due) >= now"},
    {"preheat.note", "tonumber(due) > now", "tonumber(due) >= now"},
    {"preheat.note", "count < tonumber(ARGV[4])", "count <= tonumber(ARGV[4])"},
    {"preheat.note", "redis.call('ZADD', KEYS[2], 1, region)", ""},
    {"preheat.note", "redis.call('HDEL', KEYS[3], region)", ""},
    {"preheat.begin", "redis.call('HDEL', KEYS[4], ARGV[2])", ""},
    {"preheat.begin", "redis.call('ZADD', KEYS[2], ARGV[3], ARGV[2])", ""},
    {"scheduler.stop", "redis.call('ZREM', KEYS[2], video)", ""},
    {"scheduler.claim", "int(now), 'LIMIT'", "'(' .. int(now), 'LIMIT'"},
    {"scheduler.claim", "redis.call('HSET', KEYS[3], video, receipt)", ""},
    {"scheduler.settle", "~= ARGV[3]", "== false"},
    {"scheduler.settle", "redis.call('HDEL', KEYS[3], video)\nreturn 1", "return 1"},
};

const ProcedureGroup caching("caching", {CacheScheduler::procedures(), Preheater::procedures()},
                             scheduler_cases(), mistakes);

}  // namespace

}  // namespace playhead::test
