#include "backends/memory/counted_tree.h"

#include <algorithm>

namespace playhead::memory {
namespace {

/// Whether (score, name) stands before another score and name.
struct Before {
  double score;
  Text name;
  template <class Name>
  bool operator()(double other_score, const Name& other_name) const {
    return other_score < score || (other_score == score && Text(other_name) < name);
  }
};

/// Whether (score, name) stands before or at another score and name.
struct BeforeOrAt {
  double score;
  Text name;
  template <class Name>
  bool operator()(double other_score, const Name& other_name) const {
    return other_score < score || (other_score == score && Text(other_name) <= name);
  }
};

template <class T>
void shift(T* from, std::size_t by, std::size_t count) {
  std::copy_backward(from, from + count, from + count + by);
}

template <class T>
void close(T* hole, std::size_t count) {
  std::copy_n(hole + 1, count, hole);
}

template <class T>
void copy(T* to, const T* from, std::size_t count) {
  std::copy_n(from, count, to);
}

}  // namespace

CountedTree::~CountedTree() {
  if (root_ != nullptr) destroy(root_, height_);
}

// The recursion is as deep as the tree is high.
void CountedTree::destroy(Node* node, unsigned level) {
  if (level == 0) {
    delete static_cast<Leaf*>(node);
    return;
  }
  auto* inner = static_cast<Inner*>(node);
  for (std::size_t i = 0; i < inner->size; ++i) destroy(inner->children[i], level - 1);
  delete inner;
}

CountedTree::Spot CountedTree::seek(double score, Text name, Path& path) const {
  Node* node = root_;
  for (unsigned level = height_; level > 0; --level) {
    auto* inner = static_cast<Inner*>(node);
    std::size_t child = child_for(*inner, BeforeOrAt{score, name});
    path.nodes[level] = inner;
    path.taken[level] = child;
    node = inner->children[child];
  }
  auto* leaf = static_cast<Leaf*>(node);
  return {leaf, first_not(*leaf, Before{score, name})};
}

std::size_t CountedTree::rank(const Member* member) const {
  std::size_t met = 0;
  const Node* node = root_;
  BeforeOrAt before{member->score, member->name()};
  for (unsigned level = height_; level > 0; --level) {
    auto* inner = static_cast<const Inner*>(node);
    std::size_t child = child_for(*inner, before);
    for (std::size_t i = 0; i < child; ++i) met += inner->counts[i];
    node = inner->children[child];
  }
  auto* leaf = static_cast<const Leaf*>(node);
  return met + first_not(*leaf, Before{member->score, member->name()});
}

void CountedTree::insert(Member* member) {
  if (root_ == nullptr) {
    root_ = new Leaf;
    ++leaves_;
  }
  Path path;
  Spot spot = seek(member->score, member->name(), path);
  insert_at(spot, member, path);
}

void CountedTree::insert_at(Spot spot, Member* member, Path& path) {
  auto [leaf, at] = spot;
  Leaf* right = nullptr;
  Leaf* target = leaf;
  if (leaf->size == leaf_size) {
    // Ascending and descending insertion leave full leaves behind.
    std::size_t keep = leaf_size / 2;
    if (at == leaf_size && leaf->next == nullptr) keep = leaf_size;
    if (at == 0 && leaf->previous == nullptr) keep = 0;
    right = split(leaf, keep);
    if (at > keep || (at == keep && keep == leaf_size)) {
      target = right;
      at -= keep;
    }
  }
  shift(target->scores + at, 1, target->size - at);
  shift(target->members + at, 1, target->size - at);
  target->scores[at] = member->score;
  target->members[at] = member;
  ++target->size;
  ++size_;
  for (unsigned level = 1; level <= height_; ++level) ++path.nodes[level]->counts[path.taken[level]];
  if (at == 0 && target == leaf) first_changed(path, 1, member->score, member);
  if (right != nullptr) add_child(path, 1, leaf, leaf->size, right, right->size);
}

CountedTree::Leaf* CountedTree::split(Leaf* leaf, std::size_t keep) {
  auto* right = new Leaf;
  ++leaves_;
  right->size = static_cast<std::uint32_t>(leaf->size - keep);
  copy(right->scores, leaf->scores + keep, right->size);
  copy(right->members, leaf->members + keep, right->size);
  leaf->size = static_cast<std::uint32_t>(keep);
  right->next = leaf->next;
  right->previous = leaf;
  if (right->next != nullptr) right->next->previous = right;
  leaf->next = right;
  return right;
}

// The first member of the node below level `level` on the path is now this one.
void CountedTree::first_changed(Path& path, unsigned level, double score, Member* member) {
  for (; level <= height_; ++level) {
    Inner* inner = path.nodes[level];
    std::size_t child = path.taken[level];
    inner->scores[child] = score;
    inner->members[child] = member;
    if (child != 0) return;
  }
}

// The node `left`, which is on the path below `level`, was split: `right` becomes its neighbour.
void CountedTree::add_child(Path& path, unsigned level, Node* left, std::uint32_t left_count, Node* right,
                            std::uint32_t right_count) {
  auto first_of = [&](Node* node) -> std::pair<double, Member*> {
    if (level == 1) return {static_cast<Leaf*>(node)->scores[0], static_cast<Leaf*>(node)->members[0]};
    return {static_cast<Inner*>(node)->scores[0], static_cast<Inner*>(node)->members[0]};
  };
  auto set = [&](Inner* inner, std::size_t i, Node* node, std::uint32_t count) {
    auto [score, member] = first_of(node);
    inner->scores[i] = score;
    inner->members[i] = member;
    inner->counts[i] = count;
    inner->children[i] = node;
  };
  if (level > height_) {
    auto* top = new Inner;
    ++inners_;
    top->size = 2;
    set(top, 0, left, left_count);
    set(top, 1, right, right_count);
    root_ = top;
    ++height_;
    return;
  }
  Inner* inner = path.nodes[level];
  std::size_t child = path.taken[level];
  inner->counts[child] = left_count;
  Inner* target = inner;
  Inner* split_off = nullptr;
  std::size_t at = child + 1;
  if (inner->size == inner_size) {
    split_off = new Inner;
    ++inners_;
    std::size_t keep = at == inner_size ? inner_size - 1 : inner_size / 2;
    split_off->size = static_cast<std::uint32_t>(inner_size - keep);
    copy(split_off->scores, inner->scores + keep, split_off->size);
    copy(split_off->members, inner->members + keep, split_off->size);
    copy(split_off->counts, inner->counts + keep, split_off->size);
    copy(split_off->children, inner->children + keep, split_off->size);
    inner->size = static_cast<std::uint32_t>(keep);
    if (at > keep) {
      target = split_off;
      at -= keep;
    }
  }
  shift(target->scores + at, 1, target->size - at);
  shift(target->members + at, 1, target->size - at);
  shift(target->counts + at, 1, target->size - at);
  shift(target->children + at, 1, target->size - at);
  ++target->size;
  set(target, at, right, right_count);
  if (split_off != nullptr) {
    auto sum = [](const Inner* node) {
      std::uint32_t total = 0;
      for (std::size_t i = 0; i < node->size; ++i) total += node->counts[i];
      return total;
    };
    add_child(path, level + 1, inner, sum(inner), split_off, sum(split_off));
  }
}

void CountedTree::erase(Member* member) {
  Path path;
  Spot spot = seek(member->score, member->name(), path);
  erase_at(spot, path);
}

void CountedTree::erase_at(Spot spot, Path& path) {
  auto [leaf, at] = spot;
  --size_;
  for (unsigned level = 1; level <= height_; ++level) --path.nodes[level]->counts[path.taken[level]];
  --leaf->size;
  close(leaf->scores + at, leaf->size - at);
  close(leaf->members + at, leaf->size - at);
  if (leaf->size == 0) {
    unlink(leaf);
    if (height_ == 0) {
      root_ = nullptr;
    } else {
      remove_child(path, 1, path.taken[1]);
    }
    return;
  }
  if (at == 0) first_changed(path, 1, leaf->scores[0], leaf->members[0]);
  if (height_ != 0 && leaf->size < leaf_size / 4) merge_leaves(path);
}

void CountedTree::unlink(Leaf* leaf) {
  if (leaf->previous != nullptr) leaf->previous->next = leaf->next;
  if (leaf->next != nullptr) leaf->next->previous = leaf->previous;
  delete leaf;
  --leaves_;
}

void CountedTree::merge_leaves(Path& path) {
  Inner* inner = path.nodes[1];
  if (inner->size < 2) return;
  std::size_t child = path.taken[1], first = child + 1 < inner->size ? child : child - 1;
  auto* left = static_cast<Leaf*>(inner->children[first]);
  auto* right = static_cast<Leaf*>(inner->children[first + 1]);
  if (left->size + right->size > leaf_size * 3 / 4) return;
  copy(left->scores + left->size, right->scores, right->size);
  copy(left->members + left->size, right->members, right->size);
  left->size += right->size;
  inner->counts[first] = left->size;
  unlink(right);
  path.taken[1] = first;
  remove_child(path, 1, first + 1);
}

// Takes a child, which is gone already, out of the node of the path at `level`.
void CountedTree::remove_child(Path& path, unsigned level, std::size_t child) {
  Inner* inner = path.nodes[level];
  --inner->size;
  close(inner->scores + child, inner->size - child);
  close(inner->members + child, inner->size - child);
  close(inner->counts + child, inner->size - child);
  close(inner->children + child, inner->size - child);
  if (inner->size == 0) {
    delete inner;
    --inners_;
    if (level == height_) {
      root_ = nullptr;
      height_ = 0;
    } else {
      remove_child(path, level + 1, path.taken[level + 1]);
    }
    return;
  }
  if (child == 0) first_changed(path, level + 1, inner->scores[0], inner->members[0]);
  if (level == height_) {
    // A root with one child is no use; the child may be in the same case.
    while (height_ > 0 && root_->size == 1) {
      auto* top = static_cast<Inner*>(root_);
      root_ = top->children[0];
      --height_;
      delete top;
      --inners_;
    }
    return;
  }
  if (inner->size < inner_size / 4) merge_inners(path, level);
}

void CountedTree::merge_inners(Path& path, unsigned level) {
  Inner* parent = path.nodes[level + 1];
  if (parent->size < 2) return;
  std::size_t child = path.taken[level + 1], first = child + 1 < parent->size ? child : child - 1;
  auto* left = static_cast<Inner*>(parent->children[first]);
  auto* right = static_cast<Inner*>(parent->children[first + 1]);
  if (left->size + right->size > inner_size * 3 / 4) return;
  copy(left->scores + left->size, right->scores, right->size);
  copy(left->members + left->size, right->members, right->size);
  copy(left->counts + left->size, right->counts, right->size);
  copy(left->children + left->size, right->children, right->size);
  left->size += right->size;
  parent->counts[first] += parent->counts[first + 1];
  delete right;
  --inners_;
  path.taken[level + 1] = first;
  remove_child(path, level + 1, first + 1);
}

// Whether (score, name) may stand in the leaf of `spot`, once the member at `spot` has gone.
bool CountedTree::fits(const Spot& spot, double score, Text name) const {
  const Leaf* leaf = spot.leaf;
  Before after{score, name};
  const Leaf* before = leaf->previous;
  if (before != nullptr &&
      !after(before->scores[before->size - 1], before->members[before->size - 1]->name())) {
    return false;
  }
  const Leaf* behind = leaf->next;
  return behind == nullptr || !after(behind->scores[0], behind->members[0]->name());
}

void CountedTree::move_within(Leaf* leaf, std::size_t from, double score) {
  Member* member = leaf->members[from];
  Before before{score, member->name()};
  std::size_t to = from;
  while (to > 0 && !before(leaf->scores[to - 1], leaf->members[to - 1]->name())) {
    leaf->scores[to] = leaf->scores[to - 1];
    leaf->members[to] = leaf->members[to - 1];
    --to;
  }
  while (to + 1 < leaf->size && before(leaf->scores[to + 1], leaf->members[to + 1]->name())) {
    leaf->scores[to] = leaf->scores[to + 1];
    leaf->members[to] = leaf->members[to + 1];
    ++to;
  }
  leaf->scores[to] = score;
  leaf->members[to] = member;
}

void CountedTree::update(Member* member, double score) {
  Path path;
  Spot spot = seek(member->score, member->name(), path);
  if (fits(spot, score, member->name())) {
    const Member* first = spot.leaf->members[0];
    move_within(spot.leaf, spot.at, score);
    member->score = score;
    if (first != spot.leaf->members[0] || first == member) {
      first_changed(path, 1, spot.leaf->scores[0], spot.leaf->members[0]);
    }
    return;
  }
  erase_at(spot, path);
  member->score = score;
  insert(member);
}

}  // namespace playhead::memory
