#pragma once
#include <memory>

#include "playhead/clock.h"
#include "playhead/key_codec.h"
#include "playhead/modules/procedure.h"
#include "playhead/store.h"
#include "playhead/views/arguments.h"

namespace playhead {

/// Where a module keeps its data, and whose time counts for it. Two modules of the same kind share their data
/// if they have the same store, database and prefix. A copyable value; as thread-safe as the store.
class Namespace {
 public:
  /// `db`: none for the store's default database. `clock`: null for the store's time. A clock given here is
  /// passed to the store with every call, so that deadlines follow it on every store, a Redis server
  /// included. Throws Error{invalid} if there is no store.
  Namespace(std::shared_ptr<Store> store, std::optional<std::uint16_t> db = {}, Text prefix = "ph",
            std::shared_ptr<const Clock> clock = {});

  Store& store() const { return *store_; }
  std::uint16_t db() const { return db_; }
  const KeyCodec& keys() const { return keys_; }
  /// What procedures take as their first argument: the clock's time, 0 without one.
  Millis time() const { return clock_ ? clock_->now() : 0; }
  /// The time itself: of the clock, or asked from the store.
  Millis now() const { return clock_ ? clock_->now() : store_->now(); }

  template <class Op>
  typename Op::Reply run(const Op& op) const {
    return store_->run(op, db_);
  }
  Value invoke(const Procedure& p, Arguments<Text> keys, const ArgumentWriter& args) const {
    return store_->invoke(p, db_, keys, args.list());
  }

 private:
  std::shared_ptr<Store> store_;
  std::uint16_t db_ = 0;
  KeyCodec keys_;
  std::shared_ptr<const Clock> clock_;
};

/// Throws Error{invalid} unless `n` lies within the bounds; `name` is what the message calls it.
void check_range(Text name, std::int64_t n, std::int64_t least, std::int64_t greatest);
/// Throws Error{invalid} unless an id has 1 to max_segment bytes.
void check_id(Text name, Text id);

}  // namespace playhead
