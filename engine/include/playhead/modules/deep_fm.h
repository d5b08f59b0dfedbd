#pragma once
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "playhead/error.h"
#include "playhead/text.h"

namespace playhead {

/// What a field of DeepFm's rows holds: one of many names, a number, or several names.
enum class FieldKind : std::uint8_t { category, number, bag };

/// The kind of a name ("category", "number", "bag"); throws Error{invalid} for another.
FieldKind field_kind(Text name);
Text name_of(FieldKind kind);

struct DeepFmField {
  std::string name;  ///< distinct; 1..1024 bytes
  FieldKind kind = FieldKind::category;
};

struct DeepFmOptions {
  std::vector<DeepFmField> fields;               ///< 1..1000
  std::size_t embedding_dim = 16;                ///< 1..512
  std::vector<std::size_t> hidden = {256, 128};  ///< units of each layer, 1..8192; at most 8 layers
  double learning_rate = 1e-3;                   ///< of Adam; 1e-9..1
  double l2 = 1e-4;                              ///< on the vectors; 0..1
  double dropout = .3;                           ///< share of hidden units left out while training; 0..0.9
  double unknown_share = .01;  ///< of values that are taken for unknown while training; 0..0.5
  std::uint64_t seed = 0;      ///< the same rows in the same order give the same model
  std::size_t threads = 0;     ///< that train and predict; 0: all there are; the model does not depend on it
};

/// Rows of a table, by column, in the order of the options' fields. They borrow their names.
struct DeepFmRows {
  using Category = List<Text>;  ///< a name for each row
  using Number = List<double>;  ///< NaN: unknown
  struct Bag {
    List<Text> names;        ///< of all rows, row by row
    List<std::size_t> ends;  ///< for each row, where its names end in `names`
  };
  using Column = std::variant<Category, Number, Bag>;
  std::vector<Column> columns;
  std::size_t size = 0;
};

/// Rows that tell when to stop training.
struct DeepFmValidation {
  const DeepFmRows* rows = nullptr;
  List<float> labels = {};
  std::size_t patience = 1;  ///< epochs without a better log loss after which training ends
};

/// What a pass over all rows did.
struct DeepFmEpoch {
  double loss = 0;  ///< mean log loss of the training rows, as they were met
  std::optional<double> validation_loss = {};
};

/// The probability of a click, or whatever the labels tell: a factorization machine and a deep network on shared
/// vectors (Guo et al. 2017, "DeepFM: A Factorization-Machine based Neural Network for CTR Prediction").
///
/// logit = b + sum w_f + 1/2 sum_d [(sum_f v_fd)^2 - sum_f v_fd^2] + o . MLP(concat v_f). Every value has a vector
/// of its own, and every field one for values that are unknown. A number is standardised and scales its field's
/// vector; a bag's vector is the mean of its names'. Trained by Adam on the log loss, in minibatches.
/// Thread-safe: predict() goes on while a thread trains, and sees the model between two minibatches; who wants to
/// train meanwhile waits.
class DeepFm {
 public:
  /// Throws Error{invalid} for options out of range.
  explicit DeepFm(DeepFmOptions options);
  ~DeepFm();
  DeepFm(DeepFm&&) noexcept;
  DeepFm& operator=(DeepFm&&) noexcept;

  /// Begins anew, learns the mean and deviation of numbers, and passes over the rows `epochs` times in a shuffled
  /// order. With validation rows it ends early, and keeps the best epoch's model. Labels are 0..1.
  /// Throws Error{invalid} for columns that do not match the fields or the labels, or labels outside 0..1.
  std::vector<DeepFmEpoch> fit(const DeepFmRows& rows, List<float> labels, std::size_t epochs = 1,
                               std::size_t batch_size = 512, const DeepFmValidation& validation = {});
  /// One pass in the given order that goes on from the present state, Adam's included; new values grow the tables.
  /// The mean log loss of the rows, each before it was learnt from.
  double partial_fit(const DeepFmRows& rows, List<float> labels, std::size_t batch_size = 512);

  /// Probabilities, one for each row.
  std::vector<float> predict(const DeepFmRows& rows) const;

  /// Writes the model, Adam's state included, to a file, which is replaced at once. Throws Error{unavailable}.
  void save(const std::string& path) const;
  /// Throws Error{unavailable} if the file cannot be read, Error{corrupt} if it is none of these or damaged.
  static DeepFm load(const std::string& path);

  const DeepFmOptions& options() const;
  /// Trainable numbers.
  std::size_t parameters() const;

 private:
  class Impl;
  explicit DeepFm(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace playhead
