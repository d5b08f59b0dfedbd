#include "playhead/modules/leaderboard.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <random>
#include <thread>

#include "tests/modules/space.h"

using namespace playhead;
using namespace playhead::test;

namespace {

using Ids = std::vector<std::string>;

Ids ids(const std::vector<Standing>& places) {
  Ids out;
  for (const auto& place : places) out.push_back(place.member);
  return out;
}

std::vector<std::int64_t> shared_ranks(const std::vector<Standing>& places) {
  std::vector<std::int64_t> out;
  for (const auto& place : places) out.push_back(place.shared_rank);
  return out;
}

}  // namespace

TEST_CASE("the best scores stand first, with ranks from one", "[leaderboard]") {
  for_each_space([](Space& s) {
    Leaderboard board(s.space, "game");
    REQUIRE(board.add_score("a", 1000).rank == 1);
    REQUIRE(board.add_score("b", 1500).rank == 1);
    REQUIRE(board.add_score("c", 800).rank == 3);
    ScoreChange change = board.increment_score("a", 600);
    REQUIRE(change.score == 1600);
    REQUIRE(change.rank == 1);
    REQUIRE(change.known);
    REQUIRE_FALSE(board.increment_score("d", -5).known);
    REQUIRE(ids(board.get_top()) == Ids{"a", "b", "c", "d"});
    REQUIRE(ids(board.get_top(2)) == Ids{"a", "b"});
    REQUIRE(board.get_rank("c") == 3);
    REQUIRE(board.get_score("d") == -5);
    REQUIRE_FALSE(board.get_rank("e"));
    REQUIRE_FALSE(board.get_score("e"));
    REQUIRE(board.get_total_members() == 4);
    REQUIRE(board.remove_member("b"));
    REQUIRE_FALSE(board.remove_member("b"));
    REQUIRE(board.get_rank("c") == 2);
    board.clear();
    REQUIRE(s.store->run(DbSize{}) == 0);
  });
}

TEST_CASE("the lowest score can be the best one", "[leaderboard]") {
  for_each_space([](Space& s) {
    Leaderboard laps(s.space, "laps", {.order = ScoreOrder::lowest_first});
    laps.add_score("slow", 65.25);
    laps.add_score("fast", 60.5);
    REQUIRE(ids(laps.get_top()) == Ids{"fast", "slow"});
    REQUIRE(laps.improve_score("slow", 70).score == 65.25);
    REQUIRE(laps.improve_score("slow", 59).rank == 1);
    REQUIRE(laps.percentile("slow") == 100);
  });
}

TEST_CASE("among equal scores stands first who reached it first, last, or by name", "[leaderboard]") {
  for_each_space([](Space& s) {
    auto order = [&](Ties ties) {
      Leaderboard board(s.space, "game", {.ties = ties});
      board.add_score("b", 5);
      board.add_score("c", 1);
      board.add_score("a", 5);
      board.increment_score("c", 4);
      board.add_score("b", 5);  // has it already
      return ids(board.get_top());
    };
    REQUIRE(order(Ties::first_to_reach) == Ids{"b", "a", "c"});
    REQUIRE(order(Ties::last_to_reach) == Ids{"c", "a", "b"});
    REQUIRE(order(Ties::by_name) == Ids{"a", "b", "c"});
  });
}

TEST_CASE("who leaves a score and comes back to it reaches it anew", "[leaderboard]") {
  for_each_space([](Space& s) {
    Leaderboard board(s.space, "game");
    board.add_score("a", 5);
    board.add_score("b", 5);
    board.increment_score("a", 1);
    board.increment_score("a", -1);
    REQUIRE(ids(board.get_top()) == Ids{"b", "a"});
  });
}

TEST_CASE("equal scores share a rank", "[leaderboard]") {
  for_each_space([](Space& s) {
    Leaderboard board(s.space, "game");
    double scores[] = {9, 7, 7, 5, 5, 5, 1};
    for (int i = 0; i < 7; ++i) board.add_score(std::to_string(i), scores[i]);
    REQUIRE(shared_ranks(board.get_top()) == std::vector<std::int64_t>{1, 2, 2, 4, 4, 4, 7});
    REQUIRE(shared_ranks(board.get_range(5, 3)) == std::vector<std::int64_t>{4, 4, 7});
    REQUIRE(board.get("2")->shared_rank == 2);
    REQUIRE(board.get("2")->rank == 3);
    REQUIRE(board.percentile("3") == Approx(100.0 / 6));
    REQUIRE(board.percentile("0") == 100);
    REQUIRE(board.percentile("6") == 0);
    REQUIRE(board.at_percentile(100)->member == "0");
    REQUIRE(board.at_percentile(0)->member == "6");
    REQUIRE(board.at_percentile(50)->member == "3");
  });
}

