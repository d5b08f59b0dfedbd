#include "playhead/modules/deep_fm.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <numeric>

#include "engine/modules/recommend/deep_fm/file.h"
#include "engine/modules/recommend/deep_fm/trainer.h"
#include "engine/modules/recommend/parallel.h"

namespace playhead {

using namespace recommend;

namespace {

constexpr std::array<Text, 3> kind_names = {"category", "number", "bag"};
constexpr std::size_t largest_batch = 1'000'000;

void check_labels(const DeepFmRows& rows, List<float> labels) {
  if (labels.size() != rows.size)
    throw Error(ErrorCode::invalid, "there are " + std::to_string(labels.size()) + " labels for " +
                                        std::to_string(rows.size) + " rows");
  for (float label : labels)
    if (!(label >= 0 && label <= 1))
      throw Error(ErrorCode::invalid, "a label is " + std::to_string(label) + ", outside 0..1");
}

void check_fit(const DeepFmOptions& options, const DeepFmRows& rows, List<float> labels,
               std::size_t batch_size) {
  check_rows(options, rows);
  check_labels(rows, labels);
  if (batch_size == 0 || batch_size > largest_batch)
    throw Error(ErrorCode::invalid, "batch_size=" + std::to_string(batch_size) + " is outside 1.." +
                                        std::to_string(largest_batch));
}

// Fisher and Yates; the same for the same seed on every machine.
void shuffle(std::vector<std::size_t>& order, std::uint64_t seed) {
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[mixed(seed, i) % i]);
}

}  // namespace

FieldKind field_kind(Text name) {
  auto at = std::find(kind_names.begin(), kind_names.end(), name);
  if (at != kind_names.end()) return static_cast<FieldKind>(at - kind_names.begin());
  throw Error(ErrorCode::invalid,
              "a field is a category, a number or a bag, not '" + std::string(name.substr(0, 64)) + "'");
}

Text name_of(FieldKind kind) {
  return kind_names[static_cast<std::size_t>(kind)];
}

class DeepFm::Impl {
 public:
  explicit Impl(Model given) : model(std::move(given)), trainer(model, guard) {}

  /// Learns from all rows in an order. `batch_of` gives the fields of a batch's rows. The mean log loss.
  template <class BatchOf>
  double pass(List<float> labels, List<std::size_t> order, std::size_t batch_size, BatchOf&& batch_of) {
    double loss = 0;
    for (std::size_t from = 0; from < order.size(); from += batch_size) {
      List<std::size_t> which = order.subspan(from, std::min(batch_size, order.size() - from));
      std::vector<float> some;
      for (std::size_t row : which) some.push_back(labels[row]);
      loss += trainer.learn(batch_of(which), some);
    }
    return order.empty() ? 0 : loss / static_cast<double>(order.size());
  }

  std::vector<float> logits(const DeepFmRows& rows) const {
    std::vector<float> out(rows.size);
    std::size_t chunks = (rows.size + chunk_rows - 1) / chunk_rows;
    std::size_t threads = threads_of(model.options);
    constexpr std::size_t chunks_per_part = 8;
    in_parallel(threads, (chunks + chunks_per_part - 1) / chunks_per_part, [&](std::size_t part) {
      std::optional<Pass> pass;  // made with the lock, since training may replace the layers
      for (std::size_t c = part * chunks_per_part; c < std::min(chunks, (part + 1) * chunks_per_part); ++c) {
        std::vector<std::size_t> which(std::min(chunk_rows, rows.size - c * chunk_rows));
        std::iota(which.begin(), which.end(), c * chunk_rows);
        std::shared_lock lock(guard);
        if (!pass) pass.emplace(model);
        std::vector<EncodedField> fields = model.encode(rows, which);
        const Floats& some = pass->forward({fields, 0, which.size()}, {});
        std::copy_n(some.begin(), which.size(), out.begin() + static_cast<std::ptrdiff_t>(c * chunk_rows));
      }
    });
    return out;
  }

