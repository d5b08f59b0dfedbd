#include "tests/crash/files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace playhead::crash {

namespace fs = std::filesystem;
using rocksdb::IOStatus;

class UnreliableFiles::File : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  File(UnreliableFiles& files, std::unique_ptr<rocksdb::FSWritableFile>&& file, std::shared_ptr<Bytes> bytes)
      : FSWritableFileOwnerWrapper(std::move(file)), files_(files), bytes_(std::move(bytes)) {}

  IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                  rocksdb::IODebugContext* debug) override {
    std::lock_guard lock(files_.mutex_);
    IOStatus status = files_.begin();
    std::size_t size = status.ok() ? data.size() : data.size() / 2;
    IOStatus appended = target()->Append({data.data(), size}, options, debug);
    if (appended.ok()) bytes_->written += size;
    return status.ok() ? appended : status;
  }
  IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                  const rocksdb::DataVerificationInfo&, rocksdb::IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Truncate(std::uint64_t size, const rocksdb::IOOptions& options,
                    rocksdb::IODebugContext* debug) override {
    std::lock_guard lock(files_.mutex_);
    if (IOStatus status = files_.begin(); !status.ok()) return status;
    bytes_->written = size;
    bytes_->durable = std::min(bytes_->durable, size);
    return target()->Truncate(size, options, debug);
  }
  // The machine's own fsync is left out: what is durable is decided here.
  IOStatus Sync(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    std::lock_guard lock(files_.mutex_);
    if (IOStatus status = files_.begin(); !status.ok()) return status;
    if (!files_.forgets_fsync_) files_.synced(*bytes_);
    return IOStatus::OK();
  }
  IOStatus Fsync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
    return Sync(options, debug);
  }

 private:
  UnreliableFiles& files_;
  std::shared_ptr<Bytes> bytes_;
};

class UnreliableFiles::Directory : public rocksdb::FSDirectoryWrapper {
 public:
  Directory(UnreliableFiles& files, std::unique_ptr<rocksdb::FSDirectory>&& directory)
      : FSDirectoryWrapper(std::move(directory)), files_(files) {}
  IOStatus Fsync(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override { return fsync(); }
  IOStatus FsyncWithDirOptions(const rocksdb::IOOptions&, rocksdb::IODebugContext*,
                               const rocksdb::DirFsyncOptions&) override {
    return fsync();
  }

 private:
  IOStatus fsync() {
    std::lock_guard lock(files_.mutex_);
    if (IOStatus status = files_.begin(); !status.ok()) return status;
    files_.names_durable();
    return IOStatus::OK();
  }
  UnreliableFiles& files_;
};

UnreliableFiles::UnreliableFiles(std::string directory, std::string graves)
    : FileSystemWrapper(rocksdb::FileSystem::Default()),
      directory_(std::move(directory)),
      graves_(std::move(graves)) {
  fs::create_directories(graves_);
}

// ---- what tests ask for

void UnreliableFiles::at_operation(std::uint64_t number, std::function<void()> f) {
  std::lock_guard lock(mutex_);
  call_at_ = number;
  call_ = std::move(f);
}

void UnreliableFiles::before_each_operation(std::function<void()> f) {
  std::lock_guard lock(mutex_);
  each_ = std::move(f);
}

void UnreliableFiles::when_logs_are_durable(std::function<void()> f) {
  std::lock_guard lock(mutex_);
  logs_durable_ = std::move(f);
}

std::uint64_t UnreliableFiles::operations() {
  std::lock_guard lock(mutex_);
  return operations_;
}

void UnreliableFiles::fail_at(std::uint64_t number, Fault fault, bool for_ever) {
  std::lock_guard lock(mutex_);
  fail_at_ = std::max(number, operations_ + 1);
  fault_ = fault;
  for_ever_ = for_ever;
}

void UnreliableFiles::forget_fsync() {
  std::lock_guard lock(mutex_);
  forgets_fsync_ = true;
}

void UnreliableFiles::repair() {
  std::lock_guard lock(mutex_);
  fault_ = Fault::none;
}

std::uint64_t UnreliableFiles::failed() {
  std::lock_guard lock(mutex_);
  return failed_;
}

// Before every operation that changes something.
IOStatus UnreliableFiles::begin() {
  ++operations_;
  if (each_) each_();
  if (call_ && operations_ >= call_at_) {
    auto f = std::move(call_);
    call_ = nullptr;
    f();
  }
  if (fault_ == Fault::none || operations_ < fail_at_) return IOStatus::OK();
  ++failed_;
  Fault fault = fault_;
  if (!for_ever_) fault_ = Fault::none;
  return fault == Fault::no_space ? IOStatus::NoSpace("No space left on device")
                                  : IOStatus::IOError("Input/output error");
}

void UnreliableFiles::synced(Bytes& bytes) {
  bytes.durable = bytes.written;
  if (!bytes.log || !logs_durable_) return;
  for (const auto& [name, other] : files_)
    if (other->log && other->durable < other->written) return;
  // A log whose name may vanish is not durable either.
  for (const NameChange& change : changes_)
    if (change.kind == NameChange::Kind::create && change.name.ends_with(".log")) return;
  logs_durable_();
}

void UnreliableFiles::names_durable() {
  for (const NameChange& change : changes_)
    if (!change.grave.empty()) {
      std::error_code ignored;
      fs::remove(change.grave, ignored);
      files_.erase(change.grave);
    }
  changes_.clear();
}

// ---- names

IOStatus UnreliableFiles::NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                          std::unique_ptr<rocksdb::FSWritableFile>* result,
                                          rocksdb::IODebugContext* debug) {
  if (!mine(name)) return target()->NewWritableFile(name, options, result, debug);
  std::lock_guard lock(mutex_);
  if (IOStatus status = begin(); !status.ok()) return status;
  std::string grave = fs::exists(name) ? bury(name) : "";
  IOStatus status = target()->NewWritableFile(name, options, result, debug);
  if (!status.ok()) return status;
  if (!grave.empty()) changes_.push_back({NameChange::Kind::remove, name, {}, grave});
  changes_.push_back({NameChange::Kind::create, name, {}, {}});
  auto bytes = files_[name] = std::make_shared<Bytes>(Bytes{0, 0, name.ends_with(".log")});
  *result = std::make_unique<File>(*this, std::move(*result), std::move(bytes));
  return status;
}

