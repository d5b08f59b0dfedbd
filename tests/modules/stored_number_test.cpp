// What modules tell if something else stands where they have stored a number.
#include <catch2/catch.hpp>

#include "playhead/modules/activity.h"
#include "playhead/modules/inventory.h"
#include "playhead/modules/lock.h"
#include "playhead/modules/message_queue.h"
#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

namespace {

/// Puts what are no numbers into a field, each of which must be refused by who reads it.
void require_refused(Space& s, const std::string& key, Text field, const std::function<void()>& read) {
  for (Text value : {"", "many", "1x", " 1", "99999999999999999999"}) {
    INFO(key << " " << field << " = \"" << value << '"');
    FieldValue item{field, value};
    s.store->run(HSet{key, {&item, 1}});
    try {
      read();
      FAIL("it was taken for a number");
    } catch (const Error& e) {
      REQUIRE(e.code() == ErrorCode::corrupt);
      REQUIRE(e.message() == "a stored count is not a number");
    }
  }
}

}  // namespace

TEST_CASE("a stored count that is not a number is told to be corrupt", "[procedures]") {
  for_each_space([](Space& s) {
    Activity activity(s.space);
    require_refused(s, s.space.keys().key("video", "v", {"counts"}), "views",
                    [&] { activity.video_counts("v"); });
    if (!s.store->capabilities().units) return;  // a script meets it there
    Inventory inventory(s.space, {.name = "i"});
    require_refused(s, s.space.keys().key("inventory", "i", {"available"}), "p",
                    [&] { inventory.stock("p"); });
    MessageQueue queue(s.space, "q");
    require_refused(s, s.space.keys().key("queue", "q", {"counts"}), "sent",
                    [&] { queue.get_queue_stats(); });
    Lock lock(s.space, "l");
    require_refused(s, s.space.keys().key("lock", "l", {"lock"}), "token", [&] { lock.acquire(0); });
  });
}
