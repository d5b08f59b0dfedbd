#pragma once
#include <array>

#include "playhead/operations/operation.h"

namespace playhead {

/// SETBIT: the bit that was there. The string grows with zero bits; an offset is below 2^32. O(1), or O(growth).
/// https://redis.io/commands/setbit
struct SetBit {
  using Reply = std::int64_t;
  static constexpr Traits traits{"setbit", Flags::write | Flags::denyoom, Group::bits,
                                 "Sets a bit of the string at a key."};
  Text key;
  std::int64_t offset = 0, value = 0;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("offset", o.offset, "ERR bit offset is not an integer or out of range");
    if constexpr (std::is_same_v<V, Reader>) o.check_offset();
    v.arg("value", o.value, "ERR bit is not an integer or out of range");
  }
  void validate() const;
  void check_offset() const;
  bool once() const { return true; }
};

/// GETBIT: a bit; 0 behind the end of the string. O(1). https://redis.io/commands/getbit
struct GetBit {
  using Reply = std::int64_t;
  static constexpr Traits traits{"getbit", Flags::readonly | Flags::fast, Group::bits,
                                 "A bit of the string at a key."};
  Text key;
  std::int64_t offset = 0;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("offset", o.offset, "ERR bit offset is not an integer or out of range");
  }
  void validate() const;
};

/// What the positions of BITCOUNT and BITPOS count.
enum class BitUnit : std::uint8_t { byte, bit };
constexpr std::array<Text, 2> words_of(BitUnit) {
  return {"BYTE", "BIT"};
}

/// BITCOUNT: how many bits are 1, of the whole string or of start..end, inclusive, negative from the end. O(n).
/// https://redis.io/commands/bitcount
struct BitCount {
  using Reply = std::int64_t;
  static constexpr Traits traits{"bitcount", Flags::readonly, Group::bits,
                                 "Counts the bits that are set in the string at a key."};
  Text key;
  std::optional<Position> start = {}, end = {};
  std::optional<Text> unit = {};  ///< BYTE (as if missing) or BIT
  Fault fault = {};
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.optional("start", o.start);
    v.optional("end", o.end);
    v.optional("BYTE|BIT", o.unit);
    v.late_options(o.fault);
  }
};

/// BITPOS: where the first bit of that value is, or -1. Without an end, a string of set bits only is taken to be followed by clear bits. O(n).
/// https://redis.io/commands/bitpos
struct BitPos {
  using Reply = std::int64_t;
  static constexpr Traits traits{"bitpos", Flags::readonly, Group::bits,
                                 "Where the first set or clear bit of a string is."};
  Text key;
  std::int64_t bit = 0;
  std::optional<Position> start = {}, end = {};
  std::optional<Text> unit = {};  ///< BYTE (as if missing) or BIT
  Fault fault = {};
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.arg("bit", o.bit);
    v.optional("start", o.start);
    v.optional("end", o.end);
    v.optional("BYTE|BIT", o.unit);
    v.late_options(o.fault);
  }
  void validate() const;
};

/// BITOP: combines strings, shorter ones continued by zero bytes, into a key without a deadline; the size of the result in bytes. An empty
/// result deletes the key. NOT takes one source. O(n). https://redis.io/commands/bitop
struct BitOp {
  enum class Operation : std::uint8_t { bit_and, bit_or, bit_xor, bit_not };
  using Reply = std::int64_t;
  static constexpr Traits traits{"bitop", Flags::write | Flags::denyoom, Group::bits,
                                 "Combines strings bit by bit."};
  Operation operation = Operation::bit_and;
  Text destkey;
  List<Text> keys;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.arg("operation", o.operation);
    v.key("destkey", o.destkey);
    v.keys("key", o.keys);
  }
  void validate() const;
  bool once() const { return true; }
};
constexpr std::array<Text, 4> words_of(BitOp::Operation) {
  return {"AND", "OR", "XOR", "NOT"};
}

