#include "playhead/statistics.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include "engine/store/lookups.h"
#include "engine/store/ticks.h"

namespace playhead {

// ---- histogram

std::uint64_t Histogram::total() const {
  std::uint64_t n = 0;
  for (std::uint64_t c : counts_) n += c;
  return n;
}

std::uint64_t Histogram::percentile(double share) const {
  std::uint64_t n = total();
  if (n == 0) return 0;
  auto wanted = static_cast<std::uint64_t>(std::max(1.0, std::ceil(share * static_cast<double>(n))));
  for (std::size_t i = 0; i < buckets; ++i) {
    if (counts_[i] >= wanted) return lower_bound(i + 1) - 1;
    wanted -= counts_[i];
  }
  return lower_bound(buckets) - 1;
}

namespace {

using Counter = std::atomic<std::uint64_t>;

// Of a counter that one thread writes and others read.
void add(Counter& c, std::uint64_t n) {
  c.store(c.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
}

/// One command's counters of one thread.
struct Cell {
  Counter calls = 0, failed = 0, rejected = 0, total_ns = 0;
  std::array<Counter, Histogram::buckets> latencies{};

  void timed(std::uint64_t ns) {
    add(total_ns, ns);
    add(latencies[Histogram::bucket_of(ns)], 1);
  }
  void add_to(CommandStatistics& s) const {
    s.calls += calls.load(std::memory_order_relaxed);
    s.failed += failed.load(std::memory_order_relaxed);
    s.rejected += rejected.load(std::memory_order_relaxed);
    s.total_ns += total_ns.load(std::memory_order_relaxed);
    for (std::size_t i = 0; i < latencies.size(); ++i)
      if (std::uint64_t n = latencies[i].load(std::memory_order_relaxed)) s.latencies.add(i, n);
  }
};

/// The counters of one thread. Cells are made when needed and stay.
struct Shard {
  ~Shard() {
    for (auto& cell : cells) delete cell.load();
  }
  Cell& cell(std::uint16_t code) {
    Cell* c = cells[code].load(std::memory_order_relaxed);
    if (c == nullptr) [[unlikely]] {
      c = new Cell;
      cells[code].store(c, std::memory_order_release);
    }
    return *c;
  }
  std::array<std::atomic<Cell*>, operation_count> cells{};
  Counter hits = 0, misses = 0;
  std::mutex mutex;  // guards the map, not its cells
  std::map<std::string, Cell, std::less<>> named;
  Cell& cell(Text name) {
    std::lock_guard lock(mutex);
    auto at = named.find(name);
    return at != named.end() ? at->second : named[std::string(name)];
  }
};

std::atomic<std::uint64_t> next_id{1};

// "WRONGTYPE" of an error's text.
Text first_word(Text error) {
  return error.substr(0, error.find(' '));
}

// The arguments of a slow call as the log keeps them.
std::vector<std::string> shortened(List<Text> words) {
  constexpr std::size_t most_words = 32, most_bytes = 128;
  std::vector<std::string> out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words.size() > most_words && i == most_words - 1) {
      out.push_back("... (" + std::to_string(words.size() - i) + " more arguments)");
      break;
    }
    Text word = words[i];
    out.emplace_back(word.substr(0, most_bytes));
    if (word.size() > most_bytes)
      out.back() += "... (" + std::to_string(word.size() - most_bytes) + " more bytes)";
  }
  return out;
}

}  // namespace

// ---- counting

class Statistics::Impl {
 public:
  explicit Impl(const StatisticsOptions& options)
      : rate(Ticks::rate()),
        slow_ns_(options.slowlog_us < 0 ? UINT64_MAX : static_cast<std::uint64_t>(options.slowlog_us) * 1000),
        slow_length_(options.slowlog_length) {}

