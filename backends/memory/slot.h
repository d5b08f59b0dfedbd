// A handle on one key inside one unit.
#pragma once

#include <cstdint>

#include "backends/memory/key_table.h"

namespace playhead::memory {

/// Remembers where the key is and finds it anew when its table has changed. Valid until the end of the unit
/// that made it.
class Slot {
 public:
  Slot() = default;

  bool exists() const { return record() != nullptr; }
  Type type() const {
    const Record* held = record();
    return held == nullptr ? Type::none : held->type();
  }
  /// Unix time in milliseconds, 0 for a key without deadline or no key.
  Millis deadline() const {
    const Record* held = record();
    return held == nullptr ? 0 : held->deadline();
  }
  const Key& key() const { return key_; }

 private:
  friend class Unit;

  Slot(KeyTable& table, const Key& key) : table_(&table), key_(key) { look_up(); }

  Record* record() const {
    if (generation_ != table_->generation) look_up();
    return place_.entry;
  }
  void look_up() const {
    place_ = table_->records.find(key_.hash, key_.name);
    generation_ = table_->generation;
  }

  KeyTable* table_ = nullptr;
  Key key_;
  mutable KeyTable::Records::Place place_;
  mutable std::uint64_t generation_ = 0;
};

}  // namespace playhead::memory