TEST_CASE("around a member stand its neighbours", "[leaderboard]") {
  for_each_space([](Space& s) {
    Leaderboard board(s.space, "game");
    for (int i = 0; i < 9; ++i) board.add_score(std::to_string(i), 100 - i);
    REQUIRE(ids(board.get_around("4", 2)) == Ids{"2", "3", "4", "5", "6"});
    REQUIRE(ids(board.get_around("0", 2)) == Ids{"0", "1", "2"});
    REQUIRE(ids(board.get_around("8", 1)) == Ids{"7", "8"});
    REQUIRE(board.get_around("4", 2)[0].rank == 3);
    REQUIRE(board.get_around("x", 2).empty());
  });
}

namespace {

/// The original's board: it trims, and an increment begins at zero for who was trimmed.
class OriginalBoard {
 public:
  explicit OriginalBoard(std::size_t max_size) : max_size_(max_size) {}
  double increment(const std::string& member, double by) {
    double score = scores_[member] += by;
    while (scores_.size() > max_size_)
      scores_.erase(std::min_element(scores_.begin(), scores_.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; }));
    return score;
  }

 private:
  std::size_t max_size_;
  std::map<std::string, double> scores_;
};

}  // namespace

TEST_CASE("who falls off a full board goes on from the score it had", "[leaderboard]") {
  OriginalBoard original(2);
  original.increment("a", 10);
  original.increment("b", 20);
  original.increment("c", 30);
  REQUIRE(original.increment("a", 15) == 15);  // the 10 are lost
  for_each_space([](Space& s) {
    Leaderboard board(s.space, "game", {.max_size = 2, .reserve = 2});
    board.increment_score("a", 10);
    board.increment_score("b", 20);
    board.increment_score("c", 30);
    REQUIRE(ids(board.get_top()) == Ids{"c", "b"});
    REQUIRE_FALSE(board.get_rank("a"));
    REQUIRE(board.get_around("a").empty());
    REQUIRE(board.get("a")->rank == 3);
    REQUIRE(board.get_total_members() == 2);
    ScoreChange back = board.increment_score("a", 15);
    REQUIRE(back.known);
    REQUIRE(back.score == 25);
    REQUIRE(back.rank == 2);
    REQUIRE(ids(board.get_top()) == Ids{"c", "a"});
  });
}

TEST_CASE("who falls behind the reserve is named, and not known any more", "[leaderboard]") {
  for_each_space([](Space& s) {
    Leaderboard board(s.space, "game", {.max_size = 1, .reserve = 1});
    board.add_score("a", 3);
    board.set_data("a", "x");
    board.add_score("b", 4);
    MemberScore more[] = {{"c", 5}, {"d", 1}};
    ScoreChanges result = board.add_scores(more);
    REQUIRE(result.forgotten.size() == 2);
    REQUIRE(result.forgotten[0].member == "d");
    REQUIRE(result.forgotten[1].member == "a");
    REQUIRE(result.forgotten[1].score == 3);
    REQUIRE(result.changes[0].rank == 1);
    REQUIRE(result.changes[1].rank == 0);
    ScoreChange anew = board.increment_score("a", 10);
    REQUIRE_FALSE(anew.known);
    REQUIRE(anew.score == 10);
    REQUIRE(board.get("a")->data.empty());
  });
}

