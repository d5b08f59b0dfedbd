#pragma once
// A RocksDB store over files that a test has in its hands.
#include <memory>
#include <string>

#include "backends/rocksdb/open.h"
#include "playhead/clock.h"
#include "playhead/store.h"
#include "tests/crash/files.h"

namespace playhead::crash {

/// A directory of this process that goes with the object.
class Workplace {
 public:
  explicit Workplace(const std::string& parent);
  ~Workplace();
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

/// Opens the store in a directory; files: null for the machine's own. `ordered_logs`: see rocks::Hooks. Throws
/// Error.
std::shared_ptr<Store> open_store(const std::string& path, const rocks::RocksOptions& options,
                                  rocksdb::Env* env, Millis now, bool ordered_logs = true);

}  // namespace playhead::crash
