// The bytes on disk. A change here is a change of the format: it needs a new version and a migration.
#include <catch2/catch.hpp>
#include <cmath>

#include "support.h"

namespace playhead::rocks::test {
namespace {

std::map<std::string, std::string> in_hex(const std::map<std::string, std::string>& rows) {
  std::map<std::string, std::string> result;
  for (auto& [key, value] : rows) result[hex(key)] = hex(value);
  return result;
}

using Rows = std::map<std::string, std::string>;
constexpr const char* k = "00 00 00 00 a9 21 e3 70 4f da 88 1d 6b";  // database 0, hash("k"), "k"

// Metadata rows of a store where f ran as one unit.
template <class F>
Rows metadata(F&& f) {
  TestStore store;
  store.unit(Mode::once, f);
  return in_hex(raw_rows(*store.storage)["metadata"]);
}

}  // namespace

TEST_CASE("a string stands in its metadata row") {
  CHECK(metadata([](Unit& u) {
          Slot slot = u.find(Key(0, "k"));
          u.set(slot, "value", 0);
        }) == Rows{{k, "01 76 61 6c 75 65"}});
}

TEST_CASE("a deadline stands before the value") {
  CHECK(metadata([](Unit& u) {
          Slot slot = u.find(Key(0, "k"));
          u.set(slot, "v", 0x0102030405060708);
        }) == Rows{{k, "11 08 07 06 05 04 03 02 01 76"}});
}

TEST_CASE("small collections stand in their metadata row") {
  CHECK(metadata([](Unit& u) {
          Slot slot = u.find(Key(0, "k"));
          put(u, slot, Type::hash, "f", "v");
          put(u, slot, Type::hash, "g", "");
        }) == Rows{{k, "25 02 01 66 01 76 01 67 00"}});
  CHECK(metadata([](Unit& u) {
          Slot slot = u.find(Key(0, "k"));
          put(u, slot, Type::set, "m", "");
        }) == Rows{{k, "23 01 01 6d"}});
  CHECK(metadata([](Unit& u) {
          Slot slot = u.find(Key(0, "k"));
          u.lpush(slot, false, "a");
          u.lpush(slot, true, "b");
        }) == Rows{{k, "22 02 01 62 01 61"}});
  CHECK(metadata([](Unit& u) {
          Slot slot = u.find(Key(0, "k"));
          put(u, slot, "b", 1);
          put(u, slot, "a", -0.0);
        }) == Rows{{k, "24 02 00 00 00 00 00 00 00 80 01 61 00 00 00 00 00 00 f0 3f 01 62"}});
}

TEST_CASE("a large list has its elements at consecutive positions") {
  TestStore store;
  store.unit(Mode::once, [](Unit& u) {
    Slot slot = u.find(Key(0, "k"));
    for (int i = 0; i < 17; ++i) u.lpush(slot, i == 16, std::string(1, static_cast<char>('a' + i)));
  });
  auto rows = raw_rows(*store.storage);
  CHECK(in_hex(rows["metadata"]) ==
        Rows{{k, "02 01 00 00 00 00 00 00 00 11 00 00 00 00 00 00 00 ff ff ff ff ff ff ff ff"}});
  auto data = in_hex(rows["data"]);
  CHECK(data.size() == 17);
  CHECK(data["00 00 00 00 00 00 00 01 6c 7f ff ff ff ff ff ff ff"] == "71");
  CHECK(data["00 00 00 00 00 00 00 01 6c 80 00 00 00 00 00 00 00"] == "61");
  CHECK(in_hex(rows["default"]) == Rows{{"69 64", "01 00 01 00 00 00 00 00"}});
}

TEST_CASE("a large hash and a large set have a row for each element, by hash") {
  TestStore store;
  std::string large(600, 'x');
  store.unit(Mode::once, [&](Unit& u) {
    Slot hash = u.find(Key(0, "k"));
    put(u, hash, Type::hash, "k", large);
    Slot set = u.find(Key(0, "s"));
    put(u, set, Type::set, large, "");
  });
  auto rows = raw_rows(*store.storage);
  CHECK(in_hex(rows["metadata"])[k] == "05 01 00 00 00 00 00 00 00 01 00 00 00 00 00 00 00");
  CHECK(rows["data"].size() == 2);
  CHECK(hex(rows["data"].begin()->first) == "00 00 00 00 00 00 00 01 66 a9 21 e3 70 4f da 88 1d 6b");
  CHECK(rows["data"].begin()->second == large);
  CHECK(rows["data"].rbegin()->second.empty());
}

TEST_CASE("a large ordered set has members with scores and scores with members") {
  TestStore store;
  std::string large(600, 'x');
  store.unit(Mode::once, [&](Unit& u) {
    Slot slot = u.find(Key(0, "k"));
    put(u, slot, large, -1);
    put(u, slot, "k", 1);
    put(u, slot, "z", -0.0);
  });
  auto data = in_hex(raw_rows(*store.storage)["data"]);
  CHECK(data.size() == 6);
  CHECK(data["00 00 00 00 00 00 00 01 6d a9 21 e3 70 4f da 88 1d 6b"] == "00 00 00 00 00 00 f0 3f");
  CHECK(data["00 00 00 00 00 00 00 01 73 bf f0 00 00 00 00 00 00 6b"] == "");
  CHECK(data["00 00 00 00 00 00 00 01 73 80 00 00 00 00 00 00 00 7a"] == "2d");
  CHECK(data["00 00 00 00 00 00 00 01 73 40 0f ff ff ff ff ff ff " + hex(large)] == "");
}

TEST_CASE("the expiry index, dead records and database entries have their bytes") {
  TestStore store;
  store.unit(Mode::once, [&](Unit& u) {
    Slot slot = u.find(Key(0, "k"));
    put(u, slot, Type::hash, "f", std::string(600, 'x'));
    u.deadline(slot, 5);
  });
  CHECK(in_hex(raw_rows(*store.storage)["expiry"]) ==
        Rows{{"a9 80 00 00 00 00 00 00 05 00 00 00 00 6b", ""}});
  store.unit(Mode::once, [&](Unit& u) {
    Slot slot = u.find(Key(0, "k"));
    u.remove(slot);
  });
  store.flush(3);
  auto rows = raw_rows(*store.storage);
  CHECK(in_hex(rows["dead"]) ==
        Rows{{"6f 00 00 00 00 00 00 00 01", "01 00 00 00 00 00 00 00"}, {"64 00 00 00 03", ""}});
  CHECK(in_hex(rows["default"]) == Rows{{"64 62 00 03", "00 00 01 00"},
                                        {"64 62 20 6e 65 78 74", "01 00 01 00"},
                                        {"69 64", "01 00 01 00 00 00 00 00"}});
}

TEST_CASE("orders of numbers are the numbers' orders") {
  std::vector<double> scores = {-INFINITY, -1e308, -1, -5e-324, 0, 5e-324, 1, 1e308, INFINITY};
  for (std::size_t i = 0; i < scores.size(); ++i) {
    CHECK(score_of(order_of(scores[i])) == scores[i]);
    if (i) CHECK(order_of(scores[i - 1]) < order_of(scores[i]));
  }
  CHECK(order_of(-0.0) == order_of(0.0));
  CHECK(order_of(std::int64_t{-1}) < order_of(std::int64_t{0}));
  CHECK(integer_of(order_of(std::int64_t{-7})) == -7);
}

TEST_CASE("metadata rows that are not of the grammar are refused") {
  CHECK_FALSE(decode(""));
  CHECK_FALSE(decode(Text("\x00", 1)));
  CHECK_FALSE(decode("\x07"));                 // no such type
  CHECK_FALSE(decode("\x21x"));                // a string has no elements
  CHECK_FALSE(decode("\x11xxx"));              // a deadline takes eight bytes
  CHECK_FALSE(decode("\x41x"));                // no such bit
  CHECK_FALSE(decode("\x05yyyyyyyyzzzzzzz"));  // an id and a size take sixteen
  CHECK_FALSE(decode("\x25"));                 // elements begin with their number
  CHECK(decode("\x01"));
}

}  // namespace playhead::rocks::test
