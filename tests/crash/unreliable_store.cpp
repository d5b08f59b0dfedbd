#include "tests/crash/unreliable_store.h"

#include <unistd.h>

#include <atomic>
#include <filesystem>

#include "backends/embedded/store.h"
#include "tests/crash/kills.h"

namespace playhead::crash {

Workplace::Workplace(const std::string& parent) {
  static std::atomic<int> count{0};
  path_ = (parent.empty() ? default_directory() : parent) + "/playhead-crash-" + std::to_string(::getpid()) +
          "-" + std::to_string(++count);
  std::filesystem::create_directories(path_);
}

Workplace::~Workplace() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::shared_ptr<Store> open_store(const std::string& path, const rocks::RocksOptions& options,
                                  rocksdb::Env* env, Millis now, bool ordered_logs) {
  using EmbeddedRocks = embedded::EmbeddedStore<rocks::RocksStorage>;
  auto storage = rocks::RocksStorage::open(path, options, {env, true, ordered_logs});
  Capabilities capabilities;
  capabilities.name = "rocksdb";
  capabilities.persistent = true;
  return std::make_shared<EmbeddedRocks>(std::move(storage), capabilities,
                                         EmbeddedRocks::Options{std::make_shared<ManualClock>(now), 16, {}});
}

}  // namespace playhead::crash
