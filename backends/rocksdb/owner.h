#pragma once
#include <string>

#include "backends/rocksdb/options.h"

namespace rocksdb {
class Env;
}

namespace playhead::rocks {

/// The environment that a store's files are reached through.
rocksdb::Env& env_of(const Hooks& hooks);

/// Makes sure that the directory is a store of this format, or makes it one if it is missing or empty; true:
/// it was made one. Throws Error{unsupported} for another format, Error{invalid} if it holds something else.
bool claim_directory(rocksdb::Env& env, const std::string& path);
/// Throws as claim_directory does, also if the directory is no store yet.
void require_format(rocksdb::Env& env, const std::string& path);
/// Marks a directory that RocksDB wrote as a store of this format.
void write_format(rocksdb::Env& env, const std::string& path);

/// Leaves this process's id for those who find the directory locked.
void write_owner(rocksdb::Env& env, const std::string& path);
/// Throws Error{unavailable}: another process owns the directory.
[[noreturn]] void refuse_locked(rocksdb::Env& env, const std::string& path);

}  // namespace playhead::rocks
