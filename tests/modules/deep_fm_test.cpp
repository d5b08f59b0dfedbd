#include "playhead/modules/deep_fm.h"

#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <random>
#include <thread>

#include "engine/modules/recommend/deep_fm/trainer.h"
#include "tests/support/temporary_store.h"

using namespace playhead;
using namespace playhead::recommend;
using namespace playhead::test;

namespace {

/// Rows with a category, a number and a bag, and labels that depend on them.
struct Examples {
  std::vector<std::string> users, tags;
  std::vector<Text> user_views, tag_views;
  std::vector<double> ages;
  std::vector<std::size_t> ends;
  std::vector<float> labels;

  Examples(unsigned seed, std::size_t size, int names = 20) {
    std::mt19937 random(seed);
    for (std::size_t r = 0; r < size; ++r) {
      int user = static_cast<int>(random() % static_cast<unsigned>(names));
      users.push_back("u" + std::to_string(user));
      double age = random() % 10 == 0 ? NAN : static_cast<double>(random() % 80);
      ages.push_back(age);
      int count = static_cast<int>(random() % 4);
      bool liked = false;
      for (int t = 0; t < count; ++t) {
        int tag = static_cast<int>(random() % 10);
        tags.push_back("t" + std::to_string(tag));
        liked = liked || tag == user % 10;
      }
      ends.push_back(tags.size());
      double z = (user % 3) - 1.0 + (liked ? 2 : -1) + (std::isnan(age) ? 0 : (age - 40) / 30);
      labels.push_back(static_cast<double>(random() % 1000) / 1000 < 1 / (1 + std::exp(-z)) ? 1.F : 0.F);
    }
    user_views.assign(users.begin(), users.end());
    tag_views.assign(tags.begin(), tags.end());
  }
  DeepFmRows rows() const {
    return {{List<Text>(user_views), List<double>(ages), DeepFmRows::Bag{tag_views, ends}}, users.size()};
  }
};

DeepFmOptions options(std::uint64_t seed = 0) {
  DeepFmOptions o;
  o.fields = {{"user", FieldKind::category}, {"age", FieldKind::number}, {"tags", FieldKind::bag}};
  o.embedding_dim = 4;
  o.hidden = {8, 6};
  o.seed = seed;
  return o;
}

double log_loss_of(const DeepFm& model, const Examples& table) {
  std::vector<float> p = model.predict(table.rows());
  double sum = 0;
  for (std::size_t r = 0; r < p.size(); ++r) sum -= std::log(table.labels[r] == 1 ? p[r] : 1 - p[r]);
  return sum / static_cast<double>(p.size());
}

/// The mean log loss of a batch without dropout.
double mean_loss(const Model& model, const Examples& table, const std::vector<std::size_t>& which) {
  auto fields = model.encode(table.rows(), which);
  Pass pass(model);
  const Floats& z = pass.forward({fields, 0, which.size()}, {});
  double sum = 0;
  for (std::size_t r = 0; r < which.size(); ++r) sum += log_loss(z[r], table.labels[which[r]]);
  return sum / static_cast<double>(which.size());
}

}  // namespace

TEST_CASE("DeepFM's gradients are those of finite differences", "[deep_fm]") {
  Examples table(1, 64);
  Model model(options());
  std::vector<std::size_t> which(64);
  for (std::size_t r = 0; r < which.size(); ++r) which[r] = r;
  model.standardise(table.rows());
  model.grow(table.rows(), which);
  // Greater vectors, so that what is quadratic in them counts.
  for (auto& t : model.tables)
    for (float& x : t.vectors.value) x *= 30;
  FairSharedMutex guard;
  Trainer trainer(model, guard);
  Trainer::Gradient gradient = trainer.gradient(table.rows(), which, table.labels);
  auto check = [&](Floats& values, const Floats& slopes) {
    REQUIRE(values.size() == slopes.size());
    for (std::size_t i = 0; i < values.size(); i += 1 + values.size() / 40) {
      constexpr float step = 2e-3F;
      float before = values[i];
      values[i] = before + step;
      double high = mean_loss(model, table, which);
      values[i] = before - step;
      double low = mean_loss(model, table, which);
      values[i] = before;
      CHECK(slopes[i] == Approx((high - low) / (2 * step)).epsilon(.02).margin(3e-4));
    }
  };
  for (std::size_t l = 0; l < model.layers.size(); ++l) {
    check(model.layers[l].weights.value, gradient.layers[l]);
    check(model.layers[l].bias.value, gradient.biases[l]);
  }
  for (std::size_t f = 0; f < model.tables.size(); ++f) {
    check(model.tables[f].vectors.value, gradient.vectors[f]);
    check(model.tables[f].weights.value, gradient.weights[f]);
  }
  Floats bias = {gradient.bias};
  check(model.bias.value, bias);
}

