// Sources that learn from what users have had together.
#include <algorithm>
#include <cmath>

#include "engine/modules/recommend/linear/linear.h"
#include "engine/modules/recommend/sources.h"

namespace playhead::recommend {

namespace {

/// The video of the profile for which `weight` is greatest.
template <class F>
std::optional<std::string> strongest(const Query& q, F&& weight) {
  std::optional<std::string> found;
  double most = 0;
  for (std::size_t position = 0; position < q.profile.size(); ++position) {
    double w = weight(position, q.profile[position].first, q.profile[position].second);
    if (w <= most) continue;
    most = w;
    found = q.state.catalogue.id(q.profile[position].first);
  }
  return found;
}

// Empty slots add nothing to the last place, which saves a branch that cannot be predicted.
void add_row(const Neighbors& row, float weight, std::vector<float>& scores) {
  auto last = static_cast<VideoIndex>(scores.size() - 1);
  for (const Neighbors::Slot& slot : row.slots()) scores[std::min(slot.video, last)] += weight * slot.count;
}

/// `scores` with one more place while rows are added, then times the norms of the videos.
template <class F>
void add_rows(const Query& q, std::vector<float>& scores, F&& each) {
  scores.push_back(0);
  each();
  scores.pop_back();
  linear::kernels().multiply(q.state.co_counts.inverse_norms().data(), scores.data(), scores.size());
}

class Co : public Source {
 public:
  Text name() const override { return "co"; }
  bool score(const Query& q, std::vector<float>& scores) const override {
    if (q.profile.empty()) return false;
    const CoCounts& counts = q.state.co_counts;
    add_rows(q, scores, [&] {
      for (auto [v, r] : q.profile) add_row(counts.together(v), r * counts.inverse_norm(v), scores);
    });
    return true;
  }
  std::optional<std::string> because(const Query& q, VideoIndex video) const override {
    const CoCounts& counts = q.state.co_counts;
    return strongest(q, [&](std::size_t, VideoIndex v, float r) {
      return r * counts.together(v).count(video) * counts.inverse_norm(v);
    });
  }
};

class Ordered : public Source {
 public:
  Text name() const override { return "ordered"; }
  bool score(const Query& q, std::vector<float>& scores) const override {
    if (q.profile.empty()) return false;
    add_rows(q, scores, [&] {
      for (std::size_t position = 0; position < std::min(most_positions, q.profile.size()); ++position)
        add_row(q.state.co_counts.after(q.profile[position].first), weight(q, position), scores);
    });
    return true;
  }
  std::optional<std::string> because(const Query& q, VideoIndex video) const override {
    return strongest(q, [&](std::size_t position, VideoIndex v, float) {
      return position < most_positions ? weight(q, position) * q.state.co_counts.after(v).count(video) : 0;
    });
  }

 private:
  static constexpr double half_life = 3;
  static constexpr std::size_t most_positions = 50;  // the weights beyond are below 1e-5
  static float weight(const Query& q, std::size_t position) {
    return static_cast<float>(std::exp2(-static_cast<double>(position) / half_life)) *
           q.state.co_counts.inverse_norm(q.profile[position].first);
  }
};

class EaseSource : public Source {
 public:
  explicit EaseSource(std::shared_ptr<const Ease> model) : model_(std::move(model)) {}
  Text name() const override { return "ease"; }
  bool score(const Query& q, std::vector<float>& scores) const override {
    std::size_t n = model_->videos().size();
    std::vector<float> sum(n);
    bool any = false;
    for (auto [v, r] : q.profile) {
      std::uint32_t place = model_->place(v);
      if (place == Ease::none) continue;
      any = true;
      linear::kernels().add(r, model_->row(place), sum.data(), n);
    }
    for (std::size_t i = 0; i < n; ++i) scores[model_->videos()[i]] = sum[i];
    return any;
  }
  std::optional<std::string> because(const Query& q, VideoIndex video) const override {
    std::uint32_t to = model_->place(video);
    if (to == Ease::none) return std::nullopt;
    return strongest(q, [&](std::size_t, VideoIndex v, float r) {
      std::uint32_t from = model_->place(v);
      return from == Ease::none ? 0.F : r * model_->row(from)[to];
    });
  }

 private:
  std::shared_ptr<const Ease> model_;
};

class AlsSource : public Source {
 public:
  explicit AlsSource(std::shared_ptr<const Als> model) : model_(std::move(model)) {}
  Text name() const override { return "als"; }
  bool score(const Query& q, std::vector<float>& scores) const override {
    if (q.profile.empty()) return false;
    model_->score(model_->fold_in(q.profile), scores);
    return true;
  }
  std::optional<std::string> because(const Query& q, VideoIndex video) const override {
    if (video >= model_->videos()) return std::nullopt;
    return strongest(q, [&](std::size_t, VideoIndex v, float r) {
      if (v >= model_->videos()) return 0.0;
      const float* vector = model_->vector_of(v);
      return r * model_->score({vector, vector + model_->options().factors}, video);
    });
  }

 private:
  std::shared_ptr<const Als> model_;
};

class Friends : public Source {
 public:
  Text name() const override { return "friends"; }
  bool score(const Query& q, std::vector<float>& scores) const override {
    bool any = false;
    each(q, [&](NameIndex, VideoIndex v, double liked) {
      scores[v] += static_cast<float>(liked);
      any = true;
    });
    if (!any) return false;
    for (float& x : scores)
      if (x > 0) x = std::log1p(x);
    return true;
  }
  std::optional<std::string> because(const Query& q, VideoIndex video) const override {
    std::optional<std::string> found;
    double most = 0;
    each(q, [&](NameIndex person, VideoIndex v, double liked) {
      if (v != video || liked <= most) return;
      most = liked;
      found = q.state.catalogue.people[person];
    });
    return found;
  }

 private:
  static constexpr std::size_t most_people = 200;
  static constexpr double half_life_ms = 10 * 86'400'000.0;
  static double age(Millis at, Millis now) { return static_cast<double>(at) - static_cast<double>(now); }
  /// Calls f(person, video, decayed weight) for what people who are followed liked.
  template <class F>
  static void each(const Query& q, F&& f) {
    if (q.user == nullptr) return;
    std::size_t people = 0;
    for (NameIndex person : q.user->follows) {
      const UserState* other = q.state.user_of_person(person);
      if (other == nullptr) continue;
      if (++people > most_people) return;
      for (const Had& had : other->recent)
        if (float liked = had.now.weights().co; liked > 1)
          f(person, had.video, std::exp2(std::min(0.0, age(had.first.at, q.now) / half_life_ms)));
    }
  }
};

}  // namespace

std::optional<std::string> Source::because(const Query&, VideoIndex) const {
  return std::nullopt;
}

std::unique_ptr<Source> ease_source(std::shared_ptr<const Ease> model) {
  return std::make_unique<EaseSource>(std::move(model));
}
std::unique_ptr<Source> als_source(std::shared_ptr<const Als> model) {
  return std::make_unique<AlsSource>(std::move(model));
}
std::unique_ptr<Source> co_source() {
  return std::make_unique<Co>();
}
std::unique_ptr<Source> ordered_source() {
  return std::make_unique<Ordered>();
}
std::unique_ptr<Source> friends_source() {
  return std::make_unique<Friends>();
}

}  // namespace playhead::recommend
