#pragma once
// Counts of users: articles, followings, fans, likes.
#include <functional>

#include "playhead/modules/namespace.h"

namespace playhead {

struct CountedId {
  std::string id;
  std::int64_t count = 0;
};

/// What the counts truly are, such as a query that groups and counts: tells the counts of ids, in their order. It is
/// called without any lock, and may throw: reconcile() ends then.
using TrueCounts = std::function<std::vector<std::int64_t>(List<Text> ids)>;
/// More ids that the source knows, up to 1000 at once; none: there are no more.
using NextIds = std::function<std::vector<std::string>()>;

struct Drift {
  std::string id;
  std::int64_t stored = 0, truth = 0;
  bool repaired = false;
};

/// What a reconciliation found.
struct ReconcileReport {
  std::int64_t checked = 0;   ///< ids
  std::int64_t drifted = 0;   ///< ids with a wrong count
  std::int64_t repaired = 0;  ///< of them
  std::int64_t moving = 0;    ///< ids whose count changed while it was looked at: they are left alone
  std::vector<Drift> drifts;  ///< the first 10,000
};

/// Counts by kind ("articles", "fans") and id, kept beside a database that has the truth. A kind is sharded, so that no
/// key holds the whole platform. Every method except reconcile() is one round trip. Thread-safe. All methods throw
/// Error{invalid} for kinds and ids that are empty or too long, and what the store throws.
class CountStore {
 public:
  /// `replica`: where counts are read when the store cannot be reached; they may be late there.
  explicit CountStore(Namespace space, std::optional<Namespace> replica = {});

  /// 0 for an id without a count. O(1).
  std::int64_t get(Text kind, Text id);
  /// The counts of several ids, in their order. O(ids).
  std::vector<std::int64_t> get(Text kind, List<Text> ids);
  /// The counts of one id of several kinds, in their order: a profile. O(kinds).
  std::vector<std::int64_t> get_all(Text id, List<Text> kinds);
  /// Adds, and gives the new count. `by`: -10^12..10^12. O(log n).
  std::int64_t increment(Text kind, Text id, std::int64_t by = 1);
  /// `count`: -10^15..10^15. O(log n).
  void set(Text kind, Text id, std::int64_t count);
  /// The greatest counts; of equal ones the greater id first. `limit` is 1..1000. O(limit).
  std::vector<CountedId> top(Text kind, std::int64_t limit = 10);

  /// Compares all counts of a kind with the truth: those of the ids that the store knows, and of `next_ids`. A drift
  /// counts only if a second look finds the same count and the same truth, so that increments under way are none; with
  /// `repair` it is set right if the count is still the one that was seen. Round trips: four or five for 1000 ids.
  /// Increments that are lost on their way to the store show up at the next reconciliation.
  ReconcileReport reconcile(Text kind, const TrueCounts& truth, const NextIds& next_ids = {},
                            bool repair = true);

  static List<Procedure> procedures();

 private:
  template <class F>
  auto read(F&& f);
  void check_page(Text kind, const std::vector<std::string>& ids, const TrueCounts& truth, bool repair,
                  ReconcileReport& report);

  Namespace space_;
  std::optional<Namespace> replica_;
};

}  // namespace playhead
