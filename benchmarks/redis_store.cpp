// The Redis store: round trips as the server counts them, and time beside bare hiredis.
#include <hiredis/hiredis.h>
#include <sched.h>

#include <charconv>
#include <stdexcept>
#include <thread>

#include "benchmarks/support/data.h"
#include "benchmarks/support/report.h"
#include "playhead/modules/activity.h"
#include "playhead/modules/cache_scheduler.h"
#include "playhead/modules/recommender.h"
#include "playhead/modules/tokens.h"
#include "playhead/modules/watch_later.h"
#include "playhead/open.h"
#include "tests/support/redis_server.h"

namespace {

using namespace playhead;
using namespace playhead::bench;

// Two modes of loopback differ threefold, by where client and server run: each gets a core of its own.
void pin(pid_t process, int core) {
  if (std::thread::hardware_concurrency() < 2) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  sched_setaffinity(process, sizeof set, &set);
}

std::int64_t number_in(const std::string& info, const std::string& name) {
  std::size_t at = info.find(name + ":");
  if (at == std::string::npos) throw std::runtime_error("Redis does not tell its " + name);
  at += name.size() + 1;
  std::int64_t n = 0;
  std::from_chars(info.data() + at, info.data() + info.size(), n);
  return n;
}

/// The requests that the server has read so far (INFO stats), those of asking included.
std::int64_t reads(const test::RedisServer& server) {
  return number_in(server.ask({"INFO", "stats"}), "total_reads_processed");
}

class RoundTrips {
 public:
  RoundTrips(Report& report, const test::RedisServer& server) : report_(report), server_(server) {}
  /// Round trips of one call, once connections are open and scripts are loaded.
  void count(const std::string& what, std::optional<double> budget, const std::function<void(int i)>& call) {
    constexpr int calls = 50;
    call(0), call(1);
    std::int64_t first = reads(server_), second = reads(server_);
    for (int i = 2; i < calls + 2; ++i) call(i);
    std::int64_t third = reads(server_);
    double trips = static_cast<double>((third - second) - (second - first)) / calls;
    report_.add({.what = what,
                 .floor = "",
                 .unit = "trips",
                 .ours = trips,
                 .budget = budget ? at_most(*budget) : no_budget()});
  }

 private:
  Report& report_;
  const test::RedisServer& server_;
};

void round_trips(Report& report, const test::RedisServer& server, const std::shared_ptr<Store>& store) {
  RoundTrips trips(report, server);
  Namespace space(store);
  auto user = [](int i) { return "user:" + std::to_string(i % 7); };
  auto video = [](int i) { return "video:" + std::to_string(i); };
  trips.count("GET", 1, [&](int i) { store->run(Get{user(i)}); });
  trips.count("a batch of 8 commands", 1, [&](int i) {
    Batch batch;
    for (int k = 0; k < 8; ++k) batch.add(IncrBy{user(i), k});
    store->perform(batch);
  });
  trips.count("an optimistic transaction, reading one key", 3, [&](int i) {
    std::string key = user(i);
    Text name = key;
    auto watch = store->watch();
    watch->add(0, {&name, 1});
    store->run(Get{key});
    Batch batch;
    batch.add(Set{.key = key, .value = "1"});
    watch->commit(batch);
  });

  Activity activity(space);
  trips.count("record a viewing", 1,
              [&](int i) { activity.record_video_viewing({user(i), video(i), 20'000, 40'000}); });
  trips.count("a user's history, 50 videos", 1, [&](int i) { activity.history(user(i)); });
  trips.count("a user's preferences", 1, [&](int i) { activity.preferences(user(i)); });
  trips.count("a video's counts", 1, [&](int i) { activity.video_counts(video(i)); });

  Tokens tokens(space);
  std::string token = tokens.issue("user:1").token;
  trips.count("validate a token", 1, [&](int) { tokens.validate(token); });
  trips.count("issue a token", 1, [&](int i) { tokens.issue(user(i)); });

  WatchLater later(space);
  trips.count("add a video to watch later", 1, [&](int i) { later.add(user(i), video(i)); });
  trips.count("the list of videos to watch later", 1, [&](int i) { later.list(user(i)); });

  CacheScheduler scheduler(space);
  trips.count("schedule a cached video", 1, [&](int i) { scheduler.schedule(video(i), 1); });
  trips.count("claim a due video", 1, [&](int) { scheduler.claim(); });

  Recommender recommender(store);
  for (int i = 0; i < 200; ++i) recommender.record({user(i), video(i % 20), VideoEvent::view});
  trips.count("recommend 10 videos", 4, [&](int i) { recommender.recommend(user(i), 10); });
  trips.count("record an event for recommendations", {},
              [&](int i) { recommender.record({user(i), video(i % 20), VideoEvent::view}); });
}

/// hiredis with commands made by hand.
class Bare {
 public:
  explicit Bare(const std::string& socket) : context_(redisConnectUnix(socket.c_str())) {
    if (context_ == nullptr || context_->err != 0) throw std::runtime_error("hiredis cannot connect");
  }
  ~Bare() { redisFree(context_); }
  Bare(const Bare&) = delete;
  Bare& operator=(const Bare&) = delete;

