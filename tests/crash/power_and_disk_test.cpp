// These open stores in this process, which must not fork afterwards: the file's name makes them run behind kills_test.cpp.
#include <catch2/catch.hpp>

#include "tests/crash/faults.h"
#include "tests/crash/images.h"

namespace playhead::crash {

TEST_CASE("a power loss takes what was not durable, from the end, and nothing else") {
  ImageOptions options;
  options.images = 60;
  ImageReport report = run_images(options);
  WARN(report.shown());
  CHECK(report.findings == std::vector<std::string>{});
  CHECK(report.images == options.images);
  CHECK(report.with_loss > 0);  // else the images prove nothing
}

TEST_CASE("an fsync that makes nothing durable is found out") {
  ImageOptions options;
  options.images = 20;  // all in sync mode
  options.findings = 1;
  options.forget_fsync = true;
  CHECK_FALSE(run_images(options).ok());
}

TEST_CASE(
    "a disk that fails at any operation loses nothing acknowledged, and the store goes on when it works "
    "again") {
  FaultOptions options;
  options.stride = 23;
  FaultReport report = run_faults(options);
  WARN(report.shown());
  CHECK(report.findings == std::vector<std::string>{});
  CHECK(report.failed_changes > 0);
  CHECK(report.while_opening > 0);
}

}  // namespace playhead::crash
