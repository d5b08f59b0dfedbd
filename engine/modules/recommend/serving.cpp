#include "engine/modules/recommend/serving.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "engine/modules/recommend/random.h"

namespace playhead::recommend {

namespace {

constexpr std::size_t reranked = 200;
constexpr std::size_t preferred_names = 20;
constexpr double ms_per_day = 86'400'000, fresh_days = 30;
constexpr Millis ms_per_hour = 3'600'000;

/// What boosts do to videos: the product of the factors, and the boost that does most.
struct Lift {
  double factor = 1;
  const Boost* strongest = nullptr;
};
using Lifts = std::unordered_map<VideoIndex, Lift>;

bool is_active(const Boost& boost, Millis now) {
  return boost.from <= now && now < boost.until;
}

Lifts lifts_at(const State& state, Millis now) {
  Lifts lifts;
  auto lift = [&](const Boost& boost, VideoIndex v) {
    Lift& l = lifts[v];
    l.factor *= boost.factor;
    if (l.strongest == nullptr || std::abs(std::log(boost.factor)) > std::abs(std::log(l.strongest->factor)))
      l.strongest = &boost;
  };
  for (const Boost& boost : state.boosts()) {
    if (!is_active(boost, now)) continue;
    if (boost.kind == Boost::Kind::creator) {
      for (VideoIndex v : state.catalogue.by_creator(boost.name)) lift(boost, v);
      continue;
    }
    for (VideoIndex v : state.catalogue.with_tag(boost.name))
      if (boost.kind == Boost::Kind::tag || state.catalogue[v].category == boost.name) lift(boost, v);
  }
  return lifts;
}

// A factor above 1 raises what is below 0, too.
double lifted(double score, double factor) {
  return score >= 0 ? score * factor : score / factor;
}

void exclude(const Question& q, std::vector<float>& scores) {
  for (VideoIndex v : q.query.state.catalogue.unknown()) scores[v] = excluded;
  if (q.except) scores[*q.except] = excluded;
  if (q.exclude == nullptr) return;
  for (const SeenVideos::Item& item : q.exclude->seen.newest()) scores[item.video] = excluded;
  if (!q.exclude->seen.has_older()) return;
  for (VideoIndex v = 0; v < scores.size(); ++v)
    if (q.exclude->seen.contains(v)) scores[v] = excluded;
}

/// Takes videos in order, while their creators and categories have room.
class Caps {
 public:
  Caps(const Catalogue& catalogue, const RecommenderOptions& options)
      : catalogue_(catalogue), options_(options) {}
  bool any() const { return options_.max_per_creator != 0 || options_.max_per_category != 0; }
  bool take(VideoIndex v) {
    const Video& video = catalogue_[v];
    if (!has_room(creators_, video.creator, options_.max_per_creator) ||
        !has_room(categories_, video.category, options_.max_per_category))
      return false;
    ++creators_[video.creator];
    ++categories_[video.category];
    return true;
  }

