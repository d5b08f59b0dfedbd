// The RocksDB store against bare RocksDB with the same options, column families, rows and bytes.
#include "backends/rocksdb/rocks_store.h"

#include <unistd.h>

#include <filesystem>

#include "backends/rocksdb/disk.h"
#include "backends/rocksdb/format.h"
#include "benchmarks/support/data.h"
#include "benchmarks/support/report.h"
#include "engine/store/numbers.h"
#include "playhead/open.h"

namespace {

using namespace playhead;
using namespace playhead::bench;
using rocks::Family;

const std::string value_a(32, 'a'), value_b(32, 'b');
constexpr Effort disk_effort{std::chrono::microseconds(2000), 101};

/// Bare RocksDB: the reads and writes that a command cannot do without.
class Bare {
 public:
  explicit Bare(const std::string& path) {
    auto options = rocks::database_options({}, {});
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* db = nullptr;
    check(rocksdb::DB::Open(options, path, rocks::family_descriptors(options), &handles, &db));
    db_.reset(db);
    std::copy(handles.begin(), handles.end(), families_.begin());
  }
  ~Bare() {
    for (auto* handle : families_) check(db_->DestroyColumnFamilyHandle(handle));
  }
  Bare(const Bare&) = delete;
  Bare& operator=(const Bare&) = delete;

  bool get(Family family, const std::string& key) {
    found_.Reset();
    auto status = db_->Get(rocksdb::ReadOptions(), of(family), key, &found_);
    if (!status.ok() && !status.IsNotFound()) check(status);
    return status.ok();
  }
  const rocksdb::PinnableSlice& found() const { return found_; }
  void put(Family family, const std::string& key, const std::string& value) {
    check(batch_.Put(of(family), key, value));
  }
  void erase(Family family, const std::string& key) { check(batch_.Delete(of(family), key)); }
  void write() {
    check(db_->Write(rocksdb::WriteOptions(), &batch_));
    batch_.Clear();
  }
  std::unique_ptr<rocksdb::Iterator> rows(Family family) {
    return std::unique_ptr<rocksdb::Iterator>(db_->NewIterator({}, of(family)));
  }

