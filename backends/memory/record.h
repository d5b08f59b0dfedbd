// A key and what it holds: one malloc block.
//
//   header (8 bytes) | deadline (8 bytes, if timed) | key length (4 bytes, if 255 or more) | key | value
//
// The value is the bytes of a short string, a packed collection (packed.h), or, if `big`, a pointer to an
// object of its own: LongString, BigHash (hashes and sets), BigZset, BigList.
#pragma once

#include <malloc.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <new>

#include "backends/embedded/storage.h"
#include "backends/memory/bytes.h"

namespace playhead::memory {

using embedded::Type;

/// Strings up to this size live in the record, longer ones in a LongString.
inline constexpr std::size_t longest_inline_string = 4096;
/// What Redis keeps in a listpack: this many elements of this many bytes each.
inline constexpr std::size_t most_packed = 128;
inline constexpr std::size_t longest_packed = 64;
/// Up to so many members a set of integers is an intset in Redis.
inline constexpr std::size_t most_integers = 512;

inline void* allocate(std::size_t size) {
  void* block = std::malloc(size);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}

class Record {
 public:
  enum Flag : std::uint8_t {
    timed = 1,      ///< has a deadline
    big = 2,        ///< the value is a pointer
    long_key = 4,   ///< the key length does not fit the header
    saved = 8,      ///< the running unit's undo log holds all that this key was before
    integers = 16,  ///< a set to which only integers were added, never more than most_integers
    edited = 32,    ///< a string changed in place; Redis calls it raw
  };

  /// A record whose value bytes are not yet written. `flags` may hold big, integers and edited.
  static Record* make(Type type, Text key, Millis deadline, std::size_t value_size, std::uint8_t flags = 0) {
    if (deadline != 0) flags |= timed;
    if (key.size() >= 255) flags |= long_key;
    auto* record =
        static_cast<Record*>(allocate(sizeof(Record) + prefix_size(flags) + key.size() + value_size));
    record->type_ = type;
    record->flags_ = flags;
    record->access_ = 0;
    record->short_key_ = static_cast<std::uint8_t>(key.size() < 255 ? key.size() : 255);
    record->length_ = static_cast<std::uint32_t>(value_size);
    char* to = record->bytes();
    if (deadline != 0) {
      store(to, deadline);
      to += 8;
    }
    if (key.size() >= 255) {
      store(to, static_cast<std::uint32_t>(key.size()));
      to += 4;
    }
    put_bytes(to, key);
    return record;
  }

  /// Frees the block, not what a big value points to.
  static void free(Record* record) { std::free(record); }

  Type type() const { return type_; }
  void type(Type type) { type_ = type; }
  bool has(Flag flag) const { return (flags_ & flag) != 0; }
  void set(Flag flag, bool on = true) {
    flags_ = static_cast<std::uint8_t>(on ? flags_ | flag : flags_ & ~flag);
  }
  std::uint8_t flags() const { return flags_; }
  std::uint8_t access() const { return access_; }
  void access(std::uint8_t value) { access_ = value; }

  Millis deadline() const { return has(timed) ? load<Millis>(bytes()) : 0; }
  /// Changes the deadline of a timed record.
  void deadline(Millis value) { store(bytes(), value); }

  Text key() const { return {bytes() + prefix_size(flags_), key_size()}; }
  char* value() { return bytes() + prefix_size(flags_) + key_size(); }
  const char* value() const { return bytes() + prefix_size(flags_) + key_size(); }

  /// Bytes of a short string or, for a big value, of the pointer.
  std::size_t length() const { return length_; }
  void length(std::size_t length) { length_ = static_cast<std::uint32_t>(length); }

  /// Bytes and elements of a packed collection; they share the length.
  std::size_t packed_size() const { return length_ & 0xffff; }
  std::size_t packed_count() const { return length_ >> 16; }
  void packed(std::size_t size, std::size_t count) {
    length_ = static_cast<std::uint32_t>(count << 16 | size);
  }

  template <class T>
  T* pointer() const {
    return load<T*>(value());
  }
  void pointer(const void* object) { store(value(), object); }

  /// Bytes from the start of the block to the value.
  std::size_t value_offset() const { return sizeof(Record) + prefix_size(flags_) + key_size(); }
  /// Bytes that the value may have in this block.
  std::size_t room() const { return malloc_usable_size(const_cast<Record*>(this)) - value_offset(); }
  /// Bytes that the block takes.
  std::size_t memory() const { return malloc_usable_size(const_cast<Record*>(this)) + 8; }

 private:
  static constexpr std::size_t prefix_size(std::uint8_t flags) {
    return (flags & timed ? 8 : 0) + (flags & long_key ? 4 : 0);
  }
  std::size_t key_size() const {
    return has(long_key) ? load<std::uint32_t>(bytes() + (has(timed) ? 8 : 0)) : short_key_;
  }
  char* bytes() { return reinterpret_cast<char*>(this + 1); }
  const char* bytes() const { return reinterpret_cast<const char*>(this + 1); }

  Type type_;
  std::uint8_t flags_;
  std::uint8_t access_;  // recency or frequency for eviction
  std::uint8_t short_key_;
  std::uint32_t length_;
};
static_assert(sizeof(Record) == 8);

/// A string too long for the record.
struct LongString {
  std::size_t size;
  std::size_t capacity;

  char* bytes() { return reinterpret_cast<char*>(this + 1); }
  static LongString* make(std::size_t size, std::size_t capacity) {
    auto* made = static_cast<LongString*>(allocate(sizeof(LongString) + capacity));
    made->size = size;
    made->capacity = capacity;
    return made;
  }
  static void free(LongString* string) { std::free(string); }
  std::size_t memory() const { return block_size(sizeof(LongString) + capacity); }
};

}  // namespace playhead::memory
