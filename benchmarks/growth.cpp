// What each operation costs as keys and collections grow: nothing may grow faster than its O().
#include <unistd.h>

#include <filesystem>

#include "benchmarks/support/data.h"
#include "benchmarks/support/report.h"
#include "playhead/open.h"

namespace {

using namespace playhead;
using namespace playhead::bench;

/// One call, or a pair of calls that leaves the size as it was, on an element of the collections.
struct Operation {
  const char* name;
  const char* order;
  void (*call)(Store& store, const std::string& element, std::int64_t position);
};

template <class Op>
void run(Store& store, const Op& op) {
  keep(store.run(op));
}

List<Text> only(const Text& text) {
  return {&text, 1};
}

double score_of(std::int64_t position) {
  return static_cast<double>(position);
}

// The strings are named as the elements; the collections are "hash", "set", "zset" and "list".
using E = const std::string&;
using P = std::int64_t;
const Operation operations[] = {
    {"GET", "1", [](Store& s, E e, P) { run(s, Get{e}); }},
    {"SET", "1", [](Store& s, E e, P) { run(s, Set{.key = e, .value = "value"}); }},
    {"SET, DEL", "1",
     [](Store& s, E, P) {
       Text key = "new";
       run(s, Set{.key = key, .value = "value"}), run(s, Del{only(key)});
     }},
    {"APPEND, GETSET", "1", [](Store& s, E e, P) { run(s, Append{e, "x"}), run(s, GetSet{e, "value"}); }},
    {"EXISTS", "1",
     [](Store& s, E e, P) {
       Text key = e;
       run(s, Exists{only(key)});
     }},
    {"EXPIRE, PERSIST", "1", [](Store& s, E e, P) { run(s, Expire{{e, 1000}}), run(s, Persist{e}); }},
    {"RENAME there and back", "1",
     [](Store& s, E e, P) { run(s, Rename{e, "other"}), run(s, Rename{"other", e}); }},
    {"RENAME of a collection there and back", "1",
     [](Store& s, E, P) { run(s, Rename{"zset", "other"}), run(s, Rename{"other", "zset"}); }},
    {"SCAN, a page of 10", "page",
     [](Store& s, E, P p) { run(s, Scan{.cursor = static_cast<std::uint64_t>(p) * 0x9e3779b97f4a7c15u}); }},
    {"RANDOMKEY", "1", [](Store& s, E, P) { run(s, RandomKey{}); }},
    {"HGET", "1", [](Store& s, E e, P) { run(s, HGet{"hash", e}); }},
    {"HSET", "1",
     [](Store& s, E e, P) {
       FieldValue item{e, "value"};
       run(s, HSet{"hash", {&item, 1}});
     }},
    {"HSET, HDEL", "1",
     [](Store& s, E, P) {
       Text field = "new";
       FieldValue item{field, "value"};
       run(s, HSet{"hash", {&item, 1}}), run(s, HDel{"hash", only(field)});
     }},
    {"HINCRBY", "1", [](Store& s, E, P) { run(s, HIncrBy{"hash", "count", 1}); }},
    {"HLEN", "1", [](Store& s, E, P) { run(s, HLen{"hash"}); }},
    {"HRANDFIELD", "1", [](Store& s, E, P) { run(s, HRandField{"hash"}); }},
    {"HSCAN, a page of 10", "page",
     [](Store& s, E, P p) { run(s, HScan{"hash", static_cast<std::uint64_t>(p) * 0x9e3779b97f4a7c15u}); }},
    {"SISMEMBER", "1", [](Store& s, E e, P) { run(s, SIsMember{"set", e}); }},
    {"SADD, SREM", "1",
     [](Store& s, E, P) {
       Text member = "new";
       run(s, SAdd{"set", only(member)}), run(s, SRem{"set", only(member)});
     }},
    {"SPOP, SADD", "1",
     [](Store& s, E e, P) {
       Text member = e;
       run(s, SPop{"set"}), run(s, SAdd{"set", only(member)});
     }},
    {"SRANDMEMBER", "1", [](Store& s, E, P) { run(s, SRandMember{"set"}); }},
    {"ZSCORE", "1", [](Store& s, E e, P) { run(s, ZScore{"zset", e}); }},
    {"ZADD", "log n",
     [](Store& s, E e, P p) {
       ScoreMember item{score_of(p * 31 % 9973), e};
       run(s, ZAdd{"zset", {&item, 1}});
     }},
    {"ZINCRBY", "log n", [](Store& s, E e, P) { run(s, ZIncrBy{"zset", 1, e}); }},
    {"ZADD, ZREM", "log n",
     [](Store& s, E, P p) {
       Text member = "new";
       ScoreMember item{score_of(p), member};
       run(s, ZAdd{"zset", {&item, 1}}), run(s, ZRem{"zset", only(member)});
     }},
    {"ZRANK", "log n", [](Store& s, E e, P) { run(s, ZRank{"zset", e}); }},
    {"ZCOUNT", "log n", [](Store& s, E, P p) { run(s, ZCount{"zset", Score{-1}, Score{score_of(p)}}); }},
    {"ZREVRANGE, the first 10", "log n", [](Store& s, E, P) { run(s, ZRevRange{"zset", 0, 9}); }},
    {"ZREVRANGE, 10 anywhere", "log n", [](Store& s, E, P p) { run(s, ZRevRange{"zset", p, p + 9}); }},
    {"ZRANGEBYSCORE, 10 anywhere", "log n",
     [](Store& s, E, P p) {
       run(s, ZRangeByScore{
                  .key = "zset", .min = Score{score_of(p)}, .max = Score{1e12}, .limit = Limit{0, 10}});
     }},
    {"ZPOPMIN, ZADD", "log n",
     [](Store& s, E e, P p) {
       ScoreMember item{score_of(p), e};
       run(s, ZPopMin{"zset"}), run(s, ZAdd{"zset", {&item, 1}});
     }},
    {"ZRANDMEMBER", "1", [](Store& s, E, P) { run(s, ZRandMember{"zset"}); }},
    {"RPOPLPUSH on itself", "1", [](Store& s, E, P) { run(s, RPopLPush{"list", "list"}); }},
    {"LRANGE, the first 10", "1", [](Store& s, E, P) { run(s, LRange{"list", 0, 9}); }},
    {"LLEN", "1", [](Store& s, E, P) { run(s, LLen{"list"}); }},
};

void fill_store(Store& store, const std::vector<std::string>& names) {
  constexpr std::size_t at_once = 1000;
  std::vector<KeyValue> strings;
  std::vector<FieldValue> fields;
  std::vector<ScoreMember> scored;
  std::vector<Text> plain;
  for (std::size_t i = 0; i < names.size(); ++i) {
    strings.push_back({names[i], "value"});
    fields.push_back({names[i], "value"});
    scored.push_back({score_of(static_cast<std::int64_t>(i)), names[i]});
    plain.push_back(names[i]);
    if (plain.size() < at_once && i + 1 < names.size()) continue;
    store.run(MSet{strings});
    store.run(HSet{"hash", fields});
    store.run(SAdd{"set", plain});
    store.run(ZAdd{"zset", scored});
    store.run(RPush{{"list", plain}});
    strings.clear(), fields.clear(), scored.clear(), plain.clear();
  }
}

std::vector<double> costs(Store& store, std::size_t count, Effort effort) {
  auto elements = names("element:", count);
  fill_store(store, elements);
  run(store, ZRank{"zset", elements[0]});  // the first query of ranks builds what later ones use
  std::vector<double> out;
  for (const Operation& operation : operations) {
    Positions at(count - 10);
    out.push_back(measure(
        [&](std::size_t n) {
          while (n-- > 0) {
            std::size_t i = at.next();
            operation.call(store, elements[i], static_cast<std::int64_t>(i));
          }
        },
        effort));
  }
  return out;
}

// A read of memory that no cache holds costs more and more as well: this much growth is the machine's.
constexpr double allowed = 15;

void grow(const std::string& kind, const std::function<std::shared_ptr<Store>(std::size_t)>& make,
          std::vector<std::size_t> sizes, Effort effort) {
  Report report("growth", "Growth, " + kind + " store",
                "The cost of operations on stores whose keys, hash, set, sorted set and list each have so "
                "many elements, taken in random order. From " +
                    power(sizes.front()) + " to " + power(sizes.back()) +
                    " elements a linear operation grows " + grouped(sizes.back() / sizes.front()) +
                    "-fold; caches that no longer hold the data make up to ten of it. The floor is the same "
                    "operation at " +
                    power(sizes.front()) + ".",
                kind == "memory" ? "growth" : "growth_" + kind);
  std::vector<std::vector<double>> by_size;
  for (std::size_t size : sizes) by_size.push_back(costs(*make(size), size, effort));
  std::vector<std::string> columns{"ns", "O()"};
  for (std::size_t size : sizes) columns.push_back(power(size));
  std::vector<std::vector<std::string>> cells;
  for (std::size_t i = 0; i < std::size(operations); ++i) {
    double first = by_size.front()[i], last = by_size.back()[i];
    report.add({.what = operations[i].name,
                .floor = "at " + power(sizes.front()),
                .unit = "ns",
                .ours = last,
                .other = first,
                .ratio = last / first,
                .budget = at_most(allowed)});
    cells.push_back({operations[i].name, operations[i].order});
    for (const auto& column : by_size) cells.back().push_back(grouped(static_cast<std::uint64_t>(column[i])));
  }
  report.table(columns, cells);
  report.write();
}

}  // namespace

int main() {
  std::vector<std::size_t> sizes = {10'000, 100'000, 1'000'000};
  if (large()) sizes.push_back(10'000'000);
  grow("memory", [](std::size_t) { return open("memory://"); }, sizes, {std::chrono::microseconds(300), 41});

  auto directory = std::filesystem::temp_directory_path() / ("playhead-growth-" + std::to_string(getpid()));
  grow("RocksDB",
       [&](std::size_t size) { return open("rocksdb://" + (directory / std::to_string(size)).string()); },
       {10'000, 100'000, 1'000'000}, {std::chrono::microseconds(1000), 21});
  std::filesystem::remove_all(directory);
}