// ---- fields of bits

/// The integer type of a field: "i1" to "i64", "u1" to "u63".
struct BitFieldType {
  bool is_signed = false;
  int width = 8;
  static void parse(Text s, BitFieldType& out, Text error);
  Text print(Arena& arena) const;
  /// Refuses a width that there is not.
  void check() const;
};

/// Where a field begins: in bits or, as "#n", in widths of the field.
struct BitFieldOffset {
  std::int64_t number = 0;
  bool in_widths = false;
  static void parse(Text s, BitFieldOffset& out, Text error);
  Text print(Arena& arena) const;
  /// The offset in bits; refuses one below 0 or from 2^32 on.
  std::uint64_t bits(int width) const;
};

enum class BitFieldAction : std::uint8_t { get, set, incrby, overflow };
constexpr std::array<Text, 4> words_of(BitFieldAction) {
  return {"GET", "SET", "INCRBY", "OVERFLOW"};
}

/// What SET and INCRBY do with a number that the field cannot hold: cut its highest bits, take the nearest number, or do nothing.
enum class BitOverflow : std::uint8_t { wrap, sat, fail };
constexpr std::array<Text, 3> words_of(BitOverflow) {
  return {"WRAP", "SAT", "FAIL"};
}

/// One step of BITFIELD. `value` belongs to SET and INCRBY, `overflow` to OVERFLOW, which is for all steps behind it.
struct BitFieldStep {
  BitFieldAction action = BitFieldAction::get;
  BitFieldType type = {};
  BitFieldOffset offset = {};
  std::int64_t value = 0;
  BitOverflow overflow = BitOverflow::wrap;

  static constexpr int arity = 0;
  static constexpr Text syntax =
      "GET encoding offset|[OVERFLOW WRAP|SAT|FAIL] SET encoding offset value|INCRBY encoding offset "
      "increment";
  template <class O, class V>
  static void describe(O& o, V& v) {
    constexpr bool reading = std::is_same_v<V, Reader>;
    v.arg("action", o.action);
    if (o.action == BitFieldAction::overflow)
      return v.arg("overflow", o.overflow, "ERR Invalid OVERFLOW type specified");
    if constexpr (reading) o.check_arguments(v.left());
    v.arg("encoding", o.type);
    v.arg("offset", o.offset);
    if constexpr (reading) o.validate();
    if (o.action != BitFieldAction::get) v.arg("value", o.value);
  }
  void check_arguments(std::size_t left) const;
  void validate() const;
  bool is_write() const { return action == BitFieldAction::set || action == BitFieldAction::incrby; }
};

/// BITFIELD: reads and writes integers of any width within a string, which grows with zero bits. A number per GET, SET (the old one) and
/// INCRBY (the new one), nothing where OVERFLOW FAIL prevented it. O(steps). https://redis.io/commands/bitfield
struct BitField {
  using Reply = std::vector<std::optional<std::int64_t>>;
  static constexpr Traits traits{"bitfield", Flags::write | Flags::denyoom, Group::bits,
                                 "Reads and writes integers within the string at a key."};
  Text key;
  List<BitFieldStep> steps;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.some("step", o.steps);
  }
  void validate() const;
  bool once() const { return true; }
};

/// BITFIELD_RO: the same with GET only. https://redis.io/commands/bitfield_ro
struct BitFieldRo {
  using Reply = std::vector<std::optional<std::int64_t>>;
  static constexpr Traits traits{"bitfield_ro", Flags::readonly | Flags::fast, Group::bits,
                                 "Reads integers within the string at a key."};
  Text key;
  List<BitFieldStep> steps;
  template <class O, class V>
  static void describe(O& o, V& v) {
    v.key("key", o.key);
    v.some("step", o.steps);
  }
  void validate() const;
};

using BitOperations = Operations<SetBit, GetBit, BitCount, BitPos, BitOp, BitField, BitFieldRo>;

}  // namespace playhead
