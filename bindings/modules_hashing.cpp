#include <pybind11/stl.h>

#include "bindings/modules.h"
#include "playhead/modules/consistent_hash.h"

namespace playhead::python {

void define_hashing(py::module_& m) {
  py::class_<ConsistentHash>(m, "ConsistentHash", "Which node has a key.")
      .def(py::init([](std::int64_t points) {
             return std::make_unique<ConsistentHash>(std::vector<ConsistentHash::Node>(), points);
           }),
           py::arg("points"))
      .def(
          "add_node",
          [](ConsistentHash& self, const std::string& node, std::int64_t weight) {
            ReleaseGil gil;
            self.add_node(node, weight);
          },
          py::arg("node"), py::arg("weight"))
      .def(
          "remove_node",
          [](ConsistentHash& self, const std::string& node) {
            ReleaseGil gil;
            return self.remove_node(node);
          },
          py::arg("node"))
      .def(
          "get_nodes",
          [](ConsistentHash& self, const py::object& given, std::size_t count) {
            Id key(given, "key");
            ReleaseGil gil;
            return self.get_nodes(key, count);
          },
          py::arg("key"), py::arg("count"))
      .def("nodes", [](ConsistentHash& self) {
        std::vector<ConsistentHash::Node> nodes;
        {
          ReleaseGil gil;
          nodes = self.nodes();
        }
        py::dict all;
        for (const auto& node : nodes) all[py::str(node.name)] = node.weight;
        return all;
      });
  m.def(
      "ring_hash", [](const py::object& key) { return ConsistentHash::hash(Id(key, "key")); },
      py::arg("key"));
}

}  // namespace playhead::python
