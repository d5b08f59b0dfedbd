// A program that uses the installed package: every view once.
#include <playhead/open.h>
#include <playhead/session.h>
#include <playhead/statistics.h>
#include <playhead/version.h>
#include <playhead/views.h>

#include <iostream>

namespace {

int failures = 0;

void expect(bool good, const char* what) {
  if (good) return;
  std::cerr << "not so: " << what << '\n';
  ++failures;
}

void use_views(playhead::Store& store) {
  playhead::Strings strings(store);
  strings.set("greeting", "hello", {.px = 60'000});
  expect(strings.get("greeting") == "hello", "a string");
  expect(!strings.set("greeting", "again", playhead::SetIf::missing), "a condition");
  playhead::Keyspace keys(store);
  expect(keys.exists("greeting") && keys.count({"greeting", "missing"}) == 1, "keys");
  expect(keys.pttl("greeting") > 0 && keys.type("greeting") == "string", "a deadline");
  playhead::Hashes hashes(store);
  hashes.hset("video", {{"title", "Intro"}, {"views", "1"}});
  expect(hashes.hincrby("video", "views") == 2, "a hash");
  playhead::Lists lists(store);
  lists.rpush("queue", {"a", "b"});
  expect(lists.blpop({"queue"})->element == "a", "a list");
  playhead::Sets sets(store);
  expect(sets.sadd("tags", {"x", "y", "x"}) == 2, "a set");
  playhead::Zsets zsets(store);
  zsets.zadd("ranking", {{3, "intro"}, {7, "trailer"}});
  expect(zsets.zrank("ranking", "trailer") == 1, "a sorted set");
  playhead::HyperLogLogs visitors(store);
  visitors.pfadd("visitors", {"u1", "u2"});
  expect(visitors.pfcount({"visitors"}) == 2, "a HyperLogLog");
  playhead::Bits bits(store);
  bits.setbit("bits", 7, true);
  expect(bits.bitcount("bits") == 1, "bits");
  expect(playhead::PubSub(store).publish("channel", "message") == 0, "a channel");
  playhead::Scripts scripts(store);
  expect(scripts.eval("return redis.call('INCR', KEYS[1])", {"counter"}).to_integer() == 1, "a script");
}

void use_session(const std::shared_ptr<playhead::Store>& store) {
  playhead::Session session(store);
  playhead::ValueSink reply;
  session.execute(std::vector<playhead::Text>{"GET", "counter"}, reply);
  expect(reply.take().to_string() == "1", "a session");
}

}  // namespace

int main() {
  auto store = playhead::open("memory://?statistics=1");
  use_views(*store);
  use_session(store);
  expect(playhead::statistics(*store).calls > 10, "statistics");
  playhead::Batch batch;
  batch.add(playhead::Set{.key = "a", .value = "1"});
  std::size_t second = batch.add(playhead::Incr{"a"});
  store->perform(batch);
  expect(batch.reply<playhead::Incr>(second) == 2, "a batch");
  std::cout << "playhead " << playhead::version << '\n';
  return failures;
}
