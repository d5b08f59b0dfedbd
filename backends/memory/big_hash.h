// A hash or a set of any size: a table of entries, each one malloc block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>

#include "backends/embedded/key.h"
#include "backends/memory/hash_table.h"
#include "backends/memory/record.h"

namespace playhead::memory {

/// A field and its value, or a member of a set and nothing.
struct Field {
  std::uint32_t name_size;
  std::uint32_t value_size;

  char* bytes() { return reinterpret_cast<char*>(this + 1); }
  const char* bytes() const { return reinterpret_cast<const char*>(this + 1); }
  Text name() const { return {bytes(), name_size}; }
  Text value() const { return {bytes() + name_size, value_size}; }
  std::size_t memory() const { return block_size(sizeof(Field) + name_size + value_size); }

  static Field* make(Text name, Text value) {
    auto* made = static_cast<Field*>(allocate(sizeof(Field) + name.size() + value.size()));
    made->name_size = static_cast<std::uint32_t>(name.size());
    made->value_size = static_cast<std::uint32_t>(value.size());
    put_bytes(put_bytes(made->bytes(), name), value);
    return made;
  }
};

class BigHash {
 public:
  struct Traits {
    using Entry = Field;
    static constexpr unsigned skipped_bits = 0;
    static std::uint64_t hash(const Field& field) { return embedded::hash_of(field.name()); }
    static Text name(const Field& field) { return field.name(); }
  };
  using Table = HashTable<Traits>;
  using Place = Table::Place;

  BigHash() = default;
  BigHash(const BigHash&) = delete;
  BigHash& operator=(const BigHash&) = delete;
  ~BigHash() {
    table_.walk([](Field& field, unsigned) {
      std::free(&field);
      return true;
    });
  }

  std::size_t size() const { return table_.size(); }
  std::size_t memory() const { return sizeof(BigHash) + table_.memory() + bytes_; }
  const Table& table() const { return table_; }

  Place find(std::uint64_t hash, Text name) const { return table_.find(hash, name); }

  /// Adds a field that is not there (place.entry is null).
  void insert(std::uint64_t hash, const Place& place, Text name, Text value) {
    Field* field = Field::make(name, value);
    try {
      table_.insert(hash, place, field);
    } catch (...) {
      std::free(field);
      throw;
    }
    bytes_ += field->memory();
  }

  /// Gives the field at `place` another value, which may be a part of the old one.
  void assign(const Place& place, Text value) {
    Field* old = place.entry;
    if (value.size() == old->value_size) {
      if (!value.empty()) std::memmove(old->bytes() + old->name_size, value.data(), value.size());
      return;
    }
    Field* field = Field::make(old->name(), value);
    table_.replace(place.at, field);
    bytes_ += field->memory() - old->memory();
    std::free(old);
  }

  void erase(const Place& place) {
    Field* old = place.entry;
    table_.erase(place.at);
    bytes_ -= old->memory();
    std::free(old);
  }

 private:
  Table table_;
  std::size_t bytes_ = 0;  // of the entries
};

}  // namespace playhead::memory