 private:
  using Counts = std::unordered_map<NameIndex, std::size_t>;
  static bool has_room(const Counts& counts, NameIndex name, std::size_t most) {
    if (most == 0 || name == no_name) return true;
    auto at = counts.find(name);
    return at == counts.end() || at->second < most;
  }
  const Catalogue& catalogue_;
  const RecommenderOptions& options_;
  Counts creators_, categories_;
};

/// The best `count`, as the caps allow; if they leave too few, the best of the others follow.
std::vector<VideoIndex> choose(const RecommenderOptions& options, const Question& q,
                               const std::vector<float>& scores) {
  const Catalogue& catalogue = q.query.state.catalogue;
  if (!Caps(catalogue, options).any()) return best_of(catalogue, q.seed, q.count, scores);
  for (std::size_t pool = 4 * q.count + reranked;; pool = scores.size()) {
    std::vector<VideoIndex> best = best_of(catalogue, q.seed, pool, scores), taken, left;
    Caps caps(catalogue, options);
    for (VideoIndex v : best) (taken.size() < q.count && caps.take(v) ? taken : left).push_back(v);
    if (taken.size() < q.count && pool < scores.size()) continue;
    for (std::size_t i = 0; taken.size() < q.count && i < left.size(); ++i) taken.push_back(left[i]);
    return taken;
  }
}

/// The originals' formula: 0.3 log2(views + 1) + 0.4 |categories and tags among the preferred 20| + 0.3 freshness.
std::vector<Reason> original_reasons(const RecommenderOptions& options, const Query& q,
                                     const std::unordered_set<NameIndex>& preferred, VideoIndex v) {
  const Video& video = q.state.catalogue[v];
  const OriginalWeights& w = options.original;
  std::vector<Reason> out;
  auto add = [&](const char* source, double contribution, std::optional<std::string> because = {}) {
    if (contribution != 0) out.push_back({source, contribution, std::move(because)});
  };
  add("popularity", w.popularity * std::log2(static_cast<double>(video.audience) + 1));
  double overlap = 0;
  std::optional<std::string> name;
  for (NameIndex tag : q.state.catalogue.tags_of(v)) {
    if (!preferred.contains(tag)) continue;
    ++overlap;
    if (!name) name = q.state.catalogue.tags[tag];
  }
  add("tags", w.overlap * overlap, name);
  if (video.uploaded_at) {
    double age = (static_cast<double>(q.now) - static_cast<double>(*video.uploaded_at)) / ms_per_day;
    add("fresh", w.freshness * std::clamp((fresh_days - age) / fresh_days, 0.0, 1.0));
  }
  return out;
}

std::unordered_set<NameIndex> preferred_tags(const Query& q) {
  std::unordered_set<NameIndex> out;
  if (q.user == nullptr) return out;
  std::vector<Taste::Weight> tags = q.user->tags.at(q.now);
  std::sort(tags.begin(), tags.end(), [&](const Taste::Weight& a, const Taste::Weight& b) {
    return a.long_term != b.long_term ? a.long_term > b.long_term
                                      : q.state.catalogue.tags[a.name] < q.state.catalogue.tags[b.name];
  });
  for (const Taste::Weight& tag : tags)
    if (tag.long_term > 0 && out.size() < preferred_names) out.insert(tag.name);
  return out;
}

/// Recommendations of the best of the blend, by the originals' formula.
std::vector<float> original_scores(const RecommenderOptions& options, const Question& q,
                                   const std::vector<float>& scores) {
  std::unordered_set<NameIndex> preferred = preferred_tags(q.query);
  std::vector<float> out(scores.size(), excluded);
  for (VideoIndex v : best_of(q.query.state.catalogue, q.seed, std::max(reranked, q.count), scores)) {
    double sum = 0;
    for (const Reason& reason : original_reasons(options, q.query, preferred, v)) sum += reason.contribution;
    out[v] = static_cast<float>(sum);
  }
  return out;
}

double total(const Recommendation& r) {
  double sum = 0;
  for (const Reason& reason : r.reasons) sum += reason.contribution;
  return sum;
}

void add_lift(const State& state, const Lifts& lifts, VideoIndex v, Recommendation& r) {
  auto at = lifts.find(v);
  if (at == lifts.end() || r.score == 0) return;
  double after = lifted(r.score, at->second.factor);
  const Boost& boost = *at->second.strongest;
  const Names& names = boost.kind == Boost::Kind::creator ? state.catalogue.people : state.catalogue.tags;
  r.reasons.push_back({"boost", after - r.score, names[boost.name]});
  r.score = after;
}

/// How many of the places go to cold videos: the share, rounded at random.
std::size_t explored(const RecommenderOptions& options, const Question& q) {
  double places = options.explore * static_cast<double>(q.count);
  std::uint64_t hour = static_cast<std::uint64_t>(q.query.now / ms_per_hour);
  double round = unit_interval(mixed(mixed(options.seed, hour), hash_of(q.seed, "explore")));
  return static_cast<std::size_t>(std::min(std::floor(places + round), static_cast<double>(q.count)));
}

/// Puts cold videos, chosen by the seed, in the last places.
void explore(const RecommenderOptions& options, const Question& q, const std::vector<float>& scores,
             std::vector<Recommendation>& list) {
  std::size_t places = options.explore == 0 ? 0 : explored(options, q);
  if (places == 0) return;
  const Catalogue& catalogue = q.query.state.catalogue;
  std::unordered_set<std::string> there;
  for (const Recommendation& r : list) there.insert(r.video_id);
  std::vector<std::pair<std::uint64_t, VideoIndex>> cold;
  std::uint64_t hour = static_cast<std::uint64_t>(q.query.now / ms_per_hour);
  for (VideoIndex v = 0; v < scores.size(); ++v)
    if (scores[v] != excluded && catalogue[v].audience < cold_audience && !there.contains(catalogue.id(v)))
      cold.emplace_back(mixed(mixed(options.seed, hour), hash_of(q.seed, catalogue.id(v))), v);
  std::sort(cold.begin(), cold.end());
  cold.resize(std::min(places, cold.size()));
  if (list.size() + cold.size() > q.count) list.resize(q.count - cold.size());
  double last = list.empty() ? 0 : list.back().score;
  for (auto [hash, v] : cold) list.push_back({catalogue.id(v), last, {{"explore", last, {}}}});
}

}  // namespace

std::vector<std::pair<VideoIndex, float>> profile_of(const UserState* user, double half_life) {
  std::vector<std::pair<VideoIndex, float>> out;
  if (user == nullptr) return out;
  double position = 0;
  for (auto had = user->recent.rbegin(); had != user->recent.rend(); ++had)
    if (had->now.weights().co > 0)
      out.emplace_back(had->video, static_cast<float>(std::exp2(-position++ / half_life)));
  return out;
}

std::vector<Recommendation> answer(const RecommenderOptions& options, const std::vector<Voice>& voices,
                                   const Question& q) {
  const State& state = q.query.state;
  std::vector<Part> parts = parts_of(voices, q.query);
  std::vector<float> scores = total_of(parts, state.catalogue.size());
  exclude(q, scores);
  std::vector<float> ranked = scores;
  bool original = options.ranker == Ranker::original;
  if (original) ranked = original_scores(options, q, scores);
  Lifts lifts = lifts_at(state, q.query.now);
  for (const auto& [v, lift] : lifts)
    if (ranked[v] != excluded) ranked[v] = static_cast<float>(lifted(ranked[v], lift.factor));

  std::unordered_set<NameIndex> preferred;
  if (original) preferred = preferred_tags(q.query);
  std::vector<Recommendation> list;
  for (VideoIndex v : choose(options, q, ranked)) {
    Recommendation r =
        original ? Recommendation{state.catalogue.id(v), 0, original_reasons(options, q.query, preferred, v)}
                 : explain(parts, q.query, v);
    r.score = total(r);
    add_lift(state, lifts, v, r);
    list.push_back(std::move(r));
  }
  // What was added up in another order, or let in by no cap, may be greater than what stands before it.
  std::stable_sort(list.begin(), list.end(),
                   [](const Recommendation& a, const Recommendation& b) { return a.score > b.score; });
  explore(options, q, scores, list);
  return list;
}

}  // namespace playhead::recommend
