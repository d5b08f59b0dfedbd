#include "backends/rocksdb/owner.h"

#include <rocksdb/env.h>
#include <unistd.h>

#include <algorithm>

#include "backends/rocksdb/format.h"
#include "backends/rocksdb/status.h"
#include "playhead/error.h"

namespace playhead::rocks {
namespace {

std::string format_file(const std::string& path) {
  return path + "/FORMAT";
}
std::string owner_file(const std::string& path) {
  return path + "/pid";
}

void write_file(rocksdb::Env& env, Text text, const std::string& file, const std::string& path) {
  std::string temporary = file + ".new";
  auto status = rocksdb::WriteStringToFile(&env, {text.data(), text.size()}, temporary, true);
  if (status.ok()) status = env.RenameFile(temporary, file);
  std::unique_ptr<rocksdb::Directory> directory;
  if (status.ok()) status = env.NewDirectory(path, &directory);
  if (status.ok()) status = directory->Fsync();
  if (!status.ok()) fail(status, "writing " + file, path);
}

/// Empty if there is no such file.
std::string read_file(rocksdb::Env& env, const std::string& file, const std::string& path) {
  std::string text;
  if (env.FileExists(file).IsNotFound()) return text;
  if (auto status = rocksdb::ReadFileToString(&env, file, &text); !status.ok())
    fail(status, "reading " + file, path);
  return text;
}

void check_format(const std::string& format, const std::string& path) {
  if (format == format_text) return;
  std::string shown = format.substr(0, std::min(format.find('\n'), std::size_t{40}));
  throw Error(ErrorCode::unsupported,
              "RocksDB store " + path + " has the format \"" + shown +
                  "\", this version of Playhead knows only \"playhead rocksdb 1\"; open it with the version "
                  "that wrote it");
}

bool has_database(rocksdb::Env& env, const std::string& path) {
  return env.FileExists(path + "/CURRENT").ok();
}

[[noreturn]] void refuse_what_else(const std::string& path, const std::string& file) {
  throw Error(ErrorCode::invalid,
              "The directory " + path + " holds something else (\"" + file +
                  "\") and no RocksDB store of Playhead; name an empty or a new directory");
}

[[noreturn]] void refuse_without_format(const std::string& path) {
  throw Error(ErrorCode::invalid,
              "The directory " + path +
                  " holds a RocksDB database, but its file FORMAT is missing or empty; if it is a store of "
                  "Playhead, put that file back from a backup, or write the line \"" +
                  std::string(format_text.substr(0, format_text.find('\n'))) +
                  "\" into it; else name another directory");
}

}  // namespace

rocksdb::Env& env_of(const Hooks& hooks) {
  return hooks.env ? *hooks.env : *rocksdb::Env::Default();
}

void write_format(rocksdb::Env& env, const std::string& path) {
  write_file(env, format_text, format_file(path), path);
}

bool claim_directory(rocksdb::Env& env, const std::string& path) {
  if (std::string format = read_file(env, format_file(path), path); !format.empty()) {
    check_format(format, path);
    return env.FileExists(path + "/CURRENT").IsNotFound();
  }
  std::vector<std::string> files;
  if (auto status = env.GetChildren(path, &files); !status.ok()) fail(status, "reading the directory", path);
  if (has_database(env, path)) refuse_without_format(path);
  for (auto& file : files) {
    if (file == "." || file == ".." || file == "FORMAT" || file == "FORMAT.new") continue;
    refuse_what_else(path, file);
  }
  write_format(env, path);
  return true;
}

void require_format(rocksdb::Env& env, const std::string& path) {
  std::string format = read_file(env, format_file(path), path);
  if (format.empty() && has_database(env, path)) refuse_without_format(path);
  if (format.empty()) throw Error(ErrorCode::invalid, "There is no RocksDB store of Playhead in " + path);
  check_format(format, path);
}

void write_owner(rocksdb::Env& env, const std::string& path) {
  auto text = std::to_string(getpid()) + "\n";
  if (auto status = rocksdb::WriteStringToFile(&env, text, owner_file(path), false); !status.ok())
    fail(status, "writing " + owner_file(path), path);
}

void refuse_locked(rocksdb::Env& env, const std::string& path) {
  std::string owner = read_file(env, owner_file(path), path);
  owner = owner.substr(0, owner.find('\n'));
  throw Error(ErrorCode::unavailable,
              "RocksDB store " + path + " is in use by " +
                  (owner.empty() ? std::string("another process") : "process " + owner) +
                  "; close it there first, or use a redis:// store to share data between processes");
}

}  // namespace playhead::rocks