IOStatus UnreliableFiles::ReopenWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                             std::unique_ptr<rocksdb::FSWritableFile>* result,
                                             rocksdb::IODebugContext* debug) {
  IOStatus status = target()->ReopenWritableFile(name, options, result, debug);
  if (!status.ok() || !mine(name)) return status;
  std::lock_guard lock(mutex_);
  auto& bytes = files_[name];
  if (!bytes) {
    std::uint64_t size = fs::file_size(name);
    bytes = std::make_shared<Bytes>(Bytes{size, size, name.ends_with(".log")});
  }
  *result = std::make_unique<File>(*this, std::move(*result), bytes);
  return status;
}

IOStatus UnreliableFiles::NewDirectory(const std::string& name, const rocksdb::IOOptions& options,
                                       std::unique_ptr<rocksdb::FSDirectory>* result,
                                       rocksdb::IODebugContext* debug) {
  IOStatus status = target()->NewDirectory(name, options, result, debug);
  if (status.ok() && mine(name)) *result = std::make_unique<Directory>(*this, std::move(*result));
  return status;
}

// The file goes on under another name, with what is known of its bytes.
std::string UnreliableFiles::bury(const std::string& name) {
  std::string grave = graves_ + "/" + std::to_string(++graves_dug_);
  fs::rename(name, grave);
  if (auto node = files_.extract(name); !node.empty()) {
    node.key() = grave;
    files_.insert(std::move(node));
  }
  return grave;
}

IOStatus UnreliableFiles::DeleteFile(const std::string& name, const rocksdb::IOOptions& options,
                                     rocksdb::IODebugContext* debug) {
  if (!mine(name) || !fs::exists(name)) return target()->DeleteFile(name, options, debug);
  std::lock_guard lock(mutex_);
  if (IOStatus status = begin(); !status.ok()) return status;
  std::string grave = bury(name);
  if (auto found = files_.find(grave); found != files_.end())
    found->second->log = false;  // nothing needs it any more
  changes_.push_back({NameChange::Kind::remove, name, {}, std::move(grave)});
  return IOStatus::OK();
}

