#include <catch2/catch.hpp>
#include <set>

#include "tests/contract/stores.h"

namespace {

using namespace playhead;
using namespace playhead::test;

const std::string syntax_error = "(error) ERR syntax error";

void fill(Store& s) {
  run(s, {"SET", "string", "1"});
  run(s, {"RPUSH", "list", "1", "2"});
  run(s, {"SADD", "set", "1", "a"});
  run(s, {"HSET", "hash", "f", "v"});
  run(s, {"ZADD", "zset", "1.5", "m"});
}

const std::vector<std::string> filled = {"string", "list", "set", "hash", "zset"};

std::string content(Store& s, const std::string& key) {
  std::string type = run(s, {"TYPE", key});
  if (type == "string") return run(s, {"GET", key});
  if (type == "list") return run(s, {"LRANGE", key, "0", "-1"});
  if (type == "set") return run(s, {"SMEMBERS", key});
  if (type == "hash") return run(s, {"HGETALL", key});
  if (type == "zset") return run(s, {"ZRANGE", key, "0", "-1", "WITHSCORES"});
  return type;
}

// All pages of a SCAN; every key at most once unless SCAN says otherwise.
std::multiset<std::string> scanned(Store& s, const std::vector<std::string>& options) {
  std::multiset<std::string> keys;
  std::string cursor = "0";
  do {
    std::vector<std::string> command = {"SCAN", cursor};
    command.insert(command.end(), options.begin(), options.end());
    Value page = reply(s, command);
    REQUIRE(page.items.size() == 2);
    cursor = page.items[0].to_string();
    for (const Value& key : page.items[1].items) keys.insert(key.text);
  } while (cursor != "0");
  return keys;
}

}  // namespace

TEST_CASE("TYPE names the type of a key", "[keyspace]") {
  for_each_store([](Store& s) {
    fill(s);
    for (const std::string& key : filled) CHECK(run(s, {"TYPE", key}) == key);
    CHECK(run(s, {"TYPE", "missing"}) == "none");
  });
}

TEST_CASE("DEL, UNLINK, EXISTS and TOUCH count keys, named twice counted twice", "[keyspace]") {
  for_each_store([](Store& s) {
    fill(s);
    CHECK(run(s, {"EXISTS", "string", "string", "list", "missing"}) == "3");
    CHECK(run(s, {"TOUCH", "string", "missing"}) == "1");
    CHECK(run(s, {"DEL", "string", "string", "list", "missing"}) == "2");
    CHECK(run(s, {"UNLINK", "set", "hash", "zset"}) == "3");
    CHECK(run(s, {"DBSIZE"}) == "0");
  });
}

TEST_CASE("RENAME moves value and deadline and overwrites", "[keyspace]") {
  for_each_store([](Store& s) {
    for (const std::string& key : filled) {
      fill(s);
      std::string before = content(s, key);
      run(s, {"PEXPIREAT", key, "99999999999999"});
      run(s, {"SET", "target", "old"});
      CHECK(run(s, {"RENAME", key, "target"}) == "OK");
      CHECK(content(s, "target") == before);
      CHECK(run(s, {"PEXPIRETIME", "target"}) == "99999999999999");
      CHECK(run(s, {"EXISTS", key}) == "0");
      run(s, {"FLUSHDB"});
    }
    CHECK(run(s, {"RENAME", "missing", "b"}) == "(error) ERR no such key");
  });
}

TEST_CASE("RENAME of a key to itself changes nothing and RENAMENX refuses it", "[keyspace]") {
  for_each_store([](Store& s) {
    run(s, {"SET", "k", "1"});
    CHECK(run(s, {"RENAME", "k", "k"}) == "OK");
    CHECK(run(s, {"RENAMENX", "k", "k"}) == "0");
    run(s, {"SET", "other", "2"});
    CHECK(run(s, {"RENAMENX", "k", "other"}) == "0");
    CHECK(run(s, {"RENAMENX", "k", "new"}) == "1");
    CHECK(run(s, {"MGET", "other", "new"}) == "[\"2\", \"1\"]");
  });
}

