// Bytes of resident memory per key, here and in a Redis server, filled with the same data in one run.
#include <malloc.h>

#include "benchmarks/support/data.h"
#include "benchmarks/support/report.h"
#include "benchmarks/support/resident.h"
#include "playhead/open.h"
#include "tests/support/redis_server.h"

namespace {

using namespace playhead;
using namespace playhead::bench;

std::string line_of(const std::string& info, const std::string& name) {
  std::size_t at = info.find(name + ":");
  if (at == std::string::npos) throw std::runtime_error("Redis does not tell its " + name);
  at += name.size() + 1;
  return info.substr(at, info.find_first_of("\r\n", at) - at);
}

/// Fills a store with `count` keys, or members.
using Fill = std::function<void(Store& store, std::size_t count)>;

// A key of 32 bytes.
std::string key_of(std::size_t i) {
  std::string digits = std::to_string(i);
  return "user:" + std::string(27 - digits.size(), '0') + digits;
}

// In batches, since the server is far away.
template <class Add>
void in_batches(Store& store, std::size_t count, Add&& add) {
  constexpr std::size_t at_once = 1000;
  for (std::size_t i = 0; i < count;) {
    Batch batch;
    for (std::size_t end = std::min(count, i + at_once); i < end; ++i) add(batch, i);
    store.perform(batch);
  }
}

const std::string value(32, 'v');

void strings(Store& store, std::size_t count) {
  in_batches(store, count, [](Batch& b, std::size_t i) { b.add(Set{.key = key_of(i), .value = value}); });
}

void strings_with_deadline(Store& store, std::size_t count) {
  in_batches(store, count, [](Batch& b, std::size_t i) {
    b.add(Set{.key = key_of(i), .value = value, .expiry = {.ex = 100'000}});
  });
}

void add_hash(Batch& batch, const std::string& key, std::size_t i) {
  std::string user = "u" + std::to_string(i), at = std::to_string(1'700'000'000 + i);
  FieldValue items[] = {{"user", user}, {"issued", at}, {"seen", at}, {"state", "active"}};
  batch.add(HSet{key, items});
}

void hashes(Store& store, std::size_t count) {
  in_batches(store, count, [](Batch& b, std::size_t i) { add_hash(b, key_of(i), i); });
}

void hashes_with_deadline(Store& store, std::size_t count) {
  in_batches(store, count, [](Batch& b, std::size_t i) {
    std::string key = key_of(i);
    add_hash(b, key, i);
    b.add(Expire{{key, 100'000}});
  });
}

void members(Store& store, std::size_t count) {
  in_batches(store, count, [](Batch& b, std::size_t i) {
    std::string member = "video:" + std::to_string(10'000'000 + i);
    ScoreMember item{static_cast<double>(i * 2654435761u % 1000003), member};
    b.add(ZAdd{"ranking", {&item, 1}});
  });
}

// Many sets of a hundred, which are kept packed.
void small_sets(Store& store, std::size_t count) {
  in_batches(store, count, [](Batch& b, std::size_t i) {
    std::string member = "video:" + std::to_string(10'000'000 + i);
    ScoreMember item{static_cast<double>(i), member};
    b.add(ZAdd{key_of(i / 100), {&item, 1}});
  });
}

double here(const Fill& fill, std::size_t count) {
  malloc_trim(0);
  std::size_t before = resident("self");
  auto store = open("memory://");
  fill(*store, count);
  malloc_trim(0);
  return static_cast<double>(resident("self") - before) / static_cast<double>(count);
}

double there(const Fill& fill, std::size_t count) {
  test::RedisServer server;
  std::string process = line_of(server.ask({"INFO", "server"}), "process_id");
  std::size_t before = resident(process);
  auto store = open("redis://127.0.0.1:" + std::to_string(server.port()) + "/0");
  fill(*store, count);
  return static_cast<double>(resident(process) - before) / static_cast<double>(count);
}

void compare(Report& report, const std::string& what, const Fill& fill, std::size_t count, double budget) {
  double ours = here(fill, count), other = there(fill, count);
  report.add({.what = what,
              .floor = "Redis server",
              .unit = "bytes",
              .ours = ours,
              .other = other,
              .ratio = ours / other,
              .budget = at_most(budget)});
}

}  // namespace

int main() {
  std::size_t count = large() ? 10'000'000 : 1'000'000;
  Report report("memory_per_key", "Memory per key",
                "Growth of resident memory, divided by the number of entries, with " + power(count) +
                    " of them: keys of 32 bytes, values of 32 bytes, hashes of 4 short fields, members of 14 "
                    "bytes. Beside it redis-server 7.0 with the same data.");
  compare(report, "string", strings, count, 1);
  compare(report, "string with a time to live", strings_with_deadline, count, 1);
  compare(report, "hash of 4 fields", hashes, count, 1);
  compare(report, "hash of 4 fields with a time to live", hashes_with_deadline, count, 1);
  compare(report, "member of one sorted set", members, count, 1);
  compare(report, "member of sorted sets of 100", small_sets, count, 1);
  report.note("Budget: no more than Redis; the aim is 0.7x.");
  report.write();
}
