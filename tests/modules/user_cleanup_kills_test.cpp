// Processes that clean up after inactive users are killed at random moments; the next one goes on. When there is
// nothing more to do, the store must hold exactly what a clean-up that nobody disturbed leaves of the same data.
// PLAYHEAD_KILLS=2000 kills so often; PLAYHEAD_SEED replays.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <map>

#include "playhead/modules/activity.h"
#include "playhead/modules/favorites.h"
#include "playhead/modules/following.h"
#include "playhead/modules/user_cleanup.h"
#include "playhead/modules/watch_later.h"
#include "playhead/open.h"
#include "tests/modules/kills.h"
#include "tests/modules/space.h"
#include "tests/support/redis_server.h"
#include "tests/support/temporary_store.h"

using namespace playhead;
using namespace playhead::test;

namespace {

constexpr Millis day = 86'400'000, begin = 1'700'000'000'000, time_of_cleanup = begin + 40 * day;
constexpr int users = 60, videos = 9;
constexpr Text calm = "calm", killed = "killed";

Namespace space_at(const std::shared_ptr<Store>& store, Text prefix, Millis at) {
  return Namespace(store, {}, prefix, std::make_shared<ManualClock>(at));
}

UserCleanup cleanup_of(const std::shared_ptr<Store>& store, Text prefix) {
  return UserCleanup(space_at(store, prefix, time_of_cleanup),
                     {.inactive_after = 10 * day, .older_than = 30 * day, .batch = 2, .videos = 2});
}

std::string name(const char* what, int n) {
  return what + std::to_string(n);
}

/// Every fifth user is active still, every fifth one has videos that are not old yet; all others have old ones only.
bool is_active(int n) {
  return n % 5 == 0;
}
bool has_newer(int n) {
  return n % 5 == 1;
}

void fill(const std::shared_ptr<Store>& store, Text prefix) {
  auto of_users = [&](Millis at, const auto& some, int first, int last) {
    WatchLater lists(space_at(store, prefix, at));
    for (int n = 0; n < users; ++n)
      if (some(n))
        for (int v = first; v < last; ++v) lists.add(name("u", n), name("v", (n + v) % 20), at + v);
  };
  of_users(begin, [](int) { return true; }, 0, videos);
  of_users(begin + 25 * day, has_newer, videos, videos + 3);
  Namespace space = space_at(store, prefix, begin + 35 * day);
  Activity activity(space);
  Favorites favorites(space);
  Following following(space);
  for (int n = 0; n < users; ++n) {
    if (is_active(n)) activity.record({ActivityEvent::visit, name("u", n), {}});
    favorites.add(name("u", n), name("v", n % 3));
    following.follow(name("u", n), name("u", n + 1));
  }
}

/// All keys of a namespace without its prefix, and what is under them.
std::map<std::string, std::string> contents(Store& store, Text prefix) {
  std::map<std::string, std::string> out;
  for (const std::string& key : store.run(Keys{std::string(prefix) + "*"})) {
    out[key.substr(prefix.size())] = run(store, {"DUMP", key});
  }
  return out;
}

void check_cleaned(const std::shared_ptr<Store>& store, Text prefix) {
  Namespace space = space_at(store, prefix, time_of_cleanup);
  WatchLater lists(space);
  Favorites favorites(space);
  Following following(space);
  for (int n = 0; n < users; ++n) {
    INFO("user " << n);
    REQUIRE(lists.count(name("u", n)) == (is_active(n) ? videos : has_newer(n) ? 3 : 0));
    REQUIRE(favorites.count(name("u", n)) == 1);
    REQUIRE(following.counts(name("u", n)).following == 1);
    REQUIRE(following.counts(name("u", n)).followers == (n == 0 ? 0 : 1));
  }
  for (int v = 0; v < 3; ++v) REQUIRE(favorites.favorite_count(name("v", v)) == users / 3);
  std::int64_t in_list = 0, last = 0, later = 0;
  for (const std::string& key : store->run(Keys{std::string(prefix) + "*"})) {
    in_list += key.find("watch_later") != std::string::npos;
    if (key.ends_with(":last")) last += store->run(ZCard{key});
    if (key.ends_with(":later")) later += store->run(ZCard{key});
  }
  REQUIRE(in_list == 2 * users / 5);  // no key of whoever has nothing left
  REQUIRE(last == users / 5);         // whoever is active
  REQUIRE(later == users / 5);        // whoever has something to clean up some day
}

void kill_and_look(const std::string& url, const std::string& directory) {
  Kills process("[.user_cleanup_child]", url, directory, 1, 6);
  INFO("PLAYHEAD_SEED=" << process.seed);
  int kills = 0, unfinished = 0;
  while (kills < process.kills) {
    auto store = open(url);
    run(*store, {"FLUSHALL"});
    for (Text prefix : {calm, killed}) fill(store, prefix);
    const auto before = contents(*store, killed);
    REQUIRE(before == contents(*store, calm));
    store->close();
    bool ended = false;
    for (int i = 0; i < 4 && kills < process.kills && !ended; ++i) {
      ended = !process.kill_one(8, 1500);
      kills += ended ? 0 : 1;
    }
    store = open(url);
    for (UserCleanup undisturbed = cleanup_of(store, calm); undisturbed.step().more;) {
    }
    check_cleaned(store, calm);
    const auto wanted = contents(*store, calm);
    const auto left = contents(*store, killed);
    unfinished += left != wanted && left != before;
    for (UserCleanup resumed = cleanup_of(store, killed); resumed.step().more;) {
    }
    check_cleaned(store, killed);
    REQUIRE(contents(*store, killed) == wanted);
    store->close();
  }
  WARN(kills << " kills of a clean-up, " << process.acknowledged() << " steps, " << unfinished
             << " clean-ups that were half done");
}

}  // namespace

TEST_CASE("cleans up until it is killed", "[.user_cleanup_child]") {
  KilledProcess self;
  int acknowledged = open_to_append(self.directory, "acknowledged");
  auto store = open(self.url);
  UserCleanup cleanup = cleanup_of(store, killed);
  for (bool more = true; more;) {
    more = cleanup.step().more;
    append(acknowledged, ".");
  }
  ::close(acknowledged);
  store->close();
}

TEST_CASE("a clean-up on RocksDB that is killed leaves, once resumed, what one without kills leaves",
          "[user_cleanup][kills]") {
  TemporaryDirectory directory(fast_place());
  std::filesystem::create_directory(directory / "files");
  kill_and_look("rocksdb://" + (directory / "store"), directory / "files");
}

TEST_CASE("a clean-up on a Redis server that is killed leaves, once resumed, what one without kills leaves",
          "[user_cleanup][kills][redis]") {
  TemporaryDirectory directory;
  RedisServer server;
  std::filesystem::create_directory(directory / "files");
  kill_and_look("redis://127.0.0.1:" + std::to_string(server.port()), directory / "files");
}
