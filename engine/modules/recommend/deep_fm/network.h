#pragma once
// Forward and backward through a DeepFm, for some rows of a batch. Rows are worked on in chunks of a fixed size, so
// that what is computed does not depend on how many threads share the work.
#include "engine/modules/recommend/deep_fm/model.h"

namespace playhead::recommend {

constexpr std::size_t chunk_rows = 128;

/// Some rows of a batch.
struct Chunk {
  const std::vector<EncodedField>& fields;
  std::size_t begin, end;
  std::size_t rows() const { return end - begin; }
};

/// What dropout leaves out: nothing if `share` is 0.
struct Dropout {
  double share = 0;
  std::uint64_t seed = 0;
};

/// The gradients of the layers, and of the bias.
struct LayerGradients {
  explicit LayerGradients(const Model& model);
  void clear();
  std::vector<Floats> weights, bias;
  float logit_bias = 0;
};

/// Buffers of one chunk; one for each thread.
class Pass {
 public:
  explicit Pass(const Model& model);

  /// The logits of the chunk's rows.
  const Floats& forward(const Chunk& chunk, const Dropout& dropout);
  /// After forward(), from the gradients of the logits: adds those of the layers, and writes those of the fields'
  /// vectors, rows x fields x dim, to `vectors`.
  void backward(const Chunk& chunk, const Floats& logits, LayerGradients& to, float* vectors);

 private:
  void gather(const Chunk& chunk);
  void drop(const Chunk& chunk, std::size_t layer, const Dropout& dropout);

  const Model& model_;
  std::vector<Floats> outputs_;  // of each layer; the first is the fields' vectors
  std::vector<Floats> back_;     // gradients of them
  Floats sums_;                  // of the fields' vectors, rows x dim
  Floats logits_;
  float dropout_scale_ = 1;  // of the last forward()
};

/// ln(1 + e^-z) for a label of 1, and so on between 0 and 1.
double log_loss(float logit, float label);
float sigmoid(float x);

}  // namespace playhead::recommend