TEST_CASE("COPY copies every type with its deadline, to another database too", "[keyspace]") {
  for_each_store([](Store& s) {
    fill(s);
    for (const std::string& key : filled) {
      run(s, {"PEXPIREAT", key, "99999999999999"});
      CHECK(run(s, {"COPY", key, "copy"}) == "1");
      CHECK(content(s, "copy") == content(s, key));
      CHECK(run(s, {"PEXPIRETIME", "copy"}) == "99999999999999");
      CHECK(run(s, {"COPY", key, "copy"}) == "0");
      CHECK(run(s, {"COPY", key, "copy", "REPLACE"}) == "1");
      CHECK(run(s, {"COPY", key, key, "DB", "3"}) == "1");
      CHECK(run(s, {"EXISTS", key}, 3) == "1");
      run(s, {"DEL", "copy"});
    }
    CHECK(run(s, {"COPY", "string", "string"}) == "(error) ERR source and destination objects are the same");
    CHECK(run(s, {"COPY", "missing", "copy"}) == "0");
    run(s, {"FLUSHDB"}, 3);
  });
}

TEST_CASE("A copy does not change with its original", "[keyspace]") {
  for_each_store([](Store& s) {
    for (int i = 0; i < 300; ++i) {
      run(s, {"HSET", "h", std::to_string(i), "v"});
      run(s, {"ZADD", "z", std::to_string(i), std::to_string(i)});
      run(s, {"RPUSH", "l", std::to_string(i)});
    }
    for (const char* key : {"h", "z", "l"}) run(s, {"COPY", key, std::string(key) + "2"});
    run(s, {"HSET", "h", "0", "changed"});
    run(s, {"ZADD", "z", "1000", "0"});
    run(s, {"LSET", "l", "0", "changed"});
    run(s, {"DEL", "h", "z", "l"});
    CHECK(run(s, {"HGET", "h2", "0"}) == "\"v\"");
    CHECK(run(s, {"ZSCORE", "z2", "0"}) == "0");
    CHECK(run(s, {"LINDEX", "l2", "0"}) == "\"0\"");
    CHECK(run(s, {"HLEN", "h2"}) + run(s, {"ZCARD", "z2"}) + run(s, {"LLEN", "l2"}) == "300300300");
  });
}

TEST_CASE("MOVE takes a key to a database where it is not", "[keyspace]") {
  for_each_store([](Store& s) {
    run(s, {"SET", "k", "1"});
    CHECK(run(s, {"MOVE", "k", "3"}) == "1");
    CHECK(run(s, {"EXISTS", "k"}) == "0");
    CHECK(run(s, {"GET", "k"}, 3) == "\"1\"");
    run(s, {"SET", "k", "2"});
    CHECK(run(s, {"MOVE", "k", "3"}) == "0");
    CHECK(run(s, {"MOVE", "k", "0"}) == "(error) ERR source and destination objects are the same");
    CHECK(run(s, {"MOVE", "k", "99"}) == "(error) ERR DB index is out of range");
    run(s, {"FLUSHDB"}, 3);
  });
}

TEST_CASE("SWAPDB exchanges two databases and FLUSHDB empties one", "[keyspace]") {
  for_each_store([](Store& s) {
    run(s, {"SET", "a", "0"});
    run(s, {"SET", "b", "3"}, 3);
    CHECK(run(s, {"SWAPDB", "0", "3"}) == "OK");
    CHECK(run(s, {"GET", "b"}) == "\"3\"");
    CHECK(run(s, {"GET", "a"}, 3) == "\"0\"");
    CHECK(run(s, {"FLUSHDB"}, 3) == "OK");
    CHECK(run(s, {"DBSIZE"}, 3) == "0");
    CHECK(run(s, {"DBSIZE"}) == "1");
    CHECK(run(s, {"SWAPDB", "0", "99"}) == "(error) ERR DB index is out of range");
    CHECK(run(s, {"SWAPDB", "-1", "2147483648"}) == "(error) ERR invalid second DB index");
    CHECK(run(s, {"FLUSHALL"}) == "OK");
    CHECK(run(s, {"DBSIZE"}) == "0");
  });
}