  double loss(const DeepFmRows& rows, List<float> labels) const {
    std::vector<float> z = logits(rows);
    double sum = 0;
    for (std::size_t r = 0; r < z.size(); ++r) sum += log_loss(z[r], labels[r]);
    return z.empty() ? 0 : sum / static_cast<double>(z.size());
  }

  mutable FairSharedMutex guard;  // of the model's numbers
  std::mutex training;            // one at a time
  Model model;
  Trainer trainer;
};

DeepFm::DeepFm(DeepFmOptions options) {
  check_options(options);
  impl_ = std::make_shared<Impl>(Model(std::move(options)));
}
DeepFm::DeepFm(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
DeepFm::~DeepFm() = default;
DeepFm::DeepFm(DeepFm&&) noexcept = default;
DeepFm& DeepFm::operator=(DeepFm&&) noexcept = default;

std::vector<DeepFmEpoch> DeepFm::fit(const DeepFmRows& rows, List<float> labels, std::size_t epochs,
                                     std::size_t batch_size, const DeepFmValidation& validation) {
  check_fit(impl_->model.options, rows, labels, batch_size);
  if (validation.rows != nullptr) check_fit(impl_->model.options, *validation.rows, validation.labels, 1);
  std::lock_guard one_at_a_time(impl_->training);
  std::vector<std::size_t> order(rows.size);
  std::iota(order.begin(), order.end(), 0);
  std::vector<EncodedField> all;
  {
    Model fresh(impl_->model.options);
    fresh.standardise(rows);
    fresh.grow(rows, order);
    all = fresh.encode(rows, order);
    std::unique_lock alone(impl_->guard);
    impl_->model.take(std::move(fresh));
  }
  auto batch_of = [&](List<std::size_t> which) {
    std::vector<EncodedField> fields;
    for (const EncodedField& field : all) fields.push_back(field.part(which));
    return fields;
  };
  std::vector<DeepFmEpoch> out;
  std::optional<Model> best;
  std::size_t best_epoch = 0;
  for (std::size_t epoch = 0; epoch < epochs; ++epoch) {
    std::iota(order.begin(), order.end(), 0);
    shuffle(order, mixed(impl_->model.options.seed, 9'000'000 + epoch));
    DeepFmEpoch e{impl_->pass(labels, order, batch_size, batch_of), {}};
    if (validation.rows != nullptr) e.validation_loss = impl_->loss(*validation.rows, validation.labels);
    out.push_back(e);
    if (!e.validation_loss) continue;
    if (!best || *e.validation_loss < *out[best_epoch].validation_loss) {
      best.emplace(impl_->model);
      best_epoch = epoch;
    } else if (epoch - best_epoch >= validation.patience) {
      break;
    }
  }
  if (best) {
    std::unique_lock alone(impl_->guard);
    impl_->model.take(std::move(*best));
  }
  return out;
}

double DeepFm::partial_fit(const DeepFmRows& rows, List<float> labels, std::size_t batch_size) {
  check_fit(impl_->model.options, rows, labels, batch_size);
  std::lock_guard one_at_a_time(impl_->training);
  std::vector<std::size_t> order(rows.size);
  std::iota(order.begin(), order.end(), 0);
  return impl_->pass(labels, order, batch_size, [&](List<std::size_t> which) {
    {
      std::unique_lock alone(impl_->guard);
      impl_->model.grow(rows, which);
    }
    return impl_->model.encode(rows, which);
  });
}

std::vector<float> DeepFm::predict(const DeepFmRows& rows) const {
  check_rows(impl_->model.options, rows);
  std::vector<float> out = impl_->logits(rows);
  for (float& x : out) x = sigmoid(x);
  return out;
}

void DeepFm::save(const std::string& path) const {
  std::lock_guard one_at_a_time(impl_->training);
  save_model(impl_->model, path);
}

DeepFm DeepFm::load(const std::string& path) {
  return DeepFm(std::make_shared<Impl>(load_model(path)));
}

const DeepFmOptions& DeepFm::options() const {
  return impl_->model.options;
}

std::size_t DeepFm::parameters() const {
  std::shared_lock lock(impl_->guard);
  return impl_->model.parameters();
}

}  // namespace playhead