 private:
  static void check(const rocksdb::Status& status) {
    if (!status.ok()) throw std::runtime_error(status.ToString());
  }
  rocksdb::ColumnFamilyHandle* of(Family family) const { return families_[static_cast<std::size_t>(family)]; }
  std::unique_ptr<rocksdb::DB> db_;
  std::array<rocksdb::ColumnFamilyHandle*, rocks::family_count> families_{};
  rocksdb::WriteBatch batch_;
  rocksdb::PinnableSlice found_;
};

std::string row_of(const std::string& name) {
  std::string key;
  rocks::metadata_key(key, 0, embedded::hash_of(name), name);
  return key;
}

/// A row of an object's data: id, kind, hash of the field, field.
std::string field_row(char kind, const std::string& field) {
  std::string key;
  rocks::append_be64(key, 1);
  key += kind;
  rocks::append_be64(key, embedded::hash_of(field));
  return key + field;
}

std::string score_row(double score, const std::string& member) {
  std::string key;
  rocks::append_be64(key, 1);
  key += 's';
  rocks::append_be64(key, rocks::order_of(score));
  return key + member;
}

std::string bits(double score) {
  std::string out;
  rocks::append_le64(out, rocks::bits_of(score));
  return out;
}

struct Places {
  std::filesystem::path directory =
      std::filesystem::temp_directory_path() / ("playhead-bench-" + std::to_string(getpid()));
  Places() { std::filesystem::create_directories(directory); }
  ~Places() { std::filesystem::remove_all(directory); }
  std::string path(const std::string& name) const { return (directory / name).string(); }
  std::string url(const std::string& name) const { return "rocksdb://" + path(name); }
};

std::string one_more(Text digits) {
  std::int64_t number = 0;
  parse_int64(digits, number);
  return std::to_string(number + 1);
}

void strings(Report& report, const Places& places) {
  constexpr std::size_t count = 100'000;
  auto store = open(places.url("strings") + "?durability=none");
  Bare bare(places.path("bare-strings"));
  auto keys = names("user:", count), numbers = names("count:", count);
  const std::string head(1, '\1');  // type string
  for (std::size_t i = 0; i < count; ++i) {
    store->run(Set{.key = keys[i], .value = value_a}), store->run(Set{.key = numbers[i], .value = "100000"});
    bare.put(Family::metadata, row_of(keys[i]), head + value_a),
        bare.put(Family::metadata, row_of(numbers[i]), head + "100000");
    bare.write();
  }
  Positions ours(count), theirs(count);
  std::optional<std::string> reply;
  std::string into;
  report.compare(
      "GET", "Get", at_most(1.3),
      [&](std::size_t n) {
        while (n-- > 0) store->run(Get{keys[ours.next()]}, reply), keep(reply);
      },
      [&](std::size_t n) {
        while (n-- > 0) {
          bare.get(Family::metadata, row_of(keys[theirs.next()]));
          into.assign(bare.found().data(), bare.found().size()), keep(into);
        }
      },
      disk_effort);
  auto set = [&](std::size_t n) {
    while (n-- > 0) store->run(Set{.key = keys[ours.next()], .value = value_b});
  };
  report.compare(
      "SET", "Get, Put: a SET must look at the key", at_most(1.3), set,
      [&](std::size_t n) {
        while (n-- > 0) {
          std::string row = row_of(keys[theirs.next()]);
          bare.get(Family::metadata, row), bare.put(Family::metadata, row, head + value_b), bare.write();
        }
      },
      disk_effort);
  report.compare(
      "SET", "a blind Put", at_most(1.49), set,
      [&](std::size_t n) {
        while (n-- > 0) bare.put(Family::metadata, row_of(keys[theirs.next()]), head + value_b), bare.write();
      },
      disk_effort);
  report.compare(
      "INCR", "Get, Put", at_most(1.3),
      [&](std::size_t n) {
        while (n-- > 0) keep(store->run(Incr{numbers[ours.next()]}));
      },
      [&](std::size_t n) {
        while (n-- > 0) {
          std::string row = row_of(numbers[theirs.next()]);
          bare.get(Family::metadata, row);
          bare.put(Family::metadata, row, head + one_more(rocks::text(bare.found()).substr(1))), bare.write();
        }
      },
      disk_effort);
}

void hashes(Report& report, const Places& places) {
  constexpr std::size_t fields = 10'000;
  auto store = open(places.url("hashes") + "?durability=none");
  Bare bare(places.path("bare-hashes"));
  auto field_names = names("field:", fields);
  const std::string about(17, 'x');
  bare.put(Family::metadata, row_of("hash"), about);
  for (const auto& f : field_names) {
    FieldValue item{f, value_a};
    store->run(HSet{"hash", {&item, 1}});
    bare.put(Family::data, field_row('f', f), value_a), bare.write();
  }
  Positions ours(fields), theirs(fields);
  std::optional<std::string> reply;
  std::string into;
  report.compare(
      "HGET, 10,000 fields", "2 Get: the key, the field", at_most(1.3),
      [&](std::size_t n) {
        while (n-- > 0) store->run(HGet{"hash", field_names[ours.next()]}, reply), keep(reply);
      },
      [&](std::size_t n) {
        while (n-- > 0) {
          bare.get(Family::metadata, row_of("hash")),
              bare.get(Family::data, field_row('f', field_names[theirs.next()]));
          into.assign(bare.found().data(), bare.found().size()), keep(into);
        }
      },
      disk_effort);
  report.compare(
      "HSET, 10,000 fields", "2 Get, Put", at_most(1.3),
      [&](std::size_t n) {
        while (n-- > 0) {
          FieldValue item{field_names[ours.next()], value_b};
          store->run(HSet{"hash", {&item, 1}});
        }
      },
      [&](std::size_t n) {
        while (n-- > 0) {
          std::string row = field_row('f', field_names[theirs.next()]);
          bare.get(Family::metadata, row_of("hash")), bare.get(Family::data, row);
          bare.put(Family::data, row, value_b), bare.write();
        }
      },
      disk_effort);
}

double scattered(std::size_t i) {
  return static_cast<double>((i * 2654435761u) % 1'000'003);
}

/// A sorted set in a store and one in bare rows, with the same members.
class SortedSets {
 public:
  SortedSets(Report& report, const Places& places);
  void points();
  void ranks();

