#include "tests/crash/module_kills.h"

#include <catch2/catch.hpp>

namespace playhead::crash {

namespace {

void check_kills(bool redis) {
  ModuleKillOptions options;
  options.redis = redis;
  ModuleKillReport report = run_module_kills(options);
  WARN(report.shown());
  CHECK(report.findings == std::vector<std::string>{});
  CHECK(report.ok());
  CHECK(report.kills == options.kills);
  CHECK(report.inside > 0);
  CHECK(report.messages > 0);
  CHECK(report.tasks > 0);
  CHECK(report.reservations > 0);
  CHECK(report.refreshes > 0);
}

}  // namespace

TEST_CASE("workers that are killed lose no message, no task, no stock and no row to refresh on RocksDB") {
  check_kills(false);
}

TEST_CASE("workers that are killed lose no message, no task, no stock and no row to refresh on Redis") {
  check_kills(true);
}

TEST_CASE("a store that forgets messages is found out") {
  ModuleKillOptions options;
  options.kills = 30;
  options.forgets = true;
  CHECK(run_module_kills(options).lost > 0);
}

}  // namespace playhead::crash
