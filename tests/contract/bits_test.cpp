#include "playhead/views/bits.h"

#include <catch2/catch.hpp>

#include "tests/contract/stores.h"

namespace {

using namespace playhead;
using namespace playhead::test;

const std::string wrong_type = "(error) WRONGTYPE Operation against a key holding the wrong kind of value";
const std::string not_an_integer = "(error) ERR value is not an integer or out of range";
const std::string syntax_error = "(error) ERR syntax error";
const std::string bad_offset = "(error) ERR bit offset is not an integer or out of range";
const std::string bad_type =
    "(error) ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 "
    "is.";

}  // namespace

TEST_CASE("SETBIT gives the old bit and grows the string with zero bytes", "[bits]") {
  for_each_store([](Store& s) {
    Bits b(s);
    CHECK_FALSE(b.setbit("k", 17, true));
    CHECK(reply(s, {"GET", "k"}) == Value::bulk(Text("\0\0\x40", 3)));
    CHECK(b.setbit("k", 17, false));
    CHECK_FALSE(b.setbit("k", 0, true));
    CHECK(reply(s, {"GET", "k"}) == Value::bulk(Text("\x80\0\0", 3)));
  });
}

TEST_CASE("SETBIT of a clear bit creates the key all the same", "[bits]") {
  for_each_store([](Store& s) {
    CHECK(run(s, {"SETBIT", "k", "9", "0"}) == "0");
    CHECK(run(s, {"STRLEN", "k"}) == "2");
  });
}

TEST_CASE("SETBIT keeps the deadline", "[bits]") {
  for_each_store([](Store& s) {
    run(s, {"SET", "k", "v", "EX", "100"});
    run(s, {"SETBIT", "k", "90", "1"});
    run(s, {"BITFIELD", "k", "SET", "u8", "200", "1"});
    CHECK(run(s, {"TTL", "k"}) == "100");
  });
}

TEST_CASE("GETBIT is 0 behind the end and for a missing key", "[bits]") {
  for_each_store([](Store& s) {
    Bits b(s);
    run(s, {"SET", "k", "\x01"});
    CHECK(b.getbit("k", 7));
    CHECK_FALSE(b.getbit("k", 6));
    CHECK_FALSE(b.getbit("k", 4294967295));
    CHECK_FALSE(b.getbit("missing", 0));
  });
}

TEST_CASE("SETBIT and GETBIT refuse offsets and bits that there are not", "[bits]") {
  for_each_store([](Store& s) {
    CHECK(run(s, {"SETBIT", "k", "-1", "1"}) == bad_offset);
    CHECK(run(s, {"SETBIT", "k", "4294967296", "1"}) == bad_offset);
    CHECK(run(s, {"SETBIT", "k", "x", "1"}) == bad_offset);
    CHECK(run(s, {"SETBIT", "k", "0", "2"}) == "(error) ERR bit is not an integer or out of range");
    CHECK(run(s, {"SETBIT", "k", "0", "x"}) == "(error) ERR bit is not an integer or out of range");
    CHECK(run(s, {"GETBIT", "k", "-1"}) == bad_offset);
    CHECK(run(s, {"GETBIT", "k", "#1"}) == bad_offset);
    CHECK(run(s, {"EXISTS", "k"}) == "0");
  });
}

TEST_CASE("Every bit command refuses a key of another type", "[bits]") {
  for_each_store([](Store& s) {
    run(s, {"RPUSH", "l", "a"});
    run(s, {"SET", "k", "v"});
    const std::vector<std::vector<std::string>> commands = {{"SETBIT", "l", "0", "1"},
                                                            {"GETBIT", "l", "0"},
                                                            {"BITCOUNT", "l"},
                                                            {"BITPOS", "l", "1"},
                                                            {"BITOP", "AND", "d", "k", "l"},
                                                            {"BITFIELD", "l", "SET", "u8", "0", "1"},
                                                            {"BITFIELD", "l", "GET", "u8", "0"},
                                                            {"BITFIELD", "l"},
                                                            {"BITFIELD_RO", "l"}};
    for (const auto& command : commands) {
      CAPTURE(command[0]);
      CHECK(run(s, command) == wrong_type);
    }
  });
}

TEST_CASE("BITCOUNT counts a whole string, bytes of it, or bits of it", "[bits]") {
  for_each_store([](Store& s) {
    Bits b(s);
    run(s, {"SET", "k", "foobar"});
    CHECK(b.bitcount("k") == 26);
    CHECK(b.bitcount("k", 0, 0) == 4);
    CHECK(b.bitcount("k", 1, 1) == 6);
    CHECK(b.bitcount("k", -2, -1) == 7);
    CHECK(b.bitcount("k", 5, 30, BitUnit::bit) == 17);
    CHECK(b.bitcount("k", 4, 2) == 0);
    CHECK(b.bitcount("missing") == 0);
    CHECK(run(s, {"BITCOUNT", "k", "5", "30", "bit"}) == "17");
    CHECK(run(s, {"BITCOUNT", "k", "0", "0", "byte"}) == "4");
  });
}

