// What open() makes of a URL's database.
#include <catch2/catch.hpp>

#include "playhead/open.h"
#include "playhead/views/hashes.h"
#include "tests/contract/stores.h"

namespace playhead::test {

TEST_CASE("Views that name no database use the one of the URL") {
  auto zero = open("memory://database-of-url");
  auto three = open("memory://database-of-url?db=3");
  Hashes(*three).hset("key", "field", "value");
  CHECK(Hashes(*zero, 3).hget("key", "field") == "value");
  CHECK_FALSE(Hashes(*zero).hget("key", "field").has_value());
  CHECK(three->run(Exists{{std::vector<Text>{"key"}}}) == 1);
}

TEST_CASE("A view can name any database, whatever the URL says") {
  auto store = open("memory://?db=3");
  Hashes(*store, 0).hset("key", "field", "value");
  CHECK_FALSE(Hashes(*store).hexists("key", "field"));
  CHECK(Hashes(*store, 0).hexists("key", "field"));
}

TEST_CASE("A URL with a database that the store does not have is refused") {
  CHECK_THROWS_WITH(open("memory://?db=16"), Catch::Contains("0 to 15") && Catch::Contains("databases="));
  CHECK(open("memory://?db=16&databases=17")->database() == 16);
  CHECK_THROWS_WITH(open("memory://?db=x"), Catch::Contains("whole number"));
  CHECK_THROWS_WITH(open("redis://127.0.0.1/x"), Catch::Contains("whole number"));
  CHECK_THROWS_WITH(open("redis://127.0.0.1/3?db=3"), Catch::Contains("twice"));
}

}  // namespace playhead::test
