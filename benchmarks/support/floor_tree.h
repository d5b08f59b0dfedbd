#pragma once
// Two ordered trees that know ranks, as floors of the sorted sets: a counted B-tree, and GNU's
// order-statistics tree.
#include <array>
#include <cstddef>
#include <cstring>
#include <ext/pb_ds/assoc_container.hpp>
#include <ext/pb_ds/tree_policy.hpp>
#include <memory>
#include <string>
#include <utility>

namespace playhead::bench {

struct FloorEntry {
  double score;
  std::string member;
};

struct FloorOrder {
  bool operator()(const FloorEntry* a, const FloorEntry* b) const {
    return a->score < b->score || (a->score == b->score && a->member < b->member);
  }
};

/// A B-tree of pointers ordered by (score, member), with the number of entries below each child. Nodes are
/// never merged: only an empty one is dropped.
class FloorTree {
 public:
  void insert(const FloorEntry* entry) {
    if (!root_) root_ = std::make_unique<Node>();
    auto right = insert(*root_, entry);
    if (!right) return;
    auto root = std::make_unique<Node>();
    root->leaf = false;
    root->link(0, std::move(root_));
    root->link(1, std::move(right));
    root->size = 2;
    root_ = std::move(root);
  }
  void erase(const FloorEntry* entry) {
    if (erase(*root_, entry)) root_.reset();
  }
  std::size_t rank(const FloorEntry* entry) const {
    std::size_t before = 0;
    const Node* node = root_.get();
    while (!node->leaf) {
      std::size_t child = node->child_of(entry);
      for (std::size_t i = 0; i < child; ++i) before += node->counts[i];
      node = node->children[child].get();
    }
    return before + node->position_of(entry);
  }
  std::size_t count_below(double score) const {
    FloorEntry bound{score, {}};
    return root_ ? rank(&bound) : 0;
  }
  template <class F>
  void walk(std::size_t rank, std::size_t count, F&& f) const {
    if (root_) walk(*root_, rank, count, f);
  }
  template <class F>
  void top(std::size_t count, F&& f) const {
    if (root_) down(*root_, count, f);
  }

 private:
  static constexpr std::size_t most = 64;
  struct Node {
    bool leaf = true;
    std::size_t size = 0;
    std::array<double, most> scores;                   // of entries; below a child: of its first
    std::array<const FloorEntry*, most> entries;       // the same
    std::array<std::size_t, most> counts;              // inner nodes
    std::array<std::unique_ptr<Node>, most> children;  // inner nodes

    bool before(std::size_t i, const FloorEntry* e) const {
      return scores[i] < e->score || (scores[i] == e->score && entries[i]->member < e->member);
    }
    std::size_t position_of(const FloorEntry* e, std::size_t low = 0) const {
      for (std::size_t high = size; low < high;) {
        std::size_t middle = (low + high) / 2;
        if (before(middle, e))
          low = middle + 1;
        else
          high = middle;
      }
      return low;
    }
    std::size_t child_of(const FloorEntry* e) const {
      std::size_t at = position_of(e, 1);
      return at < size && entries[at] == e ? at : at - 1;
    }
    std::size_t total() const {
      if (leaf) return size;
      std::size_t sum = 0;
      for (std::size_t i = 0; i < size; ++i) sum += counts[i];
      return sum;
    }
    void first_of(std::size_t i) {
      scores[i] = children[i]->scores[0];
      entries[i] = children[i]->entries[0];
    }
    void link(std::size_t i, std::unique_ptr<Node> child) {
      children[i] = std::move(child);
      counts[i] = children[i]->total();
      first_of(i);
    }
    // Moves the entries from `from` on by `by` places.
    void shift(std::size_t from, std::ptrdiff_t by) {
      std::size_t to = from + static_cast<std::size_t>(by), left = size - from;
      std::memmove(&scores[to], &scores[from], left * sizeof(double));
      std::memmove(&entries[to], &entries[from], left * sizeof(const FloorEntry*));
      if (leaf) return;
      std::memmove(&counts[to], &counts[from], left * sizeof counts[0]);
      if (by > 0)
        std::move_backward(children.begin() + static_cast<std::ptrdiff_t>(from),
                           children.begin() + static_cast<std::ptrdiff_t>(size),
                           children.begin() + static_cast<std::ptrdiff_t>(to + left));
      else
        std::move(children.begin() + static_cast<std::ptrdiff_t>(from),
                  children.begin() + static_cast<std::ptrdiff_t>(size),
                  children.begin() + static_cast<std::ptrdiff_t>(to));
    }
    std::unique_ptr<Node> split() {
      auto right = std::make_unique<Node>();
      right->leaf = leaf;
      std::size_t half = size / 2;
      right->size = size - half;
      std::copy(scores.begin() + half, scores.begin() + static_cast<std::ptrdiff_t>(size),
                right->scores.begin());
      std::copy(entries.begin() + half, entries.begin() + static_cast<std::ptrdiff_t>(size),
                right->entries.begin());
      if (!leaf) {
        std::copy(counts.begin() + half, counts.begin() + static_cast<std::ptrdiff_t>(size),
                  right->counts.begin());
        std::move(children.begin() + half, children.begin() + static_cast<std::ptrdiff_t>(size),
                  right->children.begin());
      }
      size = half;
      return right;
    }
  };

