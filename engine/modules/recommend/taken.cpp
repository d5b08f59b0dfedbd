#include "engine/modules/recommend/taken.h"

#include <algorithm>

namespace playhead::recommend {

namespace {

constexpr Millis long_view_ms = 18'000;

bool is_long_view(Millis watched, std::optional<Millis> duration) {
  return watched >= (duration && *duration > 0 ? std::min(*duration, long_view_ms) : long_view_ms);
}

/// The event that takes another back.
std::optional<VideoEvent> taken_back_by(VideoEvent event) {
  switch (event) {
    case VideoEvent::like:
      return VideoEvent::unlike;
    case VideoEvent::favorite:
      return VideoEvent::unfavorite;
    case VideoEvent::follow:
      return VideoEvent::unfollow;
    default:
      return std::nullopt;
  }
}

bool stands(const Taken& event, const std::vector<Taken>& all) {
  auto back = taken_back_by(event.event);
  return !back || std::none_of(all.begin(), all.end(), [&](const Taken& other) {
    return other.event == *back && other.at >= event.at;
  });
}

}  // namespace

Taken taken_of(const EventRecord& e) {
  Taken t{e.at.value_or(0), e.event, false, e.history, 0};
  if (e.event == VideoEvent::view && e.watched_ms) {
    t.long_view = is_long_view(*e.watched_ms, e.duration_ms);
    if (e.duration_ms && *e.duration_ms > 0)
      t.completion = static_cast<float>(
          std::min(1.0, static_cast<double>(*e.watched_ms) / static_cast<double>(*e.duration_ms)));
    else
      t.completion = t.long_view ? 1 : 0;
  }
  return t;
}

bool is_positive(const Taken& t) {
  switch (t.event) {
    case VideoEvent::finish:
    case VideoEvent::like:
    case VideoEvent::favorite:
    case VideoEvent::comment:
    case VideoEvent::share:
    case VideoEvent::follow:
      return true;
    default:
      return t.long_view;
  }
}

Weights weights_of(const Taken& t) {
  switch (t.event) {
    case VideoEvent::impression:
      return {0, 1, .2F};
    case VideoEvent::view:
      return t.long_view ? Weights{t.completion, 1.5F, 1} : Weights{t.completion, 1, .2F};
    case VideoEvent::finish:
      return {3, 1.5F, 1};
    case VideoEvent::comment:
      return {1.5F, 1.5F, 1};
    case VideoEvent::like:
    case VideoEvent::favorite:
    case VideoEvent::share:
    case VideoEvent::follow:
      return {2, 1.5F, 1};
    default:
      return {};
  }
}

Effect::Effect(std::vector<Taken> events, Weights base) : total_(base) {
  std::stable_sort(events.begin(), events.end(), [](const Taken& a, const Taken& b) { return a.at < b.at; });
  for (const Taken& t : events) {
    if (t.event == VideoEvent::dislike && !disliked_at_) disliked_at_ = t.at;
    if (!stands(t, events)) continue;
    Weights w = weights_of(t);
    Weights high{std::max(total_.taste, w.taste), std::max(total_.co, w.co),
                 std::max(total_.popularity, w.popularity)};
    Weights by{high.taste - total_.taste, high.co - total_.co, high.popularity - total_.popularity};
    total_ = high;
    if (by == Weights{}) continue;
    if (!steps_.empty() && steps_.back().at == t.at) {
      Weights& last = steps_.back().by;
      last = {last.taste + by.taste, last.co + by.co, last.popularity + by.popularity};
    } else {
      steps_.push_back({t.at, by});
    }
  }
  if (disliked_at_) total_.co = 0;
}

}  // namespace playhead::recommend
