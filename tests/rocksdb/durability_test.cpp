// When a commit is on disk, seen by the fsyncs of the log.
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <array>
#include <catch2/catch.hpp>
#include <mutex>
#include <thread>

#include "support.h"

namespace playhead::rocks::test {
namespace {

/// Remembers how many bytes of the newest log were written and how many of them made durable.
class WatchedFiles : public rocksdb::FileSystemWrapper {
 public:
  WatchedFiles() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "WatchedFiles"; }
  std::atomic<std::uint64_t> written{0}, durable{0};

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override {
    auto status = target()->NewWritableFile(name, options, result, debug);
    if (status.ok() && name.ends_with(".log")) *result = std::make_unique<Log>(std::move(*result), *this);
    return status;
  }

 private:
  class Log : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    Log(std::unique_ptr<rocksdb::FSWritableFile>&& file, WatchedFiles& files)
        : FSWritableFileOwnerWrapper(std::move(file)), files_(files) {}
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override {
      files_.written += data.size();
      return target()->Append(data, options, debug);
    }
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             const rocksdb::DataVerificationInfo&, rocksdb::IODebugContext* debug) override {
      return Append(data, options, debug);
    }
    rocksdb::IOStatus Sync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
      std::uint64_t now = files_.written;
      auto status = target()->Sync(options, debug);
      if (status.ok()) files_.durable = now;
      return status;
    }
    rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
      return Sync(options, debug);
    }

   private:
    WatchedFiles& files_;
  };
};

struct WatchedStore {
  explicit WatchedStore(Durability durability, unsigned interval = 200) {
    RocksOptions options;
    options.durability = durability;
    options.sync_interval_ms = interval;
    storage = RocksStorage::open(directory / "store", options, {env.get(), false});
  }
  void set(int i) {
    std::string name = "k" + std::to_string(i);
    Key key(0, name);
    std::lock_guard lock(stripes[embedded::stripe_of(key.hash)]);  // as a store holds it
    Unit u(*storage, Mode::once, false);
    Slot slot = u.find(key);
    u.set(slot, "v", 0);
    u.commit();
  }
  std::array<std::mutex, embedded::stripe_count> stripes;
  std::shared_ptr<WatchedFiles> files = std::make_shared<WatchedFiles>();
  std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(files);
  TemporaryDirectory directory;
  std::shared_ptr<RocksStorage> storage;
};

}  // namespace

TEST_CASE("in sync mode a commit is durable when it returns") {
  WatchedStore store(Durability::sync);
  for (int i = 0; i < 20; ++i) {
    store.set(i);
    REQUIRE(store.files->durable == store.files->written);
  }
}

TEST_CASE("in periodic mode a commit becomes durable by itself") {
  WatchedStore store(Durability::periodic, 1);
  store.set(1);
  std::uint64_t written = store.files->written;
  while (store.files->durable < written) std::this_thread::yield();
  SUCCEED();
}

TEST_CASE("without durability a commit waits for sync() or close()") {
  WatchedStore store(Durability::none);
  store.set(1);
  std::uint64_t written = store.files->written;
  CHECK(store.files->durable < written);
  store.storage->sync();
  CHECK(store.files->durable >= written);
  store.set(2);
  written = store.files->written;
  store.storage->close();
  CHECK(store.files->durable >= written);
}

TEST_CASE("threads that commit at the same time share fsyncs and lose nothing") {
  WatchedStore store(Durability::sync);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) store.set(1000 * t + i);
    });
  for (auto& thread : threads) thread.join();
  std::size_t count = 0;
  for (std::size_t stripe = 0; stripe < embedded::stripe_count; ++stripe)
    count += store.storage->count(0, stripe);
  CHECK(count == 200);
  CHECK(store.files->durable == store.files->written);
}

}  // namespace playhead::rocks::test
