// playhead.modules.DeepFM in Python.
#include "playhead/modules/deep_fm.h"

#include <pybind11/stl.h>

#include <cmath>
#include <deque>

#include "bindings/modules.h"
#include "bindings/recommender.h"

namespace playhead::python {

namespace {

/// The columns of a table. The texts borrow from Python's objects, which the tuples keep.
class Columns {
 public:
  Columns(const DeepFm& model, const py::tuple& columns, std::size_t size) {
    const DeepFmOptions& o = model.options();
    if (columns.size() != o.fields.size())
      throw Error(ErrorCode::invalid, "there are " + std::to_string(columns.size()) + " columns for " +
                                          std::to_string(o.fields.size()) + " fields");
    rows_.size = size;
    for (std::size_t f = 0; f < o.fields.size(); ++f) {
      auto column = py::reinterpret_borrow<py::tuple>(columns[f]);
      switch (o.fields[f].kind) {
        case FieldKind::category:
          rows_.columns.emplace_back(List<Text>(names(column, o.fields[f].name)));
          break;
        case FieldKind::number:
          rows_.columns.emplace_back(List<double>(numbers(column, o.fields[f].name)));
          break;
        case FieldKind::bag:
          rows_.columns.emplace_back(bag(column, o.fields[f].name));
      }
    }
  }
  const DeepFmRows& rows() const { return rows_; }

 private:
  std::vector<Text>& names(const py::tuple& column, const std::string& name) {
    std::vector<Text>& out = names_.emplace_back();
    out.reserve(column.size());
    for (py::handle value : column) out.push_back(text_of(value.ptr(), arena_, name));
    return out;
  }
  std::vector<double>& numbers(const py::tuple& column, const std::string& name) {
    std::vector<double>& out = numbers_.emplace_back();
    out.reserve(column.size());
    for (py::handle value : column) out.push_back(value.is_none() ? NAN : real_of(value.ptr(), name));
    return out;
  }
  DeepFmRows::Bag bag(const py::tuple& column, const std::string& name) {
    std::vector<Text>& all = names_.emplace_back();
    std::vector<std::size_t>& ends = ends_.emplace_back();
    for (py::handle value : column) {
      for (py::handle one : py::reinterpret_borrow<py::tuple>(value))
        all.push_back(text_of(one.ptr(), arena_, name));
      ends.push_back(all.size());
    }
    return {all, ends};
  }

  Arena arena_;
  std::deque<std::vector<Text>> names_;
  std::deque<std::vector<double>> numbers_;
  std::deque<std::vector<std::size_t>> ends_;
  DeepFmRows rows_;
};

DeepFmOptions options_of(const py::dict& fields, std::size_t embedding_dim, std::vector<std::size_t> hidden,
                         double learning_rate, double l2, double dropout, double unknown_share,
                         std::uint64_t seed, std::size_t threads) {
  DeepFmOptions o;
  for (auto [name, kind] : fields)
    o.fields.push_back({name.cast<std::string>(), field_kind(kind.cast<std::string>())});
  o.embedding_dim = embedding_dim;
  o.hidden = std::move(hidden);
  o.learning_rate = learning_rate;
  o.l2 = l2;
  o.dropout = dropout;
  o.unknown_share = unknown_share;
  o.seed = seed;
  o.threads = threads;
  return o;
}

py::list fit(DeepFm& self, const py::tuple& columns, const std::vector<float>& labels, std::size_t epochs,
             std::size_t batch_size, const std::optional<py::tuple>& validation,
             const std::vector<float>& validation_labels, std::size_t patience) {
  Columns table(self, columns, labels.size());
  std::optional<Columns> held_out;
  if (validation) held_out.emplace(self, *validation, validation_labels.size());
  std::vector<DeepFmEpoch> done;
  {
    ReleaseGil release;
    done = self.fit(table.rows(), labels, epochs, batch_size,
                    {held_out ? &held_out->rows() : nullptr, validation_labels, patience});
  }
  py::list out;
  for (const DeepFmEpoch& e : done) out.append(py::make_tuple(e.loss, e.validation_loss));
  return out;
}

py::dict fields_of_model(const DeepFm& self) {
  py::dict out;
  for (const DeepFmField& f : self.options().fields) out[py::str(f.name)] = std::string(name_of(f.kind));
  return out;
}

}  // namespace

void define_deep_fm(py::module_& m) {
  py::class_<DeepFm>(m, "DeepFMObject", "See playhead.modules.DeepFM.")
      .def(py::init([](const py::dict& fields, std::size_t embedding_dim, std::vector<std::size_t> hidden,
                       double learning_rate, double l2, double dropout, double unknown_share,
                       std::uint64_t seed, std::size_t threads) {
             return std::make_unique<DeepFm>(options_of(fields, embedding_dim, std::move(hidden),
                                                        learning_rate, l2, dropout, unknown_share, seed,
                                                        threads));
           }),
           py::arg("fields"), py::kw_only(), py::arg("embedding_dim"), py::arg("hidden"),
           py::arg("learning_rate"), py::arg("l2"), py::arg("dropout"), py::arg("unknown_share"),
           py::arg("seed"), py::arg("threads"))
      .def_static(
          "load",
          [](const std::string& path) {
            ReleaseGil release;
            return std::make_unique<DeepFm>(DeepFm::load(path));
          },
          py::arg("path"))
      .def(
          "save",
          [](const DeepFm& self, const std::string& path) {
            ReleaseGil release;
            self.save(path);
          },
          py::arg("path"))
      .def("fit", fit, py::arg("columns"), py::arg("labels"), py::arg("epochs"), py::arg("batch_size"),
           py::arg("validation"), py::arg("validation_labels"), py::arg("patience"))
      .def(
          "partial_fit",
          [](DeepFm& self, const py::tuple& columns, const std::vector<float>& labels,
             std::size_t batch_size) {
            Columns table(self, columns, labels.size());
            ReleaseGil release;
            return self.partial_fit(table.rows(), labels, batch_size);
          },
          py::arg("columns"), py::arg("labels"), py::arg("batch_size"))
      .def(
          "predict",
          [](const DeepFm& self, const py::tuple& columns, std::size_t size) {
            Columns table(self, columns, size);
            ReleaseGil release;
            return self.predict(table.rows());
          },
          py::arg("columns"), py::arg("size"))
      .def_property_readonly("fields", fields_of_model)
      .def_property_readonly("parameters", &DeepFm::parameters);
}

}  // namespace playhead::python
