// backup() of stores that open() has wrapped.
#include <catch2/catch.hpp>

#include "playhead/maintenance.h"
#include "playhead/views/strings.h"
#include "tests/rocksdb/support.h"

namespace playhead::rocks::test {

TEST_CASE("A store with another default database or with statistics can be backed up", "[backup]") {
  TemporaryDirectory directory;
  const std::string parameters = GENERATE("", "?db=3", "?statistics=1", "?db=3&statistics=1");
  {
    auto store = open("rocksdb://" + (directory / "store") + parameters);
    Strings(*store).set("key", "value");
    backup(*store, directory / "copy");
    store->close();
  }
  auto copy = open("rocksdb://" + (directory / "copy") + parameters);
  CHECK(Strings(*copy).get("key") == "value");
  copy->close();
}

}  // namespace playhead::rocks::test