TEST_CASE("BITCOUNT looks at its range only once it has found the key", "[bits]") {
  for_each_store([](Store& s) {
    CHECK(run(s, {"BITCOUNT", "k", "x", "y", "z"}) == "0");
    CHECK(run(s, {"BITCOUNT", "k", "0"}) == "0");
    run(s, {"SET", "k", "v"});
    CHECK(run(s, {"BITCOUNT", "k", "x", "y", "z"}) == not_an_integer);
    CHECK(run(s, {"BITCOUNT", "k", "0", "y"}) == not_an_integer);
    CHECK(run(s, {"BITCOUNT", "k", "0", "1", "z"}) == syntax_error);
    CHECK(run(s, {"BITCOUNT", "k", "0"}) == syntax_error);
    CHECK(run(s, {"BITCOUNT", "k", "-1", "-5", "z"}) == "0");
  });
}

TEST_CASE("BITPOS finds the first bit of a value within a range", "[bits]") {
  for_each_store([](Store& s) {
    Bits b(s);
    reply(s, {"SET", "k", std::string("\xff\xf0\x00", 3)});
    CHECK(b.bitpos("k", false) == 12);
    reply(s, {"SET", "k", std::string("\x00\xff\xf0", 3)});
    CHECK(b.bitpos("k", true) == 8);
    CHECK(b.bitpos("k", true, 2) == 16);
    CHECK(b.bitpos("k", true, -1, -1) == 16);
    CHECK(b.bitpos("k", true, 7, 15, BitUnit::bit) == 8);
    CHECK(b.bitpos("k", true, 0, 0) == -1);
  });
}

TEST_CASE("BITPOS takes set bits to be followed by clear ones unless an end is given", "[bits]") {
  for_each_store([](Store& s) {
    Bits b(s);
    run(s, {"SET", "k", "\xff\xff"});
    CHECK(b.bitpos("k", false) == 16);
    CHECK(b.bitpos("k", false, 0) == 16);
    CHECK(b.bitpos("k", false, 0, -1) == -1);
    CHECK(b.bitpos("missing", false) == 0);
    CHECK(b.bitpos("missing", true) == -1);
  });
}

TEST_CASE("BITPOS looks at its bit at once and at its range once it has found the key", "[bits]") {
  for_each_store([](Store& s) {
    CHECK(run(s, {"BITPOS", "k", "2"}) == "(error) ERR The bit argument must be 1 or 0.");
    CHECK(run(s, {"BITPOS", "k", "x"}) == not_an_integer);
    CHECK(run(s, {"BITPOS", "k", "1", "x", "y"}) == "-1");
    run(s, {"SET", "k", "v"});
    CHECK(run(s, {"BITPOS", "k", "1", "x"}) == not_an_integer);
    CHECK(run(s, {"BITPOS", "k", "1", "0", "x", "z"}) == syntax_error);
    CHECK(run(s, {"BITPOS", "k", "1", "0", "x"}) == not_an_integer);
  });
}

TEST_CASE("BITOP combines strings of different lengths", "[bits]") {
  for_each_store([](Store& s) {
    Bits b(s);
    reply(s, {"SET", "a", std::string("\xf0\x0f\xff", 3)});
    reply(s, {"SET", "b", std::string("\x3c", 1)});
    CHECK(b.bitop(BitOp::Operation::bit_and, "d", {"a", "b"}) == 3);
    CHECK(reply(s, {"GET", "d"}) == Value::bulk(Text("\x30\0\0", 3)));
    CHECK(b.bitop(BitOp::Operation::bit_or, "d", {"a", "b"}) == 3);
    CHECK(reply(s, {"GET", "d"}) == Value::bulk(Text("\xfc\x0f\xff", 3)));
    CHECK(b.bitop(BitOp::Operation::bit_xor, "d", {"a", "b", "missing"}) == 3);
    CHECK(reply(s, {"GET", "d"}) == Value::bulk(Text("\xcc\x0f\xff", 3)));
    CHECK(b.bitop(BitOp::Operation::bit_not, "a", {"a"}) == 3);
    CHECK(reply(s, {"GET", "a"}) == Value::bulk(Text("\x0f\xf0\0", 3)));
  });
}

TEST_CASE("BITOP overwrites its destination, whatever that held, and deletes it if the result is empty",
          "[bits]") {
  for_each_store([](Store& s) {
    run(s, {"RPUSH", "d", "a"});
    run(s, {"EXPIRE", "d", "100"});
    run(s, {"SET", "a", "v"});
    CHECK(run(s, {"BITOP", "or", "d", "a"}) == "1");
    CHECK(run(s, {"TTL", "d"}) == "-1");
    CHECK(run(s, {"BITOP", "AND", "d", "missing"}) == "0");
    CHECK(run(s, {"EXISTS", "d"}) == "0");
  });
}

TEST_CASE("BITOP refuses another operation and NOT of two strings", "[bits]") {
  for_each_store([](Store& s) {
    CHECK(run(s, {"BITOP", "NAND", "d", "a"}) == syntax_error);
    CHECK(run(s, {"BITOP", "NOT", "d", "a", "b"}) ==
          "(error) ERR BITOP NOT must be called with a single source key.");
  });
}

