// An ordered set of any size: the tree gives the order, the table finds a member by name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "backends/embedded/key.h"
#include "backends/memory/counted_tree.h"
#include "backends/memory/hash_table.h"

namespace playhead::memory {

class BigZset {
 public:
  struct Traits {
    using Entry = Member;
    static constexpr unsigned skipped_bits = 0;
    static std::uint64_t hash(const Member& member) { return embedded::hash_of(member.name()); }
    static Text name(const Member& member) { return member.name(); }
  };
  using Table = HashTable<Traits>;
  using Place = Table::Place;

  BigZset() = default;
  BigZset(const BigZset&) = delete;
  BigZset& operator=(const BigZset&) = delete;
  ~BigZset() {
    table_.walk([](Member& member, unsigned) {
      std::free(&member);
      return true;
    });
  }

  std::size_t size() const { return table_.size(); }
  std::size_t memory() const { return sizeof(BigZset) + table_.memory() + tree_.memory() + bytes_; }
  const Table& table() const { return table_; }
  const CountedTree& tree() const { return tree_; }

  Place find(std::uint64_t hash, Text name) const { return table_.find(hash, name); }

  /// Adds a member that is not there (place.entry is null).
  void insert(std::uint64_t hash, const Place& place, Text name, double score) {
    Member* member = Member::make(score, name);
    try {
      tree_.insert(member);
    } catch (...) {
      std::free(member);
      throw;
    }
    try {
      table_.insert(hash, place, member);
    } catch (...) {
      tree_.erase(member);
      std::free(member);
      throw;
    }
    bytes_ += member->memory();
  }

  void update(const Place& place, double score) { tree_.update(place.entry, score); }

  void erase(const Place& place) {
    Member* member = place.entry;
    tree_.erase(member);
    table_.erase(place.at);
    bytes_ -= member->memory();
    std::free(member);
  }

 private:
  Table table_;
  CountedTree tree_;
  std::size_t bytes_ = 0;  // of the members
};

}  // namespace playhead::memory
