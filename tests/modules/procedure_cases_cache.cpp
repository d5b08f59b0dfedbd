#include "playhead/modules/bloom_filter.h"
#include "playhead/modules/cache.h"
#include "playhead/modules/popularity.h"
#include "tests/modules/procedure_cases.h"

namespace playhead::test {

namespace {

const Texts names = {"a", std::string("b:\0%", 4), "\xff{c}"};
const Texts receipts = {"a1", "b2"};
const Texts tags = {"t", "u:\xff"};

// Mostly the same, so that what calls do meets.
const std::string& a_name(Random& r) {
  return r() % 3 == 0 ? one_of(r, names) : names[0];
}
const std::string& a_receipt(Random& r) {
  return r() % 4 == 0 ? one_of(r, receipts) : receipts[0];
}

std::string entry(const std::string& id) {
  return "entry " + id;
}
std::string signal(const std::string& id) {
  return "signal " + id;
}

void add_storing(Random& r, Texts& args, bool with_receipt) {
  args.push_back(with_receipt && r() % 2 == 0 ? a_receipt(r) : "");
  args.push_back(one_of(r, Texts{"v", "v", "n", "-"}));
  args.push_back(one_of(r, Texts{"", "value", std::string("\0:\xff\n", 4)}));
  args.push_back(number(one_of(r, {1, 500, 1000})));
  args.push_back(number(one_of(r, {0, 500, 1000})));
  args.push_back(number(one_of(r, {0, 0, 1, 500, 1000})));
  args.push_back(number(one_of(r, {0, 1, 500, 500, 1000})));
  std::size_t count = r() % 3;
  args.push_back(number(static_cast<std::int64_t>(count)));
  for (std::size_t i = 0; i < count; ++i) args.push_back(tags[i]);
}

/// Some different ids.
Texts some(Random& r) {
  std::size_t first = r() % 3 == 0 ? r() % names.size() : 0;
  if (r() % 3 != 0) return {names[first]};
  return {names[first], names[(first + 1) % names.size()]};
}

ProcedureCall find(Random& r, Millis) {
  // What is pending hides entries: often none is.
  Texts chosen = some(r), keys = {"tags", one_of(r, Texts{"pending", "empty", "empty"})};
  Texts args = {number(ten_years),
                one_of(r, Texts{"lease", "lease", "join", "renew", "peek"}),
                a_receipt(r),
                number(one_of(r, {1, 500, 1000})),
                one_of(r, Texts{"0", "0", "1", "1", "1.0000000000000002", "1000"}),
                number(one_of(r, {0, 500})),
                number(one_of(r, {0, 500}))};
  for (const auto& id : chosen) {
    keys.push_back(entry(id));
    args.push_back(id);
  }
  return {keys, args};
}

ProcedureCall store(Random& r, Millis) {
  Texts keys = {"tags"}, args = {number(ten_years)};
  for (const auto& id : some(r)) {
    keys.push_back(entry(id));
    keys.push_back(signal(id));
    add_storing(r, args, true);
  }
  return {keys, args};
}

ProcedureCall drop(Random& r, Millis) {
  Texts keys;
  for (const auto& id : some(r)) {
    keys.push_back(entry(id));
    keys.push_back(signal(id));
  }
  return {keys, {number(ten_years)}};
}

ProcedureCall put(Random& r, Millis) {
  const std::string& id = a_name(r);
  Texts args = {number(ten_years), id, number(one_of(r, {0, 1, 500}))};
  add_storing(r, args, false);
  return {{"tags", entry(id), signal(id), "pending", "due", "claims"}, args};
}

ProcedureCall settle(Random& r, Millis) {
  Texts args = {a_receipt(r), one_of(r, Texts{"done", "done", "failed"}), number(one_of(r, {1, 500})),
                number(one_of(r, {1, 700}))};
  for (const auto& id : some(r)) {
    args.push_back(id);
    args.push_back(number(static_cast<std::int64_t>(r() % 12)));
  }
  return {{"pending", "due", "claims"}, args};
}

ProcedureCases cache_cases() {
  return {
      {"cache.find", find},
      {"cache.store", store},
      {"cache.release",
       [](Random& r, Millis) -> ProcedureCall {
         const std::string& id = a_name(r);
         return {{"tags", entry(id), signal(id)},
                 {number(ten_years), a_receipt(r), number(one_of(r, {0, 1, 500, 5000, 5000}))}};
       }},
      {"cache.begin_write",
       [](Random& r, Millis) -> ProcedureCall {
         const std::string& id = a_name(r);
         return {{"tags", entry(id), signal(id)},
                 {number(ten_years), a_receipt(r), number(one_of(r, {1, 1000}))}};
       }},
      {"cache.drop", drop},
      {"cache.drop_tags",
       [](Random& r, Millis) -> ProcedureCall {
         Texts args = {number(ten_years), number(one_of(r, {1000, 10'000}))};
         for (std::size_t i = 0; i <= r() % 2; ++i) args.push_back(tags[i]);
         return {{"tags"}, args};
       }},
      {"write_behind.put", put},
      {"write_behind.claim",
       [](Random& r, Millis) -> ProcedureCall {
         return {{"pending", "due", "claims"},
                 {number(one_of(r, {1, 2, 100})), number(one_of(r, {1, 500, 1000})), a_receipt(r),
                  number(one_of(r, {0, 0, ten_years}))}};
       }},
      {"write_behind.settle", settle},
  };
}

const std::vector<Mistake> cache_mistakes = {
    {"cache.find", "tonumber(hit) > known", "tonumber(hit) >= known"},
    {"cache.find", "at(e, 'h') > now", "at(e, 'h') >= now"},
    {"cache.find", "if mode == 'lease' then redis.call('HINCRBY'",
     "if mode ~= 'peek' then redis.call('HINCRBY'"},
    {"cache.find", "at(e, 'd') * early >= fresh", "at(e, 'd') * early > fresh"},
    {"cache.find", "redis.call('HDEL', key, 'x', 'w')", ""},
    {"cache.find", "(soon or mode == 'renew')", "soon"},
    {"cache.store", "and e.l ~= s.receipt", "and e.l and e.l ~= s.receipt"},
    {"cache.store", "if s.receipt ~= '' and e.x == '2' then return 1 end", ""},
    {"cache.store", "known = at(e, 'q')", "known = last()"},
    {"cache.release", "redis.call('HDEL', key, 'l', 'u', 'q', 'x', 'w')",
     "redis.call('HDEL', key, 'l', 'u', 'q')"},
    {"cache.begin_write", "at(e, 'u') > now", "at(e, 'u') >= now"},
    {"cache.drop", "wake(KEYS[i + 1], at(e, 'w'))", ""},
    {"cache.drop_tags", "last() + 1", "last()"},
    {"write_behind.put", "if not redis.call('ZSCORE', KEYS[5], id) then", "do"},
    {"write_behind.claim", "tonumber(due[i + 1]) <= now", "tonumber(due[i + 1]) < now"},
    {"write_behind.settle", "c.version ~= version then return 0", "false then return 0"},
    {"write_behind.settle", "c.attempts + 1", "c.attempts"},
};

const ProcedureGroup cache("cache", {Cache::procedures()}, cache_cases(), cache_mistakes);

// ---- filters and popularity

ProcedureCases small_cases() {
  return {
      {"bloom.open",
       [](Random& r, Millis) -> ProcedureCall {
         return {{one_of(r, ids())},
                 {number(one_of(r, {1, 2})), number(one_of(r, {64, 128})), number(one_of(r, {1, 7}))}};
       }},
      {"popularity.record",
       [](Random& r, Millis now) -> ProcedureCall {
         return {{"rows", "base"},
                 {one_of(r, ids()), one_of(r, Texts{"0", "-1.3862943611198906", "2.5"}),
                  number(one_of(r, {0, now, now - 1000, now + 5000})), number(one_of(r, {1000, 3'600'000})),
                  number(one_of(r, {2, 3, 100}))}};
       }},
      {"popularity.top",
       [](Random& r, Millis) -> ProcedureCall {
         return {{"rows", "base"}, {number(one_of(r, {1, 3, 100})), number(one_of(r, {1000, 3'600'000}))}};
       }},
      {"popularity.score",
       [](Random& r, Millis) -> ProcedureCall {
         return {{"rows", "base"}, {one_of(r, ids()), number(one_of(r, {1000, 3'600'000}))}};
       }},
  };
}

const std::vector<Mistake> small_mistakes = {
    {"bloom.open", "redis.call('HSETNX', KEYS[1], 'hashes', ARGV[4])",
     "redis.call('HSET', KEYS[1], 'hashes', ARGV[4])"},
    {"popularity.record", "if at == 0 then at = now end", "at = now"},
    {"popularity.record", "-tonumber(ARGV[6]) - 1", "-tonumber(ARGV[6]) - 2"},
    {"popularity.top", "count - 1", "count"},
    {"popularity.score", "units(now, ", "units(now + 1, "},
};

const ProcedureGroup small("filters and popularity", {BloomFilter::procedures(), Popularity::procedures()},
                           small_cases(), small_mistakes);

}  // namespace

}  // namespace playhead::test
