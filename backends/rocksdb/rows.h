#pragma once
#include <rocksdb/iterator.h>
#include <rocksdb/options.h>

#include <memory>
#include <string>

#include "backends/rocksdb/context.h"
#include "backends/rocksdb/unit.h"

namespace playhead::rocks {

/// The rows of one kind of one object in their order, as a unit sees them. Positions are given by what
/// follows the row prefix. The unit must not write while it is used. Failed reads throw Error.
class Rows {
 public:
  Rows(Unit& unit, const Meta& meta, Kind kind);

  /// At a row.
  bool valid();
  void first();
  void last();
  /// To the first row at or behind `from`.
  void seek(Text from);
  /// To the last row before `from`.
  void seek_before(Text from);
  void next() { rows_->Next(); }
  void previous() { rows_->Prev(); }

  /// What follows the row prefix; valid to the next move.
  Text name() const { return {rows_->key().data() + row_prefix, rows_->key().size() - row_prefix}; }
  Text value() const { return {rows_->value().data(), rows_->value().size()}; }

 private:
  Unit& unit_;
  std::string prefix_, upper_, target_;
  rocksdb::Slice upper_slice_;
  rocksdb::ReadOptions options_;
  std::unique_ptr<rocksdb::Iterator> rows_;
};

/// Stands for a row in the set of written ones.
inline std::uint64_t row_mark(ObjectId id, std::uint64_t hash) {
  return (hash ^ id * 0x9e3779b97f4a7c15) << 1;
}

}  // namespace playhead::rocks
