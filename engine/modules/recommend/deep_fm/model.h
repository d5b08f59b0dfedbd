#pragma once
// The numbers of a DeepFm, and how rows become numbers. Not thread-safe.
#include <array>
#include <boost/align/aligned_allocator.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <string>
#include <vector>

#include "engine/modules/recommend/random.h"
#include "playhead/modules/deep_fm.h"

namespace playhead::recommend {

/// Numbers whose address is a multiple of 64, so that what is added up in which order depends on nothing else.
using Floats = std::vector<float, boost::alignment::aligned_allocator<float, 64>>;

/// Parameters with what Adam keeps of each.
struct Parameters {
  Floats value, first, second;

  void resize(std::size_t n) {
    value.resize(n);
    first.resize(n);
    second.resize(n);
  }
  std::size_t size() const { return value.size(); }
};

constexpr std::uint32_t unknown_row = 0;  // of every table
constexpr std::uint32_t number_row = 1;   // of a number's

/// Names that can be looked up by a text.
struct NameHash {
  using is_transparent = void;
  std::size_t operator()(Text name) const { return std::hash<Text>()(name); }
};

/// The vectors and weights of one field: a row for each value that was met, and one for unknown ones.
struct Table {
  boost::unordered_flat_map<std::string, std::uint32_t, NameHash, std::equal_to<>> rows;
  Parameters vectors, weights;
  double mean = 0, deviation = 1;  // of a number

  std::size_t size() const { return weights.size(); }
};

/// One field of a batch: for each of its rows the rows of the table, with their weights.
struct EncodedField {
  std::vector<std::uint32_t> items;
  std::vector<float> weights;       // empty: all 1
  std::vector<std::uint32_t> ends;  // by row of the batch; empty: one item each

  std::size_t begin(std::size_t row) const { return ends.empty() ? row : row == 0 ? 0 : ends[row - 1]; }
  std::size_t end(std::size_t row) const { return ends.empty() ? row + 1 : ends[row]; }
  float weight(std::size_t item) const { return weights.empty() ? 1 : weights[item]; }
  /// Some of its rows.
  EncodedField part(List<std::size_t> which) const;
};

struct Layer {
  std::size_t in, out;
  Parameters weights, bias;  // weights: in x out
};

/// How many threads the options mean.
std::size_t threads_of(const DeepFmOptions& options);

struct Model {
  explicit Model(DeepFmOptions given);

  const DeepFmOptions options;  // which other threads read at any time
  std::vector<Table> tables;
  std::vector<Layer> layers;  // the last has one unit: the logit
  Parameters bias;            // one number
  std::uint64_t step = 0;     // of Adam

  /// Takes over what another with the same options has learnt.
  void take(Model&& other);

  std::size_t width() const { return tables.size() * options.embedding_dim; }
  std::size_t parameters() const;

  /// Learns the mean and deviation of numbers.
  void standardise(const DeepFmRows& rows);
  /// Gives every new name of some rows its place in the tables.
  void grow(const DeepFmRows& rows, List<std::size_t> which);
  /// The batch of these rows: a field for each table. What is not in a table is unknown.
  std::vector<EncodedField> encode(const DeepFmRows& rows, List<std::size_t> which) const;

 private:
  std::size_t threads_for(std::size_t rows) const;
  void add_row(std::size_t field, Text name);
  void grow(std::size_t field, const DeepFmRows& rows, List<std::size_t> which);
  EncodedField encode(std::size_t field, const DeepFmRows& rows, List<std::size_t> which) const;
};

void check_rows(const DeepFmOptions& options, const DeepFmRows& rows);
void check_options(const DeepFmOptions& options);

}  // namespace playhead::recommend
