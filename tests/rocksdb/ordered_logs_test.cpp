// In which order the file system below sees what RocksDB writes to its logs.
#include "backends/rocksdb/ordered_logs.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <vector>

#include "support.h"

namespace playhead::rocks::test {
namespace {

using rocksdb::IOStatus;
using Events = std::vector<std::string>;

/// Writes down what happens to files, and lets an fsync fail on request.
class Recorder : public rocksdb::FileSystemWrapper {
 public:
  Recorder() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "Recorder"; }
  bool fails = false;

  IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* result,
                           rocksdb::IODebugContext* debug) override {
    auto status = target()->NewWritableFile(name, options, result, debug);
    if (status.ok())
      *result = std::make_unique<File>(*this, std::filesystem::path(name).filename(), std::move(*result));
    return status;
  }
  /// What happened since the last call.
  Events events() { return std::exchange(events_, {}); }

 private:
  class File : public rocksdb::FSWritableFileOwnerWrapper {
   public:
    File(Recorder& recorder, std::string name, std::unique_ptr<rocksdb::FSWritableFile>&& file)
        : FSWritableFileOwnerWrapper(std::move(file)), recorder_(recorder), name_(std::move(name)) {}
    IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                    rocksdb::IODebugContext* debug) override {
      recorder_.events_.push_back("write " + name_ + " " + data.ToString());
      return target()->Append(data, options, debug);
    }
    IOStatus Sync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
      recorder_.events_.push_back("sync " + name_);
      if (recorder_.fails) return IOStatus::IOError("Input/output error");
      return target()->Sync(options, debug);
    }
    IOStatus Fsync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
      return Sync(options, debug);
    }

   private:
    Recorder& recorder_;
    std::string name_;
  };

  Events events_;
};

struct OrderedFiles {
  std::unique_ptr<rocksdb::FSWritableFile> make(const std::string& name) {
    std::unique_ptr<rocksdb::FSWritableFile> file;
    std::filesystem::create_directories(std::filesystem::path(directory / name).parent_path());
    REQUIRE(ordered->NewWritableFile(directory / name, {}, &file, nullptr).ok());
    return file;
  }
  static IOStatus write(rocksdb::FSWritableFile& file, Text bytes) {
    return file.Append({bytes.data(), bytes.size()}, {}, nullptr);
  }
  TemporaryDirectory directory;
  std::shared_ptr<Recorder> below = std::make_shared<Recorder>();
  std::shared_ptr<rocksdb::FileSystem> ordered = ordered_logs(below, directory / "store");
};

}  // namespace

TEST_CASE("the first write to a log makes the logs before it durable, and later writes do not") {
  OrderedFiles files;
  auto first = files.make("store/1.log"), second = files.make("store/2.log");
  CHECK(files.write(*first, "a").ok());
  CHECK(files.write(*first, "b").ok());
  CHECK(files.write(*second, "c").ok());
  CHECK(files.write(*second, "d").ok());
  CHECK(files.below->events() ==
        Events{"write 1.log a", "write 1.log b", "sync 1.log", "write 2.log c", "write 2.log d"});
  auto third = files.make("store/3.log");
  CHECK(files.write(*third, "e").ok());
  CHECK(files.below->events() == Events{"sync 2.log", "write 3.log e"});
}

TEST_CASE("a log that is durable, empty or closed needs no fsync before the next one is written") {
  OrderedFiles files;
  auto durable = files.make("store/1.log"), closed = files.make("store/2.log"),
       empty = files.make("store/3.log"), last = files.make("store/4.log");
  CHECK(files.write(*durable, "a").ok());
  CHECK(durable->Fsync({}, nullptr).ok());
  CHECK(files.write(*closed, "b").ok());
  CHECK(closed->Close({}, nullptr).ok());
  CHECK(files.write(*last, "c").ok());
  CHECK(files.below->events() == Events{"write 1.log a", "sync 1.log", "write 2.log b", "write 4.log c"});
}

TEST_CASE("a log written again after its fsync needs another one") {
  OrderedFiles files;
  auto first = files.make("store/1.log"), second = files.make("store/2.log");
  CHECK(files.write(*first, "a").ok());
  CHECK(first->Sync({}, nullptr).ok());
  CHECK(files.write(*first, "b").ok());
  CHECK(files.write(*second, "c").ok());
  CHECK(files.below->events() ==
        Events{"write 1.log a", "sync 1.log", "write 1.log b", "sync 1.log", "write 2.log c"});
}

TEST_CASE("an fsync that fails is the error of the write that needed it, which writes nothing") {
  OrderedFiles files;
  auto first = files.make("store/1.log"), second = files.make("store/2.log");
  CHECK(files.write(*first, "a").ok());
  files.below->fails = true;
  for (int i = 0; i < 2; ++i) {
    auto status = files.write(*second, "b");
    CHECK(status.IsIOError());
    CHECK_THAT(status.ToString(), Catch::Contains("Input/output error"));
  }
  CHECK(files.below->events() == Events{"write 1.log a", "sync 1.log", "sync 1.log"});
  files.below->fails = false;
  CHECK(files.write(*second, "b").ok());
  CHECK(files.below->events() == Events{"sync 1.log", "write 2.log b"});
}

TEST_CASE("other files, and logs of other directories, are left alone") {
  OrderedFiles files;
  auto log = files.make("store/1.log"), table = files.make("store/2.sst"),
       inside = files.make("store/copy/3.log"), beside = files.make("store2/4.log");
  for (auto* file : {log.get(), table.get(), inside.get(), beside.get()}) CHECK(files.write(*file, "a").ok());
  CHECK(files.below->events() == Events{"write 1.log a", "write 2.sst a", "write 3.log a", "write 4.log a"});
}

}  // namespace playhead::rocks::test
