#include "backends/rocksdb/gate.h"

#include <pthread.h>
#include <rocksdb/perf_level.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "playhead/error.h"

namespace playhead::rocks {
namespace {

std::atomic<bool> used{false};

void end_child(int status, void*) {
  std::fflush(nullptr);
  ::_exit(status);
}

void in_child() {
  if (used.load(std::memory_order_relaxed)) ::on_exit(end_child, nullptr);
}

// RocksDB counts what every operation does, in memory of the thread, even for each key compared: a third of
// the time of a read. A level that somebody chose stays.
void count_nothing() {
  if (rocksdb::GetPerfLevel() == rocksdb::PerfLevel::kEnableCount)
    rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);
}

std::size_t begin_thread() {
  static std::atomic<std::size_t> next{0};
  count_nothing();
  return next.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

void rocksdb_is_used() noexcept {
  static const bool watching_forks = pthread_atfork(nullptr, nullptr, in_child) == 0;
  static_cast<void>(watching_forks);
  used.store(true, std::memory_order_relaxed);
}

std::size_t thread_number() noexcept {
  thread_local const std::size_t number = begin_thread();
  return number;
}

void refuse_in_child(const std::string& path) {
  throw Error(
      ErrorCode::closed,
      "RocksDB store " + path +
          " was opened before a fork and can not be used in the child; open it in one process only "
          "(start the others by spawn, before opening), or use a redis:// store for several processes");
}

std::size_t Gate::enter() {
  if (forked()) refuse_in_child(path_);
  std::size_t lane = thread_number() % lanes_.size();
  lanes_[lane].inside.fetch_add(1);
  if (closed_.load()) {
    leave(lane);
    refuse();
  }
  return lane;
}

void Gate::leave(std::size_t lane) noexcept {
  auto& inside = lanes_[lane].inside;
  if (inside.fetch_sub(1) == 1 && closed_.load()) inside.notify_all();
}

void Gate::close() noexcept {
  closed_.store(true);
  for (auto& lane : lanes_)
    for (auto inside = lane.inside.load(); inside; inside = lane.inside.load()) lane.inside.wait(inside);
}

void Gate::refuse() const {
  throw Error(ErrorCode::closed, "RocksDB store " + path_ + " was closed; open it again");
}

}  // namespace playhead::rocks
