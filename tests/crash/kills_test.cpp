#include <catch2/catch.hpp>

#include "tests/crash/kills.h"

namespace playhead::crash {

TEST_CASE("what was acknowledged survives the death of the process, and nothing is torn") {
  KillOptions options;
  options.kills = 108;
  options.kills_per_store = 12;  // each durability with each size of memory
  KillReport report = run_kills(options);
  WARN(report.shown());
  CHECK(report.findings == std::vector<std::string>{});
  CHECK(report.lost == 0);
  CHECK(report.torn == 0);
  CHECK(report.damaged == 0);
  CHECK(report.acknowledged > 0);
  CHECK(report.share_writing() >= 0.8);
}

TEST_CASE("a store that forgets what it acknowledged is found out") {
  KillOptions options;
  options.kills = 200;
  options.findings = 1;
  options.fault = KillOptions::Fault::forgets;
  KillReport report = run_kills(options);
  CHECK_FALSE(report.ok());
}

TEST_CASE("a store that does half of a batch is found out") {
  KillOptions options;
  options.kills = 200;
  options.findings = 10;  // half a batch may be found out otherwise, too
  options.fault = KillOptions::Fault::tears;
  KillReport report = run_kills(options);
  INFO(report.shown());
  CHECK(report.torn > 0);
}

}  // namespace playhead::crash
