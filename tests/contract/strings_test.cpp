#include <catch2/catch.hpp>

#include "tests/contract/stores.h"

namespace {

using namespace playhead;
using namespace playhead::test;

const std::string wrong_type = "(error) WRONGTYPE Operation against a key holding the wrong kind of value";
const std::string syntax_error = "(error) ERR syntax error";
const std::string not_an_integer = "(error) ERR value is not an integer or out of range";
const std::string too_long = "(error) ERR string exceeds maximum allowed size (proto-max-bulk-len)";

}  // namespace

TEST_CASE("SET overwrites a key of any type and GET returns the bytes", "[strings]") {
  for_each_store([](Store& s) {
    const std::string bytes("a\0\xff\r\n", 5);
    run(s, {"RPUSH", "k", "element"});
    CHECK(run(s, {"SET", "k", bytes}) == "OK");
    CHECK(reply(s, {"GET", "k"}) == Value::bulk(bytes));
    CHECK(run(s, {"GET", "missing"}) == "(nil)");
    CHECK(run(s, {"SET", "", ""}) == "OK");
    CHECK(run(s, {"GET", ""}) == "\"\"");
  });
}

TEST_CASE("SET NX keeps what is there and SET XX what is not", "[strings]") {
  for_each_store([](Store& s) {
    CHECK(run(s, {"SET", "k", "1", "XX"}) == "(nil)");
    CHECK(run(s, {"EXISTS", "k"}) == "0");
    CHECK(run(s, {"SET", "k", "1", "nx"}) == "OK");
    CHECK(run(s, {"SET", "k", "2", "NX"}) == "(nil)");
    CHECK(run(s, {"GET", "k"}) == "\"1\"");
    CHECK(run(s, {"SET", "k", "3", "XX"}) == "OK");
    CHECK(run(s, {"SET", "k", "4", "NX", "XX"}) == syntax_error);
  });
}

TEST_CASE("SET GET answers the old value, whether it sets or not", "[strings]") {
  for_each_store([](Store& s) {
    CHECK(run(s, {"SET", "k", "1", "GET"}) == "(nil)");
    CHECK(run(s, {"SET", "k", "2", "GET"}) == "\"1\"");
    CHECK(run(s, {"SET", "k", "3", "NX", "GET"}) == "\"2\"");
    CHECK(run(s, {"GET", "k"}) == "\"2\"");
    run(s, {"RPUSH", "list", "a"});
    CHECK(run(s, {"SET", "list", "1", "GET"}) == wrong_type);
    CHECK(run(s, {"TYPE", "list"}) == "list");
  });
}

TEST_CASE("SET drops a deadline unless it sets or keeps one", "[strings]") {
  for_each_store([](Store& s) {
    run(s, {"SET", "k", "1", "EX", "100"});
    CHECK(reply(s, {"TTL", "k"}).to_integer() > 0);
    run(s, {"SET", "k", "2", "KEEPTTL"});
    CHECK(reply(s, {"TTL", "k"}).to_integer() > 0);
    run(s, {"SET", "k", "3"});
    CHECK(run(s, {"TTL", "k"}) == "-1");
    run(s, {"SET", "k", "4", "PXAT", "99999999999999"});
    CHECK(run(s, {"PEXPIRETIME", "k"}) == "99999999999999");
    run(s, {"SET", "k", "5", "EXAT", "99999999999"});
    CHECK(run(s, {"EXPIRETIME", "k"}) == "99999999999");
  });
}

TEST_CASE("SET refuses times that make no sense and sets nothing", "[strings]") {
  for_each_store([](Store& s) {
    const std::string invalid = "(error) ERR invalid expire time in 'set' command";
    CHECK(run(s, {"SET", "k", "1", "EX", "0"}) == invalid);
    CHECK(run(s, {"SET", "k", "1", "PX", "-1"}) == invalid);
    CHECK(run(s, {"SET", "k", "1", "EX", "9223372036854775807"}) == invalid);
    CHECK(run(s, {"SET", "k", "1", "EX", "x"}) == not_an_integer);
    CHECK(run(s, {"SET", "k", "1", "EX"}) == syntax_error);
    CHECK(run(s, {"SET", "k", "1", "EX", "1", "PX", "1"}) == syntax_error);
    CHECK(run(s, {"SET", "k", "1", "KEEPTTL", "PX", "1"}) == syntax_error);
    CHECK(run(s, {"EXISTS", "k"}) == "0");
  });
}

TEST_CASE("SETNX, SETEX, PSETEX and GETSET are the older forms of SET", "[strings]") {
  for_each_store([](Store& s) {
    CHECK(run(s, {"SETNX", "k", "1"}) == "1");
    CHECK(run(s, {"SETNX", "k", "2"}) == "0");
    CHECK(run(s, {"SETEX", "k", "100", "3"}) == "OK");
    CHECK(reply(s, {"TTL", "k"}).to_integer() > 0);
    CHECK(run(s, {"GETSET", "k", "4"}) == "\"3\"");
    CHECK(run(s, {"TTL", "k"}) == "-1");
    CHECK(run(s, {"PSETEX", "k", "100000", "5"}) == "OK");
    CHECK(reply(s, {"PTTL", "k"}).to_integer() > 1000);
    CHECK(run(s, {"SETEX", "k", "0", "6"}) == "(error) ERR invalid expire time in 'setex' command");
    CHECK(run(s, {"PSETEX", "k", "-5", "6"}) == "(error) ERR invalid expire time in 'psetex' command");
  });
}

