#include "backends/rocksdb/ordered_logs.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <vector>

namespace playhead::rocks {
namespace {

using rocksdb::IOStatus;

/// An open log. RocksDB may close it on one thread while another one makes it durable.
class Log {
 public:
  explicit Log(std::unique_ptr<rocksdb::FSWritableFile> file) : file_(std::move(file)) {}

  rocksdb::FSWritableFile* file() { return file_.get(); }
  void appending(std::uint64_t bytes) { appended_.fetch_add(bytes, std::memory_order_relaxed); }
  bool durable() const { return synced_.load() >= appended_.load(); }

  /// f(file) makes durable what has been appended so far.
  template <class F>
  IOStatus make_durable(F&& f) {
    std::lock_guard lock(closing_);
    if (closed_) return IOStatus::OK();
    const std::uint64_t covered = appended_.load();
    IOStatus status = f(*file_);
    if (status.ok()) synced_.store(std::max(synced_.load(), covered));
    return status;
  }

  /// RocksDB closes a log when tables hold durably what is in it, or when nothing is written any more.
  template <class F>
  IOStatus close(F&& f) {
    std::lock_guard lock(closing_);
    closed_ = true;
    return f(*file_);
  }

 private:
  const std::unique_ptr<rocksdb::FSWritableFile> file_;
  std::mutex closing_;
  bool closed_ = false;  ///< guarded by closing_
  std::atomic<std::uint64_t> appended_{0}, synced_{0};
};

/// The open logs in the order in which they were begun.
class Logs {
 public:
  void add(const std::shared_ptr<Log>& log) {
    std::lock_guard lock(mutex_);
    logs_.push_back(log);
  }
  void remove(const Log* log) {
    std::lock_guard lock(mutex_);
    std::erase_if(logs_, [log](const auto& other) { return other.get() == log; });
  }

  /// Makes every log before this one durable.
  IOStatus sync_before(const Log* log, const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) {
    for (const auto& older : before(log)) {
      if (older->durable()) continue;
      IOStatus status =
          older->make_durable([&](rocksdb::FSWritableFile& file) { return file.Sync(options, debug); });
      if (!status.ok()) return status;
    }
    return IOStatus::OK();
  }

 private:
  std::vector<std::shared_ptr<Log>> before(const Log* log) {
    std::lock_guard lock(mutex_);
    auto end = std::find_if(logs_.begin(), logs_.end(), [log](const auto& one) { return one.get() == log; });
    return {logs_.begin(), end};
  }

  std::mutex mutex_;
  std::vector<std::shared_ptr<Log>> logs_;  ///< guarded by mutex_
};

/// What RocksDB writes a log through.
class LogFile : public rocksdb::FSWritableFileWrapper {
 public:
  LogFile(std::shared_ptr<Logs> logs, std::shared_ptr<Log> log)
      : FSWritableFileWrapper(log->file()), logs_(std::move(logs)), log_(std::move(log)) {
    logs_->add(log_);
  }
  ~LogFile() override { logs_->remove(log_.get()); }

  IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                  rocksdb::IODebugContext* debug) override {
    if (IOStatus status = begin(data, options, debug); !status.ok()) return status;
    return target()->Append(data, options, debug);
  }
  IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                  const rocksdb::DataVerificationInfo& sums, rocksdb::IODebugContext* debug) override {
    if (IOStatus status = begin(data, options, debug); !status.ok()) return status;
    return target()->Append(data, options, sums, debug);
  }
  IOStatus Sync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
    return log_->make_durable([&](rocksdb::FSWritableFile& file) { return file.Sync(options, debug); });
  }
  IOStatus Fsync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
    return log_->make_durable([&](rocksdb::FSWritableFile& file) { return file.Fsync(options, debug); });
  }
  IOStatus Close(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
    logs_->remove(log_.get());
    return log_->close([&](rocksdb::FSWritableFile& file) { return file.Close(options, debug); });
  }

 private:
  // A log that has a successor is not written any more: its predecessors need to be looked at once.
  IOStatus begin(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                 rocksdb::IODebugContext* debug) {
    if (!follows_) {
      if (IOStatus status = logs_->sync_before(log_.get(), options, debug); !status.ok()) return status;
      follows_ = true;
    }
    log_->appending(data.size());
    return IOStatus::OK();
  }

  const std::shared_ptr<Logs> logs_;
  const std::shared_ptr<Log> log_;
  bool follows_ = false;  ///< the logs before are durable; RocksDB writes a log on one thread at a time
};

class OrderedLogs : public rocksdb::FileSystemWrapper {
 public:
  OrderedLogs(const std::shared_ptr<rocksdb::FileSystem>& below, std::string directory)
      : FileSystemWrapper(below), directory_(std::move(directory) + "/") {}
  const char* Name() const override { return "OrderedLogs"; }

  IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* result,
                           rocksdb::IODebugContext* debug) override {
    return watched(name, target()->NewWritableFile(name, options, result, debug), *result);
  }
  IOStatus ReuseWritableFile(const std::string& name, const std::string& old,
                             const rocksdb::FileOptions& options,
                             std::unique_ptr<rocksdb::FSWritableFile>* result,
                             rocksdb::IODebugContext* debug) override {
    return watched(name, target()->ReuseWritableFile(name, old, options, result, debug), *result);
  }

 private:
  IOStatus watched(const std::string& name, IOStatus status, std::unique_ptr<rocksdb::FSWritableFile>& file) {
    if (status.ok() && is_log(name))
      file = std::make_unique<LogFile>(logs_, std::make_shared<Log>(std::move(file)));
    return status;
  }
  bool is_log(const std::string& name) const {
    return name.starts_with(directory_) && name.ends_with(".log") &&
           name.find('/', directory_.size()) == std::string::npos;
  }

  const std::string directory_;
  const std::shared_ptr<Logs> logs_ = std::make_shared<Logs>();
};

}  // namespace

std::shared_ptr<rocksdb::FileSystem> ordered_logs(const std::shared_ptr<rocksdb::FileSystem>& below,
                                                  std::string directory) {
  return std::make_shared<OrderedLogs>(below, std::move(directory));
}

}  // namespace playhead::rocks
