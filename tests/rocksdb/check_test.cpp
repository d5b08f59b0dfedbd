#include <catch2/catch.hpp>
#include <fstream>

#include "backends/rocksdb/check.h"
#include "backends/rocksdb/disk.h"
#include "backends/rocksdb/log_check.h"
#include "playhead/error.h"
#include "support.h"

namespace playhead::rocks::test {
namespace {

// A store with everything in it.
void fill(TestStore& store) {
  store.unit(Mode::once, [](Unit& u) {
    Slot hash = u.find(Key(0, "hash")), set = u.find(Key(0, "set")), zset = u.find(Key(0, "zset")),
         list = u.find(Key(0, "list")), string = u.find(Key(1, "string")), small = u.find(Key(0, "small"));
    u.set(string, "value", 77);
    put(u, small, "a", 1);
    put(u, small, "b", 2);
    for (int i = 0; i < 600; ++i) {
      std::string e = "element" + std::to_string(i);
      put(u, hash, Type::hash, e, e);
      put(u, set, Type::set, e, "");
      put(u, zset, e, i - 300);
      u.lpush(list, i % 2, e);
    }
    u.deadline(hash, 99);
  });
  store.unit(Mode::read, [](Unit& u) { return u.zrank(u.find(Key(0, "zset")), "element5"); });
}

std::string all(const CheckReport& report) {
  std::string text;
  for (auto& finding : report.findings) text += finding + "\n";
  return text;
}

// Closes the store, applies f to its bare rows, and checks it.
template <class F>
CheckReport damaged(TestStore& store, F&& f) {
  store.storage->close();
  store.storage.reset();
  {
    Disk disk(store.path, store.options, store.hooks, Disk::Access::write);
    rocksdb::WriteBatch batch;
    f(disk, batch);
    disk.write(batch);
  }
  return check(store.path);
}

// The first row of the family whose key contains `part`.
std::pair<std::string, std::string> row_with(Disk& disk, Family family, Text part) {
  auto rows = disk.rows(family);
  for (rows->SeekToFirst(); rows->Valid(); rows->Next())
    if (text(rows->key()).find(part) != Text::npos) return {rows->key().ToString(), rows->value().ToString()};
  FAIL("no such row");
  return {};
}

void require_finding(const CheckReport& report, const std::string& part) {
  REQUIRE_FALSE(report.ok());
  REQUIRE_THAT(all(report), Catch::Contains(part));
}

}  // namespace

TEST_CASE("a sound store has no problems, and is counted") {
  TestStore store;
  fill(store);
  store.unit(Mode::once, [](Unit& u) {
    Slot slot = u.find(Key(0, "set"));
    u.remove(slot);
  });
  store.flush(5);
  store.storage->close();
  auto report = check(store.path);
  INFO(all(report));
  CHECK(report.ok());
  CHECK(report.keys == 5);
  CHECK(report.strings == 1);
  CHECK(report.packed == 1);
  CHECK(report.objects == 3);
  CHECK(report.rows == 600 * 5);
  CHECK(report.dead_objects == 1);
  CHECK(report.dead_databases == 1);
  CHECK(report.expiry_rows == 2);
  CHECK(report.log_records > 0);
}

TEST_CASE("a lost field is found") {
  TestStore store;
  fill(store);
  require_finding(damaged(store,
                          [](Disk& disk, auto& batch) {
                            auto [key, value] = row_with(disk, Family::data, "element7");
                            batch.Delete(disk.family(Family::data), key);
                          }),
                  "says it has 600 elements and has 599");
}

TEST_CASE("a score that differs from the member's is found") {
  TestStore store;
  fill(store);
  require_finding(damaged(store,
                          [](Disk& disk, auto& batch) {
                            std::string key, value;
                            auto zset = row_with(disk, Family::metadata, "zset");
                            hashed_row(key, decode(zset.second)->id, Kind::member,
                                       embedded::hash_of("element9"), "element9");
                            append_le64(value, bits_of(12345));
                            batch.Put(disk.family(Family::data), key, value);
                          }),
                  "differs from the member's score");
}

TEST_CASE("rows that belong to nobody are found") {
  TestStore store;
  fill(store);
  require_finding(damaged(store,
                          [](Disk& disk, auto& batch) {
                            batch.Delete(disk.family(Family::metadata),
                                         row_with(disk, Family::metadata, "list").first);
                          }),
                  "belongs to no key and is not dead");
}

TEST_CASE("a deadline without index row is found") {
  TestStore store;
  fill(store);
  require_finding(damaged(store,
                          [](Disk& disk, auto& batch) {
                            batch.Delete(disk.family(Family::expiry),
                                         row_with(disk, Family::expiry, "string").first);
                          }),
                  "has a deadline and no expiry row");
}

TEST_CASE("a metadata row of another grammar and elements out of order are found") {
  TestStore store;
  fill(store);
  auto report = damaged(store, [](Disk& disk, auto& batch) {
    auto [key, value] = row_with(disk, Family::metadata, "small");
    for (std::size_t i : {6, 7}) std::swap(value[2 + i], value[12 + i]);  // parts of the two scores
    batch.Put(disk.family(Family::metadata), key, value);
    batch.Put(disk.family(Family::metadata), row_with(disk, Family::metadata, "string").first, "\x7f");
  });
  require_finding(report, "is not in order");
  require_finding(report, "is not of the grammar");
}

TEST_CASE("a saved directory that miscounts is found") {
  TestStore store;
  fill(store);
  store.storage->close();
  store.storage.reset();
  {
    Disk disk(store.path, store.options, store.hooks, Disk::Access::write);
    auto [key, value] = row_with(disk, Family::own, "rank");
    value[5] = static_cast<char>(value[5] - 1);
    rocksdb::WriteBatch batch;
    std::string clean;
    append_le64(clean, disk.next_sequence() + 1);
    batch.Put(disk.family(Family::own), key, value);
    batch.Put(disk.family(Family::own), "clean", clean + '\1');
    disk.write(batch);
  }
  require_finding(check(store.path), "the saved directory");
}

TEST_CASE("a store that is open is not checked") {
  TestStore store;
  try {
    check(store.path);
    FAIL("an open store was checked");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::unavailable);
  }
}

