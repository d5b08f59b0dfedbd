#include "playhead/modules/counters.h"
#include "playhead/modules/leaderboard.h"
#include "playhead/modules/sliding_window.h"
#include "tests/modules/procedure_cases.h"

namespace playhead::test {

namespace {

Texts board_keys(const std::string& ties) {
  return {"order" + ties, "places" + ties, "data" + ties};
}

std::string score(Random& r) {
  return one_of(r, Texts{"0", "1", "-1", "1", "0", "1", "2.5", "0.1", "1e+100", "-3"});
}

Texts read_arguments(Random& r, const std::string& how) {
  if (how == "range") return {number(one_of(r, {0, 1, 3})), number(one_of(r, {1, 2, 100}))};
  if (how == "around") return {one_of(r, ids()), number(one_of(r, {0, 1, 2}))};
  if (how == "of") return {one_of(r, ids())};
  if (how == "percent") return {one_of(r, Texts{"0", "33.299999999999997", "50", "99.5", "100"})};
  std::string digits = r() % 2 == 0 ? "" : "00000000000000" + number(one_of(r, {10, 20, 35, 60}));
  return {number(one_of(r, {0, 1, 1})), one_of(r, Texts{"0", "1", "-1"}), digits + one_of(r, ids()),
          number(one_of(r, {1, 2, 100}))};
}

void append(Texts& to, const Texts& more) {
  to.insert(to.end(), more.begin(), more.end());
}

ProcedureCases board_cases() {
  return {
      {"leaderboard.change",
       [](Random& r, Millis) -> ProcedureCall {
         std::string ties = one_of(r, Texts{"0", "1", "2"});
         Texts args = {one_of(r, Texts{"set", "add", "best"}), "-1", ties, number(one_of(r, {0, 1, 3, 6}))};
         for (std::int64_t n = one_of(r, {1, 1, 2, 3}); n > 0; --n)
           append(args, {one_of(r, ids()), score(r)});
         return {board_keys(ties), args};
       }},
      {"leaderboard.read",
       [](Random& r, Millis) -> ProcedureCall {
         std::string ties = one_of(r, Texts{"0", "1", "2"}),
                     how = one_of(r, Texts{"range", "around", "of", "page", "percent"});
         Texts args = {how, one_of(r, Texts{"-1", "1"}), ties, number(one_of(r, {0, 2, 4}))};
         append(args, read_arguments(r, how));
         return {board_keys(ties), args};
       }},
      {"leaderboard.remove",
       [](Random& r, Millis) -> ProcedureCall {
         std::string ties = one_of(r, Texts{"0", "1", "2"});
         return {board_keys(ties), {ties, one_of(r, ids()), one_of(r, ids())}};
       }},
      {"leaderboard.data",
       [](Random& r, Millis) -> ProcedureCall {
         std::string ties = one_of(r, Texts{"0", "1", "2"});
         return {board_keys(ties), {ties, one_of(r, ids()), one_of(r, Texts{"", "x", "{}"})}};
       }},
  };
}

// Times of which some are in other months and years, around days that leap years have.
Millis counted_at(Random& r, Millis now) {
  return one_of(r, {0, 0, now, now - 60'000, now - 3'600'000, now - 86'400'000, now + 5, 951'782'400'000,
                    now - 31 * 86'400'000LL, 1, 1'709'164'800'000});
}

std::string offset(Random& r) {
  return number(one_of(r, {0, -1080, 330}) * 60'000);
}

ProcedureCases counter_cases() {
  const Texts rankings = {"t0", "t1", "i0", "i1", "h0", "h1", "d0", "d1", "m0", "m1"};
  return {
      {"counters.add",
       [=](Random& r, Millis now) -> ProcedureCall {
         std::string counter = one_of(r, ids());
         Texts keys = {"windows" + one_of(r, Texts{"a", "b"}), "held"};
         append(keys, rankings);
         return {keys,
                 {counter, number(one_of(r, {1, 5, -2, 1'000'000'000'000})), number(counted_at(r, now)),
                  offset(r), number(one_of(r, {1, 3, 60})), "3", number(one_of(r, {1, 2})), "4"}};
       }},
      {"counters.range",
       [](Random& r, Millis now) -> ProcedureCall {
         return {{"windows" + one_of(r, Texts{"a", "b"})},
                 {number(one_of(r, {0, 1, 2, 3, 4})), number(one_of(r, {1, 3, 1200})),
                  number(r() % 3 == 0 ? -1 : counted_at(r, now)), number(counted_at(r, now)), offset(r)}};
       }},
      {"counters.top",
       [=](Random& r, Millis now) -> ProcedureCall {
         std::size_t g = r() % 5;
         return {{"held", rankings[2 * g], rankings[2 * g + 1]},
                 {number(static_cast<std::int64_t>(g)), number(counted_at(r, now)), offset(r),
                  number(one_of(r, {1, 2, 100}))}};
       }},
  };
}

ProcedureCases sliding_cases() {
  return {
      {"sliding.exact",
       [](Random& r, Millis now) -> ProcedureCall {
         return {{"times", "counts"},
                 {number(one_of(r, {0, 1, 1, 7})),
                  number(one_of(r, {0, now, now - 1, now - 999, now - 1000, now + 3})), "1000",
                  number(ten_years)}};
       }},
      {"sliding.buckets",
       [](Random& r, Millis now) -> ProcedureCall {
         std::string buckets = one_of(r, Texts{"1", "4"});
         return {{"buckets" + buckets},
                 {number(one_of(r, {0, 1, 1, 7})),
                  number(one_of(r, {0, now, now - 1, now - 300, now - 1000, now - 1300, now + 3})), "1000",
                  buckets, number(ten_years)}};
       }},
  };
}

const ProcedureGroup boards("leaderboard", {Leaderboard::procedures()}, board_cases(),
                            {
                                {"leaderboard.change", "9007199254740991 - n", "9007199254740990 - n"},
                                {"leaderboard.change", "before < stored", "before > stored"},
                                {"leaderboard.change", "if place then redis.call('ZREM', KEYS[1], place) end",
                                 ""},
                                {"leaderboard.change", "redis.call('HDEL', KEYS[3], id)", ""},
                                {"leaderboard.change", "- capacity, 1000", "- capacity - 1, 1000"},
                                {"leaderboard.read", "rank >= total", "rank > total"},
                                {"leaderboard.read", "math.max(1, ", "math.max(0, "},
                                {"leaderboard.read", "KEYS[1], middle, middle)[1]) then high = middle",
                                 "KEYS[1], middle, middle)[1]) then high = middle - 1"},
                                {"leaderboard.remove", "redis.call('HDEL', KEYS[3], ARGV[i])", ""},
                                {"leaderboard.data", "ARGV[4] == ''", "ARGV[4] == 'x'"},
                            });

const ProcedureGroup counters("counters", {Counters::procedures()}, counter_cases(),
                              {
                                  {"counters.add", "kept > window", "kept >= window"},
                                  {"counters.add", "latest - size", "latest - size - 1"},
                                  {"counters.add", "redis.call('UNLINK', ranking)", ""},
                                  {"counters.add", "math.floor(d / 1460)", "0"},
                                  {"counters.range", "first = math.max", "first = math.min"},
                                  {"counters.range", "values[i] == int(w)", "values[i]"},
                                  {"counters.top", "== int(window)", "~= false"},
                              });

const ProcedureGroup sliding(
    "sliding", {SlidingWindow::procedures()}, sliding_cases(),
    {
        {"sliding.exact", "at > now - window", "at >= now"},
        {"sliding.exact", "'-inf', int(now - window)", "'-inf', '(' .. int(now - window)"},
        {"sliding.exact", "redis.call('DEL', KEYS[2])", ""},
        {"sliding.buckets", "bucket >= current - buckets", "bucket > current - buckets"},
        {"sliding.buckets", "kept == current - buckets then", "kept == current then"},
    });

}  // namespace

}  // namespace playhead::test
