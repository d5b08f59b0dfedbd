#pragma once
#include <cstddef>
#include <cstdint>

namespace rocksdb {
class Env;
}

namespace playhead::rocks {

/// When a committed unit is on disk. The death of the process loses nothing in any mode.
enum class Durability : std::uint8_t {
  sync,      ///< before commit() returns; threads that commit at the same time share one fsync
  periodic,  ///< at most `sync_interval_ms` later: a power loss loses no more than that
  none,      ///< when the operating system writes it
};

struct RocksOptions {
  Durability durability = Durability::periodic;
  unsigned sync_interval_ms = 200;     ///< for periodic
  std::size_t cache_bytes = 64 << 20;  ///< block cache
  std::size_t write_buffer_bytes =
      8 << 20;  ///< memory of one column family's newest rows before they are flushed
  unsigned resume_patience_ms = 30'000;  ///< how long writes may take to go on after an error of the disk
  bool operator==(const RocksOptions&) const = default;
};

/// What tests put between the storage and the machine.
struct Hooks {
  rocksdb::Env* env = nullptr;  ///< not owned; nullptr: the default one
  bool workers = true;          ///< false: reclaim runs only when reclaim_all() is called
  bool ordered_logs = true;     ///< false: without ordered_logs.h, to show what it is for
  bool operator==(const Hooks&) const = default;
};

}  // namespace playhead::rocks