  /// This thread's counters; remembered for the store that the thread used last.
  Shard& shard() {
    struct Last {
      std::uint64_t id = 0;
      Shard* shard = nullptr;
    };
    static thread_local Last last;
    if (last.id != id_) [[unlikely]] {
      std::lock_guard lock(mutex_);
      auto& mine = shards_[std::this_thread::get_id()];
      if (!mine) mine = std::make_unique<Shard>();
      last = {id_, mine.get()};
    }
    return *last.shard;
  }
  std::uint64_t since(std::uint64_t begin) const {
    std::uint64_t now = Ticks::now();
    return now > begin ? Ticks::to_ns(now - begin, rate) : 0;
  }
  bool is_slow(std::uint64_t ns) const { return ns >= slow_ns_; }

  void note_error(Text word) {
    std::lock_guard lock(mutex_);
    auto at = errors_.find(word);
    if (at == errors_.end())
      errors_.emplace(word, 1);
    else
      ++at->second;
  }
  void note_error(const std::exception_ptr& error) {
    try {
      std::rethrow_exception(error);
    } catch (const Error& e) {
      note_error(e.code() == ErrorCode::command ? first_word(e.message()) : name_of(e.code()));
    } catch (...) {
      note_error(Text("unexpected"));
    }
  }
  void note_slow(std::vector<std::string> arguments, std::uint64_t ns) {
    auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
                   std::chrono::system_clock::now().time_since_epoch())
                   .count();
    std::lock_guard lock(mutex_);
    slow_.push_back({next_slow_++, now, static_cast<std::int64_t>(ns / 1000), std::move(arguments)});
    while (slow_.size() > slow_length_) slow_.pop_front();
  }
  void note_slow(const Call& call, std::uint64_t ns) {
    std::vector<Text> words;
    Arena arena;
    command(call.code).encode(call.operation, words, arena);
    note_slow(shortened(words), ns);
  }

  const std::uint64_t rate;
  const std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
  Counter sessions = 0, sessions_begun = 0;

  StatisticsSnapshot snapshot() const {
    StatisticsSnapshot s;
    s.uptime =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started)
            .count();
    s.sessions = sessions;
    s.sessions_begun = sessions_begun;
    std::map<std::string, CommandStatistics> by_name;
    auto collect = [&](Text name, const Cell& cell) {
      CommandStatistics& c = by_name[std::string(name)];
      cell.add_to(c);
    };
    std::lock_guard lock(mutex_);
    for (const auto& [thread, shard] : shards_) {
      s.hits += shard->hits.load(std::memory_order_relaxed);
      s.misses += shard->misses.load(std::memory_order_relaxed);
      for (std::size_t i = 0; i < operation_count; ++i)
        if (const Cell* cell = shard->cells[i].load(std::memory_order_acquire))
          collect(commands()[i].traits.name, *cell);
      std::lock_guard named(shard->mutex);
      for (const auto& [name, cell] : shard->named) collect(name, cell);
    }
    for (auto& [name, c] : by_name) {
      c.name = name;
      s.calls += c.calls;
      s.commands.push_back(std::move(c));
    }
    s.errors.assign(errors_.begin(), errors_.end());
    return s;
  }

  std::vector<SlowCall> slow_calls(std::size_t most) const {
    std::lock_guard lock(mutex_);
    return {slow_.rbegin(), slow_.rbegin() + static_cast<std::ptrdiff_t>(std::min(most, slow_.size()))};
  }
  std::size_t slow_call_count() const {
    std::lock_guard lock(mutex_);
    return slow_.size();
  }
  void forget_slow_calls() {
    std::lock_guard lock(mutex_);
    slow_.clear();
  }

 private:
  const std::uint64_t id_ = next_id.fetch_add(1);
  const std::uint64_t slow_ns_;
  const std::size_t slow_length_;
  mutable std::mutex mutex_;
  std::map<std::thread::id, std::unique_ptr<Shard>> shards_;
  std::map<std::string, std::uint64_t, std::less<>> errors_;
  std::deque<SlowCall> slow_;
  std::uint64_t next_slow_ = 0;
};

Statistics::Statistics(const StatisticsOptions& options) : impl_(std::make_unique<Impl>(options)) {}
Statistics::~Statistics() = default;

