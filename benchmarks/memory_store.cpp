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

/// A sorted set in a store and one in the floor's structures, with the same members.
class SortedSets {
 public:
  SortedSets(Report& report, std::size_t count)
      : report_(report),
        count_(count),
        of_(", " + power(count) + " members"),
        members_(names("member:", count)),
        ours_(count),
        theirs_(count) {
    for (auto i : shuffled(count)) {
      ScoreMember item{scattered(i), members_[i]};
      store_->run(ZAdd{"z", {&item, 1}});
      set_.add(members_[i], item.score);
    }
  }
  void look_up();
  void change();
  void count_and_list();

 private:
  static constexpr const char* floor_ = "B-tree + flat map, one mutex";
  Report& report_;
  std::size_t count_;
  std::string of_;
  std::shared_ptr<Store> store_ = open("memory://");
  FloorSortedSet<FloorTree> set_;
  std::vector<std::string> members_;
  Positions ours_, theirs_;
};

void SortedSets::look_up() {
  report_.compare(
      "ZSCORE" + of_, floor_, at_most(1.5),
      [&](std::size_t n) {
        while (n-- > 0) keep(store_->run(ZScore{"z", members_[ours_.next()]}));
      },
      [&](std::size_t n) {
        while (n-- > 0) keep(set_.score(members_[theirs_.next()]));
      });
}

void SortedSets::change() {
  double our_score = 0, their_score = 0;
  report_.compare(
      "ZADD, a new score" + of_, floor_, at_most(2),
      [&](std::size_t n) {
        while (n-- > 0) {
          ScoreMember item{our_score += 17, members_[ours_.next()]};
          if (our_score > 1e6) our_score -= 1e6;
          store_->run(ZAdd{"z", {&item, 1}});
        }
      },
      [&](std::size_t n) {
        while (n-- > 0) {
          if ((their_score += 17) > 1e6) their_score -= 1e6;
          set_.add(members_[theirs_.next()], their_score);
        }
      });
  report_.compare(
      "ZADD + ZREM, a new member" + of_, floor_, at_most(2),
      [&](std::size_t n) {
        while (n-- > 0) {
          ScoreMember item{our_score += 17, "new"};
          if (our_score > 1e6) our_score -= 1e6;
          Text name = "new";
          store_->run(ZAdd{"z", {&item, 1}});
          store_->run(ZRem{"z", {&name, 1}});
        }
      },
      [&](std::size_t n) {
        while (n-- > 0) {
          if ((their_score += 17) > 1e6) their_score -= 1e6;
          set_.add("new", their_score);
          set_.erase("new");
        }
      });
  report_.compare(
      "ZINCRBY" + of_, floor_, at_most(2),
      [&](std::size_t n) {
        while (n-- > 0) keep(store_->run(ZIncrBy{"z", 1, members_[ours_.next()]}));
      },
      [&](std::size_t n) {
        while (n-- > 0) keep(set_.increment(members_[theirs_.next()], 1));
      });
}

void SortedSets::count_and_list() {
  report_.compare(
      "ZRANK" + of_, floor_, at_most(2),
      [&](std::size_t n) {
        while (n-- > 0) keep(store_->run(ZRank{"z", members_[ours_.next()]}));
      },
      [&](std::size_t n) {
        while (n-- > 0) keep(set_.rank(members_[theirs_.next()]));
      });
  report_.compare(
      "ZCOUNT below a score" + of_, floor_, at_most(2),
      [&](std::size_t n) {
        while (n-- > 0) keep(store_->run(ZCount{"z", Score{-1}, Score{scattered(ours_.next()), true}}));
      },
      [&](std::size_t n) {
        while (n-- > 0) keep(set_.count_below(scattered(theirs_.next())));
      });
  std::vector<ScoredMember> found;
  auto collect = [&](bench::Text m, double s) { found.push_back({std::string(m), s}); };
  report_.compare(
      "ZRANGE of ten by rank" + of_, floor_, at_most(2),
      [&](std::size_t n) {
        while (n-- > 0) {
          std::size_t from = ours_.next() % (count_ - 10);
          std::string first = std::to_string(from), last = std::to_string(from + 9);
          keep(store_->run(ZRange{.key = "z", .range = {.start = first, .stop = last}, .withscores = true}));
        }
      },
      [&](std::size_t n) {
        while (n-- > 0) found.clear(), set_.walk(theirs_.next() % (count_ - 10), 10, collect), keep(found);
      });
  report_.compare(
      "ZREVRANGE 0 9" + of_, floor_, at_most(2),
      [&](std::size_t n) {
        while (n-- > 0) keep(store_->run(ZRevRange{.key = "z", .start = 0, .stop = 9, .withscores = true}));
      },
      [&](std::size_t n) {
        while (n-- > 0) found.clear(), set_.top(10, collect), keep(found);
      });
}

void sorted_set(Report& report, std::size_t count) {
  SortedSets sets(report, count);
  sets.look_up();
  sets.change();
  sets.count_and_list();
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
