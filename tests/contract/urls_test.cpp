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

TEST_CASE("A URL with a NUL byte is refused, wherever it stands") {
  for (const char* url : {"rocksdb:///tmp/nul%00x", "memory://na%00me", "redis://u:p%00@127.0.0.1/",
                          "memory://?databases=1%00", "redis+unix:///socket%00"})
    CHECK_THROWS_WITH(open(url), Catch::Contains("NUL byte"));
  CHECK_THROWS_WITH(open(Text("rocksdb:///tmp/nul\0x", 19)), Catch::Contains("NUL byte"));
}

TEST_CASE("A URL of a socket without a path, or with a host, is refused") {
  for (const char* url : {"redis+unix://", "redis+unix://host/socket", "redis+unix://:1/socket"})
    CHECK_THROWS_WITH(open(url), Catch::Contains("redis+unix:///path/to/socket"));
}

TEST_CASE("Behind an address in brackets there is a port or nothing") {
  CHECK_THROWS_WITH(open("redis://[::1]x7391"), Catch::Contains("'x7391'") && Catch::Contains("[::1]:port"));
  CHECK_THROWS_WITH(open("redis://[]:7391"), Catch::Contains("'[]'"));
  CHECK_THROWS_WITH(open("redis://[::1"), Catch::Contains("without ']'"));
  CHECK_NOTHROW(open("redis://[::1]:7391"));
}

TEST_CASE("A user, a password or a port is refused where nobody asks for it") {
  for (const char* url : {"memory://user:password@name", "memory://@name", "rocksdb://user@/tmp/x"})
    CHECK_THROWS_WITH(open(url), Catch::Contains("has a user or a password"));
  for (const char* url : {"memory://name:1", "memory://:1", "rocksdb://:1/tmp/x"})
    CHECK_THROWS_WITH(open(url), Catch::Contains("has the port 1"));
  CHECK_THROWS_WITH(open("redis://user@127.0.0.1"), Catch::Contains("user:password@"));
}

TEST_CASE("A parameter that is given twice is refused") {
  CHECK_THROWS_WITH(open("memory://?databases=1&databases=2"), Catch::Contains("'databases' twice"));
  CHECK_THROWS_WITH(open("memory://?databases=1&d%61tabases=1"), Catch::Contains("'databases' twice"));
}

}  // namespace playhead::test