TEST_CASE("EXPIRE sets, compares and drops deadlines", "[keyspace]") {
  for_each_store([](Store& s) {
    run(s, {"SET", "k", "1"});
    CHECK(run(s, {"PEXPIREAT", "k", "99999999999990", "XX"}) == "0");
    CHECK(run(s, {"PEXPIREAT", "k", "99999999999990", "GT"}) == "0");
    CHECK(run(s, {"PEXPIREAT", "k", "99999999999990", "NX"}) == "1");
    CHECK(run(s, {"PEXPIREAT", "k", "99999999999991", "NX"}) == "0");
    CHECK(run(s, {"PEXPIREAT", "k", "99999999999980", "GT"}) == "0");
    CHECK(run(s, {"PEXPIREAT", "k", "99999999999980", "LT"}) == "1");
    CHECK(run(s, {"PEXPIRETIME", "k"}) == "99999999999980");
    CHECK(run(s, {"EXPIREAT", "k", "99999999999"}) == "1");
    CHECK(run(s, {"EXPIRETIME", "k"}) == "99999999999");
    CHECK(run(s, {"PERSIST", "k"}) == "1");
    CHECK(run(s, {"PERSIST", "k"}) == "0");
    CHECK(run(s, {"TTL", "k"}) + run(s, {"PTTL", "k"}) + run(s, {"EXPIRETIME", "k"}) == "-1-1-1");
    CHECK(run(s, {"TTL", "missing"}) + run(s, {"PTTL", "missing"}) + run(s, {"PEXPIRETIME", "missing"}) ==
          "-2-2-2");
    CHECK(run(s, {"EXPIRE", "missing", "10"}) == "0");
  });
}

TEST_CASE("EXPIRE with a time that has passed deletes the key", "[keyspace]") {
  for_each_store([](Store& s) {
    for (const char* command : {"EXPIRE", "PEXPIRE"}) {
      run(s, {"SET", "k", "1"});
      CHECK(run(s, {command, "k", "-1"}) == "1");
      CHECK(run(s, {"EXISTS", "k"}) == "0");
    }
    run(s, {"SET", "k", "1"});
    CHECK(run(s, {"EXPIREAT", "k", "1"}) == "1");
    CHECK(run(s, {"GET", "k"}) == "(nil)");
  });
}

TEST_CASE("EXPIRE refuses contradictions and overflow", "[keyspace]") {
  for_each_store([](Store& s) {
    run(s, {"SET", "k", "1"});
    CHECK(run(s, {"EXPIRE", "k", "10", "NX", "XX"}) ==
          "(error) ERR NX and XX, GT or LT options at the same time are not compatible");
    CHECK(run(s, {"EXPIRE", "k", "10", "GT", "LT"}) ==
          "(error) ERR GT and LT options at the same time are not compatible");
    CHECK(run(s, {"EXPIRE", "k", "10", "ZZ"}) == "(error) ERR Unsupported option ZZ");
    CHECK(run(s, {"EXPIRE", "k", "9223372036854775807"}) ==
          "(error) ERR invalid expire time in 'expire' command");
    CHECK(run(s, {"EXPIRE", "k", "x"}) == "(error) ERR value is not an integer or out of range");
    CHECK(run(s, {"TTL", "k"}) == "-1");
  });
}

TEST_CASE("An expired key is gone for every command", "[keyspace]") {
  for_each_store([](Store& s, ManualClock& clock) {
    fill(s);
    for (const std::string& key : filled) run(s, {"PEXPIRE", key, "1000"});
    clock.advance(999);
    CHECK(run(s, {"EXISTS", "string", "list", "set", "hash", "zset"}) == "5");
    clock.advance(2);
    CHECK(run(s, {"EXISTS", "string", "list", "set", "hash", "zset"}) == "0");
    CHECK(run(s, {"KEYS", "*"}) == "[]");
    CHECK(scanned(s, {}).empty());
    CHECK(run(s, {"RANDOMKEY"}) == "(nil)");
    CHECK(run(s, {"LPUSHX", "list", "x"}) == "0");
    CHECK(run(s, {"INCR", "string"}) == "1");
    CHECK(run(s, {"TTL", "string"}) == "-1");
  });
}

