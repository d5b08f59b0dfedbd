#include "engine/modules/recommend/state.h"

#include <algorithm>

namespace playhead::recommend {

namespace {

constexpr double dislike_taste = 3;
constexpr Millis ms_per_hour = 3'600'000;

bool moves_to_front(VideoEvent event) {
  switch (event) {
    case VideoEvent::unlike:
    case VideoEvent::unfavorite:
    case VideoEvent::unfollow:
      return false;
    default:
      return true;
  }
}

bool contains(const std::vector<Step>& steps, const Step& step) {
  return std::find(steps.begin(), steps.end(), step) != steps.end();
}

void set_member(std::vector<NameIndex>& sorted, NameIndex name, bool on) {
  auto at = std::lower_bound(sorted.begin(), sorted.end(), name);
  bool there = at != sorted.end() && *at == name;
  if (on && !there) sorted.insert(at, name);
  if (!on && there) sorted.erase(at);
}

}  // namespace

State::State(const RecommenderOptions& options)
    : co_counts(options.neighbors), popularity(options.popularity_half_lives_h), options_(options) {}

UserState& State::user(Text id) {
  std::uint32_t n = user_ids_.intern(id);
  if (n == users_.size()) users_.emplace_back();
  return users_[n];
}

const UserState* State::find_user(Text id) const {
  auto n = user_ids_.find(id);
  return n ? &users_[*n] : nullptr;
}

VideoIndex State::video(Text id) {
  VideoIndex v = catalogue.intern(id);
  if (v == co_counts.size()) {
    co_counts.resize(catalogue.size());
    popularity.resize(catalogue.size());
    freshness.set(v, catalogue[v]);
  }
  return v;
}

void State::set_video(Text id, const VideoAttributes& attributes) {
  VideoIndex v = video(id);
  catalogue.set(v, attributes);
  freshness.set(v, catalogue[v]);
}

void State::withdraw(Text id) {
  VideoIndex v = video(id);
  catalogue.withdraw(v);
  freshness.set(v, catalogue[v]);
}

void State::follow(Text id, Text other, bool on) {
  set_member(user(id).follows, catalogue.people.intern(other), on);
}

void State::set_boost(Boost::Kind kind, Text text, double factor, Millis from, Millis until) {
  NameIndex name = (kind == Boost::Kind::creator ? catalogue.people : catalogue.tags).intern(text);
  std::erase_if(boosts_, [&](const Boost& b) { return b.kind == kind && b.name == name; });
  if (factor != 1) boosts_.push_back({kind, name, factor, from, until});
}

const RegionalPopularity* State::regional(NameIndex region) const {
  auto at = regions_.find(region);
  return at == regions_.end() || at->second.events() < known_region ? nullptr : &at->second;
}

void State::move_to(Millis now) {
  popularity.move_to(now);
  freshness.move_to(now, catalogue);
  for (auto& [name, region] : regions_) region.popularity().move_to(now);
}

void State::note_context(UserState& user, const EventRecord& e) {
  Millis at = e.at.value_or(0);
  std::uint16_t& hour = user.hours[static_cast<std::size_t>(at / ms_per_hour % 24)];
  if (++hour == 0xffff)
    for (std::uint16_t& h : user.hours) h /= 2;
  if (at < user.newest) return;
  user.newest = at;
  if (e.device) user.device = devices.intern(*e.device);
  if (e.region) user.region = catalogue.regions.intern(*e.region);
}

void State::count_step(UserState& user, VideoIndex v, NameIndex region, const Step& step, float sign) {
  double taste = sign * step.by.taste, popular = sign * step.by.popularity;
  if (taste != 0) {
    for (NameIndex tag : catalogue.tags_of(v)) user.tags.add(tag, taste, step.at);
    if (catalogue[v].creator != no_name) user.creators.add(catalogue[v].creator, taste, step.at);
  }
  if (popular == 0) return;
  popularity.add(v, popular, step.at);
  if (region == no_name) return;
  regions_.try_emplace(region, options_.popularity_half_lives_h).first->second.add(v, popular, step.at);
}

void State::count_dislike(UserState& user, VideoIndex v, Millis at, double sign) {
  for (NameIndex tag : catalogue.tags_of(v)) user.tags.add_dislike(tag, sign * dislike_taste, at);
  if (catalogue[v].creator != no_name)
    user.creators.add_dislike(catalogue[v].creator, sign * dislike_taste, at);
}

void State::count(UserState& user, VideoIndex v, NameIndex region, const Effect& before,
                  const Effect& after) {
  for (const Step& step : after.steps())
    if (!contains(before.steps(), step)) count_step(user, v, region, step, 1);
  for (const Step& step : before.steps())
    if (!contains(after.steps(), step)) count_step(user, v, region, step, -1);
  if (before.disliked_at() == after.disliked_at()) return;
  if (after.disliked_at()) count_dislike(user, v, *after.disliked_at(), 1);
  if (before.disliked_at()) count_dislike(user, v, *before.disliked_at(), -1);
}

Rise State::rise_of(const UserState& user, VideoIndex v, const Taken& event, Weights from, Weights to) const {
  Rise rise{v, from.co, to.co, event.history ? .5F : 1.F, user.seen.find(v) == nullptr, {}};
  for (auto had = user.recent.rbegin(); had != user.recent.rend() && rise.others.size() < pairs_with; ++had)
    if (had->video != v) rise.others.push_back({had->video, had->now.weights().co});
  return rise;
}

void State::put_into_recent(UserState& user, VideoIndex v, const Taken& event, Weights from, Weights to) {
  Level now(to, event.history);
  if (user.seen.find(v) == nullptr) {
    user.seen.add(v, now, options_.seen_limit);
    if (++catalogue[v].audience == cold_audience) freshness.set(v, catalogue[v]);
  } else if (!(from == to)) {
    user.seen.set(v, now);
  }
  if (Had* had = user.find(v)) {
    had->now = now;
    user.more.emplace_back(v, event);
    if (moves_to_front(event.event)) std::rotate(had, had + 1, &user.recent.back() + 1);
    return;
  }
  user.recent.push_back({v, Level(from, event.history), now, event});
  if (user.recent.size() <= options_.profile_size) return;
  std::erase_if(user.more, [left = user.recent.front().video](const auto& m) { return m.first == left; });
  user.recent.erase(user.recent.begin());
}

std::optional<Rise> State::fold(const EventRecord& e) {
  VideoIndex v = video(e.video_id);
  UserState& u = user(e.user_id);
  if (NameIndex creator = catalogue[v].creator; creator != no_name) {
    if (e.event == VideoEvent::follow) set_member(u.follows, creator, true);
    if (e.event == VideoEvent::unfollow) set_member(u.follows, creator, false);
  }
  Taken taken = taken_of(e);
  std::vector<Taken> events;
  Weights base;
  if (const Had* had = u.find(v)) {
    events = u.events_on(*had);
    base = had->before.weights();
    if (events.size() >= events_per_video || std::find(events.begin(), events.end(), taken) != events.end())
      return std::nullopt;
  } else if (const Level* known = u.seen.find(v)) {
    base = known->weights();
  }
  note_context(u, e);
  Effect before(events, base);
  events.push_back(taken);
  Effect after(std::move(events), base);
  count(u, v, e.region ? catalogue.regions.intern(*e.region) : u.region, before, after);
  Rise rise = rise_of(u, v, taken, before.total(), after.total());
  put_into_recent(u, v, taken, before.total(), after.total());
  if (rise.from == rise.to && !rise.first) return std::nullopt;
  return rise;
}

}  // namespace playhead::recommend