namespace {

std::string log_of(const std::string& path) {
  std::string newest;
  for (auto& file : std::filesystem::directory_iterator(path))
    if (file.path().extension() == ".log") newest = std::max(newest, file.path().string());
  return newest;
}

void flip_byte(const std::string& file, std::size_t at) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(at));
  auto byte = static_cast<char>(stream.get() ^ 0x55);
  stream.seekp(static_cast<std::streamoff>(at));
  stream.put(byte);
}

}  // namespace

TEST_CASE("damage in the middle of the log is a problem, a torn end is not") {
  TestStore store;
  for (int i = 0; i < 2000; ++i)
    store.unit(Mode::once, [&](Unit& u) {
      Slot slot = u.find(Key(0, "k" + std::to_string(i)));
      u.set(slot, std::string(50, 'x'), 0);
    });
  std::filesystem::copy(store.path, store.directory / "copy", std::filesystem::copy_options::recursive);
  std::string log = log_of(store.directory / "copy");
  auto size = std::filesystem::file_size(log);
  REQUIRE(size > 100000);
  SECTION("torn") {
    std::filesystem::resize_file(log, size - 5);
    auto report = check(store.directory / "copy");
    INFO(all(report));
    CHECK(report.ok());
    CHECK_THAT(all(report), Catch::Contains("did not finish"));
  }
  SECTION("damaged payload") {
    flip_byte(log, 50000);
    require_finding(check(store.directory / "copy"), "records follow");
  }
  SECTION("damaged everywhere in a block") {
    for (std::size_t at = 40000; at < 60000; ++at) flip_byte(log, at);
    require_finding(check(store.directory / "copy"), "records follow");
  }
}

TEST_CASE("a damaged table file is found") {
  TestStore store;
  fill(store);
  store.storage->close();
  store.storage.reset();
  {
    Disk disk(store.path, store.options, store.hooks, Disk::Access::write);
    disk.flush_if_over(0);
  }
  for (auto& file : std::filesystem::directory_iterator(store.path))
    if (file.path().extension() == ".sst" && file.file_size() > 4000) flip_byte(file.path().string(), 1000);
  require_finding(check(store.path), "damaged");
}

TEST_CASE("the checksum is CRC-32C") {
  CHECK(crc32c("123456789") == 0xe3069283);
}

}  // namespace playhead::rocks::test
