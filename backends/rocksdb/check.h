#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "backends/rocksdb/options.h"

namespace playhead::rocks {

/// What `check` found in a store.
struct CheckReport {
  std::uint64_t log_records = 0;   ///< in the write-ahead log
  std::uint64_t keys = 0;          ///< of all databases, dead ones included
  std::uint64_t strings = 0;       ///< keys that hold a string
  std::uint64_t packed = 0;        ///< collections inside their metadata row
  std::uint64_t objects = 0;       ///< collections with rows of their own
  std::uint64_t rows = 0;          ///< rows of objects, dead ones included
  std::uint64_t dead_objects = 0;  ///< waiting to be reclaimed
  std::uint64_t dead_databases = 0;
  std::uint64_t expiry_rows = 0;
  std::uint64_t problems = 0;
  std::vector<std::string>
      findings;  ///< the first hundred problems, and remarks such as a torn end of the log
  bool ok() const { return problems == 0; }
};

/// Reads a store that nobody has open, without changing it: checksums, the log, the grammar of every row,
/// sizes against rows, both orders of ordered sets against each other, rows that nobody owns, the expiry
/// index, and saved directories. Damage is reported, not thrown. Throws Error{unavailable} if the store is
/// open somewhere, {invalid} or {unsupported} if it is none of this format. Memory: about 100 bytes for each
/// collection with rows of its own and for each key with a deadline.
CheckReport check(const std::string& path, const Hooks& hooks = {});

}  // namespace playhead::rocks