TEST_CASE("BITFIELD sets, reads and adds integers", "[bits]") {
  for_each_store([](Store& s) {
    Bits b(s);
    const BitFieldStep set{.action = BitFieldAction::set, .type = {true, 8}, .offset = {4}, .value = -100};
    const BitFieldStep get{.action = BitFieldAction::get, .type = {true, 8}, .offset = {4}};
    const BitFieldStep add{.action = BitFieldAction::incrby, .type = {true, 8}, .offset = {4}, .value = -27};
    using Numbers = std::vector<std::optional<std::int64_t>>;
    CHECK(b.bitfield("k", {set, get, add}) == Numbers{0, -100, -127});
    CHECK(b.bitfield("k", {set}) == Numbers{-127});
    CHECK(b.bitfield_ro("k", {get}) == Numbers{-100});
  });
}

TEST_CASE("BITFIELD offsets with # count in widths of the field", "[bits]") {
  for_each_store([](Store& s) {
    CHECK(run(s, {"BITFIELD", "k", "SET", "u8", "#1", "255", "GET", "u8", "8", "GET", "u16", "#0"}) ==
          "[0, 255, 255]");
    CHECK(run(s, {"STRLEN", "k"}) == "2");
  });
}

TEST_CASE("BITFIELD overflow wraps, saturates or fails, for the steps behind it", "[bits]") {
  for_each_store([](Store& s) {
    CHECK(run(s, {"BITFIELD", "k", "SET", "u8", "0", "250", "INCRBY", "u8", "0", "10"}) == "[0, 4]");
    CHECK(run(s, {"BITFIELD", "k", "OVERFLOW", "SAT", "INCRBY", "u8", "0", "1000", "INCRBY", "u8", "0", "1",
                  "OVERFLOW", "WRAP", "INCRBY", "u8", "0", "1"}) == "[255, 255, 0]");
    CHECK(run(s, {"BITFIELD", "k", "OVERFLOW", "fail", "INCRBY", "u8", "0", "-1", "SET", "u8", "0", "256",
                  "GET", "u8", "0"}) == "[(nil), (nil), 0]");
    CHECK(run(s, {"BITFIELD", "k", "OVERFLOW", "SAT", "SET", "i64", "0", "9223372036854775807", "INCRBY",
                  "i64", "0", "1"}) == "[0, 9223372036854775807]");
  });
}

TEST_CASE("BITFIELD that only reads creates nothing", "[bits]") {
  for_each_store([](Store& s) {
    CHECK(run(s, {"BITFIELD", "k", "GET", "u63", "1000", "OVERFLOW", "SAT"}) == "[0]");
    CHECK(run(s, {"BITFIELD_RO", "k", "GET", "i5", "0"}) == "[0]");
    CHECK(run(s, {"BITFIELD", "k"}) == "[]");
    CHECK(run(s, {"EXISTS", "k"}) == "0");
  });
}

TEST_CASE("BITFIELD refuses the first bad argument and changes nothing", "[bits]") {
  for_each_store([](Store& s) {
    CHECK(run(s, {"BITFIELD", "k", "SET", "u8", "0", "1", "GET", "u64", "0"}) == bad_type);
    CHECK(run(s, {"BITFIELD", "k", "GET", "i65", "0"}) == bad_type);
    CHECK(run(s, {"BITFIELD", "k", "GET", "i08", "0"}) == bad_type);
    CHECK(run(s, {"BITFIELD", "k", "GET", "x", "0", "FOO"}) == bad_type);
    CHECK(run(s, {"BITFIELD", "k", "GET", "u8", "-1"}) == bad_offset);
    CHECK(run(s, {"BITFIELD", "k", "GET", "u8", "#9223372036854775807"}) == bad_offset);
    CHECK(run(s, {"BITFIELD", "k", "GET", "u8", "4294967296"}) == bad_offset);
    CHECK(run(s, {"BITFIELD", "k", "SET", "u8", "0", "x"}) == not_an_integer);
    CHECK(run(s, {"BITFIELD", "k", "SET", "x", "0"}) == syntax_error);
    CHECK(run(s, {"BITFIELD", "k", "GET", "u8"}) == syntax_error);
    CHECK(run(s, {"BITFIELD", "k", "OVERFLOW", "x"}) == "(error) ERR Invalid OVERFLOW type specified");
    CHECK(run(s, {"BITFIELD_RO", "k", "GET", "u8", "0", "SET", "u8", "0", "1"}) ==
          "(error) ERR BITFIELD_RO only supports the GET subcommand");
    CHECK(run(s, {"EXISTS", "k"}) == "0");
  });
}

TEST_CASE("Bit operations made in C++ are validated as those that were read", "[bits]") {
  for_each_store([](Store& s) {
    Bits b(s);
    CHECK_THROWS_WITH(b.setbit("k", -1, true), "ERR bit offset is not an integer or out of range");
    const BitFieldStep wide{.action = BitFieldAction::get, .type = {false, 64}};
    CHECK_THROWS_WITH(b.bitfield("k", {wide}), Catch::StartsWith("ERR Invalid bitfield type."));
  });
}
