#pragma once
// A file system that a power loss or a bad disk can be played on.
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "tests/differential/random.h"

namespace playhead::crash {

/// Passes everything on to the machine's file system and knows what of it is durable: the bytes of a file up
/// to its last fsync, and the names of a directory up to the directory's last fsync. It sees the files of one
/// directory; RocksDB's own log of what it does is left out. Thread-safe: one operation that changes
/// something at a time.
class UnreliableFiles : public rocksdb::FileSystemWrapper {
 public:
  /// What an operation that changes something does instead. A short write takes half of the bytes and then
  /// fails.
  enum class Fault : std::uint8_t { none, io_error, no_space };

  /// `graves` is a directory beside `directory` on the same file system, for files that are deleted but may
  /// come back.
  UnreliableFiles(std::string directory, std::string graves);
  const char* Name() const override { return "UnreliableFiles"; }

  /// Calls f, which may call write_image(), before the operation of that number (the first is 1).
  void at_operation(std::uint64_t number, std::function<void()> f);
  /// Calls f before every operation. Set it while nothing is running.
  void before_each_operation(std::function<void()> f);
  /// Is called when every byte of every write-ahead log is durable, before something else is written.
  void when_logs_are_durable(std::function<void()> f);
  std::uint64_t operations();

  /// From now on an fsync of a file makes nothing durable and says that it did.
  void forget_fsync();

  /// From the operation of that number on (the next if that is past) operations fail: one, or all.
  void fail_at(std::uint64_t number, Fault fault, bool for_ever);
  void repair();
  /// Operations that failed so far.
  std::uint64_t failed();

  /// Inside the f of at_operation or before_each_operation: writes into a new directory what may be left if the
  /// power goes now. Names come and go in the order in which they were changed; of a file's bytes that are not
  /// durable a random part is there, whatever is left of others, and at the end of a log it is perhaps damaged.
  void write_image(const std::string& to, differential::Random& random);
  /// There as well: the image in which all of the newest log is left, and nothing of the others that is not durable.
  void write_image_of_newest_log(const std::string& to);
  /// There as well: a log has bytes while not all bytes of an older one are durable.
  bool logs_out_of_order() const;

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* result,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus ReopenWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* result,
                                       rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewDirectory(const std::string& name, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* result,
                                 rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& name, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override;

 private:
  class File;
  class Directory;
  struct Bytes {
    std::uint64_t written = 0, durable = 0;
    bool log = false;
  };
  /// A change of names that is not durable yet.
  struct NameChange {
    enum class Kind : std::uint8_t { create, remove, rename } kind;
    std::string name, to;
    std::string grave;  ///< what the name, or `to`, stood for before; empty: nothing
  };

  rocksdb::IOStatus begin();
  bool mine(const std::string& name) const { return name.starts_with(directory_); }
  std::string bury(const std::string& name);
  void synced(Bytes& bytes);
  void names_durable();
  std::map<std::string, std::string> names_now() const;
  std::uint64_t bytes_left(const Bytes& bytes, differential::Random& random, bool& damaged) const;

  const std::string directory_, graves_;
  std::mutex mutex_;  ///< guards everything below
  std::map<std::string, std::shared_ptr<Bytes>> files_;
  std::vector<NameChange> changes_;
  std::uint64_t operations_ = 0, graves_dug_ = 0, failed_ = 0;
  std::uint64_t call_at_ = 0, fail_at_ = 0;
  std::function<void()> call_, each_, logs_durable_;
  Fault fault_ = Fault::none;
  bool for_ever_ = false;
  bool forgets_fsync_ = false;
};

}  // namespace playhead::crash
