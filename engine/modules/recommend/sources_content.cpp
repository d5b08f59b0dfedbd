// Sources that know what videos are, and how popular they are.
#include <algorithm>
#include <cmath>

#include "engine/modules/recommend/linear/linear.h"
#include "engine/modules/recommend/sources.h"

namespace playhead::recommend {

namespace {

class Tags : public Source {
 public:
  Text name() const override { return "tags"; }
  bool score(const Query& q, std::vector<float>& scores) const override {
    std::vector<std::pair<NameIndex, float>> liked = liked_tags(q);
    if (liked.empty()) return false;
    const Catalogue& catalogue = q.state.catalogue;
    for (auto [tag, weight] : liked)
      for (VideoIndex v : catalogue.with_tag(tag)) scores[v] += weight;
    linear::kernels().multiply(catalogue.inverse_tag_norms().data(), scores.data(), scores.size());
    return true;
  }
  std::optional<std::string> because(const Query& q, VideoIndex video) const override {
    std::optional<std::string> found;
    float most = 0;
    const std::vector<NameIndex>& tags = q.state.catalogue.tags_of(video);
    for (auto [tag, weight] : liked_tags(q)) {
      if (weight <= most || std::find(tags.begin(), tags.end(), tag) == tags.end()) continue;
      most = weight;
      found = q.state.catalogue.tags[tag];
    }
    return found;
  }

 private:
  static constexpr double half_life = 10;  // positions
  static constexpr float recent_share = 1, short_share = .3F, long_share = .3F;
  using Vector = std::vector<std::pair<NameIndex, float>>;

  static void add(Vector& to, NameIndex tag, float weight) {
    auto at = std::find_if(to.begin(), to.end(), [tag](const auto& t) { return t.first == tag; });
    if (at == to.end()) at = to.insert(to.end(), {tag, 0});
    at->second += weight;
  }
  static void add_direction(Vector& to, const Vector& from, float share) {
    double square = 0;
    for (auto [tag, weight] : from) square += weight * weight;
    if (square == 0) return;
    for (auto [tag, weight] : from) add(to, tag, share * weight / static_cast<float>(std::sqrt(square)));
  }
  static Vector liked_tags(const Query& q) {
    Vector recent, in_short, in_long, out;
    for (std::size_t position = 0; position < q.profile.size(); ++position)
      for (NameIndex tag : q.state.catalogue.tags_of(q.profile[position].first))
        add(recent, tag, static_cast<float>(std::exp2(-static_cast<double>(position) / half_life)));
    if (q.user != nullptr)
      for (const Taste::Weight& w : q.user->tags.at(q.now)) {
        in_short.emplace_back(w.name, static_cast<float>(w.short_term));
        in_long.emplace_back(w.name, static_cast<float>(w.long_term));
      }
    add_direction(out, recent, recent_share);
    add_direction(out, in_short, short_share);
    add_direction(out, in_long, long_share);
    return out;
  }
};

class Creator : public Source {
 public:
  Text name() const override { return "creator"; }
  bool score(const Query& q, std::vector<float>& scores) const override {
    bool any = false;
    auto give = [&](NameIndex creator, float score) {
      for (VideoIndex v : q.state.catalogue.by_creator(creator)) {
        scores[v] = std::max(scores[v], score);
        any = true;
      }
    };
    for (std::size_t i = 0; i < std::min(recent, q.profile.size()); ++i)
      give(q.state.catalogue[q.profile[i].first].creator, 1);
    if (q.user != nullptr)
      for (NameIndex person : q.user->follows) give(person, 2);
    return any;
  }
  std::optional<std::string> because(const Query& q, VideoIndex video) const override {
    NameIndex creator = q.state.catalogue[video].creator;
    if (creator == no_name) return std::nullopt;
    return q.state.catalogue.people[creator];
  }

 private:
  static constexpr std::size_t recent = 30;
};

class Fresh : public Source {
 public:
  Text name() const override { return "fresh"; }
  bool score(const Query& q, std::vector<float>& scores) const override {
    return q.state.freshness.scores(q.now, q.state.catalogue, scores);
  }
};

class Popular : public Source {
 public:
  explicit Popular(std::size_t half_life) : half_life_(half_life) {}
  Text name() const override { return "popularity"; }
  bool score(const Query& q, std::vector<float>& scores) const override {
    const RegionalPopularity* there = q.region == no_name ? nullptr : q.state.regional(q.region);
    const Popularity& popularity = there != nullptr ? there->popularity() : q.state.popularity;
    if (there == nullptr) return popularity.scores(half_life_, q.now, scores);
    std::vector<float> of_region(popularity.places());
    if (!popularity.scores(half_life_, q.now, of_region)) return false;
    for (std::size_t place = 0; place < of_region.size(); ++place)
      scores[there->videos()[place]] = of_region[place];
    return true;
  }

 private:
  std::size_t half_life_;
};

}  // namespace

std::unique_ptr<Source> tags_source() {
  return std::make_unique<Tags>();
}
std::unique_ptr<Source> creator_source() {
  return std::make_unique<Creator>();
}
std::unique_ptr<Source> fresh_source() {
  return std::make_unique<Fresh>();
}
std::unique_ptr<Source> popularity_source(std::size_t h) {
  return std::make_unique<Popular>(h);
}

}  // namespace playhead::recommend
