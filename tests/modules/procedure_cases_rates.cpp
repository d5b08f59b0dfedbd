#include "playhead/modules/rate_limiter.h"
#include "tests/modules/procedure_cases.h"

namespace playhead::test {

namespace {

MakeCall case_of(std::string key) {
  return [key = std::move(key)](Random& r, Millis) -> ProcedureCall {
    // One period, so that the states that meet are of one limiter, whose limit changes.
    return {{key + one_of(r, Texts{"1", "2"})},
            {number(one_of(r, {1, 3, 7})), "1000", number(one_of(r, {1, 3, 7, 10})),
             number(one_of(r, {1, 1, 2, 5, 9})), number(one_of(r, {0, 1, 1, 1})), "1000000000"}};
  };
}

ProcedureCases cases() {
  ProcedureCases out;
  for (const Procedure& p : RateLimiter::procedures())
    out.emplace(std::string(p.name), case_of(std::string(p.name)));
  return out;
}

const std::vector<Mistake> mistakes = {
    {"rates.fixed_window", "now - now % period", "now"},
    {"rates.fixed_window", "used + weight <= limit", "used < limit"},
    {"rates.fixed_window", "left, start, used", "left, start, 1"},
    {"rates.sliding_log", "int(now - period)", "int(now - period - 1)"},
    {"rates.sliding_log", "used + weight - limit then high", "used + weight - limit + 1 then high"},
    {"rates.sliding_log", "oldest.total - oldest.weight", "oldest.total - 1"},
    {"rates.sliding_counter", "math.max(0, now - start)", "0"},
    {"rates.sliding_counter", "previous = b", "previous = a"},
    {"rates.sliding_counter", "(limit - weight) * period / current", "limit * period / current"},
    {"rates.token_bucket", "math.min(full, a + passed * limit)", "a + passed * limit"},
    {"rates.token_bucket", "level - weight * period", "level - period"},
    {"rates.gcra", "debt % limit", "0"},
    {"rates.gcra", "math.floor(debt / limit)", "math.ceil(debt / limit)"},
};

const ProcedureGroup rates("rates", {RateLimiter::procedures()}, cases(), mistakes);

}  // namespace

}  // namespace playhead::test
