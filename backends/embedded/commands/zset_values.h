#pragma once
// Members and scores taken out of sorted sets, put into them and removed from them.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "backends/embedded/tx.h"
#include "playhead/reply.h"

namespace playhead::embedded {

/// Members with their scores, copied one behind the other into one block.
class ZList {
 public:
  void add(Text member, double score) {
    bytes_.append(member);
    rows_.push_back({score, bytes_.size()});
  }
  std::size_t size() const { return rows_.size(); }
  /// f(Text member, double score), in the order of add().
  template <class F>
  void each(F&& f) const {
    std::size_t from = 0;
    for (const Row& row : rows_) {
      f(Text(bytes_).substr(from, row.end - from), row.score);
      from = row.end;
    }
  }

 private:
  struct Row {
    double score;
    std::size_t end;  // of the member in bytes_
  };
  std::string bytes_;
  std::vector<Row> rows_;
};

inline bool is_negative_zero(double x) {
  return x == 0 && std::signbit(x);
}

/// What Redis keeps in a listpack; there -0.0 becomes 0, which shows in the replies.
inline constexpr std::size_t most_listed = 128;
inline constexpr std::size_t longest_listed = 64;

/// A score as a sorted set keeps it: for a new member, and for one that had another score.
struct KeptScore {
  double added, changed;
};

/// -0.0 survives only in a sorted set that is no listpack when the score is written.
template <class S>
KeptScore score_kept(Tx<S>& t, typename Tx<S>::Entry& e, Text member, double score) {
  if (!is_negative_zero(score)) [[likely]]
    return {score, score};
  const bool listed = !e.exists() || t.encoding(e) == "listpack";
  const bool stays = listed && member.size() <= longest_listed && t.size(e) < most_listed;
  return {stays ? 0 : score, listed ? 0 : score};
}

/// Removes members of a sorted set, all different and all there.
template <class S>
void remove_members(Tx<S>& t, typename Tx<S>::Entry& e, const ZList& members) {
  if (members.size() == 0) return;
  if (members.size() == t.size(e)) return t.remove(e);
  members.each([&](Text member, double) { t.zerase(e, member); });
}

template <class S>
void put_scored(Tx<S>& t, typename Tx<S>::Entry& e, Text member, double score) {
  t.zput(e, member, [&](const double*) { return std::optional<double>(score); });
}

}  // namespace playhead::embedded
