#include "engine/modules/recommend/als.h"

#include <algorithm>
#include <cmath>

#include "engine/modules/recommend/linear/linear.h"
#include "engine/modules/recommend/parallel.h"
#include "engine/modules/recommend/random.h"

namespace playhead::recommend {

namespace {

using linear::kernels;

constexpr std::size_t rows_per_part = 64;
constexpr double start_deviation = .1;

/// For each row the others that it goes with, and their weights.
struct Sparse {
  std::vector<std::size_t> begins = {0};
  std::vector<std::uint32_t> others;
  std::vector<float> weights;
  std::size_t rows() const { return begins.size() - 1; }
};

Sparse by_user(const Interactions& data) {
  Sparse out;
  out.begins = data.begins;
  for (const Interactions::Item& item : data.items) {
    out.others.push_back(item.video);
    out.weights.push_back(item.co);
  }
  return out;
}

Sparse by_video(const Interactions& data) {
  Sparse out;
  std::vector<std::size_t> count(data.norms.size() + 1);
  for (const Interactions::Item& item : data.items) ++count[item.video + 1];
  for (std::size_t v = 0; v < data.norms.size(); ++v) out.begins.push_back(out.begins[v] + count[v + 1]);
  out.others.resize(data.items.size());
  out.weights.resize(data.items.size());
  std::vector<std::size_t> at(out.begins.begin(), out.begins.end() - 1);
  for (std::size_t u = 0; u + 1 < data.begins.size(); ++u)
    for (std::size_t i = data.begins[u]; i < data.begins[u + 1]; ++i) {
      std::size_t place = at[data.items[i].video]++;
      out.others[place] = static_cast<std::uint32_t>(u);
      out.weights[place] = data.items[i].co;
    }
  return out;
}

/// alpha X^T X.
std::vector<float> gram_of(const std::vector<float>& x, std::size_t d, double alpha) {
  std::vector<float> out(d * d), bias(d);
  for (std::size_t row = 0; row < x.size(); row += d)
    for (std::size_t i = 0; i < d; ++i)
      kernels().add(static_cast<float>(alpha) * x[row + i], x.data() + row, out.data() + i * d, d);
  return out;
}

/// The vector of one row, given those of the others.
void solve_row(const std::vector<float>& gram, const std::vector<float>& others, std::size_t count_of_others,
               const std::uint32_t* items, const float* weights, std::size_t count, const AlsOptions& o,
               std::vector<float>& system, float* out) {
  std::size_t d = o.factors;
  system = gram;
  std::fill_n(out, d, 0.F);
  for (std::size_t n = 0; n < count; ++n) {
    const float* v = others.data() + items[n] * d;
    for (std::size_t i = 0; i < d; ++i) kernels().add(weights[n] * v[i], v, system.data() + i * d, d);
    kernels().add(weights[n], v, out, d);
  }
  auto regular = static_cast<float>(
      o.lambda * (static_cast<double>(count) + o.alpha * static_cast<double>(count_of_others)));
  for (std::size_t i = 0; i < d; ++i) system[i * d + i] += regular;
  if (!kernels().solve(system.data(), out, d)) std::fill_n(out, d, 0.F);
}

void solve_all(const Sparse& rows, const std::vector<float>& others, const AlsOptions& o,
               std::vector<float>& out) {
  std::vector<float> gram = gram_of(others, o.factors, o.alpha);
  std::size_t parts = (rows.rows() + rows_per_part - 1) / rows_per_part;
  in_parallel(all_threads(), parts, [&](std::size_t part) {
    std::vector<float> system;
    for (std::size_t row = part * rows_per_part; row < std::min(rows.rows(), (part + 1) * rows_per_part);
         ++row) {
      std::size_t begin = rows.begins[row], count = rows.begins[row + 1] - begin;
      solve_row(gram, others, others.size() / o.factors, rows.others.data() + begin,
                rows.weights.data() + begin, count, o, system, out.data() + row * o.factors);
    }
  });
}

}  // namespace

std::shared_ptr<const Als> Als::fit(const Interactions& data, const AlsOptions& options) {
  if (data.items.empty()) return nullptr;
  auto model = std::make_shared<Als>();
  model->options_ = options;
  std::size_t d = options.factors;
  Sparse users = by_user(data), videos = by_video(data);
  model->videos_.resize(videos.rows() * d);
  double scale = start_deviation / std::sqrt(static_cast<double>(d));
  for (std::size_t i = 0; i < model->videos_.size(); ++i)
    model->videos_[i] = static_cast<float>(scale * normal(options.seed, i));
  std::vector<float> of_users(users.rows() * d);
  for (std::size_t n = 0; n < options.iterations; ++n) {
    solve_all(users, model->videos_, options, of_users);
    solve_all(videos, of_users, options, model->videos_);
  }
  model->gram_ = gram_of(model->videos_, d, options.alpha);
  return model;
}

std::vector<float> Als::fold_in(const std::vector<std::pair<VideoIndex, float>>& had) const {
  std::vector<std::uint32_t> items;
  std::vector<float> weights, system, out(options_.factors);
  for (auto [v, weight] : had) {
    if (v >= videos()) continue;
    items.push_back(v);
    weights.push_back(weight);
  }
  solve_row(gram_, videos_, videos(), items.data(), weights.data(), items.size(), options_, system,
            out.data());
  return out;
}

double Als::score(const std::vector<float>& user, VideoIndex video) const {
  double sum = 0;
  for (std::size_t i = 0; i < options_.factors; ++i) sum += user[i] * vector_of(video)[i];
  return sum;
}

void Als::score(const std::vector<float>& user, std::vector<float>& scores) const {
  for (VideoIndex v = 0; v < std::min(scores.size(), videos()); ++v)
    scores[v] = static_cast<float>(score(user, v));
}

}  // namespace playhead::recommend
