#pragma once
// Recommendations that are there before anybody asks.
#include "playhead/modules/cache.h"
#include "playhead/modules/cache_scheduler.h"
#include "playhead/modules/recommender.h"

namespace playhead {

struct PreheaterOptions {
  std::string name = "feed";  ///< preheaters of the same name share regions, events and lists; 1..512 bytes
  Millis interval = 900'000;  ///< a region's list is made again after so long; 1 ms to 15 days
  std::int64_t threshold = 1'000;  ///< after so many events of a region at once; 1..2^53
  std::int64_t count = 100;        ///< videos of a list; 1..1,000
  Millis lease = 30'000;           ///< longer than making a list takes; 1 ms to 1 day
  Millis retry_after = 5'000;  ///< a list that could not be made is due again after so long; 1 ms to 10 years
  Millis longest_wait =
      1'000;  ///< the background looks for events of other processes so often; 1 ms to 1 hour
  std::function<void()> while_waiting = {};  ///< called about every 50 ms by who waits for a list; may throw
};

/// Called after a list was stored, with no lock held, to load what belongs to its videos (their metadata) into other
/// caches. If it throws, the region is due again after `retry_after`. May be empty.
using PreheatVideos = std::function<void(Text region, List<Text> video_ids)>;

/// Makes, for each region, the list that a recommender gives somebody of whom nothing is known, and keeps it in a
/// Cache: at intervals, and at once after a number of events. Any number of preheaters, in any number of processes, share
/// the work: of those who step, one makes the list of a region (CacheScheduler: a claim with a lease); if it dies,
/// another one does when the lease has ended. Until there is a new list the last one is shown, for one more
/// interval. A list is as it was made: a video that was withdrawn since leaves with the next one. Owns no thread unless
/// run_in_background(). Thread-safe. Methods throw Error{invalid} for regions that are empty or longer than 1 KiB, and
/// what the store and the recommender throw.
class Preheater {
 public:
  /// The region of those whose region is not known: its list is that of all regions together.
  static constexpr Text everywhere = "*";

  /// Throws Error{invalid} without a recommender and for options out of range.
  Preheater(const Namespace& space, std::shared_ptr<Recommender> recommender, PreheatVideos videos = {},
            const PreheaterOptions& options = {});

  /// Has a region's list made at once, and then every `interval`, by whoever steps. One round trip.
  void schedule(Text region);
  /// No longer; whether it was. The list stays until its end.
  bool unschedule(Text region);
  /// Counts events of a region (1..2^53): how many there were since its list was begun last. From the threshold on the
  /// list is due at once, or, if it is being made, once more when it is done; a region that was not scheduled is then. Note
  /// events after they are recorded: then none is missing in the list longer than that. One round trip. Those in the
  /// background see it within `longest_wait`.
  std::int64_t note(Text region, std::int64_t events = 1);
  /// A region's list, the best first; it is made, by one caller at a time, if it is not there. One round trip if it is.
  std::vector<Recommendation> get(Text region);
  /// Makes it now, unless somebody else is at it, and loads its videos.
  void preheat(Text region);

  /// Makes a list that is due. `now` replaces the time that counts for what is due.
  StepReport step(std::optional<Millis> now = {}) { return scheduler_.step(now); }
  /// Steps on a thread of its own until stop_background(). Errors go to `on_error`, which must not throw.
  void run_in_background(std::function<void(Text message)> on_error = {}) {
    scheduler_.run_in_background(std::move(on_error));
  }
  /// Waits for the list under way, then ends the thread. Idempotent.
  void stop_background() { scheduler_.stop_background(); }
  bool running() const { return scheduler_.running(); }

  static List<Procedure> procedures();

  /// Videos of a list.
  std::int64_t count() const { return count_; }

 private:
  std::vector<Recommendation> make(Text region);
  Value run(const Procedure& p, const ArgumentWriter& args) const;

  Namespace space_;
  std::shared_ptr<Recommender> recommender_;
  PreheatVideos videos_;
  Millis interval_;
  std::int64_t threshold_, count_;
  std::vector<std::string> keys_;  // of the procedures
  Cache cache_;
  CacheScheduler scheduler_;  // ends first: its thread uses the others
};

}  // namespace playhead
