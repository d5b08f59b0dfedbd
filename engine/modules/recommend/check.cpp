#include "engine/modules/recommend/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace playhead::recommend {

namespace {

constexpr std::size_t max_id = 1024;
constexpr std::size_t max_tags = 64;
constexpr Millis max_time = Millis{1} << 53;
constexpr std::array<Text, 9> sources = {"ease",    "als",     "co",    "ordered",   "tags",
                                         "creator", "friends", "fresh", "popularity"};

template <class Number>
void check_option(const std::string& name, Number x, Number least, Number greatest) {
  if (x >= least && x <= greatest) return;  // NaN is not
  throw Error(ErrorCode::invalid, fmt::format("{}={} is outside {}..{}", name, x, least, greatest));
}

void check_time(std::optional<Millis> value, const char* what) {
  if (value && (*value < 0 || *value > max_time))
    throw Error(ErrorCode::invalid,
                fmt::format("{} must be a number of milliseconds from 0 to 2^53, not {}", what, *value));
}

void check_optional_id(const std::optional<Text>& id, const char* what) {
  if (id) check_id(*id, what);
}

void check_source(const std::string& name) {
  if (std::find(sources.begin(), sources.end(), name) == sources.end())
    throw Error(ErrorCode::invalid, fmt::format("blend: there is no source '{}'; use {}", name.substr(0, 64),
                                                fmt::join(sources, ", ")));
}

}  // namespace

void check_id(Text id, const char* what) {
  if (id.empty() || id.size() > max_id)
    throw Error(ErrorCode::invalid,
                fmt::format("{} must have 1 to {} bytes, not {}", what, max_id, id.size()));
}

void check_event(const EventRecord& e) {
  check_id(e.user_id, "user_id");
  check_id(e.video_id, "video_id");
  check_time(e.at, "at");
  check_time(e.watched_ms, "watched_ms");
  check_time(e.duration_ms, "duration_ms");
  check_optional_id(e.device, "device");
  check_optional_id(e.region, "region");
}

void check_video(Text video_id, const VideoAttributes& a) {
  check_id(video_id, "video_id");
  check_optional_id(a.creator, "creator");
  check_optional_id(a.category, "category");
  check_optional_id(a.region, "region");
  check_time(a.uploaded_at, "uploaded_at");
  check_time(a.duration_ms, "duration_ms");
  if (a.tags.size() > max_tags)
    throw Error(ErrorCode::invalid,
                fmt::format("a video has at most {} tags, not {}", max_tags, a.tags.size()));
  for (Text tag : a.tags) check_id(tag, "a tag");
}

void check_boost(const BoostRequest& b) {
  check_option("factor", b.factor, .001, 1000.);
  if (b.tag.has_value() + b.category.has_value() + b.creator.has_value() != 1)
    throw Error(ErrorCode::invalid, "a boost is for one of tag, category and creator");
  check_optional_id(b.tag, "tag");
  check_optional_id(b.category, "category");
  check_optional_id(b.creator, "creator");
  check_time(b.from, "from");
  check_time(b.until, "until");
  if (b.from && b.until && *b.from >= *b.until)
    throw Error(ErrorCode::invalid, fmt::format("a boost from {} until {} never holds", *b.from, *b.until));
}

void check_options(const RecommenderOptions& o) {
  constexpr double shortest = .001, longest = 1'000'000, heaviest = 1'000'000;
  check_id(o.name, "name");
  check_option<std::size_t>("profile_size", o.profile_size, 1, 10'000);
  check_option("profile_half_life", o.profile_half_life, shortest, longest);
  check_option<std::size_t>("neighbors", o.neighbors, 1, 100'000);
  for (auto [hours, weight] : o.popularity_half_lives_h) {
    check_option("a half-life of popularity_half_lives_h", hours, shortest, longest);
    check_option("a weight of popularity_half_lives_h", weight, -heaviest, heaviest);
  }
  for (const auto& [name, weight] : o.blend) {
    check_source(name);
    check_option("blend['" + name + "']", weight, -heaviest, heaviest);
  }
  check_option<std::size_t>("ease_items", o.ease_items, 0, 50'000);
  check_option("ease_lambda", o.ease_lambda, shortest, longest);
  check_option<std::size_t>("als_factors", o.als_factors, 1, 1024);
  check_option("als_lambda", o.als_lambda, 1e-9, longest);
  check_option("als_alpha", o.als_alpha, 1e-9, longest);
  for (double weight : {o.original.popularity, o.original.overlap, o.original.freshness})
    check_option("a weight of the original formula", weight, -heaviest, heaviest);
  check_option("explore", o.explore, 0., 1.);
  if (o.refresh_every_ms) check_option("refresh_every_ms", *o.refresh_every_ms, Millis{1000}, max_time);
  check_option<std::size_t>("seen_limit", o.seen_limit, 1, 1'000'000);
}

}  // namespace playhead::recommend
