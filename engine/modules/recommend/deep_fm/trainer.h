#pragma once
// Minibatches through a model. Not thread-safe.
#include <memory>

#include "engine/modules/recommend/deep_fm/network.h"
#include "engine/modules/recommend/fair_shared_mutex.h"

namespace playhead::recommend {

class Trainer {
 public:
  /// `guard` is held alone while the model changes.
  Trainer(Model& model, FairSharedMutex& guard);

  /// Learns from a batch, whose names are in the tables: the sum of the log losses of its rows before that.
  double learn(std::vector<EncodedField> fields, List<float> labels);

  /// The gradient of the mean log loss, without dropout: of the layers, and of the fields' vectors and weights as
  /// vectors of what each table has. For tests.
  struct Gradient {
    std::vector<Floats> layers, biases, vectors, weights;
    float bias = 0;
  };
  Gradient gradient(const DeepFmRows& rows, const std::vector<std::size_t>& which, List<float> labels);

 private:
  struct Touched {
    std::vector<std::uint32_t> rows;  // of the table, distinct
    Floats vectors, weights;
  };
  double pass(const std::vector<EncodedField>& fields, std::size_t rows, List<float> labels,
              const Dropout& dropout);
  void leave_out(std::vector<EncodedField>& fields, std::size_t rows) const;
  Touched touched(const EncodedField& field, std::size_t f, std::size_t rows) const;
  void step_table(std::size_t f, const Touched& by);
  void add_gradients(std::size_t chunks);

  Model& model_;
  FairSharedMutex& guard_;
  std::size_t threads_;
  std::vector<std::unique_ptr<Pass>> passes_;  // by chunk of the batch
  std::vector<LayerGradients> gradients_;      // likewise; all are added to the first
  Floats logit_gradients_, vectors_;           // by row of the batch
};

}  // namespace playhead::recommend
