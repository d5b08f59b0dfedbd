#pragma once
#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <string>

#include "playhead/open.h"
#include "tests/support/fast_place.h"

namespace playhead::test {

/// A new directory that goes with the object.
class TemporaryDirectory {
 public:
  explicit TemporaryDirectory(const std::filesystem::path& place = std::filesystem::temp_directory_path()) {
    std::string name = place / "playhead-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr)
      throw std::runtime_error("cannot make a directory in " + place.string());
    path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  /// A path in it that need not exist.
  std::string operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// A RocksDB store in a directory of its own, which goes with it.
class TemporaryRocksStore final : public StoreWrapper {
 public:
  explicit TemporaryRocksStore(const OpenOptions& options = {})
      : TemporaryRocksStore(std::make_unique<TemporaryDirectory>(fast_place()), options) {}
  ~TemporaryRocksStore() override { inner().close(); }

 private:
  TemporaryRocksStore(std::unique_ptr<TemporaryDirectory> directory, const OpenOptions& options)
      : StoreWrapper(open("rocksdb://" + (*directory / "store") + "?durability=none", options)),
        directory_(std::move(directory)) {}
  std::unique_ptr<TemporaryDirectory> directory_;
};

/// Whether this build opens such stores.
template <class F>
bool is_built(F&& opens) {
  try {
    opens();
    return true;
  } catch (const Error& e) {
    if (e.code() == ErrorCode::unsupported) return false;
    throw;
  }
}

}  // namespace playhead::test
