// The memory store against the bare containers that could do the same work.
#include "benchmarks/support/data.h"
#include "benchmarks/support/floors.h"
#include "benchmarks/support/report.h"
#include "playhead/open.h"

namespace {

using namespace playhead;
using namespace playhead::bench;

const std::string value_a(32, 'a'), value_b(32, 'b');

void strings(Report& report, std::size_t count) {
  auto store = open("memory://");
  FloorMap map;
  auto keys = names("user:", count), numbers = names("count:", count);
  for (auto& k : keys) store->run(Set{.key = k, .value = value_a}), map.set(k, value_a);
  for (auto& k : numbers) store->run(Set{.key = k, .value = "100000"}), map.set(k, "100000");
  Positions ours(count), theirs(count);
  std::string of = ", " + power(count) + " keys";
  const char* floor = "flat map, one mutex";

  std::optional<std::string> reply;
  std::string into;
  report.compare(
      "GET into a buffer" + of, floor, at_most(1.5),
      [&](std::size_t n) {
        while (n-- > 0) store->run(Get{keys[ours.next()]}, reply), keep(reply);
      },
      [&](std::size_t n) {
        while (n-- > 0) map.get(keys[theirs.next()], into), keep(into);
      });
  report.compare(
      "GET -> optional<string>" + of, floor, at_most(1.5),
      [&](std::size_t n) {
        while (n-- > 0) keep(store->run(Get{keys[ours.next()]}));
      },
      [&](std::size_t n) {
        while (n-- > 0) {
          std::optional<std::string> r;
          map.with(keys[theirs.next()], [&](bench::Text v) { r.emplace(v); });
          keep(r);
        }
      });
  report.compare(
      "SET" + of, floor, at_most(1.5),
      [&](std::size_t n) {
        while (n-- > 0) store->run(Set{.key = keys[ours.next()], .value = value_b});
      },
      [&](std::size_t n) {
        while (n-- > 0) map.set(keys[theirs.next()], value_b);
      });
  report.compare(
      "INCR" + of, floor, at_most(1.5),
      [&](std::size_t n) {
        while (n-- > 0) keep(store->run(Incr{numbers[ours.next()]}));
      },
      [&](std::size_t n) {
        while (n-- > 0) keep(map.incr(numbers[theirs.next()]));
      });
}

void hashes(Report& report, std::size_t count, std::size_t fields) {
  auto store = open("memory://");
  FloorMap map;
  auto keys = names("user:", count), names_of = names("field:", fields);
  for (auto& k : keys)
    for (auto& f : names_of) {
      FieldValue item{f, value_a};
      store->run(HSet{k, {&item, 1}});
      map.hset(k, f, value_a);
    }
  Positions ours(count), theirs(count), our_field(fields, 1 << 15), their_field(fields, 1 << 15);
  std::string of = ", " + power(count) + " hashes of " + grouped(fields);
  const char* floor = "flat map of flat maps";
  std::optional<std::string> reply;
  std::string into;
  report.compare(
      "HGET" + of, floor, at_most(1.5),
      [&](std::size_t n) {
        while (n-- > 0) store->run(HGet{keys[ours.next()], names_of[our_field.next()]}, reply), keep(reply);
      },
      [&](std::size_t n) {
        while (n-- > 0) map.hget(keys[theirs.next()], names_of[their_field.next()], into), keep(into);
      });
  report.compare(
      "HSET" + of, floor, at_most(1.5),
      [&](std::size_t n) {
        while (n-- > 0) {
          FieldValue item{names_of[our_field.next()], value_b};
          store->run(HSet{keys[ours.next()], {&item, 1}});
        }
      },
      [&](std::size_t n) {
        while (n-- > 0) map.hset(keys[theirs.next()], names_of[their_field.next()], value_b);
      });
}

double scattered(std::size_t i) {
  return static_cast<double>((i * 2654435761u) % 1000003);
}

void sorted_set(Report& report, std::size_t count) {
  auto store = open("memory://");
  FloorSortedSet<FloorTree> set;
  auto members = names("member:", count);
  for (auto i : shuffled(count)) {
    ScoreMember item{scattered(i), members[i]};
    store->run(ZAdd{"z", {&item, 1}});
    set.add(members[i], item.score);
  }
  Positions ours(count), theirs(count);
  std::string of = ", " + power(count) + " members";
  const char* floor = "B-tree + flat map, one mutex";

  report.compare(
      "ZSCORE" + of, floor, at_most(1.5),
      [&](std::size_t n) {
        while (n-- > 0) keep(store->run(ZScore{"z", members[ours.next()]}));
      },
      [&](std::size_t n) {
        while (n-- > 0) keep(set.score(members[theirs.next()]));
      });
  double our_score = 0, their_score = 0;
  report.compare(
      "ZADD, a new score" + of, floor, at_most(2),
      [&](std::size_t n) {
        while (n-- > 0) {
          ScoreMember item{our_score += 17, members[ours.next()]};
          if (our_score > 1e6) our_score -= 1e6;
          store->run(ZAdd{"z", {&item, 1}});
        }
      },
      [&](std::size_t n) {
        while (n-- > 0) {
          if ((their_score += 17) > 1e6) their_score -= 1e6;
          set.add(members[theirs.next()], their_score);
        }
      });
  report.compare(
      "ZADD + ZREM, a new member" + of, floor, at_most(2),
      [&](std::size_t n) {
        while (n-- > 0) {
          ScoreMember item{our_score += 17, "new"};
          if (our_score > 1e6) our_score -= 1e6;
          Text name = "new";
          store->run(ZAdd{"z", {&item, 1}});
          store->run(ZRem{"z", {&name, 1}});
        }
      },
      [&](std::size_t n) {
        while (n-- > 0) {
          if ((their_score += 17) > 1e6) their_score -= 1e6;
          set.add("new", their_score);
          set.erase("new");
        }
      });
  report.compare(
      "ZINCRBY" + of, floor, at_most(2),
      [&](std::size_t n) {
        while (n-- > 0) keep(store->run(ZIncrBy{"z", 1, members[ours.next()]}));
      },
      [&](std::size_t n) {
        while (n-- > 0) keep(set.increment(members[theirs.next()], 1));
      });
  report.compare(
      "ZRANK" + of, floor, at_most(2),
      [&](std::size_t n) {
        while (n-- > 0) keep(store->run(ZRank{"z", members[ours.next()]}));
      },
      [&](std::size_t n) {
        while (n-- > 0) keep(set.rank(members[theirs.next()]));
      });
  report.compare(
      "ZCOUNT below a score" + of, floor, at_most(2),
      [&](std::size_t n) {
        while (n-- > 0) keep(store->run(ZCount{"z", Score{-1}, Score{scattered(ours.next()), true}}));
      },
      [&](std::size_t n) {
        while (n-- > 0) keep(set.count_below(scattered(theirs.next())));
      });
  std::vector<ScoredMember> found;
  auto collect = [&](bench::Text m, double s) { found.push_back({std::string(m), s}); };
  report.compare(
      "ZRANGE of ten by rank" + of, floor, at_most(2),
      [&](std::size_t n) {
        while (n-- > 0) {
          std::size_t from = ours.next() % (count - 10);
          std::string first = std::to_string(from), last = std::to_string(from + 9);
          keep(store->run(ZRange{.key = "z", .range = {.start = first, .stop = last}, .withscores = true}));
        }
      },
      [&](std::size_t n) {
        while (n-- > 0) found.clear(), set.walk(theirs.next() % (count - 10), 10, collect), keep(found);
      });
  report.compare(
      "ZREVRANGE 0 9" + of, floor, at_most(2),
      [&](std::size_t n) {
        while (n-- > 0) keep(store->run(ZRevRange{.key = "z", .start = 0, .stop = 9, .withscores = true}));
      },
      [&](std::size_t n) {
        while (n-- > 0) found.clear(), set.top(10, collect), keep(found);
      });
}

// Eight commands that happen together, with and without being able to take them back.
void units(Report& report) {
  auto store = open("memory://");
  auto keys = names("user:", 1000);
  for (auto& k : keys) store->run(Set{.key = k, .value = value_a});
  for (std::size_t i = 0; i < 1000; ++i) {
    FieldValue item{"views", "1000"};
    store->run(HSet{"hash:" + keys[i], {&item, 1}});
  }
  std::vector<std::string> hash_keys;
  for (auto& k : keys) hash_keys.push_back("hash:" + k);
  Positions ours(1000), theirs(1000);
  auto eight = [](auto& on, Text string, Text hash) {
    on.run(Set{.key = string, .value = value_b});
    on.run(HIncrBy{hash, "views", 1});
    on.run(HIncrBy{hash, "watched", 20});
    on.run(HGet{hash, "views"});
    on.run(HIncrBy{hash, "hour", 1});
    on.run(Set{.key = string, .value = value_a});
    on.run(HIncrBy{hash, "done", 1});
    on.run(Get{string});
  };
  report.compare(
      "unit of 8 commands, with undo", "the 8 commands one by one", at_most(1.8),
      [&](std::size_t n) {
        while (n-- > 0) {
          std::size_t at = ours.next();
          Text both[] = {keys[at], hash_keys[at]};
          store->with_unit(0, both, [&](Unit& unit) { eight(unit, both[0], both[1]); });
        }
      },
      [&](std::size_t n) {
        while (n-- > 0) {
          std::size_t at = theirs.next();
          eight(*store, keys[at], hash_keys[at]);
        }
      });
}

}  // namespace

int main() {
  Report report("memory_store", "Memory store, C++",
                "One thread; keys of 13 bytes, values of 32 bytes, in random order. Floors: "
                "boost::unordered_flat_map with XXH3, and a counted "
                "B-tree with a flat set of its members, each under one mutex.");
  for (std::size_t count : {1000, 100000}) strings(report, count);
  hashes(report, 1000, 10);
  hashes(report, 100000, 10);
  hashes(report, 10, 10000);
  for (std::size_t count : {10000, 1000000}) sorted_set(report, count);
  units(report);
  report.write();
}
