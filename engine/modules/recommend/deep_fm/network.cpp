#include "engine/modules/recommend/deep_fm/network.h"

#include <algorithm>
#include <cmath>

#include "engine/modules/recommend/linear/linear.h"

namespace playhead::recommend {

using linear::kernels;

LayerGradients::LayerGradients(const Model& model) {
  for (const Layer& layer : model.layers) {
    weights.emplace_back(layer.weights.size());
    bias.emplace_back(layer.bias.size());
  }
}

void LayerGradients::clear() {
  for (auto* all : {&weights, &bias})
    for (auto& one : *all) std::fill(one.begin(), one.end(), 0.F);
  logit_bias = 0;
}

double log_loss(float logit, float label) {
  double z = logit;
  return std::max(z, 0.0) - z * label + std::log1p(std::exp(-std::abs(z)));
}

float sigmoid(float x) {
  return 1 / (1 + std::exp(-x));
}

Pass::Pass(const Model& model) : model_(model) {
  std::size_t widths = model.layers.size() + 1;
  outputs_.resize(widths);
  back_.resize(widths);
  for (std::size_t l = 0; l < widths; ++l) {
    std::size_t units = l == 0 ? model.width() : model.layers[l - 1].out;
    outputs_[l].resize(chunk_rows * units);
    back_[l].resize(chunk_rows * units);
  }
  sums_.resize(chunk_rows * model.options.embedding_dim);
  logits_.resize(chunk_rows);
}

// The vectors of the fields side by side, their sums, and the first-order and pairwise terms of the logits.
void Pass::gather(const Chunk& chunk) {
  std::size_t dim = model_.options.embedding_dim, width = model_.width();
  std::fill(outputs_[0].begin(), outputs_[0].end(), 0.F);
  for (std::size_t r = 0; r < chunk.rows(); ++r) {
    float* row = outputs_[0].data() + r * width;
    float* sum = sums_.data() + r * dim;
    std::fill_n(sum, dim, 0.F);
    float first = model_.bias.value[0], squares = 0;
    for (std::size_t f = 0; f < model_.tables.size(); ++f) {
      const EncodedField& field = chunk.fields[f];
      const Table& table = model_.tables[f];
      float* to = row + f * dim;
      for (std::size_t i = field.begin(chunk.begin + r); i < field.end(chunk.begin + r); ++i) {
        const float* vector = table.vectors.value.data() + field.items[i] * dim;
        float weight = field.weight(i);
        first += weight * table.weights.value[field.items[i]];
        for (std::size_t d = 0; d < dim; ++d) to[d] += weight * vector[d];
      }
      for (std::size_t d = 0; d < dim; ++d) {
        sum[d] += to[d];
        squares += to[d] * to[d];
      }
    }
    float square_of_sums = 0;
    for (std::size_t d = 0; d < dim; ++d) square_of_sums += sum[d] * sum[d];
    logits_[r] = first + (square_of_sums - squares) / 2;
  }
}

// ReLU, and dropout: what stays is scaled, so that nothing has to be when predicting.
void Pass::drop(const Chunk& chunk, std::size_t layer, const Dropout& dropout) {
  Floats& out = outputs_[layer + 1];
  std::size_t units = model_.layers[layer].out;
  std::size_t n = chunk.rows() * units;
  for (std::size_t i = 0; i < n; ++i) out[i] = std::max(out[i], 0.F);
  if (dropout.share == 0) return;
  auto limit = static_cast<std::uint64_t>(dropout.share * 65536);
  for (std::size_t r = 0; r < chunk.rows(); ++r) {
    std::uint64_t seed = mixed(mixed(dropout.seed, layer), chunk.begin + r);
    for (std::size_t u = 0; u < units; u += 4) {
      std::uint64_t bits = mixed(seed, u);
      for (std::size_t k = u; k < std::min(u + 4, units); ++k, bits >>= 16) {
        float& x = out[r * units + k];
        x = (bits & 0xffff) < limit ? 0 : x * dropout_scale_;
      }
    }
  }
}

const Floats& Pass::forward(const Chunk& chunk, const Dropout& dropout) {
  gather(chunk);
  dropout_scale_ = static_cast<float>(1 / (1 - dropout.share));
  for (std::size_t l = 0; l < model_.layers.size(); ++l) {
    const Layer& layer = model_.layers[l];
    kernels().layer(outputs_[l].data(), layer.weights.value.data(), layer.bias.value.data(),
                    outputs_[l + 1].data(), chunk.rows(), layer.in, layer.out);
    if (l + 1 < model_.layers.size()) drop(chunk, l, dropout);
  }
  for (std::size_t r = 0; r < chunk.rows(); ++r) logits_[r] += outputs_.back()[r];
  return logits_;
}

void Pass::backward(const Chunk& chunk, const Floats& logits, LayerGradients& to, float* vectors) {
  std::size_t rows = chunk.rows(), dim = model_.options.embedding_dim, width = model_.width();
  std::copy_n(logits.begin(), rows, back_.back().begin());
  for (std::size_t l = model_.layers.size(); l-- > 0;) {
    const Layer& layer = model_.layers[l];
    float* dx = l == 0 ? vectors : back_[l].data();
    kernels().layer_back(outputs_[l].data(), layer.weights.value.data(), back_[l + 1].data(), dx,
                         to.weights[l].data(), to.bias[l].data(), rows, layer.in, layer.out);
    if (l == 0) break;
    // What ReLU or dropout made 0 has no gradient.
    for (std::size_t i = 0; i < rows * layer.in; ++i) dx[i] = outputs_[l][i] > 0 ? dx[i] * dropout_scale_ : 0;
  }
  for (std::size_t r = 0; r < rows; ++r) {
    to.logit_bias += logits[r];
    const float* sum = sums_.data() + r * dim;
    for (std::size_t f = 0; f < model_.tables.size(); ++f) {
      const float* x = outputs_[0].data() + r * width + f * dim;
      float* dx = vectors + r * width + f * dim;
      for (std::size_t d = 0; d < dim; ++d) dx[d] += logits[r] * (sum[d] - x[d]);
    }
  }
}

}  // namespace playhead::recommend
