#pragma once
#include <rocksdb/file_system.h>

#include <memory>
#include <string>

namespace playhead::rocks {

/// A file system under RocksDB that keeps the order of its write-ahead logs through a loss of power.
///
/// RocksDB begins a new log whenever a memtable is full, and without an fsync of the old one unless every write asks
/// for one. The operating system may then write the new log first; an old log that ends early, at the end of a
/// record, looks complete when it is read again, so that a later write would be there without an earlier one. Here
/// the first write to a log makes the logs before it durable. If that fails the write fails with the same error,
/// nothing of it is in the log, and the next write tries again.
///
/// Only the logs in `directory` are looked at, everything else passes through. Thread-safe.
std::shared_ptr<rocksdb::FileSystem> ordered_logs(const std::shared_ptr<rocksdb::FileSystem>& below,
                                                  std::string directory);

}  // namespace playhead::rocks
