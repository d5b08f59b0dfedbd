#pragma once
// What the tests of the RocksDB storage share.
#include <rocksdb/env.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "backends/rocksdb/context.h"
#include "backends/rocksdb/open.h"
#include "tests/support/temporary_store.h"

namespace playhead::rocks::test {

using playhead::test::TemporaryDirectory;

/// A store in a temporary directory, with workers only on request, so that tests decide what happens when.
class TestStore {
 public:
  explicit TestStore(bool workers = false) {
    options.durability = Durability::none;
    hooks.workers = workers;
    open();
  }
  void open() { storage = RocksStorage::open(path, options, hooks); }
  void reopen() {
    storage->close();
    storage.reset();
    open();
  }
  /// One unit; the result of f is the result.
  template <class F>
  auto unit(Mode mode, F&& f) {
    Unit u(*storage, mode, mode == Mode::many);
    if constexpr (std::is_void_v<decltype(f(u))>) {
      f(u);
      u.commit();
    } else {
      auto result = f(u);
      u.commit();
      return result;
    }
  }
  void flush(std::uint16_t db) {
    unit(Mode::many, [db](Unit& u) { u.flush(db); });
  }
  void swap(std::uint16_t a, std::uint16_t b) {
    unit(Mode::many, [a, b](Unit& u) { u.swap(a, b); });
  }
  TemporaryDirectory directory;
  std::string path = directory / "store";
  RocksOptions options;
  Hooks hooks;
  std::shared_ptr<RocksStorage> storage;
};

inline void put(Unit& u, Slot& slot, Type type, Text field, Text value) {
  u.hput(slot, type, field, [value](const Text*) { return std::optional<Text>(value); });
}
inline ZPut put(Unit& u, Slot& slot, Text member, double score) {
  return u.zput(slot, member, [score](const double*) { return std::optional<double>(score); });
}

inline std::optional<std::int64_t> rank(TestStore& store, Text key, Text member) {
  return store.unit(Mode::read, [&](Unit& u) {
    Slot slot = u.find(Key(0, key));
    return slot.exists() ? u.zrank(slot, member) : std::nullopt;
  });
}

/// All rows of a closed store, by column family, read with RocksDB alone.
std::map<std::string, std::map<std::string, std::string>> raw_rows(const std::string& path);
/// The same of an open one, from a checkpoint.
std::map<std::string, std::map<std::string, std::string>> raw_rows(RocksStorage& storage);

/// "0a ff": bytes as they are compared in tests of the format.
std::string hex(Text bytes);

}  // namespace playhead::rocks::test
