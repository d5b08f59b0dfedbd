#pragma once
#include <string>

#include "playhead/text.h"

namespace rocksdb {
class Status;
}

namespace playhead::rocks {

/// Throws the Error that a RocksDB status means: unavailable for what a person can repair while the store
/// stays open (a full disk, an I/O error), corrupt for bytes that contradict their format, closed,
/// unsupported or invalid. `doing` completes "while ..."; `path` is the store's directory.
[[noreturn]] void fail(const rocksdb::Status& status, Text doing, const std::string& path);

/// Throws Error{corrupt} about rows of the store in `path`.
[[noreturn]] void corrupt(Text what, const std::string& path);

}  // namespace playhead::rocks
