#pragma once
#include "bindings/view.h"

namespace playhead::python {

struct ViewTypes {
  PyTypeObject *strings, *keys, *hashes, *lists, *sets, *zsets, *hyperloglogs, *channels, *scripts;
};

/// A store as Python holds it: the base of playhead.Store, of batches and of transactions, which differ in
/// their recorder only.
class StoreObject {
 public:
  StoreObject(Target target, const ViewTypes& types) : target_(std::move(target)), types_(types) {}
  Target& target() { return target_; }
  const ViewTypes& types() const { return types_; }
  Store& store() { return *target_.store; }

 private:
  Target target_;
  ViewTypes types_;
};

/// Defines Store, Batch, Transaction, Subscription, clocks and open().
void define_store(py::module_& m, const ViewTypes& types);

}  // namespace playhead::python
