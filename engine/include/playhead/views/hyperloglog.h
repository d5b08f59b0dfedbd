#pragma once
// HyperLogLogs: typed calls of the operations in operations/hyperloglog.h, where results and costs are told.
#include "playhead/store.h"
#include "playhead/views/arguments.h"

namespace playhead {

/// The HyperLogLogs of one database: estimates of how many different elements were added, with a standard
/// error of 0.81 %, in at most 12 KiB. Refers to the store, which must outlive it. As thread-safe as the
/// store. All methods throw Error; a key that holds something else is refused with "WRONGTYPE ...".
class HyperLogLogs {
 public:
  explicit HyperLogLogs(Store& store, std::optional<std::uint16_t> db = {})
      : store_(store), db_(db.value_or(store.database())) {}

  /// Whether the estimate may have changed, or the key is new.
  bool pfadd(Text key, Arguments<Text> elements) { return run(PfAdd{key, elements}); }
  /// The estimate for everything added to any of the keys.
  std::int64_t pfcount(Arguments<Text> keys) { return run(PfCount{keys}); }
  /// Adds to `destkey` what was added to the others.
  void pfmerge(Text destkey, Arguments<Text> sourcekeys) { run(PfMerge{destkey, sourcekeys}); }

 private:
  template <class Op>
  typename Op::Reply run(const Op& op) {
    return store_.run(op, db_);
  }
  Store& store_;
  std::uint16_t db_;
};

}  // namespace playhead
