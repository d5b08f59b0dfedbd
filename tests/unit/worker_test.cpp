#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <memory>

#include "engine/store/fork.h"

namespace playhead {

TEST_CASE("several threads may wait for the end of one", "[worker]") {
  std::promise<void> leave;
  std::atomic<bool> ended = false;
  Worker worker;
  CHECK_FALSE(worker.started());
  worker.start([&] {
    leave.get_future().wait();
    ended = true;
  });
  CHECK(worker.started());
  std::atomic<int> early = 0;
  std::vector<std::thread> waiting;
  for (int i = 0; i < 4; ++i)
    waiting.emplace_back([&] {
      worker.finish();
      if (!ended) ++early;
    });
  leave.set_value();
  for (auto& t : waiting) t.join();
  CHECK(early == 0);
  worker.finish();  // does nothing
}

TEST_CASE("a thread may destroy its own worker", "[worker]") {
  std::promise<void> destroyed;
  auto worker = std::make_shared<Worker>();
  std::promise<std::shared_ptr<Worker>> given;
  worker->start([&destroyed, its = given.get_future().share()] {
    auto mine = its.get();
    mine->finish();  // does nothing
    mine.reset();    // the last one
    destroyed.set_value();
  });
  given.set_value(std::move(worker));
  destroyed.get_future().wait();
  CHECK_FALSE(worker);
}

}  // namespace playhead
