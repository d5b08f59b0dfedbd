#pragma once
// What one user did with one video, and what it counts for. Of several events the strongest counts, once; the
// weight rises at the time of each event that is stronger than all before it. So the order in which events
// arrive makes no difference to what is counted for which time.
#include <array>
#include <vector>

#include "playhead/modules/recommender.h"

namespace playhead::recommend {

/// What an event counts for: in the user's taste, in co-counts, in popularity.
struct Weights {
  float taste = 0, co = 0, popularity = 0;
  bool operator==(const Weights&) const = default;
};

/// An event on a video, as far as it matters.
struct Taken {
  Millis at = 0;
  VideoEvent event = VideoEvent::impression;
  bool long_view = false;
  bool history = false;  ///< came in as bulk from before the stream
  float completion = 0;  ///< of a view, 0..1
  bool operator==(const Taken&) const = default;
};

Taken taken_of(const EventRecord& event);
Weights weights_of(const Taken& event);
/// Whether it shows that the user liked the video: everything positive, and long views.
bool is_positive(const Taken& event);

/// From this time on the weights are so much greater.
struct Step {
  Millis at;
  Weights by;
  bool operator==(const Step&) const = default;
};

/// What a user's events on a video, in any order, count for beyond a base. What was taken back (unlike, ...)
/// counts not at all. A dislike takes the video out of co-counts; its taste is counted apart.
class Effect {
 public:
  explicit Effect(std::vector<Taken> events, Weights base = {});
  const std::vector<Step>& steps() const { return steps_; }
  /// The base and all steps; nothing in co-counts if it is disliked.
  Weights total() const { return total_; }
  std::optional<Millis> disliked_at() const { return disliked_at_; }

 private:
  std::vector<Step> steps_;
  Weights total_;
  std::optional<Millis> disliked_at_;
};

}  // namespace playhead::recommend
