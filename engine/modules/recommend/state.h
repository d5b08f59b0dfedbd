#pragma once
// All that is counted from the log, in this process's memory. Not thread-safe; the recommender locks.
#include <deque>
#include <unordered_map>

#include "engine/modules/recommend/co_counts.h"
#include "engine/modules/recommend/freshness.h"
#include "engine/modules/recommend/popularity.h"
#include "engine/modules/recommend/user_state.h"

namespace playhead::recommend {

/// A multiplier on the videos with a tag, of a category or by a creator, for some time.
struct Boost {
  enum class Kind : std::uint8_t { tag, category, creator };
  Kind kind;
  NameIndex name;  ///< of Catalogue::tags or people
  double factor;
  Millis from, until;
};

class State {
 public:
  explicit State(const RecommenderOptions& options);

  /// Folds an event in, but for its co-counts: what it changes there, if anything, is returned.
  std::optional<Rise> fold(const EventRecord& event);
  void follow(Text user, Text other, bool on);
  void set_video(Text id, const VideoAttributes& attributes);
  void withdraw(Text id);

  /// Replaces what there was for the same target; a factor of 1 takes it away.
  void set_boost(Boost::Kind kind, Text name, double factor, Millis from, Millis until);
  const std::vector<Boost>& boosts() const { return boosts_; }

  const UserState* find_user(Text id) const;
  const std::deque<UserState>& users() const { return users_; }
  /// The user who is this person, if he has done anything.
  const UserState* user_of_person(NameIndex person) const { return find_user(catalogue.people[person]); }

  /// The popularity in a region, or everywhere where too little is known of the region.
  const RegionalPopularity* regional(NameIndex region) const;
  bool is_at(Millis now) const { return popularity.is_at(now) && freshness.is_at(now); }
  void move_to(Millis now);

  Catalogue catalogue;
  CoCounts co_counts;
  Popularity popularity;
  Freshness freshness;
  Names devices;

 private:
  static constexpr std::size_t pairs_with = 50;  // newest videos of a user that a new one is paired with
  static constexpr std::size_t events_per_video = 16;  // of a user on a recent video that are kept
  static constexpr std::size_t known_region = 50;  // events from which a region has a popularity of its own

  UserState& user(Text id);
  VideoIndex video(Text id);
  void note_context(UserState& user, const EventRecord& e);
  void count(UserState& user, VideoIndex v, NameIndex region, const Effect& before, const Effect& after);
  void count_step(UserState& user, VideoIndex v, NameIndex region, const Step& step, float sign);
  void count_dislike(UserState& user, VideoIndex v, Millis at, double sign);
  Rise rise_of(const UserState& user, VideoIndex v, const Taken& event, Weights from, Weights to) const;
  void put_into_recent(UserState& user, VideoIndex v, const Taken& event, Weights from, Weights to);

  const RecommenderOptions& options_;
  Names user_ids_;
  std::deque<UserState> users_;
  std::unordered_map<NameIndex, RegionalPopularity> regions_;
  std::vector<Boost> boosts_;
};

}  // namespace playhead::recommend
