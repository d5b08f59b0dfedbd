#include "engine/modules/recommend/deep_fm/trainer.h"

#include <algorithm>
#include <cmath>
#include <mutex>

#include "engine/modules/recommend/linear/linear.h"
#include "engine/modules/recommend/parallel.h"

namespace playhead::recommend {

using linear::AdamStep;
using linear::kernels;

namespace {

constexpr float beta1 = .9F, beta2 = .999F, epsilon = 1e-8F;

// Dense Adam goes on moving a row for some steps after each gradient, by the momentum. A row of a table that is met
// now and then takes all of that at once: no momentum, and the bias of the second moment corrected alone.
AdamStep adam_step(const Model& model, bool momentum, double l2) {
  double t = static_cast<double>(model.step);
  double rate = model.options.learning_rate * std::sqrt(1 - std::pow(beta2, t));
  if (momentum) rate /= 1 - std::pow(beta1, t);
  return {static_cast<float>(rate), momentum ? beta1 : 0, beta2, epsilon, static_cast<float>(l2)};
}

void step(Parameters& p, const Floats& gradient, const AdamStep& by) {
  kernels().adam(p.value.data(), gradient.data(), p.first.data(), p.second.data(), p.size(), by);
}

}  // namespace

Trainer::Trainer(Model& model, FairSharedMutex& guard)
    : model_(model), guard_(guard), threads_(threads_of(model.options)) {}

// Forward and backward: the gradients of the layers are in gradients_[0] then, those of the vectors in vectors_.
double Trainer::pass(const std::vector<EncodedField>& fields, std::size_t rows, List<float> labels,
                     const Dropout& dropout) {
  std::size_t chunks = (rows + chunk_rows - 1) / chunk_rows;
  while (passes_.size() < chunks) {
    passes_.push_back(std::make_unique<Pass>(model_));
    gradients_.emplace_back(model_);
  }
  logit_gradients_.resize(chunks * chunk_rows);
  vectors_.resize(rows * model_.width());
  std::vector<double> losses(chunks);
  in_parallel(threads_, chunks, [&](std::size_t c) {
    Chunk chunk{fields, c * chunk_rows, std::min(rows, (c + 1) * chunk_rows)};
    Floats gradient = passes_[c]->forward(chunk, dropout);
    for (std::size_t r = 0; r < chunk.rows(); ++r) {
      float label = labels[chunk.begin + r];
      losses[c] += log_loss(gradient[r], label);
      gradient[r] = (sigmoid(gradient[r]) - label) / static_cast<float>(rows);
      logit_gradients_[chunk.begin + r] = gradient[r];
    }
    gradients_[c].clear();
    passes_[c]->backward(chunk, gradient, gradients_[c], vectors_.data() + chunk.begin * model_.width());
  });
  add_gradients(chunks);
  double loss = 0;
  for (double l : losses) loss += l;
  return loss;
}

void Trainer::add_gradients(std::size_t chunks) {
  LayerGradients& sum = gradients_[0];
  for (std::size_t c = 1; c < chunks; ++c) {
    for (std::size_t l = 0; l < sum.weights.size(); ++l) {
      kernels().add(1, gradients_[c].weights[l].data(), sum.weights[l].data(), sum.weights[l].size());
      kernels().add(1, gradients_[c].bias[l].data(), sum.bias[l].data(), sum.bias[l].size());
    }
    sum.logit_bias += gradients_[c].logit_bias;
  }
}

// Some values are taken for unknown, so that the unknown ones' vector is learnt.
void Trainer::leave_out(std::vector<EncodedField>& fields, std::size_t rows) const {
  if (model_.options.unknown_share == 0) return;
  for (std::size_t f = 0; f < fields.size(); ++f) {
    std::uint64_t seed = mixed(mixed(model_.options.seed, model_.step), 7'000'000 + f);
    for (std::size_t r = 0; r < rows; ++r)
      if (unit_interval(mixed(seed, r)) < model_.options.unknown_share)
        for (std::size_t i = fields[f].begin(r); i < fields[f].end(r); ++i) {
          if (model_.options.fields[f].kind == FieldKind::number) fields[f].weights[i] = 1;
          fields[f].items[i] = unknown_row;
        }
  }
}

Trainer::Touched Trainer::touched(const EncodedField& field, std::size_t f, std::size_t rows) const {
  std::size_t dim = model_.options.embedding_dim, width = model_.width();
  Touched out;
  out.rows.assign(field.items.begin(), field.items.end());
  std::sort(out.rows.begin(), out.rows.end());
  out.rows.erase(std::unique(out.rows.begin(), out.rows.end()), out.rows.end());
  out.vectors.resize(out.rows.size() * dim);
  out.weights.resize(out.rows.size());
  for (std::size_t r = 0; r < rows; ++r) {
    const float* gradient = vectors_.data() + r * width + f * dim;
    for (std::size_t i = field.begin(r); i < field.end(r); ++i) {
      auto at = static_cast<std::size_t>(std::lower_bound(out.rows.begin(), out.rows.end(), field.items[i]) -
                                         out.rows.begin());
      float weight = field.weight(i);
      out.weights[at] += weight * logit_gradients_[r];
      for (std::size_t d = 0; d < dim; ++d) out.vectors[at * dim + d] += weight * gradient[d];
    }
  }
  return out;
}

void Trainer::step_table(std::size_t f, const Touched& by) {
  std::size_t dim = model_.options.embedding_dim;
  Parameters& vectors = model_.tables[f].vectors;
  Parameters& weights = model_.tables[f].weights;
  AdamStep decayed = adam_step(model_, false, model_.options.l2), plain = adam_step(model_, false, 0);
  for (std::size_t n = 0; n < by.rows.size(); ++n) {
    std::size_t at = by.rows[n] * dim, row = by.rows[n];
    kernels().adam(vectors.value.data() + at, by.vectors.data() + n * dim, vectors.first.data() + at,
                   vectors.second.data() + at, dim, decayed);
    kernels().adam(weights.value.data() + row, by.weights.data() + n, weights.first.data() + row,
                   weights.second.data() + row, 1, plain);
  }
}

double Trainer::learn(std::vector<EncodedField> fields, List<float> labels) {
  {
    std::unique_lock alone(guard_);
    ++model_.step;
  }
  std::size_t rows = labels.size();
  leave_out(fields, rows);
  double loss = pass(fields, rows, labels,
                     {model_.options.dropout, mixed(mixed(model_.options.seed, model_.step), 8'000'000)});
  std::vector<Touched> by(fields.size());
  in_parallel(threads_, fields.size(), [&](std::size_t f) { by[f] = touched(fields[f], f, rows); });

  std::unique_lock alone(guard_);
  AdamStep plain = adam_step(model_, true, 0);
  in_parallel(threads_, fields.size() + model_.layers.size(), [&](std::size_t i) {
    if (i >= model_.layers.size()) return step_table(i - model_.layers.size(), by[i - model_.layers.size()]);
    step(model_.layers[i].weights, gradients_[0].weights[i], plain);
    step(model_.layers[i].bias, gradients_[0].bias[i], plain);
  });
  step(model_.bias, {gradients_[0].logit_bias}, plain);
  return loss;
}

Trainer::Gradient Trainer::gradient(const DeepFmRows& rows, const std::vector<std::size_t>& which,
                                    List<float> labels) {
  std::vector<EncodedField> fields = model_.encode(rows, which);
  pass(fields, which.size(), labels, {});
  Gradient out{gradients_[0].weights, gradients_[0].bias, {}, {}, gradients_[0].logit_bias};
  std::size_t dim = model_.options.embedding_dim;
  for (std::size_t f = 0; f < fields.size(); ++f) {
    Touched by = touched(fields[f], f, which.size());
    Floats vectors(model_.tables[f].vectors.size()), weights(model_.tables[f].size());
    for (std::size_t n = 0; n < by.rows.size(); ++n) {
      weights[by.rows[n]] = by.weights[n];
      std::copy_n(by.vectors.begin() + static_cast<std::ptrdiff_t>(n * dim), dim,
                  vectors.begin() + static_cast<std::ptrdiff_t>(by.rows[n] * dim));
    }
    out.vectors.push_back(std::move(vectors));
    out.weights.push_back(std::move(weights));
  }
  return out;
}

}  // namespace playhead::recommend
