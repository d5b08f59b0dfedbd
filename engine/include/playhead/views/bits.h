#pragma once
// Bits of strings: typed calls of the operations in operations/bits.h, where results and costs are told.
#include "playhead/store.h"
#include "playhead/views/arguments.h"

namespace playhead {

/// The strings of one database as arrays of bits, bit 0 being the highest of the first byte. Refers to the
/// store, which must outlive it. As thread-safe as the store. All methods throw Error; a key that holds
/// another type is refused with "WRONGTYPE ...".
class Bits {
 public:
  explicit Bits(Store& store, std::optional<std::uint16_t> db = {})
      : store_(store), db_(db.value_or(store.database())) {}

  /// The bit that was there.
  bool setbit(Text key, std::int64_t offset, bool value) { return run(SetBit{key, offset, value}) != 0; }
  bool getbit(Text key, std::int64_t offset) const { return run(GetBit{key, offset}) != 0; }
  std::int64_t bitcount(Text key) const { return run(BitCount{key}); }
  std::int64_t bitcount(Text key, std::int64_t start, std::int64_t end, BitUnit unit = BitUnit::byte) const {
    return run(BitCount{key, start, end, word(unit)});
  }
  /// Where the first bit equal to `bit` is, -1: nowhere.
  std::int64_t bitpos(Text key, bool bit, std::int64_t start = 0) const {
    return run(BitPos{key, bit, start});
  }
  std::int64_t bitpos(Text key, bool bit, std::int64_t start, std::int64_t end,
                      BitUnit unit = BitUnit::byte) const {
    return run(BitPos{key, bit, start, end, word(unit)});
  }
  /// The size of the result in bytes.
  std::int64_t bitop(BitOp::Operation operation, Text destkey, Arguments<Text> keys) {
    return run(BitOp{operation, destkey, keys});
  }
  /// A number per GET, SET (the old one) and INCRBY (the new one); nothing where overflow prevented it.
  std::vector<std::optional<std::int64_t>> bitfield(Text key, Arguments<BitFieldStep> steps) {
    return run(BitField{key, steps});
  }
  std::vector<std::optional<std::int64_t>> bitfield_ro(Text key, Arguments<BitFieldStep> steps) const {
    return run(BitFieldRo{key, steps});
  }

 private:
  static Text word(BitUnit unit) { return words_of(unit)[static_cast<std::size_t>(unit)]; }
  template <class Op>
  typename Op::Reply run(const Op& op) const {
    return store_.run(op, db_);
  }
  Store& store_;
  std::uint16_t db_;
};

}  // namespace playhead