TEST_CASE("SCAN returns every key that stays, while others come and go", "[keyspace]") {
  for_each_store([](Store& s) {
    std::set<std::string> stay;
    for (int i = 0; i < 500; ++i) {
      stay.insert("stay:" + std::to_string(i));
      run(s, {"SET", "stay:" + std::to_string(i), "1"});
      run(s, {"SET", "go:" + std::to_string(i), "1"});
    }
    std::set<std::string> seen;
    std::string cursor = "0";
    int step = 0;
    do {
      Value page = reply(s, {"SCAN", cursor, "COUNT", "20"});
      cursor = page.items[0].to_string();
      for (const Value& key : page.items[1].items) seen.insert(key.text);
      run(s, {"DEL", "go:" + std::to_string(step)});
      run(s, {"SET", "new:" + std::to_string(step), "1"});
      ++step;
    } while (cursor != "0");
    CHECK(std::includes(seen.begin(), seen.end(), stay.begin(), stay.end()));
  });
}

TEST_CASE("SCAN filters by pattern and by type", "[keyspace]") {
  for_each_store([](Store& s) {
    fill(s);
    CHECK(scanned(s, {"MATCH", "*s*t"}).size() == 3);
    CHECK(scanned(s, {"TYPE", "zset"}) == std::multiset<std::string>{"zset"});
    CHECK(scanned(s, {"COUNT", "1", "TYPE", "HASH"}) == std::multiset<std::string>{"hash"});
    CHECK(scanned(s, {"TYPE", "nosuch"}).empty());
    CHECK(run(s, {"SCAN", "x"}) == "(error) ERR invalid cursor");
    CHECK(run(s, {"SCAN", "0", "COUNT", "0"}) == syntax_error);
    CHECK(run(s, {"SCAN", "0", "COUNT", "x"}) == "(error) ERR value is not an integer or out of range");
  });
}

TEST_CASE("KEYS matches patterns as Redis does", "[keyspace]") {
  for_each_store([](Store& s) {
    for (const char* key : {"hello", "hallo", "hxllo", "heello", "a*c", "a[c"}) run(s, {"SET", key, "1"});
    CHECK(reply(s, {"KEYS", "h?llo"}).items.size() == 3);
    CHECK(reply(s, {"KEYS", "h*llo"}).items.size() == 4);
    CHECK(reply(s, {"KEYS", "h[ae]llo"}).items.size() == 2);
    CHECK(reply(s, {"KEYS", "h[^e]llo"}).items.size() == 2);
    CHECK(reply(s, {"KEYS", "h[a-e]llo"}).items.size() == 2);
    CHECK(run(s, {"KEYS", "a\\*c"}) == "[\"a*c\"]");
    CHECK(run(s, {"KEYS", "a\\[c"}) == "[\"a[c\"]");
    CHECK(run(s, {"KEYS", "nosuch*"}) == "[]");
  });
}

TEST_CASE("RANDOMKEY gives one of the keys", "[keyspace]") {
  for_each_store([](Store& s) {
    CHECK(run(s, {"RANDOMKEY"}) == "(nil)");
    run(s, {"MSET", "a", "1", "b", "1"});
    std::set<std::string> seen;
    for (int i = 0; i < 200; ++i) seen.insert(run(s, {"RANDOMKEY"}));
    CHECK(seen == std::set<std::string>{"\"a\"", "\"b\""});
  });
}

TEST_CASE("SORT orders by number, by letters, by other keys, and stores", "[keyspace]") {
  for_each_store([](Store& s) {
    run(s, {"RPUSH", "l", "10", "9", "2.5"});
    CHECK(run(s, {"SORT", "l"}) == "[\"2.5\", \"9\", \"10\"]");
    CHECK(run(s, {"SORT", "l", "DESC", "LIMIT", "0", "2"}) == "[\"10\", \"9\"]");
    CHECK(run(s, {"SORT", "l", "ALPHA"}) == "[\"10\", \"2.5\", \"9\"]");
    run(s, {"MSET", "w_10", "1", "w_9", "2", "w_2.5", "3", "n_10", "ten"});
    CHECK(run(s, {"SORT", "l", "BY", "w_*"}) == "[\"10\", \"9\", \"2.5\"]");
    CHECK(run(s, {"SORT", "l", "BY", "nosort", "GET", "#", "GET", "n_*"}) ==
          "[\"10\", \"ten\", \"9\", (nil), \"2.5\", (nil)]");
    run(s, {"HSET", "h_10", "f", "x"});
    CHECK(run(s, {"SORT", "l", "LIMIT", "2", "1", "GET", "h_*->f"}) == "[\"x\"]");
    CHECK(run(s, {"SORT", "l", "STORE", "target"}) == "3");
    CHECK(run(s, {"LRANGE", "target", "0", "-1"}) == "[\"2.5\", \"9\", \"10\"]");
    CHECK(run(s, {"SORT", "missing", "STORE", "target"}) == "0");
    CHECK(run(s, {"EXISTS", "target"}) == "0");
    run(s, {"RPUSH", "l", "x"});
    CHECK(run(s, {"SORT", "l"}) == "(error) ERR One or more scores can't be converted into double");
    CHECK(run(s, {"SORT_RO", "l", "ALPHA"}) == "[\"10\", \"2.5\", \"9\", \"x\"]");
  });
}

