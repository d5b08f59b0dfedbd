#include "engine/modules/recommend/deep_fm/model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "engine/modules/recommend/parallel.h"

namespace playhead::recommend {

namespace {

constexpr double vector_deviation = .01;
constexpr std::size_t most_fields = 1000, most_layers = 8, most_units = 8192, most_dim = 512;
constexpr std::size_t longest_name = 1024;

template <class... Part>
[[noreturn]] void refuse(fmt::format_string<Part...> text, Part&&... part) {
  throw Error(ErrorCode::invalid, fmt::format(text, std::forward<Part>(part)...));
}

void check_range(const char* name, double x, double least, double greatest) {
  if (!(x >= least && x <= greatest)) refuse("{}={} is outside {}..{}", name, x, least, greatest);
}

std::size_t size_of(const DeepFmRows::Column& column) {
  if (const auto* bag = std::get_if<DeepFmRows::Bag>(&column)) return bag->ends.size();
  if (const auto* names = std::get_if<DeepFmRows::Category>(&column)) return names->size();
  return std::get<DeepFmRows::Number>(column).size();
}

void check_bag(const std::string& field, const DeepFmRows::Bag& bag) {
  std::size_t last = 0;
  for (std::size_t end : bag.ends) {
    if (end < last || end > bag.names.size()) refuse("the ends of the bags of '{}' do not ascend", field);
    last = end;
  }
}

}  // namespace

void check_options(const DeepFmOptions& o) {
  check_range("the number of fields", static_cast<double>(o.fields.size()), 1, most_fields);
  std::set<Text> names;
  for (const DeepFmField& f : o.fields) {
    if (f.name.empty() || f.name.size() > longest_name)
      refuse("a field's name must have 1 to {} bytes, not {}", longest_name, f.name.size());
    if (!names.insert(f.name).second) refuse("there are two fields '{}'", f.name);
  }
  check_range("embedding_dim", static_cast<double>(o.embedding_dim), 1, most_dim);
  check_range("the number of hidden layers", static_cast<double>(o.hidden.size()), 0, most_layers);
  for (std::size_t units : o.hidden)
    check_range("units of a hidden layer", static_cast<double>(units), 1, most_units);
  check_range("learning_rate", o.learning_rate, 1e-9, 1);
  check_range("l2", o.l2, 0, 1);
  check_range("dropout", o.dropout, 0, .9);
  check_range("unknown_share", o.unknown_share, 0, .5);
}

void check_rows(const DeepFmOptions& o, const DeepFmRows& rows) {
  if (rows.columns.size() != o.fields.size())
    refuse("there are {} columns for {} fields", rows.columns.size(), o.fields.size());
  for (std::size_t f = 0; f < o.fields.size(); ++f) {
    const DeepFmField& field = o.fields[f];
    const DeepFmRows::Column& column = rows.columns[f];
    if (column.index() != static_cast<std::size_t>(field.kind))
      refuse("the column of '{}' is no {}", field.name, name_of(field.kind));
    if (size_of(column) != rows.size)
      refuse("the column of '{}' has {} rows, not {}", field.name, size_of(column), rows.size);
    if (const auto* bag = std::get_if<DeepFmRows::Bag>(&column)) check_bag(field.name, *bag);
    if (const auto* numbers = std::get_if<DeepFmRows::Number>(&column))
      for (double x : *numbers)
        if (std::isinf(x)) refuse("the column of '{}' has an infinite number", field.name);
  }
}

Model::Model(DeepFmOptions given) : options(std::move(given)) {
  tables.resize(options.fields.size());
  for (std::size_t f = 0; f < tables.size(); ++f) {
    add_row(f, {});  // unknown
    if (options.fields[f].kind == FieldKind::number) add_row(f, {});
  }
  std::size_t in = width(), n = 0;
  auto add_layer = [&](std::size_t out) {
    Layer layer{in, out, {}, {}};
    layer.weights.resize(in * out);
    layer.bias.resize(out);
    double deviation = std::sqrt(2.0 / static_cast<double>(in + out));  // Glorot 2010
    for (float& w : layer.weights.value)
      w = static_cast<float>(deviation * normal(mixed(options.seed, 1'000'000 + layers.size()), n++));
    layers.push_back(std::move(layer));
    in = out;
  };
  for (std::size_t units : options.hidden) add_layer(units);
  add_layer(1);
  bias.resize(1);
}

// A vector depends on the seed, the field and the name alone, not on when the name was met.
void Model::add_row(std::size_t field, Text name) {
  Table& table = tables[field];
  std::size_t dim = options.embedding_dim, row = table.size();
  std::uint64_t seed = mixed(mixed(options.seed, field), row < 2 && name.empty() ? row : hash_of(name) | 2);
  table.vectors.resize((row + 1) * dim);
  table.weights.resize(row + 1);
  for (std::size_t d = 0; d < dim; ++d)
    table.vectors.value[row * dim + d] = static_cast<float>(vector_deviation * normal(seed, d));
}

void Model::take(Model&& other) {
  tables = std::move(other.tables);
  layers = std::move(other.layers);
  bias = std::move(other.bias);
  step = other.step;
}

std::size_t Model::parameters() const {
  std::size_t n = bias.size();
  for (const Table& t : tables) n += t.vectors.size() + t.weights.size();
  for (const Layer& l : layers) n += l.weights.size() + l.bias.size();
  return n;
}

void Model::standardise(const DeepFmRows& rows) {
  for (std::size_t f = 0; f < tables.size(); ++f) {
    const auto* numbers = std::get_if<DeepFmRows::Number>(&rows.columns[f]);
    if (numbers == nullptr) continue;
    double n = 0, mean = 0, square = 0;
    for (double x : *numbers) {
      if (std::isnan(x)) continue;
      double from_mean = x - mean;
      mean += from_mean / ++n;
      square += from_mean * (x - mean);
    }
    tables[f].mean = mean;
    tables[f].deviation = n > 1 && square > 0 ? std::sqrt(square / n) : 1;
  }
}

std::size_t threads_of(const DeepFmOptions& options) {
  return options.threads != 0 ? options.threads : all_threads();
}

// A batch is done sooner than threads begin.
std::size_t Model::threads_for(std::size_t rows) const {
  constexpr std::size_t rows_worth_threads = 4096;
  return rows < rows_worth_threads ? 1 : threads_of(options);
}

void Model::grow(std::size_t f, const DeepFmRows& rows, List<std::size_t> which) {
  Table& table = tables[f];
  auto meet = [&](Text name) {
    if (table.rows.find(name) != table.rows.end()) return;
    table.rows.emplace(name, static_cast<std::uint32_t>(table.size()));
    add_row(f, name);
  };
  if (const auto* names = std::get_if<DeepFmRows::Category>(&rows.columns[f])) {
    for (std::size_t row : which) meet((*names)[row]);
  } else if (const auto* bag = std::get_if<DeepFmRows::Bag>(&rows.columns[f])) {
    for (std::size_t row : which)
      for (std::size_t i = row == 0 ? 0 : bag->ends[row - 1]; i < bag->ends[row]; ++i) meet(bag->names[i]);
  }
}

void Model::grow(const DeepFmRows& rows, List<std::size_t> which) {
  in_parallel(threads_for(which.size()), tables.size(), [&](std::size_t f) { grow(f, rows, which); });
}

EncodedField Model::encode(std::size_t f, const DeepFmRows& rows, List<std::size_t> which) const {
  const Table& table = tables[f];
  EncodedField field;
  field.items.reserve(which.size());
  auto row_of = [&](Text name) {
    auto at = table.rows.find(name);
    return at == table.rows.end() ? unknown_row : at->second;
  };
  if (const auto* names = std::get_if<DeepFmRows::Category>(&rows.columns[f])) {
    for (std::size_t row : which) field.items.push_back(row_of((*names)[row]));
  } else if (const auto* numbers = std::get_if<DeepFmRows::Number>(&rows.columns[f])) {
    for (std::size_t row : which) {
      double x = (*numbers)[row];
      field.items.push_back(std::isnan(x) ? unknown_row : number_row);
      field.weights.push_back(std::isnan(x) ? 1 : static_cast<float>((x - table.mean) / table.deviation));
    }
  } else {
    const auto& bag = std::get<DeepFmRows::Bag>(rows.columns[f]);
    for (std::size_t row : which) {
      std::size_t begin = row == 0 ? 0 : bag.ends[row - 1], count = bag.ends[row] - begin;
      for (std::size_t i = 0; i < count; ++i) field.items.push_back(row_of(bag.names[begin + i]));
      if (count == 0) field.items.push_back(unknown_row);
      field.weights.resize(field.items.size(), 1 / static_cast<float>(std::max<std::size_t>(1, count)));
      field.ends.push_back(static_cast<std::uint32_t>(field.items.size()));
    }
  }
  return field;
}

std::vector<EncodedField> Model::encode(const DeepFmRows& rows, List<std::size_t> which) const {
  std::vector<EncodedField> out(tables.size());
  in_parallel(threads_for(which.size()), tables.size(),
              [&](std::size_t f) { out[f] = encode(f, rows, which); });
  return out;
}

EncodedField EncodedField::part(List<std::size_t> which) const {
  EncodedField out;
  out.items.reserve(which.size());
  for (std::size_t row : which) {
    for (std::size_t i = begin(row); i < end(row); ++i) {
      out.items.push_back(items[i]);
      if (!weights.empty()) out.weights.push_back(weights[i]);
    }
    if (!ends.empty()) out.ends.push_back(static_cast<std::uint32_t>(out.items.size()));
  }
  return out;
}

}  // namespace playhead::recommend
