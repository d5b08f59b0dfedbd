#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "support.h"

namespace playhead::rocks::test {
namespace {

std::string row(std::uint64_t number) {
  std::string out;
  append_be64(out, number);
  return out;
}

// Splits like the storage: the middle row of the run is looked up in `rows`.
void tidy(Directory& directory, const std::set<std::string>& rows, const std::string& at) {
  auto run = directory.find(at);
  if (run.rows < Directory::merge_limit) directory.merge(at);
  if (run.rows < Directory::run_limit) return;
  auto middle = std::next(rows.lower_bound(std::string(run.low)), Directory::run_rows);
  directory.split(*middle, Directory::run_rows);
}

}  // namespace

TEST_CASE("a directory knows the rank of every row while rows come and go") {
  std::mt19937_64 random(GENERATE(1, 2, 3));
  Directory directory;
  directory.append("", 0);
  std::set<std::string> rows;
  for (int i = 0; i < 60000; ++i) {
    bool grows = i < 30000 ? random() % 8 : random() % 8 == 0;
    if (grows || rows.empty()) {
      std::string fresh = row(random() % 1000000);
      if (rows.insert(fresh).second) directory.add(fresh, 1), tidy(directory, rows, fresh);
    } else {
      auto gone = rows.lower_bound(row(random() % 1000000));
      if (gone == rows.end()) gone = rows.begin();
      std::string at = *gone;
      rows.erase(gone);
      directory.add(at, -1);
      tidy(directory, rows, at);
    }
  }
  REQUIRE(directory.size() == static_cast<std::int64_t>(rows.size()));
  std::int64_t rank = 0, sum = 0;
  std::size_t runs = 0;
  for (auto& at : rows) {
    auto run = directory.find(at);
    REQUIRE(run.before <= rank);
    REQUIRE(rank < run.before + run.rows);
    REQUIRE(Text(at) >= run.low);
    REQUIRE(directory.at(rank).low == run.low);
    REQUIRE(directory.at(rank).before == run.before);
    ++rank;
  }
  directory.each([&](Text, std::int64_t n) { sum += n, ++runs; });
  CHECK(sum == directory.size());
  CHECK(runs == directory.runs());
}

TEST_CASE("a directory of many runs is built by appending them") {
  Directory directory;
  for (std::uint64_t i = 0; i < 10000; ++i) directory.append(i ? row(i * 100) : "", 100);
  CHECK(directory.runs() == 10000);
  CHECK(directory.size() == 1000000);
  CHECK(directory.find(row(777777)).before == 777700);
  CHECK(directory.at(555555).low == row(555500));
}

}  // namespace playhead::rocks::test
