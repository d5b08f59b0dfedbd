#include "tests/crash/kills.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <stdexcept>

#include "backends/rocksdb/check.h"
#include "tests/crash/model.h"
#include "tests/crash/pipe.h"
#include "tests/crash/writer.h"
#include "tests/differential/random.h"

namespace playhead::crash {

namespace {

using Clock = std::chrono::steady_clock;
using rocks::Durability;

// Memory that a child shares with its parent.
class Marks {
 public:
  explicit Marks(std::size_t count) : bytes_(count * sizeof(std::atomic<std::uint32_t>)) {
    memory_ = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory_ == MAP_FAILED) throw std::runtime_error("no shared memory");
  }
  ~Marks() { ::munmap(memory_, bytes_); }
  Marks(const Marks&) = delete;
  Marks& operator=(const Marks&) = delete;
  std::atomic<std::uint32_t>* all() { return static_cast<std::atomic<std::uint32_t>*>(memory_); }

 private:
  std::size_t bytes_;
  void* memory_;
};

// A child process, killed at the latest by the destructor.
class Child {
 public:
  template <class Body>
  explicit Child(Pipe& pipe, Body&& body) {
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("no process");
    if (pid_ == 0) {
      pipe.write_only();
      try {
        body();
      } catch (const std::exception& e) {
        pipe.tell({Record::Kind::failed}, e.what());
      }
      ::_exit(0);
    }
    pipe.read_only();
  }
  ~Child() { kill(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  pid_t pid_ = 0;
};

class Test {
 public:
  explicit Test(const KillOptions& options)
      : options_(options),
        random_(options.seed),
        directory_(options.directory.empty() ? default_directory() : options.directory),
        marks_(options.threads) {
    directory_ += "/playhead-kills-" + std::to_string(::getpid());
  }
  ~Test() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  KillReport run(const std::function<void(const KillReport&)>& progress) {
    auto start = Clock::now();
    while (report_.kills < options_.kills && report_.findings.size() < options_.findings) {
      if (report_.kills % options_.kills_per_store == 0) begin_store();
      round();
      if (report_.kills % options_.kills_per_check == 0) check();
      report_.seconds = std::chrono::duration<double>(Clock::now() - start).count();
      if (progress && report_.kills % 200 == 0) progress(report_);
    }
    return report_;
  }

 private:
  void begin_store() {
    static constexpr std::size_t buffers[] = {32 << 10, 256 << 10, 8 << 20};
    static constexpr Durability modes[] = {Durability::sync, Durability::periodic, Durability::none};
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
    threads_.assign(options_.threads, {});
    std::uint64_t store = report_.kills / options_.kills_per_store;
    session_ = {};
    session_.options.storage.durability = modes[store % 3];
    session_.options.storage.sync_interval_ms = 5;
    session_.options.storage.write_buffer_bytes = buffers[store / 3 % 3];
    session_.options.storage.cache_bytes = 4 << 20;
    session_.path = directory_ + "/store";
    session_.seed = options_.seed + store;
    session_.fault = options_.fault;
    session_.now = 1'700'000'000'000;
  }

  // One child: opens, compares, writes, and is killed.
  void round() {
    session_.now += session_ms;
    session_.threads = &threads_;
    session_.inside = marks_.all();
    for (std::size_t t = 0; t < options_.threads; ++t) marks_.all()[t] = 0;
    writing_ = begun_ = false;
    compared_.assign(options_.threads, {});
    auto progress = threads_;
    Pipe pipe;
    Child child(pipe, [&] { write_until_killed(session_, pipe); });
    auto hear = [&](const Record& record, const std::string& text) { heard(record, text, progress); };
    // Now and then while it opens the directory; mostly some changes after it began to write.
    bool early = random_.permille(40);
    auto limit = Clock::now() + std::chrono::seconds(60);
    if (early) limit = Clock::now() + std::chrono::microseconds(random_.below(25'000));
    std::uint64_t enough = report_.acknowledged + random_.below(random_.permille(100) ? 2000 : 300);
    auto longest = std::chrono::milliseconds(40);
    auto rest = std::chrono::microseconds(random_.below(2000));
    bool alive = true, begun = false, reached = false;
    while (alive && Clock::now() < limit) {
      auto left = std::chrono::duration_cast<std::chrono::microseconds>(limit - Clock::now()).count();
      alive = pipe.receive(left, hear);
      if (begun_ && !begun && !early) begun = true, limit = Clock::now() + longest;
      if (begun && !reached && report_.acknowledged >= enough)
        reached = true, limit = std::min(limit, Clock::now() + rest);
    }
    if (!alive || (!writing_ && !early)) return broken(child, pipe, hear);
    child.kill();
    while (pipe.receive(0, hear)) {
    }
    conclude(std::move(progress));
  }

  template <class Hear>
  void broken(Child& child, Pipe& pipe, Hear& hear) {
    child.kill();
    while (pipe.receive(0, hear)) {
    }
    throw std::runtime_error("a writer ended by itself or hung" + (failure_.empty() ? "" : ": " + failure_) +
                             "; seed " + std::to_string(options_.seed));
  }

  void heard(const Record& record, const std::string& text, std::vector<Progress>& progress) {
    switch (record.kind) {
      case Record::Kind::compared:
        compared_[record.thread] = Outcome(record.number);
        break;
      case Record::Kind::writing:
        writing_ = true;
        for (std::size_t t = 0; t < progress.size(); ++t)
          progress[t].settle(session_, t, compared_[t] == Outcome::with_pending);
        break;
      case Record::Kind::begun:
        begun_ = true;
        progress[record.thread].pending = record.number;
        progress[record.thread].pending_at = session_.now;
        progress[record.thread].next = record.number + 1;
        break;
      case Record::Kind::acknowledged:
        progress[record.thread].acknowledge(session_, record.thread);
        ++report_.acknowledged;
        break;
      case Record::Kind::finding:
        found(text);
        break;
      case Record::Kind::failed:
        failure_ = text;
        break;
    }
  }

  void conclude(std::vector<Progress> progress) {
    ++report_.kills;
    if (!writing_) {
      ++report_.opening;
      session_.now -= session_ms;  // the threads did not start: what they may hold is as before
      return;
    }
    bool inside = false;
    for (std::size_t t = 0; t < options_.threads; ++t) inside = inside || marks_.all()[t] != 0;
    report_.writing += inside ? 1 : 0;
    for (std::size_t t = 0; t < options_.threads; ++t) {
      if (threads_[t].pending && compared_[t] == Outcome::with_pending) ++report_.applied;
      if (compared_[t] == Outcome::lost) ++report_.lost;
      if (compared_[t] == Outcome::torn) ++report_.torn;
      if (progress[t].pending) ++report_.pending;
    }
    threads_ = std::move(progress);
  }

  void check() {
    if (!std::filesystem::exists(session_.path)) return;
    Pipe pipe;
    ++report_.checks;
    bool done = false;
    Child child(pipe, [&] {
      rocks::CheckReport report = rocks::check(session_.path);
      if (!report.ok())
        for (const std::string& finding : report.findings)
          pipe.tell({Record::Kind::finding}, "check: " + finding);
      pipe.tell({Record::Kind::writing, 0, report.problems});
    });
    while (pipe.receive(10'000'000, [&](const Record& record, const std::string& text) {
      if (record.kind == Record::Kind::writing) done = true, report_.damaged += record.number > 0 ? 1 : 0;
      if (record.kind == Record::Kind::finding || record.kind == Record::Kind::failed) found(text);
    })) {
    }
    if (!done) found("check did not come to its end");
  }

  void found(const std::string& text) {
    if (report_.findings.size() >= options_.findings) return;
    report_.findings.push_back("kill " + std::to_string(report_.kills) + ", seed " +
                               std::to_string(options_.seed) + ": " + text);
  }

  const KillOptions options_;
  differential::Random random_;
  std::string directory_;
  Marks marks_;
  Session session_;
  std::vector<Progress> threads_;
  std::vector<Outcome> compared_;
  bool writing_ = false;  ///< this round's child has compared everything
  bool begun_ = false;    ///< and began a change
  std::string failure_;
  KillReport report_;
};

}  // namespace

std::string default_directory() {
  constexpr const char* memory = "/dev/shm";
  return ::access(memory, W_OK) == 0 ? memory : std::filesystem::temp_directory_path().string();
}

KillReport run_kills(const KillOptions& options, const std::function<void(const KillReport&)>& progress) {
  return Test(options).run(progress);
}

std::string KillReport::shown() const {
  char text[1000];
  std::snprintf(
      text, sizeof text,
      "%llu kills in %.1f s (%.0f ms each): %llu in the middle of writing (%.1f %%), %llu while opening\n"
      "%llu changes acknowledged; %llu under way at a kill, of which %llu were found complete and the others "
      "absent\n"
      "%llu lost, %llu torn; %llu checks, %llu of them with problems\n",
      static_cast<unsigned long long>(kills), seconds,
      kills > 0 ? 1000 * seconds / static_cast<double>(kills) : 0, static_cast<unsigned long long>(writing),
      100 * share_writing(), static_cast<unsigned long long>(opening),
      static_cast<unsigned long long>(acknowledged), static_cast<unsigned long long>(pending),
      static_cast<unsigned long long>(applied), static_cast<unsigned long long>(lost),
      static_cast<unsigned long long>(torn), static_cast<unsigned long long>(checks),
      static_cast<unsigned long long>(damaged));
  std::string out = text;
  for (const std::string& finding : findings) out += finding + "\n";
  return out;
}

}  // namespace playhead::crash