StatisticsSnapshot Statistics::snapshot() const {
  return impl_->snapshot();
}
std::vector<SlowCall> Statistics::slow_calls(std::size_t most) const {
  return impl_->slow_calls(most);
}
std::size_t Statistics::slow_call_count() const {
  return impl_->slow_call_count();
}
void Statistics::forget_slow_calls() {
  impl_->forget_slow_calls();
}
std::uint64_t Statistics::ticks() {
  return Ticks::now();
}

void Statistics::succeeded(const Call& call, std::uint64_t begin) {
  std::uint64_t ns = impl_->since(begin);
  Shard& shard = impl_->shard();
  Cell& cell = shard.cell(call.code);
  add(cell.calls, 1);
  cell.timed(ns);
  if (Finder find = finder_of_code(call.code)) {
    Found found = find(call.operation, call.reply);
    add(shard.hits, found.hits);
    add(shard.misses, found.misses);
  }
  if (impl_->is_slow(ns)) [[unlikely]]
    impl_->note_slow(call, ns);
}

void Statistics::failed(const Call& call, std::uint64_t begin, const std::exception_ptr& error) {
  std::uint64_t ns = impl_->since(begin);
  Cell& cell = impl_->shard().cell(call.code);
  add(cell.calls, 1);
  add(cell.failed, 1);
  cell.timed(ns);
  impl_->note_error(error);
  if (impl_->is_slow(ns)) impl_->note_slow(call, ns);
}

void Statistics::answered(std::uint16_t code, std::uint64_t begin, bool refused) {
  Cell& cell = impl_->shard().cell(code);
  add(cell.calls, 1);
  if (refused) add(cell.failed, 1);
  cell.timed(impl_->since(begin));
}

void Statistics::batch(const Batch& batch, std::uint64_t begin, bool failed) {
  std::uint64_t ns = impl_->since(begin);
  Shard& shard = impl_->shard();
  for (const AnyCall& call : batch.calls) {
    Cell& cell = shard.cell(call.command().code);
    add(cell.calls, 1);
    if (!failed && !call.error) continue;
    add(cell.failed, 1);
    if (call.error) impl_->note_error(first_word(*call.error));
  }
  Cell& exec = shard.cell(code_of<connection::Exec>);
  add(exec.calls, 1);
  if (failed) add(exec.failed, 1);
  exec.timed(ns);
  if (impl_->is_slow(ns))
    impl_->note_slow({"EXEC", "... (" + std::to_string(batch.calls.size()) + " commands)"}, ns);
}

void Statistics::named(Text name, std::uint64_t begin, bool failed) {
  std::uint64_t ns = impl_->since(begin);
  Cell& cell = impl_->shard().cell(name);
  add(cell.calls, 1);
  if (failed) add(cell.failed, 1);
  cell.timed(ns);
  if (impl_->is_slow(ns)) impl_->note_slow({std::string(name)}, ns);
}

void Statistics::rejected(std::uint16_t code, Text error) {
  add(impl_->shard().cell(code).rejected, 1);
  impl_->note_error(first_word(error));
}

void Statistics::session_begins() {
  ++impl_->sessions;
  ++impl_->sessions_begun;
}
void Statistics::session_ends() {
  --impl_->sessions;
}

Statistics* statistics_of(Store& store) {
  auto* counted = layer<StatisticsStore>(store);
  return counted == nullptr ? nullptr : &counted->statistics();
}

namespace {

Statistics& required_statistics(Store& store) {
  Statistics* s = statistics_of(store);
  if (s == nullptr)
    throw Error(ErrorCode::unsupported,
                "the store was opened without statistics; add ?statistics=1 to its URL");
  return *s;
}

}  // namespace

StatisticsSnapshot statistics(Store& store) {
  return required_statistics(store).snapshot();
}

std::vector<SlowCall> slow_calls(Store& store, std::size_t most) {
  return required_statistics(store).slow_calls(most);
}

}  // namespace playhead