  static std::unique_ptr<Node> insert(Node& node, const FloorEntry* e) {
    if (node.leaf) {
      std::size_t at = node.position_of(e);
      node.shift(at, 1);
      node.scores[at] = e->score;
      node.entries[at] = e;
      ++node.size;
    } else {
      std::size_t at = node.child_of(e);
      auto right = insert(*node.children[at], e);
      ++node.counts[at];
      node.first_of(at);
      if (right) {
        node.counts[at] = node.children[at]->total();
        node.shift(at + 1, 1);
        node.link(at + 1, std::move(right));
        ++node.size;
      }
    }
    return node.size == most ? node.split() : nullptr;
  }
  // True: the node is empty.
  static bool erase(Node& node, const FloorEntry* e) {
    std::size_t at = node.leaf ? node.position_of(e) : node.child_of(e);
    if (node.leaf || erase(*node.children[at], e)) {
      if (!node.leaf) node.children[at].reset();
      node.shift(at + 1, -1);
      --node.size;
    } else {
      --node.counts[at];
      node.first_of(at);
    }
    return node.size == 0;
  }
  template <class F>
  static void walk(const Node& node, std::size_t& rank, std::size_t& count, F& f) {
    for (std::size_t i = 0; i < node.size && count > 0; ++i) {
      if (node.leaf) {
        if (rank > 0) {
          i += rank - 1;
          rank = 0;
          continue;
        }
        f(*node.entries[i]);
        --count;
      } else if (rank >= node.counts[i]) {
        rank -= node.counts[i];
      } else {
        walk(*node.children[i], rank, count, f);
      }
    }
  }
  template <class F>
  static void down(const Node& node, std::size_t& count, F& f) {
    for (std::size_t i = node.size; i > 0 && count > 0; --i) {
      if (!node.leaf) {
        down(*node.children[i - 1], count, f);
        continue;
      }
      f(*node.entries[i - 1]);
      --count;
    }
  }
  std::unique_ptr<Node> root_;
};

/// GNU's red-black tree with subtree sizes.
class OrderStatistics {
 public:
  void insert(const FloorEntry* e) { tree_.insert(e); }
  void erase(const FloorEntry* e) { tree_.erase(e); }
  std::size_t rank(const FloorEntry* e) const { return tree_.order_of_key(e); }
  std::size_t count_below(double score) const {
    FloorEntry bound{score, {}};
    return tree_.order_of_key(&bound);
  }
  template <class F>
  void walk(std::size_t rank, std::size_t count, F&& f) const {
    for (auto it = tree_.find_by_order(rank); it != tree_.end() && count > 0; ++it, --count) f(**it);
  }
  template <class F>
  void top(std::size_t count, F&& f) const {
    for (auto it = tree_.end(); it != tree_.begin() && count > 0; --count) f(**--it);
  }

 private:
  __gnu_pbds::tree<const FloorEntry*, __gnu_pbds::null_type, FloorOrder, __gnu_pbds::rb_tree_tag,
                   __gnu_pbds::tree_order_statistics_node_update>
      tree_;
};

}  // namespace playhead::bench
