// The golden payloads come from DUMP of Redis 7.0.15, or were accepted by its RESTORE.
#include "engine/store/rdb.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <string>

#include "engine/store/crc64.h"
#include "hex.h"

namespace playhead {
namespace {

using test::from_hex;
using test::to_hex;
using Elements = std::vector<std::string>;
using Fields = std::vector<std::pair<std::string, std::string>>;
using Members = std::vector<std::pair<double, std::string>>;

RdbValue string_value(std::string string) {
  RdbValue value;
  value.string = std::move(string);
  return value;
}

RdbValue elements_value(RdbType type, Elements elements) {
  RdbValue value;
  value.type = type;
  value.elements = std::move(elements);
  return value;
}

RdbValue hash_value(Fields fields) {
  RdbValue value;
  value.type = RdbType::hash;
  value.fields = std::move(fields);
  return value;
}

RdbValue sorted_set_value(Members members) {
  RdbValue value;
  value.type = RdbType::sorted_set;
  value.members = std::move(members);
  return value;
}

RdbValue restored(Text payload) {
  RdbValue value;
  std::string error;
  const bool accepted = rdb_restore(payload, value, &error);
  INFO(to_hex(payload));
  INFO(error);
  REQUIRE(accepted);
  return value;
}

void check_equal(const RdbValue& a, const RdbValue& b) {
  CHECK(a.type == b.type);
  CHECK(a.string == b.string);
  CHECK(a.elements == b.elements);
  CHECK(a.fields == b.fields);
  CHECK(a.members == b.members);
}

// The payload is written byte for byte and read back.
void check_golden(const RdbValue& value, Text hex) {
  CHECK(to_hex(rdb_dump(value)) == hex);
  check_equal(restored(from_hex(hex)), value);
}

// Type and value with a footer of RDB version 6.
std::string sealed(Text hex) {
  std::string payload = from_hex(hex) + from_hex("0600");
  const std::uint64_t checksum = crc64(payload);
  for (int i = 0; i < 8; ++i) payload.push_back(static_cast<char>((checksum >> (8 * i)) & 0xff));
  return payload;
}

TEST_CASE("strings are dumped as Redis dumps them") {
  check_golden(string_value(""), "00000a005d9b5c400f7fa2da");
  check_golden(string_value("abc"), "00036162630a00d9ac303d4172a2e2");
  check_golden(string_value("0"), "00c0000a009840a778f8500308");
  check_golden(string_value("-128"), "00c0800a009966326d2f0c5bd9");
  check_golden(string_value("32767"), "00c1ff7f0a00495a37da17f4d52b");
  check_golden(string_value("-2147483648"), "00c2000000800a00c74f873e33558187");
  check_golden(string_value("2147483648"), "000a323134373438333634380a00e7b129a34c1d76ee");
  check_golden(string_value("01"), "000230310a006cddc441144c7da4");
}

TEST_CASE("compressed strings are read and written") {
  const std::string text(100, 'a');
  check_equal(restored(from_hex("00c3094064016161e057000161610a00e8a3b507b06df271")), string_value(text));
  const std::string payload = rdb_dump(string_value(text));
  CHECK(payload.size() < 30);
  check_equal(restored(payload), string_value(text));
}

TEST_CASE("a list is dumped as listpack nodes") {
  const Elements elements{
      "a", "-1", "127", "128", "-4097", "8388608", "9223372036854775807", "", std::string(64, 'x')};
  check_equal(
      restored(from_hex(
          "120102c32e406b1c6b0000000900816102dfff027f01c08002f1ffef03f30000800005f4ff8000067f098001e04"
          "078e036000142ff0a00740293049cf75a65")),
      elements_value(RdbType::list, elements));
  const RdbValue list = elements_value(RdbType::list, elements);
  check_equal(restored(rdb_dump(list)), list);
}

TEST_CASE("a long list is split into nodes") {
  Elements elements;
  for (int i = 0; i < 5000; ++i)
    elements.push_back(std::string(static_cast<std::size_t>(i % 90), 'q') + std::to_string(i));
  elements.emplace_back(100'000, 'z');
  const RdbValue list = elements_value(RdbType::list, std::move(elements));
  check_equal(restored(rdb_dump(list)), list);
}

TEST_CASE("listpack entries keep strings of every length class") {
  Elements elements;
  for (const std::size_t size : {0, 1, 63, 64, 126, 127, 128, 4095, 4096, 16377, 16378, 16379, 16380, 70'000})
    elements.emplace_back(size, 'k');
  const RdbValue list = elements_value(RdbType::list, std::move(elements));
  check_equal(restored(rdb_dump(list)), list);
}

TEST_CASE("listpack entries keep integers of every width") {
  Elements elements;
  for (int bits = 0; bits < 63; ++bits)
    for (int delta = -1; delta <= 1; ++delta) {
      elements.push_back(std::to_string((std::int64_t{1} << bits) + delta));
      elements.push_back(std::to_string(-(std::int64_t{1} << bits) + delta));
    }
  elements.push_back(std::to_string(std::numeric_limits<std::int64_t>::min()));
  const RdbValue list = elements_value(RdbType::list, std::move(elements));
  check_equal(restored(rdb_dump(list)), list);
}

TEST_CASE("a set of integers is dumped as an intset") {
  check_golden(elements_value(RdbType::set, {"-3", "1", "2"}),
               "0b0e0200000003000000fdff010002000a00d1b78ed9bc07c27f");
  check_golden(elements_value(RdbType::set, {"1", "40000"}),
               "0b10040000000200000001000000409c00000a002f5c288f9bef4f93");
  check_equal(restored(from_hex("0b180800000002000000010000000000000000000000000100000a003122f06df542c0b4")),
              elements_value(RdbType::set, {"1", "1099511627776"}));
}

TEST_CASE("another set is dumped element by element") {
  check_golden(elements_value(RdbType::set, {"b", "a"}), "0202016201610a0075d99d835ef85f65");
}

TEST_CASE("a small hash is dumped as a listpack and a large one field by field") {
  check_golden(hash_value({{"f", "1"}, {"g", "v"}}),
               "10121200000004008166020101816702817602ff0a002d70a0e76dcca767");
  const RdbValue large = hash_value({{"g", "v"}, {"f", "1"}, {"big", std::string(65, 'y')}});
  check_equal(
      restored(from_hex("0403016701760166c00103626967c3094041017979e034000179790a00a66e2a4b66b53ccd")),
      large);
  CHECK(rdb_dump(large)[0] == 4);
  check_equal(restored(rdb_dump(large)), large);
}

TEST_CASE("a small sorted set is dumped as a listpack and a large one with binary scores") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  check_equal(
      restored(from_hex(
          "1122220000000800816102dfff02817a02000181620283322e350481630283696e6604ff0a00a61c1ff9438719f5")),
      sorted_set_value({{-1, "a"}, {0, "z"}, {2.5, "b"}, {infinity, "c"}}));
  const RdbValue large = sorted_set_value(
      {{-1, "a"}, {-0.0, "n"}, {0, "z"}, {2.5, "b"}, {3, std::string(65, 'm')}, {infinity, "c"}});
  const RdbValue read = restored(from_hex(
      "05060163000000000000f07fc3094041016d6de03400016d6d000000000000084001620000000000000440017a000000000"
      "0000000016e00000000000000800161000000000000f0bf0a005be30fe0ab8ca57e"));
  check_equal(read, large);
  CHECK(std::signbit(read.members[1].first));
  check_equal(restored(rdb_dump(large)), large);
}

TEST_CASE("members are dumped in ascending order whatever their order was") {
  const RdbValue mixed = sorted_set_value({{2, "b"}, {1, "z"}, {1, "a"}});
  const RdbValue ordered = sorted_set_value({{1, "a"}, {1, "z"}, {2, "b"}});
  CHECK(rdb_dump(mixed) == rdb_dump(ordered));
  check_equal(restored(rdb_dump(mixed)), ordered);
}

TEST_CASE("a packed sorted set has no negative zero") {
  CHECK_FALSE(std::signbit(restored(rdb_dump(sorted_set_value({{-0.0, "a"}}))).members[0].first));
}

TEST_CASE("lists of older versions and textual scores are read") {
  check_equal(restored(from_hex("0304016103312e350162ff0163fe0164022d370600b89c95eb32dc516f")),
              sorted_set_value({{-std::numeric_limits<double>::infinity(), "b"},
                                {-7, "d"},
                                {1.5, "a"},
                                {std::numeric_limits<double>::infinity(), "c"}}));
  check_equal(restored(from_hex("01030161c13930000600828b5fa9f874b366")),
              elements_value(RdbType::list, {"a", "12345", ""}));
  check_equal(restored(from_hex(
                  "0e0310100000000d000000020000016103f2ff0b0b0000000a0000000000ff0e0e0000000a00000001000001"
                  "62ff0600808f2c4c7017c930")),
              elements_value(RdbType::list, {"a", "1", "b"}));
  check_equal(restored(from_hex("12020105706c61696e020a0a0000000100816102ff060022921339d38278aa")),
              elements_value(RdbType::list, {"plain", "a"}));
}

TEST_CASE("hashes and sorted sets of older versions are read") {
  check_equal(restored(from_hex("09150201610102312e2e026262050276616c75652e2eff0600b20a69b2ef459f02")),
              hash_value({{"a", "1"}, {"bb", "value"}}));
  check_equal(restored(from_hex("0d161600000012000000040000016603f2020167030176ff06000d535a851db22905")),
              hash_value({{"f", "1"}, {"g", "v"}}));
  check_equal(
      restored(from_hex(
          "0c20200000001a000000060000016103f20201620303322e350501630303696e66ff060078b7c9764588d725")),
      sorted_set_value({{1, "a"}, {2.5, "b"}, {std::numeric_limits<double>::infinity(), "c"}}));
}

TEST_CASE("a ziplist keeps integers of every width") {
  // 0, 12, 13, -129, 2^23 - 1, -2^31, 2^40 and the string "t".
  check_equal(restored(sealed("0a2e 2e000000 2a000000 0800 00f1 02fd 02fe0d 03c07fff 04f0ffff7f 05d000000080 "
                              "06e00000000000010000 0a0174 ff")),
              elements_value(RdbType::list,
                             {"0", "12", "13", "-129", "8388607", "-2147483648", "1099511627776", "t"}));
}

TEST_CASE("a wrong checksum, a newer version and a short payload are refused") {
  const std::string expected = "ERR DUMP payload version or checksum are wrong";
  std::string payload = rdb_dump(string_value("abc"));
  payload[2] ^= 1;
  RdbValue value;
  for (const std::string& bad : {payload, std::string(), std::string(9, '\0'), payload.substr(1)}) {
    std::string error;
    CHECK_FALSE(rdb_restore(bad, value, &error));
    CHECK(error == expected);
  }
  std::string newer = from_hex("00036162630b00");
  const std::uint64_t checksum = crc64(newer);
  for (int i = 0; i < 8; ++i) newer.push_back(static_cast<char>((checksum >> (8 * i)) & 0xff));
  std::string error;
  CHECK_FALSE(rdb_restore(newer, value, &error));
  CHECK(error == expected);
  CHECK_FALSE(rdb_restore(newer, value, nullptr));
}

TEST_CASE("malformed values are refused") {
  // Some of the payloads below differ from these in one place.
  CHECK(restored(sealed("1201020a0a0000000100816102ff")).elements == Elements{"a"});
  CHECK(restored(sealed("0a0e0e0000000a0000000100000162ff")).elements == Elements{"b"});
  CHECK(restored(sealed("0b0c020000000200000001000200")).elements == Elements{"1", "2"});
  const char* payload = GENERATE(
      // No value, unknown type or form, cut off, left over.
      "", "08016161", "00c3", "00c0", "00bf", "0081ffffffffffffffff", "0003616200ff", "0003616263ff",
      // Empty, repeated, NaN, odd.
      "0100", "0200", "0400", "0500", "1200", "020201610161", "04020161016101610162",
      "05020161000000000000000001610000000000000000", "05010161000000000000f87f", "03010161fd",
      "09100201610102312e2e01610102322e2eff", "10121200000004008166020101816602817602ff",
      "0d13130000000f000000030000016603f2020167ff",
      // Counts and sizes beyond the bytes.
      "0180ffffffff", "0281ffffffffffffffff", "00c302807fffffff0061",
      // Listpack: size, count, back length, terminator, container.
      "12010209080000000100816102ff", "1201020a0a0000000200816102ff", "1201020a0a0000000100816103ff",
      "1201020a0a000000010081610200", "1201030a0a0000000100816102ff",
      // Ziplist: offset of the last entry, size of the entry before. Intset: order, width.
      "0a0e0e0000000b0000000100000162ff", "0a0e0e0000000a0000000100010162ff", "0b0c020000000200000002000100",
      "0b0a03000000010000000100");
  INFO(payload);
  RdbValue value;
  std::string error;
  CHECK_FALSE(rdb_restore(sealed(payload), value, &error));
  CHECK(error == "ERR Bad data format");
}

TEST_CASE("a value cut off anywhere is refused") {
  const RdbValue hash = hash_value({{"field", "12345"}, {"other", std::string(40, 'v')}});
  const std::string payload = rdb_dump(hash);
  const std::string body = payload.substr(0, payload.size() - 10);
  for (std::size_t size = 0; size < body.size(); ++size) {
    RdbValue value;
    CHECK_FALSE(rdb_restore(sealed(to_hex(body.substr(0, size))), value, nullptr));
  }
}

}  // namespace
}  // namespace playhead
