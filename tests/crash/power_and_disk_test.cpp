// These open stores in this process, which must not fork afterwards: the file's name makes them run behind kills_test.cpp.
#include <catch2/catch.hpp>

#include "tests/crash/faults.h"
#include "tests/crash/images.h"
#include "tests/crash/unreliable_store.h"

namespace playhead::crash {

namespace {

/// One thread writes key after key, and the power goes at the first moment at which a log has bytes although an older
/// one could still lose some.
struct LossBetweenLogs {
  explicit LossBetweenLogs(bool ordered_logs) {
    Workplace place("");
    auto files = std::make_shared<UnreliableFiles>(place / "store", place / "graves");
    auto env = rocksdb::NewCompositeEnv(files);
    rocks::RocksOptions options;
    options.durability = rocks::Durability::none;
    options.write_buffer_bytes = 64 << 10;
    auto store = open_store(place / "store", options, env.get(), 1, ordered_logs);
    files->before_each_operation([&] {
      if (found || !files->logs_out_of_order()) return;
      files->write_image_of_newest_log(place / "image");
      found = true;
    });
    for (; written < 4000 && !found; ++written) store->run(Set{.key = name(written), .value = value});
    store->close();
    files->before_each_operation(nullptr);
    if (!found) return;
    auto image = open_store(place / "image", options, nullptr, 1);
    for (int i = 0; i < written; ++i) {
      bool there = image->run(Get{.key = name(i)}).has_value();
      torn = torn || (there && lost > 0);
      lost += there ? 0 : 1;
    }
    image->close();
  }
  static std::string name(int i) { return "key" + std::to_string(i); }

  const std::string value = std::string(1000, 'v');
  std::atomic<bool> found{false};
  int written = 0, lost = 0;
  bool torn = false;  ///< a key is there although one written before it is lost
};

}  // namespace

TEST_CASE("no log has bytes while an older one can lose some, else a power loss tears what was written") {
  LossBetweenLogs ordered(true);
  CHECK_FALSE(ordered.found);
  CHECK(ordered.written == 4000);
  LossBetweenLogs unordered(false);
  CHECK(unordered.found);
  CHECK(unordered.torn);
}

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
