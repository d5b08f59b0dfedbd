#pragma once
// Looking after stores that keep their data on this machine's disk.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "playhead/store.h"

namespace playhead {

/// The directory in which the store of a URL keeps its data on this machine's disk; nothing if it keeps none there. It
/// need not exist. Throws Error{invalid} for a URL that makes no sense.
std::optional<std::string> directory_of(Text url);

/// What check() found.
struct StoreReport {
  std::vector<std::pair<std::string, std::uint64_t>> counts;  ///< what was looked at: ("keys", 17), ...
  std::uint64_t problems = 0;
  std::vector<std::string> findings;  ///< the first hundred problems, and remarks
};

/// Reads a store that nobody has open, without changing it, and compares every byte with its format and its
/// checksum. Damage is reported, not thrown. Throws Error{unsupported} for a store that has nothing to check
/// (memory, a Redis server), Error{unavailable} if it is open somewhere, Error{invalid} for a URL that makes
/// no sense or a directory that is no store. O(data).
StoreReport check(Text url);

/// Writes a consistent copy of an open store into a directory that does not exist yet, which can be opened as
/// a store. Files that never change are shared by hard links where the file system allows it. Others read and
/// write the store meanwhile; what they do is in the copy or not, a unit as a whole. Throws
/// Error{unsupported} unless it is a RocksDB store, Error{invalid} if the directory exists,
/// Error{unavailable} if the disk is full.
void backup(Store& store, const std::string& directory);

}  // namespace playhead