TEST_CASE("members may have data", "[leaderboard]") {
  for_each_space([](Space& s) {
    Leaderboard board(s.space, "game");
    REQUIRE_FALSE(board.set_data("a", "x"));
    board.add_score("a", 1);
    REQUIRE(board.set_data("a", std::string("\0x", 2)));
    board.add_score("a", 2);
    REQUIRE(board.get_top()[0].data == std::string("\0x", 2));
    REQUIRE(board.set_data("a", ""));
    REQUIRE(board.get("a")->data.empty());
    board.set_data("a", "y");
    board.remove_member("a");
    board.add_score("a", 1);
    REQUIRE(board.get("a")->data.empty());
    REQUIRE_THROWS_AS(board.set_data("a", std::string(16'385, 'x')), Error);
  });
}

TEST_CASE("the pages of a board are all of it, wherever the last member read has moved", "[leaderboard]") {
  for_each_space([](Space& s) {
    for (Ties ties : {Ties::first_to_reach, Ties::last_to_reach, Ties::by_name}) {
      Leaderboard board(s.space, "game", {.ties = ties});
      for (int i = 0; i < 50; ++i) board.add_score("m" + std::to_string(i), std::floor(i / 7.0));
      Ids whole = ids(board.get_top(1000)), paged;
      std::string cursor;
      do {
        auto page = board.page(cursor, 8);
        for (auto& id : ids(page.items)) paged.push_back(id);
        cursor = page.next;
      } while (!cursor.empty());
      REQUIRE(paged == whole);
      auto first = board.page({}, 5);
      board.increment_score(first.items.back().member, -100);
      REQUIRE(board.page(first.next, 1).items[0].member == whole[5]);
      REQUIRE_THROWS_AS(board.page("junk!"), Error);
    }
  });
}

TEST_CASE("a board is what a sorted list would be", "[leaderboard]") {
  for_each_space([](Space& s) {
    Leaderboard board(s.space, "game", {.ties = Ties::by_name});
    std::map<std::string, double> model;
    std::mt19937 random(7);
    for (int i = 0; i < 300; ++i) {
      std::string member = "m" + std::to_string(random() % 40);
      double by = static_cast<double>(random() % 9) - 4;
      REQUIRE(board.increment_score(member, by).score == (model[member] += by));
    }
    std::vector<std::pair<double, std::string>> sorted;
    for (const auto& [member, score] : model) sorted.emplace_back(-score, member);
    std::sort(sorted.begin(), sorted.end());
    auto top = board.get_top(1000);
    REQUIRE(top.size() == sorted.size());
    for (std::size_t i = 0; i < top.size(); ++i) {
      REQUIRE(top[i].member == sorted[i].second);
      REQUIRE(board.get_rank(top[i].member) == static_cast<std::int64_t>(i) + 1);
    }
  });
}

TEST_CASE("increments by several threads are all counted", "[leaderboard]") {
  for_each_space([](Space& s) {
    Leaderboard board(s.space, "game", {.max_size = 3, .reserve = 10});
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < 100; ++i) board.increment_score("m" + std::to_string(i % 5), 1);
      });
    for (auto& t : threads) t.join();
    for (int m = 0; m < 5; ++m) REQUIRE(board.get_score("m" + std::to_string(m)) == 160);
    REQUIRE(board.get_top().size() == 3);
  });
}

TEST_CASE("every call of a leaderboard is one round trip", "[leaderboard]") {
  for_each_space([](Space& s) {
    auto counting = std::make_shared<CountingStore>(s.store);
    Leaderboard board(Namespace(counting), "game", {.max_size = 10});
    std::function<void()> calls[] = {[&] { board.add_score("a", 1); },
                                     [&] { board.increment_score("a"); },
                                     [&] { board.get_top(); },
                                     [&] { board.get_rank("a"); },
                                     [&] { board.get_score("a"); },
                                     [&] { board.get_around("a"); },
                                     [&] { board.page(); },
                                     [&] { board.percentile("a"); },
                                     [&] { board.at_percentile(50); },
                                     [&] { board.get_total_members(); },
                                     [&] { board.set_data("a", "x"); },
                                     [&] { board.remove_member("a"); },
                                     [&] { board.clear(); }};
    for (const auto& call : calls) {
      int before = counting->trips;
      call();
      REQUIRE(counting->trips == before + 1);
    }
  });
}

TEST_CASE("members and scores out of range are refused and change nothing", "[leaderboard]") {
  for_each_space([](Space& s) {
    Leaderboard board(s.space, "game");
    REQUIRE_THROWS_AS(board.add_score("", 1), Error);
    REQUIRE_THROWS_AS(board.add_score(std::string(1025, 'x'), 1), Error);
    for (double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL})
      REQUIRE_THROWS_AS(board.add_score("a", bad), Error);
    REQUIRE_THROWS_AS(board.get_top(0), Error);
    REQUIRE_THROWS_AS(board.get_around("a", 500), Error);
    REQUIRE_THROWS_AS(board.at_percentile(101), Error);
    REQUIRE_THROWS_AS(Leaderboard(s.space, ""), Error);
    REQUIRE_THROWS_AS(Leaderboard(s.space, "x", {.max_size = -1}), Error);
    REQUIRE(s.store->run(DbSize{}) == 0);
    for (const std::string& member :
         {std::string("a:b"), std::string("\0", 1), std::string("\xff{}"), std::string("0000000000000001a")})
      board.add_score(member, 1);
    REQUIRE(board.get_total_members() == 4);
    REQUIRE(board.get_rank(std::string("\0", 1)) == 2);
  });
}