TEST_CASE("GETDEL takes the key away", "[strings]") {
  for_each_store([](Store& s) {
    run(s, {"SET", "k", "1"});
    CHECK(run(s, {"GETDEL", "k"}) == "\"1\"");
    CHECK(run(s, {"GETDEL", "k"}) == "(nil)");
    run(s, {"RPUSH", "list", "a"});
    CHECK(run(s, {"GETDEL", "list"}) == wrong_type);
  });
}

TEST_CASE("GETEX sets, drops or leaves the deadline", "[strings]") {
  for_each_store([](Store& s) {
    run(s, {"SET", "k", "1"});
    CHECK(run(s, {"GETEX", "k", "EX", "100"}) == "\"1\"");
    CHECK(reply(s, {"TTL", "k"}).to_integer() > 0);
    CHECK(run(s, {"GETEX", "k"}) == "\"1\"");
    CHECK(reply(s, {"TTL", "k"}).to_integer() > 0);
    CHECK(run(s, {"GETEX", "k", "PERSIST"}) == "\"1\"");
    CHECK(run(s, {"TTL", "k"}) == "-1");
    CHECK(run(s, {"GETEX", "k", "PXAT", "1"}) == "\"1\"");
    CHECK(run(s, {"EXISTS", "k"}) == "0");
    CHECK(run(s, {"GETEX", "missing", "EX", "10"}) == "(nil)");
    CHECK(run(s, {"GETEX", "missing", "EX", "10", "PERSIST"}) == syntax_error);
  });
}

TEST_CASE("INCR counts within 64 bits and keeps the deadline", "[strings]") {
  for_each_store([](Store& s) {
    CHECK(run(s, {"INCR", "n"}) == "1");
    CHECK(run(s, {"INCRBY", "n", "41"}) == "42");
    CHECK(run(s, {"DECR", "n"}) == "41");
    CHECK(run(s, {"DECRBY", "n", "-1"}) == "42");
    run(s, {"EXPIRE", "n", "100"});
    run(s, {"INCR", "n"});
    CHECK(reply(s, {"TTL", "n"}).to_integer() > 0);
    run(s, {"SET", "n", "9223372036854775807"});
    CHECK(run(s, {"INCR", "n"}) == "(error) ERR increment or decrement would overflow");
    CHECK(run(s, {"DECRBY", "n", "-9223372036854775808"}) == "(error) ERR decrement would overflow");
    CHECK(run(s, {"GET", "n"}) == "\"9223372036854775807\"");
  });
}

TEST_CASE("INCR refuses what is no integer", "[strings]") {
  for_each_store([](Store& s) {
    for (const char* value : {"", " 1", "1 ", "01", "+1", "1.0", "0x1", "9223372036854775808", "-0"}) {
      run(s, {"SET", "n", value});
      INFO(value);
      CHECK(run(s, {"INCR", "n"}) == not_an_integer);
    }
    run(s, {"SET", "n", "1"});
    CHECK(run(s, {"INCRBY", "n", "x"}) == not_an_integer);
    run(s, {"RPUSH", "list", "1"});
    CHECK(run(s, {"INCR", "list"}) == wrong_type);
  });
}

TEST_CASE("INCRBYFLOAT adds in decimal and prints without an exponent", "[strings]") {
  for_each_store([](Store& s) {
    CHECK(run(s, {"INCRBYFLOAT", "x", "10.50"}) == "\"10.5\"");
    CHECK(run(s, {"INCRBYFLOAT", "x", "0.1"}) == "\"10.6\"");
    CHECK(run(s, {"INCRBYFLOAT", "x", "-5"}) == "\"5.6\"");
    run(s, {"SET", "x", "5.0e3"});
    CHECK(run(s, {"INCRBYFLOAT", "x", "2.0e2"}) == "\"5200\"");
    CHECK(run(s, {"INCRBYFLOAT", "x", "nan"}) == "(error) ERR value is not a valid float");
    CHECK(run(s, {"INCRBYFLOAT", "x", "inf"}) == "(error) ERR increment would produce NaN or Infinity");
    run(s, {"SET", "x", "abc"});
    CHECK(run(s, {"INCRBYFLOAT", "x", "1"}) == "(error) ERR value is not a valid float");
  });
}

