#pragma once
// Rankings: who has the best score.
#include <functional>

#include "playhead/modules/page.h"

namespace playhead {

/// Which of two members with equal scores stands before the other.
enum class Ties : std::uint8_t {
  first_to_reach,  ///< who reached the score first
  last_to_reach,   ///< who reached it last
  by_name,         ///< the smaller id, byte by byte
};

enum class ScoreOrder : std::uint8_t { highest_first, lowest_first };

struct LeaderboardOptions {
  ScoreOrder order = ScoreOrder::highest_first;
  Ties ties = Ties::first_to_reach;
  std::int64_t max_size = 0;     ///< places on the board; 0: no limit. 0..10,000,000
  std::int64_t reserve = 1'000;  ///< members below a full board whose scores are kept; 0..10,000,000
};

struct MemberScore {
  Text member;
  double score = 0;  ///< finite
};

/// What a change made of a member's score.
struct ScoreChange {
  double score = 0;
  std::int64_t rank = 0;  ///< from 1; beyond max_size it is off the board; 0: it was forgotten at once
  bool known = false;     ///< whether its score was known before; if not, the change began at zero
};

/// A member that fell behind the reserve: its score and data are not known any more.
struct ForgottenMember {
  std::string member;
  double score = 0;
};

struct ScoreChanges {
  std::vector<ScoreChange> changes;  ///< in the order of what was asked for
  std::vector<ForgottenMember> forgotten;
};

/// A place.
struct Standing {
  std::string member;
  double score = 0;
  std::int64_t rank = 0;         ///< from 1; no two members share one
  std::int64_t shared_rank = 0;  ///< one more than there are better scores: 1, 2, 2, 4
  std::string data;              ///< of set_data(); empty if there are none
};

/// A leaderboard.
///
/// A board of `max_size` places keeps the scores of `reserve` members below it: who falls off the board goes on
/// from the score it had, and comes back with it when there is room. Only who falls behind the reserve as well
/// is forgotten; the call that caused it tells so, and the next change of that member has `known == false`.
///
/// Boards that differ in name, order or tie rule are different boards. All of a board is in one slot. Every
/// method is one atomic step and one round trip. Thread-safe. All methods throw Error{invalid} for ids that are
/// empty or too long and numbers out of range, and what the store throws.
class Leaderboard {
 public:
  /// Throws Error{invalid} for options out of range.
  Leaderboard(Namespace space, Text name, LeaderboardOptions options = {});

  /// Sets a score. The same score again changes nothing, not even who reached it first. O(log n).
  ScoreChange add_score(Text member, double score);
  /// Adds to a score. O(log n).
  ScoreChange increment_score(Text member, double by = 1);
  /// Sets a score if it is better than the one there is. O(log n).
  ScoreChange improve_score(Text member, double score);
  /// The same for up to 1000 members in one step, in their order. O(members * log n).
  ScoreChanges add_scores(List<MemberScore> scores);
  ScoreChanges increment_scores(List<MemberScore> scores);
  ScoreChanges improve_scores(List<MemberScore> scores);

  /// The first `count` (1..1000). O(count + log n).
  std::vector<Standing> get_top(std::int64_t count = 10);
  /// Places from rank `from` (from 1) on, `count` (1..1000) of them: a page by number. O(count + log n).
  std::vector<Standing> get_range(std::int64_t from, std::int64_t count);
  /// A page that begins behind the last member read, wherever others have moved. O(count + log n).
  ListPage<Standing> page(Text cursor = {}, std::int64_t count = 50);
  /// A member with up to `count` (0..499) before and behind it; empty if it is not on the board.
  std::vector<Standing> get_around(Text member, std::int64_t count = 5);
  /// A member's place, also below a full board; nothing if it is not known. O(log n).
  std::optional<Standing> get(Text member);
  /// Its rank from 1; nothing if it is not on the board. O(log n).
  std::optional<std::int64_t> get_rank(Text member);
  std::optional<double> get_score(Text member);
  /// How many of a hundred of the others on the board have worse scores, 0..100; 100 if there are no others,
  /// nothing if it is not on the board. O(log n).
  std::optional<double> percentile(Text member);
  /// The place that is at least as good as that percentage (0..100) of the board, by nearest rank; nothing for an
  /// empty board. O(log n).
  std::optional<Standing> at_percentile(double percent);

  /// Keeps up to 16 KiB with a known member; empty bytes take them away. Whether it is known. O(1).
  bool set_data(Text member, Text data);
  /// Whether it was known. O(log n).
  bool remove_member(Text member);
  /// How many of up to 1000 were known.
  std::int64_t remove_members(List<Text> members);
  /// Members on the board.
  std::int64_t get_total_members();
  void clear();

  static List<Procedure> procedures();

 private:
  ScoreChanges change(Text mode, List<MemberScore> scores);
  struct Read;
  Read read(Text how, const std::function<void(ArgumentWriter&)>& rest);

  Namespace space_;
  LeaderboardOptions options_;
  std::string order_key_, places_key_, data_key_;
};

}  // namespace playhead