 private:
  static constexpr std::size_t count_ = 1'000'000;
  Report& report_;
  std::shared_ptr<Store> store_;
  Bare bare_;
  std::vector<std::string> members_ = names("member:", count_);
  std::vector<double> scores_;
  Positions ours_{count_}, theirs_{count_};
  std::string of_ = ", " + power(count_) + " members";
};

SortedSets::SortedSets(Report& report, const Places& places)
    : report_(report),
      store_(open(places.url("zset") + "?durability=none")),
      bare_(places.path("bare-zset")),
      scores_(count_) {
  constexpr std::size_t at_once = 1000;
  bare_.put(Family::metadata, row_of("z"), std::string(17, 'x'));
  std::vector<ScoreMember> items;
  for (std::size_t i = 0; i < count_; ++i) {
    scores_[i] = scattered(i);
    items.push_back({scores_[i], members_[i]});
    bare_.put(Family::data, field_row('m', members_[i]), bits(scores_[i])),
        bare_.put(Family::data, score_row(scores_[i], members_[i]), "");
    if (items.size() < at_once) continue;
    store_->run(ZAdd{"z", items}), bare_.write();
    items.clear();
  }
}

void SortedSets::points() {
  report_.compare(
      "ZSCORE" + of_, "2 Get", at_most(1.3),
      [&](std::size_t n) {
        while (n-- > 0) keep(store_->run(ZScore{"z", members_[ours_.next()]}));
      },
      [&](std::size_t n) {
        while (n-- > 0)
          bare_.get(Family::metadata, row_of("z")),
              keep(bare_.get(Family::data, field_row('m', members_[theirs_.next()])));
      },
      disk_effort);
  report_.compare(
      "ZINCRBY" + of_, "2 Get, Delete, 2 Put", at_most(1.3),
      [&](std::size_t n) {
        while (n-- > 0) keep(store_->run(ZIncrBy{"z", 1, members_[ours_.next()]}));
      },
      [&](std::size_t n) {
        while (n-- > 0) {
          std::size_t i = theirs_.next();
          std::string row = field_row('m', members_[i]);
          bare_.get(Family::metadata, row_of("z")), bare_.get(Family::data, row);
          bare_.erase(Family::data, score_row(scores_[i], members_[i]));
          scores_[i] += 1;
          bare_.put(Family::data, row, bits(scores_[i])),
              bare_.put(Family::data, score_row(scores_[i], members_[i]), ""), bare_.write();
        }
      },
      disk_effort);
}

void SortedSets::ranks() {
  keep(store_->run(ZRank{"z", members_[0]}));  // the first query of ranks builds the directory
  auto scan_to = [&](const std::string& first, const std::string& last) {
    auto rows = bare_.rows(Family::data);
    std::int64_t met = 0;
    for (rows->Seek(first); rows->Valid() && rows->key().compare(last) < 0; rows->Next()) ++met;
    keep(met);
  };
  constexpr Effort scan_effort{std::chrono::microseconds(2000), 15};
  report_.compare(
      "ZRANK" + of_, "a scan from the first", at_least(1000),
      [&](std::size_t n) {
        while (n-- > 0) keep(store_->run(ZRank{"z", members_[ours_.next()]}));
      },
      [&](std::size_t n) {
        while (n-- > 0) {
          std::size_t i = theirs_.next();
          scan_to(score_row(-1, ""), score_row(scores_[i], members_[i]));
        }
      },
      scan_effort);
  report_.compare(
      "ZCOUNT of the lower half" + of_, "a scan", at_least(1000),
      [&](std::size_t n) {
        while (n-- > 0) keep(store_->run(ZCount{"z", Score{-1}, Score{500'000}}));
      },
      [&](std::size_t n) {
        while (n-- > 0) scan_to(score_row(-1, ""), score_row(500'000, ""));
      },
      scan_effort);
}

void sorted_set(Report& report, const Places& places) {
  SortedSets sets(report, places);
  sets.points();
  sets.ranks();
}

double milliseconds(const std::function<void()>& f) {
  auto begin = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

void start_up(Report& report, const Places& places) {
  std::size_t count = large() ? 10'000'000 : 1'000'000;
  std::string url = places.url("large") + "?durability=none";
  {
    auto store = open(url);
    constexpr std::size_t at_once = 1000;
    auto keys = names("user:", at_once);
    std::vector<KeyValue> items;
    for (std::size_t i = 0; i < count; i += at_once) {
      items.clear();
      for (std::size_t k = 0; k < at_once; ++k) {
        keys[k] = "user:" + std::to_string(i + k);
        items.push_back({keys[k], value_a});
      }
      store->run(MSet{items});
    }
    store->close();
  }
  std::vector<double> times;
  for (int i = 0; i < 7; ++i) {
    std::shared_ptr<Store> store;
    times.push_back(milliseconds([&] {
      store = open(url);
      keep(store->run(Get{"user:1"}));
    }));
    store->close();
  }
  report.add({.what = "opening " + power(count) + " keys, and a GET",
              .floor = "",
              .unit = "ms",
              .ours = median(times),
              .budget = at_most(300)});
}

void durability(Report& report, const Places& places) {
  auto keys = names("user:", 10'000);
  Positions ours(10'000), theirs(10'000);
  auto none = open(places.url("none") + "?durability=none"),
       periodic = open(places.url("periodic") + "?durability=periodic"),
       sync = open(places.url("sync") + "?durability=sync");
  auto set = [&](Store& store, Positions& at) {
    return [&](std::size_t n) {
      while (n-- > 0) store.run(Set{.key = keys[at.next()], .value = value_a});
    };
  };
  report.compare("SET, durability=periodic", "SET, durability=none", no_budget(), set(*periodic, ours),
                 set(*none, theirs), disk_effort);
  report.compare("SET, durability=sync", "SET, durability=none", no_budget(), set(*sync, ours),
                 set(*none, theirs), {std::chrono::microseconds(2000), 31});
}

}  // namespace

int main() {
  Report report("rocksdb_store", "RocksDB store, C++",
                "One thread, durability=none, values of 32 bytes, 10^5 keys. The floor is bare RocksDB with "
                "the store's options, column families and rows, "
                "doing the reads and writes that the command cannot do without.");
  Places places;
  strings(report, places);
  hashes(report, places);
  sorted_set(report, places);
  durability(report, places);
  start_up(report, places);
  report.note(
      "A SET looks at its key first, which a blind Put does not: what was there may have a time to live, or "
      "rows of its own.");
  report.note(
      "ZRANK and ZCOUNT: once the first query of ranks has built the directory (about 0.25 s per million "
      "members).");
  report.write();
}
