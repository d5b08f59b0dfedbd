#include "engine/modules/recommend/aggregates.h"

#include <algorithm>
#include <limits>

namespace playhead::recommend {

namespace {

constexpr Millis long_view_ms = 18'000;
constexpr Millis epoch_ms = 1'600'000'000'000;  // t0 of the log-space sums
constexpr double nothing = -std::numeric_limits<double>::infinity();

bool is_long_view(const EventRecord& e) {
  if (!e.watched_ms) return false;
  Millis needed = e.duration_ms && *e.duration_ms > 0 ? std::min(*e.duration_ms, long_view_ms) : long_view_ms;
  return *e.watched_ms >= needed;
}

double log_add(double a, double b) {
  if (a == nothing) return b;
  double high = std::max(a, b), low = std::min(a, b);
  return high + std::log1p(std::exp(low - high));
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

Aggregates::Aggregates(const RecommenderOptions& options) : options_(options) {
  for (auto [hours, weight] : options.popularity_half_lives_h)
    taus_ms_.push_back(hours * 3'600'000 / std::log(2.0));
}

VideoIndex Aggregates::intern_video(Text id) {
  if (auto at = video_index_.find(id); at != video_index_.end()) return at->second;
  auto v = static_cast<VideoIndex>(video_ids_.size());
  video_index_.emplace(id, v);
  video_ids_.emplace_back(id);
  neighbors_.emplace_back();
  norms_.push_back(0);
  popularity_.resize(popularity_.size() + taus_ms_.size(), nothing);
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

  if (popular > best.popularity) {
    double w = std::log(popular - best.popularity);
    for (std::size_t h = 0; h < taus_ms_.size(); ++h) {
      double& sum = popularity_[v * taus_ms_.size() + h];
      sum = log_add(sum, w + static_cast<double>(e.at.value_or(0) - epoch_ms) / taus_ms_[h]);
    }
  }
  auto mine =
      std::find_if(user.recent.begin(), user.recent.end(), [v](const Had& h) { return h.video == v; });
  if (mine != user.recent.end()) user.recent.erase(mine);
  if (co > best.co) {
    norms_[v] += co * co - best.co * best.co;
    for (const Had& other : user.recent) add_pair(v, other.video, (co - best.co) * other.co);
  }
  best = {co, popular};
  if (co > 0) user.recent.push_front({v, static_cast<float>(co), static_cast<float>(popular)});
  if (user.recent.size() > options_.profile_size) user.recent.pop_back();
}

void Aggregates::add_pair(VideoIndex a, VideoIndex b, double by) {
  for (auto [from, to] : {std::pair(a, b), std::pair(b, a)}) {
    neighbors_[from][to] += static_cast<float>(by);
    if (neighbors_[from].size() > 2 * options_.neighbors) keep_strongest(neighbors_[from]);
  }
}

// Rows may grow to twice the number kept, so that cutting them down is rare.
void Aggregates::keep_strongest(std::unordered_map<VideoIndex, float>& row) const {
  std::vector<std::pair<float, VideoIndex>> all;
  all.reserve(row.size());
  for (auto [v, count] : row) all.emplace_back(count, v);
  auto end = all.begin() + static_cast<std::ptrdiff_t>(options_.neighbors);
  std::nth_element(all.begin(), end, all.end(), std::greater<>());
  row.clear();
  for (auto it = all.begin(); it != end; ++it) row.emplace(it->second, it->first);
}

double Aggregates::popularity(VideoIndex v, std::size_t h, Millis now) const {
  double sum = popularity_[v * taus_ms_.size() + h];
  if (sum == nothing) return 0;
  return std::log1p(std::exp(sum - static_cast<double>(now - epoch_ms) / taus_ms_[h]));
}

}  // namespace playhead::recommend