TEST_CASE("DeepFM learns what depends on pairs of fields", "[deep_fm]") {
  Examples train(1, 6000), test(2, 2000);
  DeepFmOptions o = options();
  o.learning_rate = 1e-2;
  o.dropout = 0;
  DeepFm model(o);
  double mean = 0;
  for (float label : test.labels) mean += label / static_cast<double>(test.labels.size());
  double entropy = -mean * std::log(mean) - (1 - mean) * std::log(1 - mean);
  model.fit(train.rows(), train.labels, 8, 64);
  CHECK(log_loss_of(model, test) < .88 * entropy);
}

TEST_CASE("the same seed gives the same DeepFM, on however many threads, another seed another", "[deep_fm]") {
  Examples train(1, 1500), test(2, 300);
  auto trained = [&](std::uint64_t seed, std::size_t threads) {
    DeepFmOptions o = options(seed);
    o.threads = threads;
    DeepFm model(o);
    model.fit(train.rows(), train.labels, 2, 512);
    return model.predict(test.rows());
  };
  auto one = trained(5, 1);
  CHECK(trained(5, 1) == one);
  CHECK(trained(5, 3) == one);
  CHECK(trained(6, 1) != one);
}

TEST_CASE("a DeepFM from a file predicts the same, and goes on learning as the one that was saved",
          "[deep_fm]") {
  TemporaryDirectory directory;
  std::string path = directory / "model";
  Examples train(1, 800), more(3, 300, 40), test(2, 200, 40);
  DeepFm model(options());
  model.fit(train.rows(), train.labels, 1, 128);
  model.save(path);
  DeepFm loaded = DeepFm::load(path);
  CHECK(loaded.predict(test.rows()) == model.predict(test.rows()));
  CHECK(loaded.parameters() == model.parameters());
  CHECK(loaded.partial_fit(more.rows(), more.labels, 64) == model.partial_fit(more.rows(), more.labels, 64));
  CHECK(loaded.predict(test.rows()) == model.predict(test.rows()));
}

TEST_CASE("a damaged file of a DeepFM is refused", "[deep_fm]") {
  TemporaryDirectory directory;
  std::string path = directory / "model";
  Examples train(1, 100);
  DeepFm model(options());
  model.fit(train.rows(), train.labels, 1, 32);
  model.save(path);
  std::ifstream in(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), {});
  auto refused = [&](const std::string& content, const char* why) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
    CHECK_THROWS_WITH(DeepFm::load(path), Catch::Contains(why));
  };
  for (std::size_t at = 20; at < bytes.size(); at += 97) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 4);
    INFO("byte " << at);
    refused(changed, "the file of a DeepFM");
  }
  for (std::size_t size : {std::size_t{0}, std::size_t{10}, bytes.size() / 2, bytes.size() - 1})
    refused(bytes.substr(0, size), "the file of a DeepFM");
  refused(bytes + "x", "bytes behind its end");
  CHECK_THROWS_WITH(DeepFm::load(directory / "none"), Catch::Contains("cannot be read"));
  CHECK_THROWS_WITH(model.save(directory / "none/model"), Catch::Contains("cannot be made"));
}