IOStatus UnreliableFiles::RenameFile(const std::string& from, const std::string& to,
                                     const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) {
  if (!mine(from)) return target()->RenameFile(from, to, options, debug);
  std::lock_guard lock(mutex_);
  if (IOStatus status = begin(); !status.ok()) return status;
  std::string grave = fs::exists(to) ? bury(to) : "";
  IOStatus status = target()->RenameFile(from, to, options, debug);
  if (!status.ok()) return status;
  if (auto node = files_.extract(from); !node.empty()) {
    node.key() = to;
    files_.insert(std::move(node));
  }
  changes_.push_back({NameChange::Kind::rename, from, to, std::move(grave)});
  return status;
}

// ---- images

// How many of a file's bytes are left. `damaged`: the last of them are not what was written.
std::uint64_t UnreliableFiles::bytes_left(const Bytes& bytes, differential::Random& random,
                                          bool& damaged) const {
  std::uint64_t loose = bytes.written - bytes.durable;
  std::size_t choice = random.below(4);
  if (loose == 0 || choice == 0) return bytes.durable;
  if (choice == 1) return bytes.written;
  damaged = bytes.log && choice == 2;
  return bytes.durable + random.below(loose + 1);
}

// The names of the directory, and the files that they stand for.
std::map<std::string, std::string> UnreliableFiles::names_now() const {
  std::map<std::string, std::string> names;
  for (const auto& entry : fs::directory_iterator(directory_)) {
    std::string file = entry.path().filename();
    if (entry.is_regular_file() && file != "LOCK" && !file.starts_with("LOG"))
      names[entry.path()] = entry.path();
  }
  return names;
}

void UnreliableFiles::write_image(const std::string& to, differential::Random& random) {
  std::map<std::string, std::string> names = names_now();
  std::size_t durable = random.below(changes_.size() + 1);
  for (std::size_t i = changes_.size(); i > durable; --i) {
    const NameChange& change = changes_[i - 1];
    const std::string& changed = change.kind == NameChange::Kind::rename ? change.to : change.name;
    if (change.kind == NameChange::Kind::rename && names.contains(change.to))
      names[change.name] = names[change.to];
    names.erase(changed);
    if (!change.grave.empty()) names[changed] = change.grave;
  }
  fs::create_directories(to);
  for (const auto& [name, file] : names) {
    std::string copy = to + "/" + fs::path(name).filename().string();
    fs::copy_file(file, copy);
    auto known = files_.find(file);
    if (known == files_.end()) continue;
    bool damaged = false;
    std::uint64_t left = bytes_left(*known->second, random, damaged);
    fs::resize_file(copy, left);
    if (!damaged || left == known->second->durable) continue;
    std::fstream bytes(copy, std::ios::in | std::ios::out | std::ios::binary);
    std::uint64_t from = std::max(known->second->durable, left - std::min<std::uint64_t>(left, 512));
    bytes.seekp(static_cast<std::streamoff>(from + random.below(left - from)));
    for (auto at = static_cast<std::uint64_t>(bytes.tellp()); at < left; ++at)
      bytes.put(static_cast<char>(random.permille(500) ? 0 : random.below(256)));
  }
}

// The names of logs sort by their numbers.
void UnreliableFiles::write_image_of_newest_log(const std::string& to) {
  std::map<std::string, std::string> names = names_now();
  std::string newest;
  for (const auto& [name, file] : names)
    if (name.ends_with(".log")) newest = name;
  fs::create_directories(to);
  for (const auto& [name, file] : names) {
    std::string copy = to + "/" + fs::path(name).filename().string();
    fs::copy_file(file, copy);
    auto known = files_.find(file);
    if (known != files_.end() && known->second->log)
      fs::resize_file(copy, name == newest ? known->second->written : known->second->durable);
  }
}

bool UnreliableFiles::logs_out_of_order() const {
  bool loose = false;
  for (const auto& [name, bytes] : files_) {
    if (!bytes->log) continue;
    if (loose && bytes->written > 0) return true;
    loose = loose || bytes->durable < bytes->written;
  }
  return false;
}

}  // namespace playhead::crash
