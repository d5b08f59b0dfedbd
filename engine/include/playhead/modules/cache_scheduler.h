#pragma once
// When cached rows are loaded again, and by whom.
#include <functional>
#include <memory>

#include "playhead/modules/background.h"
#include "playhead/modules/namespace.h"

namespace playhead {

struct CacheSchedulerOptions {
  std::string name = "videos";         ///< schedulers of the same name share their entries
  Millis hot_interval = 300'000;       ///< of schedule_hot_video_cache(); 1 ms to 10 years
  Millis normal_interval = 1'800'000;  ///< of schedule_normal_video_cache(); 1 ms to 10 years
  Millis lease = 30'000;               ///< how long a claim lasts; longer than a load takes. 1 ms to 10 years
  Millis retry_after = 5'000;          ///< when an entry is due again after its load failed; 1 ms to 10 years
  std::int64_t batch = 1;              ///< entries claimed at once; each waits for those before it. 1..1000
  Millis longest_wait =
      1'000;  ///< the background thread looks for entries of other processes at least so often; 1 ms to 1 hour
  std::int64_t min_views = 100;  ///< an entry with fewer views is stopped, if `views_of` is given; 0..2^53
};

/// What a scheduler calls, on the thread of step() or of the background, holding no lock. They may throw: see
/// StepReport, and EndRun.
struct CacheCallbacks {
  std::function<void(Text video_id)> load;  ///< loads the row and writes the cache. Needed by step()
  std::function<std::int64_t(Text video_id)> views_of;  ///< may be empty: nothing is stopped
  std::function<void(Text video_id)>
      stopped;  ///< an entry was stopped for want of views: drop what is cached. May be empty
};

/// What a step did.
struct StepReport {
  struct Failure {
    std::string video_id, message;
  };
  std::int64_t claimed = 0;
  std::int64_t refreshed = 0;
  std::int64_t stopped = 0;  ///< for want of views
  std::int64_t lost =
      0;  ///< loaded, but the lease had ended and somebody else has the entry, or it was stopped meanwhile
  std::vector<Failure> failures;  ///< callbacks that threw; those entries are due again after `retry_after`
  std::optional<Millis> next_due =
      {};          ///< when the next entry is due, or a lease ends, as it was before the loads
  Millis now = 0;  ///< the time of the step
};

/// An entry that was claimed: whoever has the receipt owns it until the lease ends or somebody else claims
/// it.
struct CacheClaim {
  std::string video_id;
  Millis interval = 0;
  std::string receipt;
};

/// Refreshes cached rows at intervals of their own. Any number of schedulers, in any number of processes,
/// share the work: an entry that is due is claimed by exactly one of them; if its owner dies, it is claimed
/// again once the lease has ended. An entry is due once it is scheduled, and again one interval after each
/// load. Every method is one round trip, step() two for each entry. Thread-safe. Methods throw Error{invalid}
/// for ids that are empty or too long, and what the store throws.
class CacheScheduler {
 public:
  /// Throws Error{invalid} for options out of range.
  explicit CacheScheduler(Namespace space, CacheCallbacks callbacks = {}, CacheSchedulerOptions options = {});
  /// Ends the background thread; not to be called on it.
  ~CacheScheduler();
  CacheScheduler(const CacheScheduler&) = delete;
  CacheScheduler& operator=(const CacheScheduler&) = delete;

  /// Schedules a video, due at once and then every `interval` (1 ms to 10 years). One that is scheduled
  /// already gets the new interval, and is due at once unless it is being loaded. O(log n).
  void schedule(Text video_id, Millis interval);
  void schedule_hot_video_cache(Text video_id) { schedule(video_id, options_.hot_interval); }
  void schedule_normal_video_cache(Text video_id) { schedule(video_id, options_.normal_interval); }
  /// Takes it out; whether it was scheduled. Who is loading it finds out at complete(). Idempotent. O(log n).
  bool stop_video_cache(Text video_id);
  /// The interval of a scheduled video.
  std::optional<Millis> interval_of(Text video_id);
  std::int64_t count();
  /// When the next entry is due, or its lease ends.
  std::optional<Millis> next_due();

  /// Claims up to `count` (1..1000) entries that are due, the most overdue first. O(count * log n).
  std::vector<CacheClaim> claim(std::int64_t count = 1, std::optional<Millis> now = {});
  /// The entry was loaded: it is due again after its interval. False: the receipt is not good any more, and
  /// nothing was changed.
  bool complete(const CacheClaim& claim, std::optional<Millis> now = {});
  /// The load failed: it is due again `after` so long. The result is as with complete().
  bool fail(const CacheClaim& claim, Millis after, std::optional<Millis> now = {});
  /// Takes the entry out. The result is as with complete().
  bool stop(const CacheClaim& claim, std::optional<Millis> now = {});

  /// Claims what is due (at most one batch), loads it, and says what happened. `now` replaces the time that
  /// counts. Throws Error{invalid} if there is no loader, and the EndRun of a callback.
  StepReport step(std::optional<Millis> now = {});
  /// Steps on a thread of its own until stop_background(): sleeps until the next entry is due. Errors of the
  /// store and of callbacks go to `on_error` (which must not throw), and the thread goes on; after an EndRun it
  /// ends. Throws Error{invalid} if it runs already.
  void run_in_background(std::function<void(Text message)> on_error = {});
  /// Waits for the step under way, then ends the thread. Idempotent. Throws Error{invalid} within a callback
  /// on that thread. In a forked child, where the thread does not run, it does nothing.
  void stop_background();
  bool running() const;

  static List<Procedure> procedures();

 private:
  Millis background_step(const std::function<void(Text)>& tell);
  Millis time(std::optional<Millis> now) const { return now ? *now : space_.time(); }
  void refresh(const CacheClaim& claim, std::optional<Millis> now, StepReport& report);
  StepReport claim_due(std::int64_t count, std::optional<Millis> now, std::vector<CacheClaim>& claims);
  bool settle(Text how, const CacheClaim& claim, Millis after, std::optional<Millis> now);

  Namespace space_;
  CacheCallbacks callbacks_;
  CacheSchedulerOptions options_;
  std::string schedule_key_, delay_key_, claims_key_;
  BackgroundPtr background_;
};

}  // namespace playhead
