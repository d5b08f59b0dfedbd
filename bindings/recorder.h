#pragma once
// Where a batch's or a transaction's calls are collected.
#include <pybind11/pybind11.h>

#include <memory>
#include <set>

#include "playhead/store.h"

namespace playhead::python {

namespace py = pybind11;

/// Batch: everything is queued. Transaction: writes are queued; reads are answered at once from the state
/// before the transaction, and a key that the transaction has written can not be read in it.
class Recorder {
 public:
  Recorder(std::shared_ptr<Store> store, std::uint16_t db) : store_(std::move(store)), batch_(db), db_(db) {}

  /// Makes it a transaction that conflicts with changes of these keys.
  void watch(List<Text> keys);
  bool queues(bool write) const { return write || !watch_; }
  void queue(AnyCall call, bool decode);
  /// Refuses a read of a key that has been written; watches the keys that it reads.
  void check_read(const AnyCall& call);

  /// Takes the call that was queued last out again. Throws Error{invalid} if there is none.
  AnyCall take();

  std::size_t size() const { return batch_.calls.size(); }
  /// Runs what was queued. Replies in order; refused calls stand in it as exceptions. A transaction raises
  /// Conflict if a watched key has changed.
  py::list run(bool release_gil);
  void discard();

 private:
  void check_running() const;
  std::shared_ptr<Store> store_;
  Batch batch_;
  std::uint16_t db_;
  std::unique_ptr<Watch> watch_;
  std::set<std::string, std::less<>> written_, watched_;
  bool decode_ = false;
  bool ended_ = false;
};

}  // namespace playhead::python
