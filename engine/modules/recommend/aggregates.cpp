#include "engine/modules/recommend/aggregates.h"

#include <algorithm>
#include <cmath>

namespace playhead::recommend {

namespace {

constexpr Millis long_view_ms = 18'000;
constexpr double norm_shrinkage = 20;  // so that what few have had is like nothing else

bool is_long_view(const EventRecord& e) {
  if (!e.watched_ms) return false;
  Millis needed = e.duration_ms && *e.duration_ms > 0 ? std::min(*e.duration_ms, long_view_ms) : long_view_ms;
  return *e.watched_ms >= needed;
}

double inverse_root(double norm) {
  return 1 / std::sqrt(norm + norm_shrinkage);
}

}  // namespace

Weights weights_of(const EventRecord& e) {
  switch (e.event) {
    case VideoEvent::impression:
      return {1, .2};
    case VideoEvent::view:
      return is_long_view(e) ? Weights{1.5, 1} : Weights{1, .2};
    case VideoEvent::finish:
    case VideoEvent::like:
    case VideoEvent::favorite:
    case VideoEvent::comment:
    case VideoEvent::share:
    case VideoEvent::follow:
      return {1.5, 1};
    default:
      return {};
  }
}

Aggregates::Aggregates(const RecommenderOptions& options)
    : options_(options), popularity_(options.popularity_half_lives_h) {}

VideoIndex Aggregates::intern_video(Text id) {
  if (auto at = video_index_.find(id); at != video_index_.end()) return at->second;
  auto v = static_cast<VideoIndex>(video_ids_.size());
  video_index_.emplace(id, v);
  video_ids_.emplace_back(id);
  neighbors_.emplace_back();
  norms_.push_back(0);
  inverse_norms_.push_back(inverse_root(0));
  popularity_.add_video();
  return v;
}

std::optional<VideoIndex> Aggregates::find_video(Text id) const {
  auto at = video_index_.find(id);
  if (at == video_index_.end()) return std::nullopt;
  return at->second;
}

const UserState* Aggregates::find_user(Text id) const {
  auto at = user_index_.find(id);
  return at == user_index_.end() ? nullptr : &users_[at->second];
}

void Aggregates::fold(const EventRecord& e) {
  VideoIndex v = intern_video(e.video_id);
  auto [at, fresh] =
      user_index_.try_emplace(std::string(e.user_id), static_cast<std::uint32_t>(users_.size()));
  if (fresh) users_.emplace_back();
  UserState& user = users_[at->second];

  Weights now = weights_of(e);
  Weights& best = user.strongest[v];
  double co = std::max(best.co, now.co), popular = std::max(best.popularity, now.popularity);

  if (popular > best.popularity) popularity_.add(v, popular - best.popularity, e.at.value_or(0));
  auto mine =
      std::find_if(user.recent.begin(), user.recent.end(), [v](const Had& h) { return h.video == v; });
  if (mine != user.recent.end()) user.recent.erase(mine);
  if (co > best.co) {
    norms_[v] += co * co - best.co * best.co;
    inverse_norms_[v] = inverse_root(norms_[v]);
    for (const Had& other : user.recent) add_pair(v, other.video, (co - best.co) * other.co);
  }
  best = {co, popular};
  if (co > 0) user.recent.push_front({v, static_cast<float>(co), static_cast<float>(popular)});
  if (user.recent.size() > options_.profile_size) user.recent.pop_back();
}

// Rows may grow to twice the number kept, so that cutting them down is rare.
void Aggregates::add_pair(VideoIndex a, VideoIndex b, double by) {
  for (auto [from, to] : {std::pair(a, b), std::pair(b, a)}) {
    neighbors_[from].add(to, static_cast<float>(by));
    if (neighbors_[from].size() > 2 * options_.neighbors) neighbors_[from].keep_largest(options_.neighbors);
  }
}

// Empty slots add nothing to the last place, which saves a branch that cannot be predicted.
void Aggregates::add_similarities(VideoIndex v, double weight, std::vector<double>& scores) const {
  double factor = weight * inverse_norms_[v];
  auto last = static_cast<VideoIndex>(videos());
  for (const Neighbors::Slot& slot : neighbors_[v].slots())
    scores[std::min(slot.video, last)] += factor * slot.count;
}

void Aggregates::finish_similarities(std::vector<double>& scores) const {
  for (VideoIndex v = 0; v < videos(); ++v) scores[v] *= inverse_norms_[v];
}

}  // namespace playhead::recommend
