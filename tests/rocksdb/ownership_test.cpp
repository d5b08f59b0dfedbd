#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <thread>

#include "backends/rocksdb/check.h"
#include "playhead/error.h"
#include "subprocess.h"
#include "support.h"

namespace playhead::rocks::test {
namespace {

template <class F>
std::optional<Error> error_of(F&& f) {
  try {
    f();
  } catch (const Error& error) {
    return error;
  }
  return {};
}

void set(RocksStorage& storage, Text name, Text value) {
  Unit u(storage, Mode::once, false);
  Slot slot = u.find(Key(0, name));
  u.set(slot, value, 0);
  u.commit();
}

std::string get(RocksStorage& storage, Text name) {
  Unit u(storage, Mode::read, false);
  Slot slot = u.find(Key(0, name));
  return slot.exists() ? std::string(u.value(slot)) : "(none)";
}

}  // namespace

TEST_CASE("opening a directory twice in one process shares the store") {
  TestStore store;
  auto again = RocksStorage::open(store.path + "/../store", store.options, store.hooks);
  CHECK(again == store.storage);
}

TEST_CASE("opening a directory again with other options is an error") {
  TestStore store;
  RocksOptions other = store.options;
  other.durability = Durability::sync;
  auto error = error_of([&] { RocksStorage::open(store.path, other, store.hooks); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::invalid);
}

TEST_CASE("a directory can be opened again, with other options, once it is closed") {
  TestStore store;
  set(*store.storage, "k", "v");
  store.storage->close();
  store.options.durability = Durability::sync;
  auto again = RocksStorage::open(store.path, store.options, store.hooks);
  CHECK(get(*again, "k") == "v");
}

TEST_CASE("the last reference closes the store") {
  TestStore store;
  set(*store.storage, "k", "v");
  store.storage.reset();
  store.open();
  CHECK(get(*store.storage, "k") == "v");
}

TEST_CASE("a closed store refuses units with a clear error") {
  TestStore store;
  store.storage->close();
  store.storage->close();  // does nothing
  auto error = error_of([&] { set(*store.storage, "k", "v"); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::closed);
  CHECK(error_of([&] { store.storage->count(0, 0); })->code() == ErrorCode::closed);
}

TEST_CASE("closing waits for the units of other threads and refuses later ones") {
  TestStore store(true);
  std::atomic<int> refused{0}, started{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0;; ++i) {
        if (error_of([&] { set(*store.storage, "k" + std::to_string(t), std::to_string(i)); })) break;
        if (i == 0) ++started;
      }
      ++refused;
    });
  while (started < 4) std::this_thread::yield();
  store.storage->close();
  for (auto& thread : threads) thread.join();
  CHECK(refused == 4);
}

TEST_CASE("holder of a directory", "[.holder]") {
  auto storage = RocksStorage::open(path_of_parent());
  tell_parent("open");
  for (;;) pause();
}

TEST_CASE("a directory that another process has open is refused, naming the process") {
  TemporaryDirectory directory;
  Subprocess holder("[.holder]", directory / "store");
  REQUIRE(holder.line() == "open");
  auto error = error_of([&] { RocksStorage::open(directory / "store"); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::unavailable);
  CHECK_THAT(error->what(), Catch::Contains("process " + std::to_string(holder.pid())));
  holder.kill();
  CHECK(RocksStorage::open(directory / "store"));
}

TEST_CASE("a forked child is refused, and does not harm the parent's store") {
  TestStore store(true);
  set(*store.storage, "k", "v");
  pid_t child = fork();
  if (child == 0) {
    auto use = error_of([&] { set(*store.storage, "k", "child"); });
    auto open = error_of([&] { RocksStorage::open(store.path + "2"); });
    auto close = error_of([&] { store.storage->close(); });
    store.storage.reset();  // touches nothing
    bool ok = use && use->code() == ErrorCode::closed && open && open->code() == ErrorCode::closed && close &&
              close->code() == ErrorCode::closed;
    ok = ok &&
         std::string(open->what()).find("forked from one that had a RocksDB store open") != std::string::npos;
    _exit(ok ? 0 : 1);
  }
  int status = 1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  set(*store.storage, "l", "w");
  CHECK(get(*store.storage, "k") == "v");
  store.reopen();
  CHECK(get(*store.storage, "l") == "w");
}

// In a process of its own, where nothing was opened before.
TEST_CASE("forks before it opens a store", "[.forker]") {
  std::string path = path_of_parent();
  pid_t child = fork();
  if (child == 0) {
    auto storage = RocksStorage::open(path + "/child");
    set(*storage, "k", "child");
    storage->close();
    _exit(0);
  }
  auto storage = RocksStorage::open(path + "/parent");
  set(*storage, "k", "parent");
  int status = 1;
  waitpid(child, &status, 0);
  tell_parent(status == 0 && get(*storage, "k") == "parent" ? "both" : "not both");
}

TEST_CASE("a process that forks before it opens a store can open one on either side") {
  TemporaryDirectory directory;
  Subprocess forker("[.forker]", directory / ".");
  CHECK(forker.line() == "both");
}

TEST_CASE("a directory of an unknown format is refused and left alone") {
  TestStore store;
  store.storage->close();
  std::ofstream(store.path + "/FORMAT") << "playhead rocksdb 2\n";
  auto error = error_of([&] { store.open(); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::unsupported);
  CHECK_THAT(error->what(), Catch::Contains("playhead rocksdb 2"));
}

TEST_CASE("a store whose file FORMAT is lost or emptied is refused, and told what to write into it") {
  TestStore store;
  set(*store.storage, "k", "v");
  store.storage->close();
  SECTION("lost") {
    std::filesystem::remove(store.path + "/FORMAT");
  }
  SECTION("emptied") {
    std::filesystem::resize_file(store.path + "/FORMAT", 0);
  }
  for (auto use : {+[](const TestStore& s) { RocksStorage::open(s.path, s.options, s.hooks); },
                   +[](const TestStore& s) { check(s.path); }}) {
    auto error = error_of([&] { use(store); });
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::invalid);
    CHECK_THAT(error->what(),
               Catch::Contains("FORMAT is missing or empty") && Catch::Contains("playhead rocksdb 1"));
  }
  std::ofstream(store.path + "/FORMAT") << "playhead rocksdb 1\n";
  store.open();
  CHECK(get(*store.storage, "k") == "v");
}

TEST_CASE("a directory that can not be locked is not said to be in use") {
  TemporaryDirectory directory;
  std::string path = directory / "blocks";  // a name with "lock" in it
  RocksStorage::open(path)->close();
  std::filesystem::remove(path + "/LOCK");
  std::filesystem::create_directory(path + "/LOCK");
  for (auto use :
       {+[](const std::string& p) { RocksStorage::open(p); }, +[](const std::string& p) { check(p); }}) {
    auto error = error_of([&] { use(path); });
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::unavailable);
    CHECK_THAT(error->what(), Catch::Contains("Is a directory") && !Catch::Contains("in use"));
  }
}

TEST_CASE("a directory with something else in it is refused") {
  TemporaryDirectory directory;
  std::filesystem::create_directory(directory / "home");
  std::ofstream(directory / "home/letter.txt") << "text";
  auto error = error_of([&] { RocksStorage::open(directory / "home"); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::invalid);
}

TEST_CASE("a path that is no directory is refused") {
  TemporaryDirectory directory;
  std::ofstream(directory / "file") << "text";
  auto error = error_of([&] { RocksStorage::open(directory / "file"); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::unavailable);
}

TEST_CASE("a checkpoint is a store of its own with the state of its moment") {
  TestStore store;
  set(*store.storage, "k", "before");
  store.storage->checkpoint(store.directory / "copy");
  set(*store.storage, "k", "after");
  auto copy = RocksStorage::open(store.directory / "copy", store.options, store.hooks);
  CHECK(get(*copy, "k") == "before");
  set(*copy, "k", "copy");
  CHECK(get(*store.storage, "k") == "after");
  CHECK(error_of([&] { store.storage->checkpoint(store.directory / "copy"); })->code() == ErrorCode::invalid);
}

TEST_CASE("counts are exact after a clean close, after the death of the process, and after a flush") {
  TemporaryDirectory directory;
  RocksOptions options;
  auto total = [](RocksStorage& storage) {
    std::size_t count = 0;
    for (std::size_t stripe = 0; stripe < embedded::stripe_count; ++stripe) count += storage.count(0, stripe);
    return count;
  };
  {
    auto storage = RocksStorage::open(directory / "store", options);
    for (int i = 0; i < 500; ++i) set(*storage, "k" + std::to_string(i), "v");
    CHECK(total(*storage) == 500);
    storage->checkpoint(directory / "died");  // what a process leaves behind that dies now
  }
  auto clean = RocksStorage::open(directory / "store", options);
  CHECK(total(*clean) == 500);
  auto died = RocksStorage::open(directory / "died", options);
  set(*died, "new", "v");
  CHECK(total(*died) == 501);
  set(*died, "newer", "v");
  CHECK(total(*died) == 502);
  {
    Unit u(*died, Mode::many, true);
    u.flush(0);
    u.commit();
  }
  CHECK(total(*died) == 0);
}

// ---- the death of the process

TEST_CASE("writer until it is killed", "[.writer]") {
  RocksOptions options;
  options.durability = Durability::sync;
  auto storage = RocksStorage::open(path_of_parent(), options);
  std::string last = get(*storage, "i");
  for (int i = last == "(none)" ? 1 : std::stoi(last) + 1;; ++i) {
    std::string number = std::to_string(i);
    Unit u(*storage, Mode::many, true);
    Slot counter = u.find(Key(0, "i")), hash = u.find(Key(0, "hash")), zset = u.find(Key(0, "zset")),
         list = u.find(Key(0, "list"));
    u.set(counter, number, 0);
    put(u, hash, Type::hash, "f" + number, number);
    put(u, zset, "m" + number, i);
    u.lpush(list, false, number);
    u.commit();
    tell_parent(number);
  }
}

TEST_CASE("units acknowledged before a kill are whole after it") {
  TemporaryDirectory directory;
  std::int64_t acknowledged = 0;
  for (int round = 1; round <= 6; ++round) {
    {
      Subprocess writer("[.writer]", directory / "store");
      for (int lines = 7 * round; lines--;) acknowledged = std::stoll(writer.line());
      writer.kill();
      for (std::string line; !(line = writer.line()).empty();) acknowledged = std::stoll(line);
    }
    auto storage = RocksStorage::open(directory / "store");
    std::int64_t last = std::stoll(get(*storage, "i"));
    REQUIRE(last >= acknowledged);
    REQUIRE(last <= acknowledged + 1);
    Unit u(*storage, Mode::read, false);
    Slot hash = u.find(Key(0, "hash")), zset = u.find(Key(0, "zset")), list = u.find(Key(0, "list"));
    for (Slot* slot : {&hash, &zset, &list}) REQUIRE(u.size(*slot) == static_cast<std::size_t>(last));
    for (std::int64_t i = 1; i <= last; ++i) {
      REQUIRE(u.hget(hash, "f" + std::to_string(i)) == std::to_string(i));
      REQUIRE(u.zrank(zset, "m" + std::to_string(i)) == i - 1);
      REQUIRE(u.lget(list, i - 1) == std::to_string(i));
    }
  }
}

}  // namespace playhead::rocks::test
