// What happens when the disk does not do its part.
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <catch2/catch.hpp>

#include "backends/embedded/store.h"
#include "backends/rocksdb/check.h"
#include "backends/rocksdb/rocks_storage.h"
#include "playhead/error.h"
#include "support.h"

namespace playhead::rocks::test {
namespace {

/// A file system whose files take no more bytes or give none, or whose fsync fails, while that is asked for.
class FaultyFiles : public rocksdb::FileSystemWrapper {
 public:
  enum class Fault : std::uint8_t { none, full, full_logs, no_sync, no_sync_of_logs, no_reads };
  FaultyFiles() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "FaultyFiles"; }
  std::atomic<Fault> fault{Fault::none};

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override {
    auto status = target()->NewWritableFile(name, options, result, debug);
    if (status.ok()) *result = std::make_unique<File>(std::move(*result), fault, name.ends_with(".log"));
    return status;
  }
  rocksdb::IOStatus NewRandomAccessFile(const std::string& name, const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
                                        rocksdb::IODebugContext* debug) override {
    auto status = target()->NewRandomAccessFile(name, options, result, debug);
    if (status.ok()) *result = std::make_unique<ReadFile>(std::move(*result), fault);
    return status;
  }

 private:
  class ReadFile : public rocksdb::FSRandomAccessFileOwnerWrapper {
   public:
    ReadFile(std::unique_ptr<rocksdb::FSRandomAccessFile>&& file, std::atomic<Fault>& fault)
        : FSRandomAccessFileOwnerWrapper(std::move(file)), fault_(fault) {}
    rocksdb::IOStatus Read(std::uint64_t offset, std::size_t size, const rocksdb::IOOptions& options,
                           rocksdb::Slice* result, char* scratch,
                           rocksdb::IODebugContext* debug) const override {
      if (fault_ == Fault::no_reads) return rocksdb::IOStatus::IOError("Input/output error");
      return target()->Read(offset, size, options, result, scratch, debug);
    }

   private:
    std::atomic<Fault>& fault_;
  };
  class File : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    File(std::unique_ptr<rocksdb::FSWritableFile>&& file, std::atomic<Fault>& fault, bool log)
        : FSWritableFileOwnerWrapper(std::move(file)), fault_(fault), log_(log) {}
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override {
      bool full = fault_ == Fault::full || (log_ && fault_ == Fault::full_logs);
      if (!full) return target()->Append(data, options, debug);
      // As a file system does: what fits is written.
      auto half = target()->Append({data.data(), data.size() / 2}, options, debug);
      return half.ok() ? rocksdb::IOStatus::NoSpace("No space left on device") : half;
    }
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             const rocksdb::DataVerificationInfo&, rocksdb::IODebugContext* debug) override {
      return Append(data, options, debug);
    }
    rocksdb::IOStatus Sync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
      if (fault_ == Fault::no_sync || (log_ && fault_ == Fault::no_sync_of_logs))
        return rocksdb::IOStatus::IOError("Input/output error");
      return target()->Sync(options, debug);
    }
    rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
      return Sync(options, debug);
    }

   private:
    std::atomic<Fault>& fault_;
    bool log_;
  };
};

struct FaultyStore {
  explicit FaultyStore(Durability durability, std::size_t write_buffer_bytes = 8 << 20) {
    options.durability = durability;
    options.write_buffer_bytes = write_buffer_bytes;
    open();
  }
  void open() { storage = RocksStorage::open(directory / "store", options, {env.get(), false}); }
  std::shared_ptr<FaultyFiles> files = std::make_shared<FaultyFiles>();
  std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(files);
  TemporaryDirectory directory;
  RocksOptions options;
  std::shared_ptr<RocksStorage> storage;
};

using Fault = FaultyFiles::Fault;

// One unit that changes a string, a counted zset and a list together; the code of the error it ended with.
std::optional<ErrorCode> step(RocksStorage& storage, int number) {
  try {
    Unit u(storage, Mode::many, true);
    Slot string = u.find(Key(0, "s")), zset = u.find(Key(0, "z")), list = u.find(Key(0, "l"));
    u.set(string, std::to_string(number), 0);
    put(u, zset, "m" + std::to_string(number), number);
    u.lpush(list, false, std::to_string(number));
    u.commit();
  } catch (const Error& error) {
    return error.code();
  }
  return {};
}

// The three keys are in the state after `number` steps.
void require_state(RocksStorage& storage, int number) {
  Unit u(storage, Mode::read, false);
  Slot string = u.find(Key(0, "s")), zset = u.find(Key(0, "z")), list = u.find(Key(0, "l"));
  REQUIRE(u.value(string) == std::to_string(number));
  REQUIRE(u.size(zset) == static_cast<std::size_t>(number));
  REQUIRE(u.zrank(zset, "m" + std::to_string(number)) == number - 1);
  REQUIRE(u.size(list) == static_cast<std::size_t>(number));
  REQUIRE(u.lget(list, number - 1) == std::to_string(number));
}

}  // namespace

TEST_CASE(
    "a full disk refuses writes clearly, reads go on, and writes resume by themselves when there is room") {
  FaultyStore store(Durability::none);
  constexpr int before = 1000;  // enough for a rank directory, which must not count what was refused
  for (int i = 1; i <= before; ++i) REQUIRE_FALSE(step(*store.storage, i));
  require_state(*store.storage, before);
  store.files->fault = Fault::full;
  for (int i = 0; i < 5; ++i) {
    REQUIRE(step(*store.storage, before + 1) == ErrorCode::unavailable);
    require_state(*store.storage, before);
  }
  try {
    Unit u(*store.storage, Mode::once, false);
    Slot slot = u.find(Key(0, "s"));
    u.set(slot, "x", 0);
    u.commit();
    FAIL("a full disk took a write");
  } catch (const Error& error) {
    CHECK_THAT(error.what(), Catch::Contains("disk is full"));
  }
  store.files->fault = Fault::none;
  REQUIRE_FALSE(step(*store.storage, before + 1));
  require_state(*store.storage, before + 1);
  store.storage->close();
  store.storage.reset();
  store.open();
  require_state(*store.storage, before + 1);
}

