#pragma once
// What a store has been doing: calls, errors and latencies per command, hits and misses, and the calls that
// were slow. Off unless asked for: open("memory://?statistics=1").
#include <array>
#include <bit>
#include <memory>
#include <string>
#include <vector>

#include "playhead/store.h"

namespace playhead {

/// How often things took how long. The buckets' bounds grow by an eighth or less, so that a percentile is
/// right to within that.
class Histogram {
 public:
  static constexpr std::size_t buckets = 312;
  static constexpr std::size_t bucket_of(std::uint64_t ns) {
    if (ns < 8) return static_cast<std::size_t>(ns);
    auto exponent = static_cast<std::size_t>(std::bit_width(ns)) - 1;
    std::size_t at = (exponent - 2) * 8 + static_cast<std::size_t>((ns >> (exponent - 3)) & 7);
    return at < buckets ? at : buckets - 1;
  }
  /// The least time that belongs to a bucket, in nanoseconds.
  static constexpr std::uint64_t lower_bound(std::size_t bucket) {
    if (bucket < 8) return bucket;
    return (8 + bucket % 8) << (bucket / 8 - 1);
  }

  void add(std::size_t bucket, std::uint64_t times) { counts_[bucket] += times; }
  std::uint64_t operator[](std::size_t bucket) const { return counts_[bucket]; }
  std::uint64_t total() const;
  /// A time, in nanoseconds, that the given share (0 to 1) of all did not exceed; 0 if there are none.
  std::uint64_t percentile(double share) const;

 private:
  std::array<std::uint64_t, buckets> counts_{};
};

struct StatisticsOptions {
  std::int64_t slowlog_us = 10'000;  ///< a call that takes longer is kept; 0: every call, negative: none
  std::size_t slowlog_length = 128;  ///< so many of them; older ones are forgotten
};

/// What is known of one command. A batch is "exec"; a procedure "procedure|name", a unit of C++ code "unit".
struct CommandStatistics {
  std::string name;
  std::uint64_t calls = 0;     ///< all that reached the store, within batches too
  std::uint64_t failed = 0;    ///< of these, that ended with an error
  std::uint64_t rejected = 0;  ///< refused by a session before they reached it
  std::uint64_t total_ns = 0;  ///< time of those performed on their own
  Histogram latencies;         ///< of the same
};

struct StatisticsSnapshot {
  Millis uptime = 0;
  std::uint64_t calls = 0;
  std::uint64_t hits = 0, misses = 0;  ///< keys found and not found, by reads that tell: GET, MGET, EXISTS,
                                       ///< TYPE, HGETALL, LLEN, ...
  std::uint64_t sessions = 0;          ///< now
  std::uint64_t sessions_begun = 0;
  std::vector<CommandStatistics> commands;  ///< by name, those that were called
  std::vector<std::pair<std::string, std::uint64_t>>
      errors;  ///< by their first word ("ERR", "WRONGTYPE"), or the name of the ErrorCode
};

/// A call that took long.
struct SlowCall {
  std::uint64_t id = 0;  ///< counts up from 0
  Millis at = 0;         ///< when it ended, Unix time of the machine
  std::int64_t microseconds = 0;
  std::vector<std::string> arguments;  ///< at most 32 of at most 128 bytes; "... (7 more arguments)"
};

/// The counters of a store. Thread-safe; each thread counts for itself, and a snapshot adds up.
class Statistics {
 public:
  explicit Statistics(const StatisticsOptions& options);
  ~Statistics();
  Statistics(const Statistics&) = delete;
  Statistics& operator=(const Statistics&) = delete;

  StatisticsSnapshot snapshot() const;
  /// The newest first; at most so many.
  std::vector<SlowCall> slow_calls(std::size_t most = SIZE_MAX) const;
  std::size_t slow_call_count() const;
  void forget_slow_calls();

  // For whoever performs commands. `begin` is ticks(), a time of this thread.
  static std::uint64_t ticks();
  void succeeded(const Call& call, std::uint64_t begin);
  void failed(const Call& call, std::uint64_t begin, const std::exception_ptr& error);
  /// The same for a command that no store performed.
  void answered(std::uint16_t code, std::uint64_t begin, bool refused);
  /// A batch: its calls have their replies or errors.
  void batch(const Batch& batch, std::uint64_t begin, bool failed);
  /// Something that is no command.
  void named(Text name, std::uint64_t begin, bool failed);
  /// A command that was refused before a store saw it.
  void rejected(std::uint16_t code, Text error);
  void session_begins();
  void session_ends();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Measures a command that no store performs; null statistics: nothing is measured. Refused unless
/// succeeded() was called.
class CommandTimer {
 public:
  CommandTimer(Statistics* statistics, std::uint16_t code)
      : statistics_(statistics), code_(code), begin_(statistics == nullptr ? 0 : Statistics::ticks()) {}
  ~CommandTimer() {
    if (statistics_ != nullptr) statistics_->answered(code_, begin_, refused_);
  }
  CommandTimer(const CommandTimer&) = delete;
  CommandTimer& operator=(const CommandTimer&) = delete;
  void succeeded() { refused_ = false; }

 private:
  Statistics* statistics_;
  std::uint16_t code_;
  std::uint64_t begin_;
  bool refused_ = true;
};

/// A store whose calls are counted.
class StatisticsStore final : public StoreWrapper {
 public:
  StatisticsStore(std::shared_ptr<Store> inner, const StatisticsOptions& options)
      : StoreWrapper(std::move(inner)), statistics_(std::make_shared<Statistics>(options)) {}

  Statistics& statistics() { return *statistics_; }

  void perform(const Call& call) override;
  void perform(Batch& batch) override;
  void with_unit(std::uint16_t db, List<Text> keys, const std::function<void(Unit&)>& body) override;
  Value invoke(const Procedure& p, std::uint16_t db, List<Text> keys, List<Text> args) override;
  std::unique_ptr<Watch> watch() override;
  std::unique_ptr<Ticket> park(AnyCall call, std::function<void(AnyCall&, std::exception_ptr)> done) override;

 private:
  std::shared_ptr<Statistics> statistics_;  // shared: completions may outlive the store
};

/// The counters of a store that was opened with statistics; null otherwise.
Statistics* statistics_of(Store& store);
/// The same at this moment. Throws Error{unsupported} if the store was opened without.
StatisticsSnapshot statistics(Store& store);
/// Its last slow calls, the newest first, at most so many. Throws likewise.
std::vector<SlowCall> slow_calls(Store& store, std::size_t most = SIZE_MAX);

}  // namespace playhead