  void append(std::initializer_list<std::string_view> words) {
    const char* texts[8];
    std::size_t sizes[8];
    int n = 0;
    for (auto w : words) texts[n] = w.data(), sizes[n++] = w.size();
    redisAppendCommandArgv(context_, n, texts, sizes);
  }
  void read() {
    void* reply = nullptr;
    if (redisGetReply(context_, &reply) != REDIS_OK) throw std::runtime_error("hiredis lost its connection");
    keep(reply);
    freeReplyObject(reply);
  }
  void run(std::initializer_list<std::string_view> words) { append(words), read(); }

 private:
  redisContext* context_;
};

void times(Report& report, const test::RedisServer& server) {
  auto store = open("redis+unix://" + server.unix_socket());
  Bare bare(server.unix_socket());
  auto keys = names("key:", 1000);
  for (auto& k : keys) store->run(Set{.key = k, .value = std::string(32, 'v')});
  Positions ours(1000), theirs(1000);
  constexpr Effort effort{std::chrono::microseconds(3000), 101};
  std::optional<std::string> reply;
  report.compare(
      "GET", "hiredis", no_budget(),
      [&](std::size_t n) {
        while (n-- > 0) store->run(Get{keys[ours.next()]}, reply);
      },
      [&](std::size_t n) {
        while (n-- > 0) bare.run({"GET", keys[theirs.next()]});
      },
      effort);
  report.compare(
      "SET", "hiredis", no_budget(),
      [&](std::size_t n) {
        while (n-- > 0) store->run(Set{.key = keys[ours.next()], .value = "a value of some length"});
      },
      [&](std::size_t n) {
        while (n-- > 0) bare.run({"SET", keys[theirs.next()], "a value of some length"});
      },
      effort);
  report.compare(
      "ZINCRBY", "hiredis", no_budget(),
      [&](std::size_t n) {
        while (n-- > 0) keep(store->run(ZIncrBy{"z", 1, keys[ours.next()]}));
      },
      [&](std::size_t n) {
        while (n-- > 0) bare.run({"ZINCRBY", "z", "1", keys[theirs.next()]});
      },
      effort);
  report.compare(
      "a batch of 8 HINCRBY", "hiredis, MULTI and EXEC in one pipeline", no_budget(),
      [&](std::size_t n) {
        while (n-- > 0) {
          Batch batch;
          for (int k = 0; k < 8; ++k) batch.add(HIncrBy{"hash", keys[ours.next()], 1});
          store->perform(batch);
        }
      },
      [&](std::size_t n) {
        while (n-- > 0) {
          bare.append({"MULTI"});
          for (int k = 0; k < 8; ++k) bare.append({"HINCRBY", "hash", keys[theirs.next()], "1"});
          bare.append({"EXEC"});
          for (int k = 0; k < 10; ++k) bare.read();
        }
      },
      effort);
}

}  // namespace

int main() {
  Report report(
      "redis_store", "Redis store",
      "Round trips are requests that the server reads, by its own statistics (total_reads_processed), with "
      "connections open and scripts loaded. Times: one "
      "client and the server on a core each, over a unix socket, beside hiredis with commands made by hand.");
  test::RedisServer server;
  pin(static_cast<pid_t>(number_in(server.ask({"INFO", "server"}), "process_id")), 1);
  pin(0, 0);
  round_trips(report, server, open("redis://127.0.0.1:" + std::to_string(server.port()) + "/0"));
  times(report, server);
  report.write();
}