TEST_CASE("writes resume when only the logs had found no room, and nothing was left in memory") {
  FaultyStore store(Durability::none);
  for (int i = 1; i <= 10; ++i) REQUIRE_FALSE(step(*store.storage, i));
  store.files->fault = Fault::full_logs;
  for (int i = 0; i < 5; ++i) {
    // The tables that a recovery writes fit: afterwards memory is empty, and the new log fails as the old one
    // did.
    REQUIRE(step(*store.storage, 11) == ErrorCode::unavailable);
    require_state(*store.storage, 10);
  }
  store.files->fault = Fault::none;
  for (int i = 11; i <= 20; ++i) REQUIRE_FALSE(step(*store.storage, i));
  store.storage->close();
  store.storage.reset();
  store.open();
  require_state(*store.storage, 20);
}

TEST_CASE("a store that dies with a full disk opens with everything it acknowledged") {
  FaultyStore store(Durability::none);
  for (int i = 1; i <= 100; ++i) REQUIRE_FALSE(step(*store.storage, i));
  store.files->fault = Fault::full;
  REQUIRE(step(*store.storage, 101) == ErrorCode::unavailable);
  CHECK_THROWS_AS(store.storage->close(), Error);  // says that nothing more could be saved
  store.storage.reset();
  store.files->fault = Fault::none;
  auto report = check(store.directory / "store");
  INFO(Catch::StringMaker<std::vector<std::string>>::convert(report.findings));
  CHECK(report.ok());
  store.open();
  require_state(*store.storage, 100);
}

TEST_CASE("an fsync that fails is reported to who asked for durability") {
  FaultyStore store(Durability::sync);
  for (int i = 1; i <= 10; ++i) REQUIRE_FALSE(step(*store.storage, i));
  store.files->fault = Fault::no_sync;
  REQUIRE(step(*store.storage, 11) == ErrorCode::unavailable);
  require_state(*store.storage, 10);
  store.files->fault = Fault::none;
  REQUIRE_FALSE(step(*store.storage, 11));
  require_state(*store.storage, 11);
}

TEST_CASE("without fsync no write goes into a new log, and that is reported; nothing acknowledged is lost") {
  FaultyStore store(Durability::none, 64 << 10);
  store.files->fault = Fault::no_sync_of_logs;
  int number = 1;
  std::optional<ErrorCode> code;
  while (number < 10000 && !(code = step(*store.storage, number))) ++number;
  CHECK(code == ErrorCode::unavailable);
  CHECK(number > 10);
  require_state(*store.storage, number - 1);
  store.files->fault = Fault::none;
  for (int i = 0; i < 1000; ++i, ++number) REQUIRE_FALSE(step(*store.storage, number));
  store.storage->close();
  store.storage.reset();
  store.open();
  require_state(*store.storage, number - 1);
}

TEST_CASE(
    "a store that can not make its last commits durable says so when it is closed, and may be destroyed") {
  for (bool asked : {true, false}) {
    FaultyStore store(Durability::none);
    using Embedded = embedded::EmbeddedStore<RocksStorage>;
    auto embedded = std::make_unique<Embedded>(store.storage, Capabilities{}, Embedded::Options{});
    embedded->run(Set{.key = "k", .value = "v", .expiry = {}});
    store.files->fault = Fault::no_sync;
    if (asked) CHECK_THROWS_AS(embedded->close(), Error);
    embedded.reset();
    CHECK_THROWS_AS(store.storage->count(0, 0), Error);
    store.files->fault = Fault::none;
  }
}

TEST_CASE("a full disk while an object id is leased leaves the unit undone") {
  FaultyStore store(Durability::none);
  store.files->fault = Fault::full;
  auto unpack = [&] {
    Unit u(*store.storage, Mode::once, false);
    Slot slot = u.find(Key(0, "h"));
    put(u, slot, Type::hash, "f", std::string(1000, 'x'));
    u.commit();
  };
  CHECK_THROWS_AS(unpack(), Error);
  store.files->fault = Fault::none;
  Unit u(*store.storage, Mode::read, false);
  CHECK_FALSE(u.find(Key(0, "h")).exists());
}

TEST_CASE("a rank directory that can not be read is refused clearly, and built again by the next query") {
  FaultyStore store(Durability::none, 64 << 10);
  {
    Unit u(*store.storage, Mode::once, false);
    Slot slot = u.find(Key(0, "z"));
    for (int i = 0; i < 20000; ++i) put(u, slot, "m" + std::to_string(i), i);
    u.commit();
  }
  store.storage->close();
  store.storage.reset();
  store.open();
  auto ask = [&] {
    Unit u(*store.storage, Mode::read, false);
    Slot slot = u.find(Key(0, "z"));
    return u.zrank(slot, "m12345");
  };
  auto prepare_for = [&]() -> std::function<void()> {
    try {
      ask();
    } catch (const embedded::Unready& unready) {
      return unready.prepare;
    }
    return nullptr;
  };
  auto prepare = prepare_for();
  REQUIRE(prepare);
  store.files->fault = Fault::no_reads;
  CHECK_THROWS_AS(prepare(), Error);
  store.files->fault = Fault::none;
  prepare();  // as one that has waited for it
  auto again = prepare_for();
  REQUIRE(again);
  again();
  CHECK(ask() == 12345);
}

}  // namespace playhead::rocks::test
