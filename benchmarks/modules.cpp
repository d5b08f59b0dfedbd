// Operations of the modules on each store, beside the commands that they must at least run.
#include "playhead/modules/activity.h"
#include "playhead/modules/bloom_filter.h"
#include "playhead/modules/cache.h"
#include "playhead/modules/cache_scheduler.h"
#include "playhead/modules/message_queue.h"
#include "playhead/modules/popularity.h"
#include "playhead/modules/rate_limiter.h"
#include "playhead/modules/sessions.h"
#include "playhead/modules/tokens.h"
#include "playhead/modules/watch_later.h"

#include "benchmarks/support/data.h"
#include "benchmarks/support/report.h"
#include "playhead/open.h"
#include "tests/support/counting_store.h"
#include "tests/support/redis_server.h"
#include "tests/support/temporary_store.h"

namespace {

using namespace playhead;
using namespace playhead::bench;

constexpr std::size_t many = 1000;  ///< users, videos

/// One store with its modules, measured operation by operation.
class Place {
 public:
  Place(Report& report, std::string name, const std::shared_ptr<Store>& store)
      : report_(report),
        name_(std::move(name)),
        store_(store),
        counted_(std::make_shared<test::CountingStore>(store)),
        space(counted_),
        users(names("user:", many)),
        videos(names("video:", many)) {}

  /// `ours` performs the i-th operation; `least` puts the commands that it must at least run into a batch.
  void row(const std::string& what, const std::string& floor, const std::function<void(std::size_t)>& ours,
           const std::function<void(Batch&, std::size_t)>& least) {
    constexpr Effort effort{std::chrono::microseconds(2000), 41};
    std::size_t i = 0, k = 0;
    ours(i++);
    int before = counted_->trips;
    ours(i++);
    std::string trips = std::to_string(counted_->trips - before);
    report_.compare(
        name_ + ": " + what + ", " + trips + (trips == "1" ? " trip" : " trips"), floor, no_budget(),
        [&](std::size_t n) {
          while (n-- > 0) ours(i++);
        },
        [&](std::size_t n) {
          while (n-- > 0) {
            Batch batch;
            least(batch, k++);
            store_->perform(batch);
          }
        },
        effort);
  }
  const std::string& user(std::size_t i) const { return users[i % many]; }
  const std::string& video(std::size_t i) const { return videos[i * 7 % many]; }

 private:
  Report& report_;
  std::string name_;
  std::shared_ptr<Store> store_;
  std::shared_ptr<test::CountingStore> counted_;

