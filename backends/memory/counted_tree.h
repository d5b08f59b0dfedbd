// The members of a large ordered set in the order of (score, member bytes): a B+tree whose inner nodes know
// how many members are below each child, so that a rank is found, and found again, on one path from the root.
//
// Invariants: the tree points to members that the set owns; every member's score equals the copy in its leaf;
// an inner node's key i is the first member below child i; no node but the root is empty; leaves are linked
// in order. Nodes are merged when they and a neighbour are three quarters of a node or less. -0.0 and 0.0 are
// the same score.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "backends/memory/bytes.h"
#include "backends/memory/record.h"

namespace playhead::memory {

/// A member of a large ordered set and its score.
struct Member {
  double score;
  std::uint32_t size;
  char bytes[4];  // `size` bytes in truth

  static constexpr std::size_t header = sizeof(double) + sizeof(std::uint32_t);
  Text name() const { return {reinterpret_cast<const char*>(this) + header, size}; }
  std::size_t memory() const { return block_size(footprint(size)); }

  static Member* make(double score, Text name) {
    auto* made = static_cast<Member*>(allocate(footprint(name.size())));
    made->score = score;
    made->size = static_cast<std::uint32_t>(name.size());
    put_bytes(reinterpret_cast<char*>(made) + header, name);
    return made;
  }

 private:
  static constexpr std::size_t footprint(std::size_t size) { return header + (size < 4 ? 4 : size); }
};

class CountedTree {
 public:
  static constexpr std::size_t leaf_size = 64;
  static constexpr std::size_t inner_size = 64;

  CountedTree() = default;
  CountedTree(const CountedTree&) = delete;
  CountedTree& operator=(const CountedTree&) = delete;
  ~CountedTree();

  std::size_t size() const { return size_; }
  /// Bytes of the nodes.
  std::size_t memory() const {
    return leaves_ * block_size(sizeof(Leaf)) + inners_ * block_size(sizeof(Inner));
  }

  /// Adds a member that is not in the tree. O(log n).
  void insert(Member* member);
  /// Removes a member of the tree, which stays the caller's. O(log n).
  void erase(Member* member);
  /// Gives a member of the tree another score; in place where the order allows. O(log n).
  void update(Member* member, double score);
  /// How many members stand before this one. O(log n).
  std::size_t rank(const Member* member) const;

  /// How many members stand before the first one for which `before(score, name)` is false. `before` must be
  /// true for a first part of the order and false for the rest. O(log n).
  template <class Before>
  std::size_t count(Before&& before) const {
    std::size_t met = 0;
    const Node* node = root_;
    for (unsigned level = height_; level > 0; --level) {
      auto* inner = static_cast<const Inner*>(node);
      std::size_t child = child_for(*inner, before);
      for (std::size_t i = 0; i < child; ++i) met += inner->counts[i];
      node = inner->children[child];
    }
    return node == nullptr ? 0 : met + first_not(*static_cast<const Leaf*>(node), before);
  }

  /// Calls f(const Member&) -> bool from the member with that rank on, up or down, until it returns false.
  /// O(log n + members walked).
  template <class F>
  void walk(std::size_t rank, bool reverse, F&& f) const {
    if (rank >= size_) return;
    const Node* node = root_;
    for (unsigned level = height_; level > 0; --level) {
      auto* inner = static_cast<const Inner*>(node);
      std::size_t child = 0;
      while (rank >= inner->counts[child]) rank -= inner->counts[child++];
      node = inner->children[child];
    }
    auto* leaf = static_cast<const Leaf*>(node);
    if (reverse) {
      walk_down(leaf, rank, f);
    } else {
      walk_up(leaf, rank, f);
    }
  }

 private:
  struct Node {
    std::uint32_t size = 0;
  };
  struct Leaf : Node {
    Leaf* previous = nullptr;
    Leaf* next = nullptr;
    double scores[leaf_size];
    Member* members[leaf_size];
  };
  struct Inner : Node {
    double scores[inner_size];    // of the first member below each child
    Member* members[inner_size];  // the first member below each child
    std::uint32_t counts[inner_size];
    Node* children[inner_size];
  };
  /// The inner nodes from the root down to a leaf, and which child was taken; index 1 is the lowest inner
  /// level.
  struct Path {
    static constexpr unsigned deepest = 16;
    Inner* nodes[deepest];
    std::size_t taken[deepest];
  };
  struct Spot {
    Leaf* leaf;
    std::size_t at;
  };

  /// The first of `size` entries for which `before` is false.
  template <class Before>
  static std::size_t partition(const double* scores, Member* const* members, std::size_t size,
                               Before&& before) {
    std::size_t low = 0;
    while (size > 0) {
      std::size_t half = size / 2;
      if (before(scores[low + half], LazyName{members[low + half]})) {
        low += half + 1;
        size -= half + 1;
      } else {
        size = half;
      }
    }
    return low;
  }
  /// A member whose bytes are only read when a comparison needs them.
  struct LazyName {
    const Member* member;
    operator Text() const { return member->name(); }
  };
  template <class Before>
  static std::size_t first_not(const Leaf& leaf, Before&& before) {
    return partition(leaf.scores, leaf.members, leaf.size, before);
  }
  /// The last child whose first member is before; the first child if there is none.
  template <class Before>
  static std::size_t child_for(const Inner& inner, Before&& before) {
    return partition(inner.scores + 1, inner.members + 1, inner.size - 1, before);
  }

  template <class F>
  static void walk_up(const Leaf* leaf, std::size_t at, F&& f) {
    for (; leaf != nullptr; leaf = leaf->next, at = 0) {
      if (leaf->next != nullptr) __builtin_prefetch(leaf->next->members);
      for (; at < leaf->size; ++at) {
        if (at + 4 < leaf->size) __builtin_prefetch(leaf->members[at + 4]);
        if (!f(static_cast<const Member&>(*leaf->members[at]))) return;
      }
    }
  }
  template <class F>
  static void walk_down(const Leaf* leaf, std::size_t at, F&& f) {
    for (;;) {
      for (++at; at > 0; --at) {
        if (at > 4) __builtin_prefetch(leaf->members[at - 5]);
        if (!f(static_cast<const Member&>(*leaf->members[at - 1]))) return;
      }
      leaf = leaf->previous;
      if (leaf == nullptr) return;
      at = leaf->size - 1;
    }
  }

  /// Where a member of that score and name is, or would go; fills the path.
  Spot seek(double score, Text name, Path& path) const;
  bool fits(const Spot& spot, double score, Text name) const;
  void move_within(Leaf* leaf, std::size_t from, double score);
  void insert_at(Spot spot, Member* member, Path& path);
  void erase_at(Spot spot, Path& path);
  void first_changed(Path& path, unsigned level, double score, Member* member);
  Leaf* split(Leaf* leaf, std::size_t keep);
  void add_child(Path& path, unsigned level, Node* left, std::uint32_t left_count, Node* right,
                 std::uint32_t right_count);
  void remove_child(Path& path, unsigned level, std::size_t child);
  void merge_leaves(Path& path);
  void merge_inners(Path& path, unsigned level);
  void unlink(Leaf* leaf);
  void destroy(Node* node, unsigned level);

  Node* root_ = nullptr;  // a leaf if the height is 0
  unsigned height_ = 0;
  std::size_t size_ = 0;
  std::size_t leaves_ = 0;
  std::size_t inners_ = 0;
};

}  // namespace playhead::memory