TEST_CASE("SORT BY a text without a star keeps the order of a list, or reverses it", "[keyspace]") {
  for_each_store([](Store& s) {
    run(s, {"RPUSH", "l", "b", "a", "c"});
    CHECK(run(s, {"SORT", "l", "BY", "nosort"}) == "[\"b\", \"a\", \"c\"]");
    CHECK(run(s, {"SORT", "l", "BY", "nosort", "DESC"}) == "[\"c\", \"a\", \"b\"]");
    CHECK(run(s, {"SORT", "l", "BY", "#", "DESC", "LIMIT", "1", "2", "STORE", "target"}) == "2");
    CHECK(run(s, {"LRANGE", "target", "0", "-1"}) == "[\"a\", \"b\"]");
  });
}

TEST_CASE("DUMP and RESTORE carry every type and its deadline", "[keyspace]") {
  for_each_store([](Store& s) {
    fill(s);
    for (const std::string& key : filled) {
      const std::string bytes = reply(s, {"DUMP", key}).text;
      CHECK(run(s, {"RESTORE", "copy", "0", bytes}) == "OK");
      CHECK(content(s, "copy") == content(s, key));
      CHECK(run(s, {"RESTORE", "copy", "0", bytes}) == "(error) BUSYKEY Target key name already exists.");
      CHECK(run(s, {"RESTORE", "copy", "99999999999999", bytes, "REPLACE", "ABSTTL"}) == "OK");
      CHECK(run(s, {"PEXPIRETIME", "copy"}) == "99999999999999");
      run(s, {"DEL", "copy"});
    }
    CHECK(run(s, {"DUMP", "missing"}) == "(nil)");
  });
}

TEST_CASE("RESTORE refuses bytes that are no value and writes nothing", "[keyspace]") {
  for_each_store([](Store& s) {
    run(s, {"HSET", "h", "f", "v"});
    std::string bytes = reply(s, {"DUMP", "h"}).text;
    const std::string bad = "(error) ERR DUMP payload version or checksum are wrong";
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ 0x40);
      CHECK(run(s, {"RESTORE", "copy", "0", damaged}) == bad);
    }
    CHECK(run(s, {"RESTORE", "copy", "0", ""}) == bad);
    CHECK(run(s, {"RESTORE", "copy", "-1", bytes}) == "(error) ERR Invalid TTL value, must be >= 0");
    CHECK(run(s, {"EXISTS", "copy"}) == "0");
  });
}

TEST_CASE("OBJECT tells encodings by Redis's names", "[keyspace]") {
  for_each_store([](Store& s) {
    fill(s);
    run(s, {"SET", "text", "not a number"});
    CHECK(run(s, {"OBJECT", "ENCODING", "string"}) == "\"int\"");
    CHECK(run(s, {"OBJECT", "ENCODING", "text"}) == "\"embstr\"");
    CHECK(run(s, {"OBJECT", "ENCODING", "hash"}) == "\"listpack\"");
    CHECK(run(s, {"OBJECT", "ENCODING", "zset"}) == "\"listpack\"");
    CHECK(run(s, {"OBJECT", "ENCODING", "missing"}) == "(nil)");
    CHECK(run(s, {"OBJECT", "NOSUCH", "string"}) ==
          "(error) ERR unknown subcommand 'NOSUCH'. Try OBJECT HELP.");
  });
}