TEST_CASE("APPEND and SETRANGE lengthen a string, GETRANGE and STRLEN read it", "[strings]") {
  for_each_store([](Store& s) {
    CHECK(run(s, {"APPEND", "k", "Hello "}) == "6");
    CHECK(run(s, {"APPEND", "k", "World"}) == "11");
    CHECK(run(s, {"SETRANGE", "k", "6", "Redis"}) == "11");
    CHECK(run(s, {"GET", "k"}) == "\"Hello Redis\"");
    CHECK(run(s, {"SETRANGE", "padded", "3", "x"}) == "4");
    CHECK(reply(s, {"GET", "padded"}) == Value::bulk(std::string("\0\0\0x", 4)));
    CHECK(run(s, {"SETRANGE", "missing", "3", ""}) == "0");
    CHECK(run(s, {"EXISTS", "missing"}) == "0");
    CHECK(run(s, {"SETRANGE", "k", "-1", "x"}) == "(error) ERR offset is out of range");
    CHECK(run(s, {"SETRANGE", "k", "536870912", "x"}) == too_long);
    CHECK(run(s, {"GETRANGE", "k", "-5", "-1"}) == "\"Redis\"");
    CHECK(run(s, {"SUBSTR", "k", "0", "4"}) == "\"Hello\"");
    CHECK(run(s, {"GETRANGE", "k", "5", "2"}) == "\"\"");
    CHECK(run(s, {"GETRANGE", "k", "-100", "100"}) == "\"Hello Redis\"");
    CHECK(run(s, {"STRLEN", "k"}) == "11");
    CHECK(run(s, {"STRLEN", "missing"}) == "0");
  });
}

TEST_CASE("MSET sets all, MSETNX all or nothing, MGET answers nil for what is no string", "[strings]") {
  for_each_store([](Store& s) {
    CHECK(run(s, {"MSET", "a", "1", "b", "2", "a", "3"}) == "OK");
    CHECK(run(s, {"MSETNX", "b", "9", "c", "9"}) == "0");
    CHECK(run(s, {"EXISTS", "c"}) == "0");
    CHECK(run(s, {"MSETNX", "c", "4", "d", "5"}) == "1");
    run(s, {"RPUSH", "list", "x"});
    CHECK(run(s, {"MGET", "a", "list", "missing", "d"}) == "[\"3\", (nil), (nil), \"5\"]");
    CHECK(run(s, {"MSET", "a"}) == "(error) ERR wrong number of arguments for 'mset' command");
    CHECK(run(s, {"MSET", "a", "1", "b"}) == "(error) ERR wrong number of arguments for 'mset' command");
  });
}

TEST_CASE("LCS finds the longest common subsequence, its length and its places", "[strings]") {
  for_each_store([](Store& s) {
    run(s, {"MSET", "a", "ohmytext", "b", "mynewtext"});
    CHECK(run(s, {"LCS", "a", "b"}) == "\"mytext\"");
    CHECK(run(s, {"LCS", "a", "b", "LEN"}) == "6");
    CHECK(run(s, {"LCS", "a", "b", "IDX"}) ==
          "[\"len\": 6, \"matches\": [[[4, 7], [5, 8]], [[2, 3], [0, 1]]]]");
    CHECK(run(s, {"LCS", "a", "b", "IDX", "MINMATCHLEN", "4", "WITHMATCHLEN"}) ==
          "[\"len\": 6, \"matches\": [[[4, 7], [5, 8], 4]]]");
    CHECK(run(s, {"LCS", "a", "missing"}) == "\"\"");
    CHECK(run(s, {"LCS", "a", "b", "LEN", "IDX"}) ==
          "(error) ERR If you want both the length and indexes, please just use IDX.");
    run(s, {"RPUSH", "list", "x"});
    CHECK(run(s, {"LCS", "a", "list"}) == "(error) ERR The specified keys must contain string values");
  });
}

TEST_CASE("LCS refuses strings whose table would be longer than 512 MiB in Redis", "[strings]") {
  for_each_store([](Store& s) {
    run(s, {"SETRANGE", "most", "11583", "x"});
    run(s, {"SETRANGE", "more", "11584", "x"});
    CHECK(run(s, {"LCS", "most", "most", "LEN"}) == "11584");
    for (const char* option : {"LEN", "IDX"})
      CHECK(run(s, {"LCS", "most", "more", option}) ==
            "(error) ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len");
  });
}

TEST_CASE("A key or a value longer than 512 MiB is refused and nothing is written", "[strings]") {
  for_each_store([](Store& s) {
    // The bytes are never looked at: they are refused before.
    const Text huge(reinterpret_cast<const char*>(&s), max_text + 1);
    CHECK_THROWS_WITH(s.run(Set{.key = "k", .value = huge}), Catch::Contains("proto-max-bulk-len"));
    CHECK_THROWS_WITH(s.run(Get{huge}), Catch::Contains("proto-max-bulk-len"));
    const std::vector<Text> values = {"a", huge};
    CHECK_THROWS_WITH(s.run(RPush{{"list", values}}), Catch::Contains("proto-max-bulk-len"));
    CHECK(run(s, {"EXISTS", "k", "list"}) == "0");
  });
}
