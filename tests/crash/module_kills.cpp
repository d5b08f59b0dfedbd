#include "tests/crash/module_kills.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <sstream>
#include <stdexcept>

#include "tests/crash/kills.h"
#include "tests/crash/module_worker.h"
#include "tests/support/redis_server.h"

namespace playhead::crash {

namespace {

using Steady = std::chrono::steady_clock;

/// What is known of a message or a task.
struct Item {
  bool acknowledged = false, completing = false, completed = false;
  std::int64_t completed_at = 0;  ///< the attempt
  std::set<std::int64_t> attempts;
};

struct Purchase {
  std::int64_t quantity = 0;
  bool confirming = false;
  std::string status;  ///< the last that was acknowledged
};

class ModuleTest {
 public:
  explicit ModuleTest(const ModuleKillOptions& options) : options_(options), random_(options.seed) {
    void* memory =
        ::mmap(nullptr, sizeof(SharedState), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::runtime_error("no shared memory");
    shared_ = new (memory) SharedState{};
    shared_->now = 1'700'000'000'000;
    directory_ = (options.directory.empty() ? default_directory() : options.directory) +
                 "/playhead-module-kills-" + std::to_string(::getpid());
    if (::pipe2(ends_, 0) != 0) throw std::runtime_error("no pipe");
    if (options.redis) server_ = std::make_unique<test::RedisServer>();
  }
  ~ModuleTest() {
    for (Child& child : children_) kill(child);
    ::munmap(shared_, sizeof(SharedState));
    ::close(ends_[0]);
    ::close(ends_[1]);
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  ModuleTest(const ModuleTest&) = delete;
  ModuleTest& operator=(const ModuleTest&) = delete;

  ModuleKillReport run(const std::function<void(const ModuleKillReport&)>& progress) {
    auto start = Steady::now();
    while (report_.kills < options_.kills && report_.findings.size() < 20) {
      begin_store();
      for (std::uint64_t i = 0; i < options_.kills_per_store && report_.kills < options_.kills; ++i) round();
      for (Child& child : children_) kill(child);
      listen(0);
      finish();
      report_.seconds = std::chrono::duration<double>(Steady::now() - start).count();
      if (progress) progress(report_);
    }
    return report_;
  }

 private:
  static constexpr std::size_t threads = 3;
  struct Child {
    pid_t pid = 0;
    std::size_t place = 0;
  };

  void begin_store() {
    messages_.clear();
    tasks_.clear();
    purchases_.clear();
    receipts_.clear();
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
    if (server_) server_->ask({"FLUSHALL"});
    children_.assign(server_ ? 3 : 1, {});
    for (std::size_t i = 0; i < children_.size(); ++i) children_[i].place = i;
  }

  ModuleWorker worker(std::size_t place) {
    ModuleWorker w;
    w.url = server_ ? "redis+unix://" + server_->unix_socket() : "rocksdb://" + directory_ + "/store";
    w.shared = shared_;
    w.pipe = ends_[1];
    w.seed = random_();
    w.name = "w" + std::to_string(++workers_);
    w.first_thread = place * threads;
    w.threads = threads;
    w.forgets = options_.forgets;
    return w;
  }

  template <class Body>
  pid_t fork_child(Body&& body) {
    pid_t pid = ::fork();
    if (pid < 0) throw std::runtime_error("no process");
    if (pid > 0) return pid;
    try {
      body();
    } catch (const std::exception& e) {
      std::string line = std::string("! ") + e.what() + "\n";
      if (::write(ends_[1], line.data(), line.size()) < 0) ::_exit(4);
    }
    ::_exit(0);
  }

  static void kill(Child& child) {
    if (child.pid <= 0) return;
    ::kill(child.pid, SIGKILL);
    ::waitpid(child.pid, nullptr, 0);
    child.pid = 0;
  }

  // Starts who is missing, lets them work for a moment, kills one.
  void round() {
    for (Child& child : children_) {
      if (child.pid > 0) continue;
      ModuleWorker w = worker(child.place);
      begun_ = false;
      child.pid = fork_child([&] { w.work(); });
      auto limit = Steady::now() + std::chrono::seconds(60);
      while (!begun_ && Steady::now() < limit) listen(10'000);
      if (!begun_) throw std::runtime_error("a worker does not begin; seed " + std::to_string(options_.seed));
    }
    auto end = Steady::now() + std::chrono::microseconds(500 + random_() % 25'000);
    for (auto now = Steady::now(); now < end; now = Steady::now())
      listen(std::chrono::duration_cast<std::chrono::microseconds>(end - now).count());
    Child& victim = children_[random_() % children_.size()];
    kill(victim);
    bool inside = false;
    for (std::size_t t = 0; t < threads; ++t)
      inside = shared_->inside[victim.place * threads + t].exchange(0) != 0 || inside;
    ++report_.kills;
    report_.inside += inside ? 1 : 0;
    shared_->now += 600;
  }

  void listen(std::int64_t microseconds) {
    timespec limit{microseconds / 1'000'000, microseconds % 1'000'000 * 1000};
    pollfd wanted{ends_[0], POLLIN, 0};
    while (::ppoll(&wanted, 1, &limit, nullptr) > 0) {
      char part[1 << 16];
      ssize_t n = ::read(ends_[0], part, sizeof part);
      if (n <= 0) return;
      bytes_.append(part, static_cast<std::size_t>(n));
      std::size_t at = 0;
      for (std::size_t end; (end = bytes_.find('\n', at)) != std::string::npos; at = end + 1)
        heard(bytes_.substr(at, end - at));
      bytes_.erase(0, at);
      if (microseconds > 0) return;
    }
  }

  void heard(const std::string& line) {
    std::istringstream in(line);
    char what = 0;
    std::string id;
    in >> what >> id;
    switch (what) {
      case 'W':
        begun_ = true;
        break;
      case '!':
        throw std::runtime_error("a worker ended by itself: " + line + "; seed " +
                                 std::to_string(options_.seed));
      case 'S':
        messages_[id];
        break;
      case 's':
        acknowledged(messages_[id], report_.messages);
        break;
      case 'T':
        tasks_[id];
        break;
      case 't':
        acknowledged(tasks_[id], report_.tasks);
        break;
      case 'R':
        granted(messages_[id], "message " + id, in);
        break;
      case 'K':
        granted(tasks_[id], "task " + id, in);
        break;
      case 'C':
        messages_[id].completing = true;
        break;
      case 'D':
        tasks_[id].completing = true;
        break;
      case 'c':
        completed(messages_[id], "message " + id, in);
        break;
      case 'd':
        completed(tasks_[id], "task " + id, in);
        break;
      case 'L':
        refreshing(id, in);
        break;
      case 'Y':
        if (std::stoll(id) != rows_in_all)
          ++report_.lost, found(id + " of " + std::to_string(rows_in_all) + " rows are still refreshed");
        break;
      default:
        heard_of_stock(what, id, in);
    }
  }

  void refreshing(const std::string& id, std::istringstream& in) {
    std::string receipt;
    in >> receipt;
    ++report_.refreshes;
    if (!receipts_.insert(id + " " + receipt).second)
      twice("row " + id + " was claimed twice with one receipt");
  }

  void heard_of_stock(char what, const std::string& id, std::istringstream& in) {
    Purchase* purchase = what == 'Z' || what == 'E' ? nullptr : &purchases_[id];
    std::int64_t n = 0;
    switch (what) {
      case 'V':
        in >> purchase->quantity;
        break;
      case 'v':
        in >> n;
        report_.reservations += n == 1 ? 1 : 0;
        break;
      case 'F':
        purchase->confirming = true;
        break;
      case 'f':
      case 'x':
        in >> purchase->status;
        break;
      case 'Z':
        stock_[0] = std::stoll(id);
        in >> stock_[1] >> stock_[2];
        break;
      case 'z':
        in >> found_[id];
        break;
      case 'E':
        ended_ = true;
        break;
      default:
        break;
    }
  }

  static void acknowledged(Item& item, std::uint64_t& count) {
    item.acknowledged = true;
    ++count;
  }

  void granted(Item& item, const std::string& what, std::istringstream& in) {
    std::int64_t attempt = 0;
    in >> attempt;
    report_.again += item.attempts.empty() ? 0 : 1;
    if (!item.attempts.insert(attempt).second)
      twice(what + " was granted twice with the number " + std::to_string(attempt));
    // A grant may be told late, after that of a later attempt and its completion.
    if (item.completed && attempt > item.completed_at) twice(what + " was granted after its completion");
  }

  void completed(Item& item, const std::string& what, std::istringstream& in) {
    int good = 0;
    in >> good;
    if (good == 0) return;
    if (item.completed) twice(what + " was completed twice");
    item.completed = true;
    item.completed_at = *item.attempts.rbegin();
  }

  // What a killed worker was completing may be completed, and what it was sending may have been sent.
  void finish() {
    std::vector<std::string> reservations;
    for (const auto& [id, purchase] : purchases_) reservations.push_back(id);
    ModuleWorker last = worker(0);
    found_.clear();
    ended_ = false;
    Child child{fork_child([&] { last.finish(reservations); }), 0};
    auto limit = Steady::now() + std::chrono::seconds(120);
    while (!ended_ && Steady::now() < limit) listen(10'000);
    ::waitpid(child.pid, nullptr, 0);
    if (!ended_)
      throw std::runtime_error("the last worker does not end; seed " + std::to_string(options_.seed));
    for (const auto* all : {&messages_, &tasks_})
      for (const auto& [id, item] : *all)
        if (item.acknowledged && !item.completed && !item.completing)
          ++report_.lost, found((all == &messages_ ? "message " : "task ") + id + " is lost");
    compare_stock();
  }

  void compare_stock() {
    std::int64_t sold = 0, perhaps = 0;
    for (const auto& [id, purchase] : purchases_) {
      const std::string& now = found_[id];
      if (now == "confirmed") sold += purchase.quantity;
      if (purchase.status == "confirmed" && now != "confirmed")
        found("reservation " + id + " was sold and is " + now);
      if (purchase.status != "confirmed" && purchase.confirming && now == "confirmed")
        perhaps += purchase.quantity;
      if (now == "confirmed" && !purchase.confirming)
        found("reservation " + id + " is sold, and nobody confirmed it");
    }
    if (stock_[0] + stock_[1] + stock_[2] != pieces_in_all || stock_[2] != sold || stock_[1] != 0)
      ++report_.oversold,
          found("available " + std::to_string(stock_[0]) + ", held " + std::to_string(stock_[1]) + ", sold " +
                std::to_string(stock_[2]) + "; the reservations have " + std::to_string(sold) + ", of them " +
                std::to_string(perhaps) + " not acknowledged");
  }

  void twice(const std::string& text) {
    ++report_.twice;
    found(text);
  }
  void found(const std::string& text) {
    if (report_.findings.size() < 20)
      report_.findings.push_back("kill " + std::to_string(report_.kills) + ", seed " +
                                 std::to_string(options_.seed) + ": " + text);
  }

  const ModuleKillOptions options_;
  std::mt19937_64 random_;
  SharedState* shared_ = nullptr;
  int ends_[2] = {-1, -1};
  std::string directory_, bytes_;
  std::unique_ptr<test::RedisServer> server_;
  std::vector<Child> children_;
  std::uint64_t workers_ = 0;
  bool begun_ = false, ended_ = false;
  std::map<std::string, Item> messages_, tasks_;
  std::map<std::string, Purchase> purchases_;
  std::map<std::string, std::string> found_;
  std::set<std::string> receipts_;
  std::int64_t stock_[3] = {0, 0, 0};
  ModuleKillReport report_;
};

}  // namespace

ModuleKillReport run_module_kills(const ModuleKillOptions& options,
                                  const std::function<void(const ModuleKillReport&)>& progress) {
  return ModuleTest(options).run(progress);
}

std::string ModuleKillReport::shown() const {
  std::ostringstream out;
  out << kills << " kills in " << seconds << " s, " << inside << " of them inside a call\n"
      << messages << " messages, " << tasks << " tasks, " << reservations << " reservations acknowledged, "
      << refreshes << " rows refreshed; " << again << " deliveries and runs that were not the first\n"
      << lost << " lost, " << twice << " granted or completed twice, " << oversold
      << " times pieces lost or oversold\n";
  for (const std::string& finding : findings) out << finding << "\n";
  return out.str();
}

}  // namespace playhead::crash