TEST_CASE("new values grow DeepFM's tables as they are learnt from, and unknown ones share a vector",
          "[deep_fm]") {
  Examples few(1, 300, 5), many(2, 300, 50);
  DeepFm model(options());
  model.fit(few.rows(), few.labels, 1, 64);
  std::size_t before = model.parameters();
  auto probability = [&](Text user) {
    std::vector<Text> users = {user};
    std::vector<double> ages = {30};
    std::vector<std::size_t> ends = {0};
    return model.predict({{List<Text>(users), List<double>(ages), DeepFmRows::Bag{{}, ends}}, 1}).at(0);
  };
  CHECK(probability("nobody") == probability("somebody else"));
  CHECK(probability("u1") != probability("nobody"));
  CHECK(model.parameters() == before);
  model.partial_fit(many.rows(), many.labels, 64);
  CHECK(model.parameters() > before);
  CHECK(probability("u40") != probability("nobody"));
}

TEST_CASE("training ends when the validation rows get no better, with the best model", "[deep_fm]") {
  Examples train(1, 300), test(2, 300);
  DeepFmOptions o = options();
  o.learning_rate = .05;
  DeepFm model(o);
  DeepFmRows rows = test.rows();
  auto epochs = model.fit(train.rows(), train.labels, 200, 32, {&rows, test.labels, 3});
  REQUIRE(epochs.size() < 200);
  double best = INFINITY;
  for (const DeepFmEpoch& e : epochs) best = std::min(best, e.validation_loss.value());
  CHECK(epochs.back().validation_loss.value() > best);
  CHECK(log_loss_of(model, test) == Approx(best).epsilon(1e-4));
}

TEST_CASE("predictions go on while a DeepFM trains", "[deep_fm]") {
  Examples train(1, 2000), test(2, 200);
  DeepFm model(options());
  model.fit(train.rows(), train.labels, 1, 256);
  std::atomic<bool> stop = false;
  std::atomic<int> asked = 0;
  std::thread reader([&] {
    while (!stop) {
      for (float p : model.predict(test.rows()))
        if (!(p >= 0 && p <= 1)) FAIL("a probability is " << p);
      ++asked;
    }
  });
  while (asked == 0) std::this_thread::yield();
  for (int i = 0; i < 5; ++i) model.partial_fit(train.rows(), train.labels, 64);
  stop = true;
  reader.join();
}

TEST_CASE("DeepFM refuses options, rows and labels that make no sense, by name", "[deep_fm]") {
  auto refused = [](const char* part, auto&& change) {
    DeepFmOptions o = options();
    change(o);
    INFO(part);
    CHECK_THROWS_WITH(DeepFm(o), Catch::Contains(part));
  };
  refused("the number of fields=0", [](DeepFmOptions& o) { o.fields.clear(); });
  refused("two fields 'age'", [](DeepFmOptions& o) { o.fields[0].name = "age"; });
  refused("embedding_dim=0", [](DeepFmOptions& o) { o.embedding_dim = 0; });
  refused("learning_rate=nan", [](DeepFmOptions& o) { o.learning_rate = NAN; });
  refused("dropout=1", [](DeepFmOptions& o) { o.dropout = 1; });
  refused("units of a hidden layer=0", [](DeepFmOptions& o) { o.hidden = {0}; });
  CHECK_THROWS_WITH(field_kind("names"), Catch::Contains("not 'names'"));

  Examples table(1, 10);
  DeepFm model(options());
  DeepFmRows rows = table.rows();
  auto fit = [&](const DeepFmRows& r, List<float> labels) { model.fit(r, labels); };
  std::vector<float> labels = table.labels;
  CHECK_THROWS_WITH(fit(rows, List<float>(labels).subspan(1)), Catch::Contains("9 labels for 10 rows"));
  labels[3] = 2;
  CHECK_THROWS_WITH(fit(rows, labels), Catch::Contains("outside 0..1"));
  DeepFmRows fewer = rows;
  fewer.columns.pop_back();
  CHECK_THROWS_WITH(model.predict(fewer), Catch::Contains("2 columns for 3 fields"));
  DeepFmRows swapped = rows;
  std::swap(swapped.columns[0], swapped.columns[1]);
  CHECK_THROWS_WITH(model.predict(swapped), Catch::Contains("'user' is no category"));
  std::vector<double> infinite(10, INFINITY);
  DeepFmRows bad = rows;
  bad.columns[1] = List<double>(infinite);
  CHECK_THROWS_WITH(model.predict(bad), Catch::Contains("infinite"));
}
