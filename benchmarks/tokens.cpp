// Many live tokens in the memory store, with their per-user lists and the index of who was there last: resident memory,
// what validating one costs among so many, and what dropping the oldest costs.
#include "playhead/modules/tokens.h"

#include <malloc.h>

#include <chrono>

#include "benchmarks/support/data.h"
#include "benchmarks/support/report.h"
#include "benchmarks/support/resident.h"
#include "playhead/modules/token_limit.h"
#include "playhead/open.h"

namespace {

using namespace playhead;
using namespace playhead::bench;
using Timer = std::chrono::steady_clock;

const Text data = R"({"role":"admin"})";

double nanoseconds_since(Timer::time_point begin) {
  return std::chrono::duration<double, std::nano>(Timer::now() - begin).count();
}

struct Figures {
  double bytes = 0, issue = 0, validate = 0, drop = 0;
};

/// `count` tokens of count / per_user users; then those used first are dropped, a tenth of all.
Figures with_tokens(std::size_t count, std::size_t per_user) {
  constexpr std::size_t samples = 100'000;
  malloc_trim(0);
  std::size_t before = resident("self");
  Figures figures;
  TokenOptions options{.idle_timeout = 86'400'000, .indexed = true};
  Namespace space(open("memory://"));
  Tokens tokens(space, options);
  std::vector<std::string> kept;
  kept.reserve(samples);
  auto begin = Timer::now();
  for (std::size_t i = 0; i < count; ++i) {
    auto issued = tokens.issue("user:" + std::to_string(10'000'000 + i / per_user), data);
    if (i % (count / samples) == 0) kept.push_back(std::move(issued.token));
  }
  figures.issue = nanoseconds_since(begin) / static_cast<double>(count);
  malloc_trim(0);
  figures.bytes = static_cast<double>(resident("self") - before) / static_cast<double>(count);
  begin = Timer::now();
  for (std::size_t i = 0; i < kept.size(); ++i) keep(tokens.validate(kept[i * 7919 % kept.size()]));
  figures.validate = nanoseconds_since(begin) / static_cast<double>(kept.size());
  TokenLimit limit(space, options, {.limit = static_cast<std::int64_t>(count - count / 10), .batch = 1000});
  std::int64_t dropped = 0;
  begin = Timer::now();
  for (bool more = true; more;) {
    auto report = limit.step();
    dropped += report.dropped;
    more = report.more;
  }
  figures.drop = nanoseconds_since(begin) / static_cast<double>(dropped);
  return figures;
}

}  // namespace

int main() {
  std::size_t count = large() ? 10'000'000 : 1'000'000;
  Report report(
      "tokens", "Tokens, memory store",
      power(count) + " live tokens with " + std::to_string(data.size()) +
          " bytes of data each, users' ids of 13 bytes, the newest so many kept of each user and of all.");
  for (std::size_t per_user : {std::size_t{1}, std::size_t{4}}) {
    Figures f = with_tokens(count, per_user);
    std::string of = ", " + std::to_string(per_user) + " for each user";
    auto row = [&](const std::string& what, const std::string& unit, double value, Budget budget) {
      report.add(
          {.what = what + of, .floor = {}, .unit = unit, .ours = value, .ratio = value, .budget = budget});
    };
    row("a token", "bytes", f.bytes, at_most(322));
    row("issue", "ns", f.issue, no_budget());
    row("validate", "ns", f.validate, no_budget());
    row("drop one of the oldest", "ns", f.drop, no_budget());
  }
  report.note("Budget: 3 GiB for 10^7 tokens. Growth of resident memory, divided by the number of tokens.");
  report.write();
}