 public:
  const Namespace space;
  const std::vector<std::string> users, videos;
};

void add_hset(Batch& batch, Text key, Text field, Text value) {
  FieldValue item{field, value};
  batch.add(HSet{key, {&item, 1}});
}

void add_zadd(Batch& batch, Text key, double score, Text member) {
  ScoreMember item{score, member};
  batch.add(ZAdd{key, {&item, 1}});
}

void identity(Place& p) {
  Tokens tokens(p.space);
  p.row(
      "issue a token", "HINCRBY, HSET", [&](std::size_t i) { tokens.issue(p.user(i)); },
      [&](Batch& b, std::size_t i) {
        b.add(HIncrBy{p.user(i), "n", 1});
        add_hset(b, p.user(i), p.video(i), "a token's record");
      });
  std::string token = tokens.issue(p.user(0)).token;
  p.row(
      "validate a token", "HGET", [&](std::size_t) { keep(tokens.validate(token)); },
      [&](Batch& b, std::size_t) { b.add(HGet{p.user(0), p.video(0)}); });
  Sessions sessions(p.space);
  std::string session = sessions.create(p.user(0)).session;
  p.row(
      "read a session", "HGETALL", [&](std::size_t) { keep(sessions.get(session)); },
      [&](Batch& b, std::size_t) { b.add(HGetAll{p.user(1)}); });
  RateLimiter limiter(p.space, Rate::parse("1000000000/minute"));
  p.row(
      "check a rate", "INCR", [&](std::size_t i) { keep(limiter.check(p.user(i))); },
      [&](Batch& b, std::size_t i) { b.add(IncrBy{"count:" + p.user(i), 1}); });
}

void lists(Place& p) {
  Activity activity(p.space);
  p.row(
      "record a viewing", "8 commands",
      [&](std::size_t i) { activity.record_video_viewing({p.user(i), p.video(i), 20'000, 40'000}); },
      [&](Batch& b, std::size_t i) {
        for (const char* key : {"history", "preferences", "active"})
          add_zadd(b, key + p.user(i), static_cast<double>(i), p.video(i));
        for (const char* key : {"watched", "completion", "counts", "hours", "video"})
          b.add(HIncrBy{key + p.user(i), p.video(i), 1});
      });
  WatchLater later(p.space);
  p.row(
      "add a video to watch later", "ZADD", [&](std::size_t i) { later.add(p.user(i), p.video(i)); },
      [&](Batch& b, std::size_t i) { add_zadd(b, "later" + p.user(i), static_cast<double>(i), p.video(i)); });
}

void caching(Place& p) {
  Cache cache(p.space);
  for (const auto& video : p.videos) cache.set(video, {std::string(200, 'v')});
  Loader loader = [](Text) { return Loaded{std::string(200, 'v')}; };
  p.row(
      "a hit of the cache", "GET", [&](std::size_t i) { keep(cache.get(p.video(i), loader)); },
      [&](Batch& b, std::size_t i) { b.add(Get{p.video(i)}); });
  p.row(
      "write the cache", "SET", [&](std::size_t i) { cache.set(p.video(i), {std::string(200, 'w')}); },
      [&](Batch& b, std::size_t i) { b.add(Set{.key = "s" + p.video(i), .value = std::string(200, 'w')}); });
  BloomFilter filter(p.space);
  p.row(
      "look into a Bloom filter", "GETBIT x 7",
      [&](std::size_t i) { keep(filter.might_contain(p.video(i))); },
      [&](Batch& b, std::size_t i) {
        for (std::size_t k = 0; k < 7; ++k)
          b.add(GetBit{"bits", static_cast<std::int64_t>((i * 7919 + 131 * k) % 8192)});
      });
  Popularity popularity(p.space);
  p.row(
      "record popularity", "ZINCRBY", [&](std::size_t i) { keep(popularity.record(p.video(i))); },
      [&](Batch& b, std::size_t i) { b.add(ZIncrBy{"popular", 1, p.video(i)}); });
  CacheScheduler scheduler(p.space);
  for (const auto& video : p.videos) scheduler.schedule(video, 1);
  p.row(
      "claim and complete a due video", "ZADD x 2, HSET, HDEL",
      [&](std::size_t) {
        for (const CacheClaim& claim : scheduler.claim()) scheduler.complete(claim);
      },
      [&](Batch& b, std::size_t i) {
        add_zadd(b, "schedule", static_cast<double>(i), p.video(i));
        add_hset(b, "claims", p.video(i), "receipt");
        add_zadd(b, "schedule", static_cast<double>(i + 1), p.video(i));
        Text field = p.video(i);
        b.add(HDel{"claims", {&field, 1}});
      });
}

void messaging(Place& p) {
  MessageQueue queue(p.space, "jobs");
  p.row(
      "send, receive and complete a message", "HSET, ZADD, ZPOPMIN, HDEL",
      [&](std::size_t i) {
        queue.send_message(p.video(i));
        if (auto message = queue.receive_message()) queue.complete_message(*message);
      },
      [&](Batch& b, std::size_t i) {
        add_hset(b, "bodies", p.video(i), p.video(i));
        add_zadd(b, "ready", static_cast<double>(i), p.video(i));
        b.add(ZPopMin{"ready"});
        Text field = p.video(i);
        b.add(HDel{"bodies", {&field, 1}});
      });
}

void measure_all(Report& report, const std::string& name, const std::shared_ptr<Store>& store) {
  Place place(report, name, store);
  identity(place);
  lists(place);
  caching(place);
  messaging(place);
}

}  // namespace

int main() {
  Report report(
      "modules", "Modules, C++",
      "Operations of the modules, with their calls to the store, beside the commands that they must at "
      "least run, in one batch on the same store.");
  measure_all(report, "memory", open("memory://"));
  measure_all(report, "rocksdb", std::make_shared<test::TemporaryRocksStore>());
  test::RedisServer server;
  measure_all(report, "redis", open("redis+unix://" + server.unix_socket()));
  report.write();
}
