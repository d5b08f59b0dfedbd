// What a forked child can do with a memory store of its parent.
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "playhead/open.h"
#include "tests/support/forked_child.h"

namespace playhead::test {

namespace {

// A store whose reclaimer runs: it has removed a large collection.
std::shared_ptr<Store> store_with_a_reclaimer() {
  auto store = open("memory://");
  for (int i = 0; i < 10'000; ++i) {
    std::string element = "element" + std::to_string(i);
    Text text = element;
    store->run(RPush{{"list", {&text, 1}}});
  }
  Text key = "list";
  store->run(Del{{&key, 1}});
  return store;
}

}  // namespace

TEST_CASE("a forked child can destroy a store that has a thread in the parent", "[memory]") {
  auto store = store_with_a_reclaimer();
  bool closed_before = GENERATE(false, true);
  if (closed_before) store->close();
  CHECK(in_child([&] {
    store->close();
    store.reset();
    return true;
  }));
}

TEST_CASE("a forked child is told to open a memory store of its own", "[memory]") {
  auto store = open("memory://");
  CHECK(in_child([&] {
    try {
      store->run(Get{"k"});
    } catch (const Error& e) {
      return e.code() == ErrorCode::closed &&
             std::string(e.what()).find("open another one in the child") != std::string::npos &&
             open("memory://")->run(Exists{}) == 0;
    }
    return false;
  }));
}

TEST_CASE("a forked child is refused a key that another thread held when it was forked off", "[memory]") {
  auto store = open("memory://");
  std::atomic<bool> held = false, over = false;
  std::thread holder([&] {
    Text key = "k";
    store->with_unit(0, {&key, 1}, [&](Unit&) {
      held = true;
      while (!over) std::this_thread::yield();
    });
  });
  while (!held) std::this_thread::yield();
  bool refused = in_child([&] {
    try {
      store->run(Get{"k"});
    } catch (const Error& e) {
      return e.code() == ErrorCode::closed;
    }
    return false;
  });
  over = true;
  holder.join();
  CHECK(refused);
}

}  // namespace playhead::test
