// Which stripes commands take.
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "backends/embedded/dispatch.h"
#include "playhead/lock_wait.h"
#include "playhead/open.h"

namespace playhead::embedded {

namespace {

using Words = std::vector<std::string>;

template <class... Ops>
std::vector<std::string> misjudged(Operations<Ops...>) {
  std::vector<std::string> names;
  auto look = [&]<class Op>(Op*) {
    const Command& c = command(code_of<Op>);
    bool names_others = c.first_key == 0 || c.last_key != c.first_key || c.movable_keys;
    if (SingleKey<Op> && names_others) names.emplace_back(Op::traits.name);
  };
  (look(static_cast<Ops*>(nullptr)), ...);
  return names;
}

std::atomic<bool> waited = false;

void perform(Store& store, const Words& words) {
  std::vector<Text> texts(words.begin(), words.end());
  AnyCall call = AnyCall::parse(texts, 0, true);
  store.perform(call.call());
}

// Whether a command that names `key` waits while somebody else holds it.
bool waits_for(const std::string& key, const Words& command) {
  auto store = open("memory://");
  for (const Words& words : std::vector<Words>{{"RPUSH", "list", "x"},
                                               {"SADD", "set", "x"},
                                               {"ZADD", "zset", "1", "x"},
                                               {"SET", "string", "x"},
                                               {"PFADD", "hyperloglog", "x"}})
    perform(*store, words);
  waited = false;
  set_before_lock_wait([] { waited = true; });
  std::atomic<bool> done = false;
  std::thread other;
  std::vector<Text> held = {key};
  store->with_unit(0, held, [&](Unit&) {
    other = std::thread([&] {
      perform(*store, command);
      done = true;
    });
    while (!waited && !done) std::this_thread::yield();
  });
  other.join();
  set_before_lock_wait(nullptr);
  return waited;
}

}  // namespace

TEST_CASE("every command that takes one stripe names one key", "[locks]") {
  CHECK(misjudged(KeyspaceOperations{} + StringOperations{} + BitOperations{} + HashOperations{} +
                  ListOperations{} + SetOperations{} + ZsetOperations{} + HyperLogLogOperations{}) ==
        std::vector<std::string>{});
}

TEST_CASE("a command waits for every key that it names while another unit holds it", "[locks]") {
  auto command = GENERATE(values<Words>({
      {"RENAME", "string", "target"},
      {"RENAMENX", "string", "target"},
      {"COPY", "string", "target"},
      {"SMOVE", "set", "target", "x"},
      {"SDIFFSTORE", "target", "set"},
      {"LMOVE", "list", "target", "LEFT", "LEFT"},
      {"RPOPLPUSH", "list", "target"},
      {"SORT", "list", "ALPHA", "STORE", "target"},
      {"ZRANGESTORE", "target", "zset", "0", "-1"},
      {"ZUNIONSTORE", "target", "1", "zset"},
      {"BITOP", "NOT", "target", "string"},
      {"PFMERGE", "target", "hyperloglog"},
      {"MSET", "string", "y", "target", "y"},
  }));
  CAPTURE(command);
  CHECK(waits_for("target", command));
}

}  // namespace playhead::embedded
