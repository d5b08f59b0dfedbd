// What a unit must know to take its writes back: the inverse of each primitive, undone in reverse order.
//
// A key that did not exist, or a small record (copied at its first change), is logged as a whole; the key's
// record then carries the flag Record::saved, and later changes of it in the same unit need no entry. For a
// big value each primitive logs its own inverse.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backends/memory/key_table.h"

namespace playhead::memory {

struct Undo {
  enum class Kind : std::uint8_t {
    absent,    ///< the key did not exist
    record,    ///< the key held `record`, which the log owns
    deadline,  ///< the key had the deadline `at`
    moved,     ///< the key came from the key `name`, whose hash is `at`
    field,     ///< the field or member `name` had `value`
    member,    ///< the member `name` had `score`
    pushed,    ///< an element was added at the `front` or back
    trimmed,   ///< `values` stood at the `front` or back, outermost first
    assigned,  ///< the element `at` was `value`
    inserted,  ///< the element `at` is new
    erased,    ///< `value` stood at `at`
    flushed,   ///< the database was `database`, which the log owns
    swapped,   ///< the database was exchanged with the one of the number `at`
  };

  /// A record's own key serves as the key of its entry.
  Undo(Kind what, const Key& of)
      : kind(what), db(of.db), hash(of.hash), key(what == Kind::record ? Text() : of.name) {}
  Key where() const { return Key(db, record != nullptr ? record->key() : Text(key), hash); }

  Kind kind;
  bool front = false;
  bool integers = false;  ///< Record::integers as it was
  std::uint16_t db;
  std::uint64_t hash;
  std::string key;
  Record* record = nullptr;
  std::int64_t at = 0;
  std::optional<double> score;
  std::string name;
  std::optional<std::string> value;
  std::vector<std::string> values;
  Database* database = nullptr;
};

}  // namespace playhead::memory
