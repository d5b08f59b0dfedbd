#include "backends/rocksdb/directory.h"

#include <algorithm>
#include <numeric>

namespace playhead::rocks {
namespace {
constexpr std::size_t fanout = 64;
}

struct Directory::Node {
  std::vector<std::string> lows;
  std::vector<std::int64_t> sums;
  std::vector<std::unique_ptr<Node>> children;  ///< empty in a leaf, whose entries are runs

  bool leaf() const { return children.empty(); }
  std::size_t find(Text row) const {
    auto behind = std::upper_bound(lows.begin() + 1, lows.end(), row,
                                   [](Text a, const std::string& b) { return a < b; });
    return static_cast<std::size_t>(behind - lows.begin()) - 1;
  }
  std::int64_t sum() const { return std::accumulate(sums.begin(), sums.end(), std::int64_t{0}); }
};

Directory::Directory() = default;
Directory::~Directory() = default;

std::size_t Directory::memory() const {
  return runs_ * (sizeof(std::string) + sizeof(std::int64_t) + 48);
}

std::unique_ptr<Directory::Node> Directory::split_node(Node& node) {
  if (node.lows.size() <= fanout) return nullptr;
  auto right = std::make_unique<Node>();
  auto half = static_cast<std::ptrdiff_t>(node.lows.size() / 2);
  auto take = [half](auto& from, auto& to) {
    to.assign(std::make_move_iterator(from.begin() + half), std::make_move_iterator(from.end()));
    from.erase(from.begin() + half, from.end());
  };
  take(node.lows, right->lows);
  take(node.sums, right->sums);
  if (!node.leaf()) take(node.children, right->children);
  return right;
}

void Directory::grow(std::unique_ptr<Node> right) {
  if (!right) return;
  auto root = std::make_unique<Node>();
  root->lows = {root_->lows.front(), right->lows.front()};
  root->sums = {root_->sum(), right->sum()};
  root->children.push_back(std::move(root_));
  root->children.push_back(std::move(right));
  root_ = std::move(root);
}

// Cuts the run that holds `low` (see split); the result is a new right neighbour of `node`, or nothing.
std::unique_ptr<Directory::Node> Directory::insert(Node& node, Text low, std::int64_t rows) {
  std::size_t i = node.find(low);
  auto place = static_cast<std::ptrdiff_t>(i + 1);
  if (node.leaf()) {
    node.lows.insert(node.lows.begin() + place, std::string(low));
    node.sums.insert(node.sums.begin() + place, node.sums[i] - rows);
    node.sums[i] = rows;
  } else if (auto right = insert(*node.children[i], low, rows)) {
    std::int64_t sum = right->sum();
    node.sums[i] -= sum;
    node.lows.insert(node.lows.begin() + place, right->lows.front());
    node.sums.insert(node.sums.begin() + place, sum);
    node.children.insert(node.children.begin() + place, std::move(right));
  }
  return split_node(node);
}

void Directory::append(Text low, std::int64_t rows) {
  if (!root_) {
    root_ = std::make_unique<Node>();
    root_->lows.emplace_back(low);
    root_->sums.push_back(rows);
    runs_ = 1;
    size_ = rows;
    return;
  }
  Run last = find(low);
  split(low, last.rows);
  add(low, rows);
}

void Directory::split(Text low, std::int64_t rows) {
  grow(insert(*root_, low, rows));
  ++runs_;
}

Directory::Run Directory::find(Text row) const {
  Run run;
  for (const Node* node = root_.get(); node;) {
    std::size_t i = node->find(row);
    run.before =
        std::accumulate(node->sums.begin(), node->sums.begin() + static_cast<std::ptrdiff_t>(i), run.before);
    run.rows = node->sums[i];
    run.low = node->lows[i];
    node = node->leaf() ? nullptr : node->children[i].get();
  }
  return run;
}

Directory::Run Directory::at(std::int64_t rank) const {
  Run run;
  for (const Node* node = root_.get(); node;) {
    std::size_t i = 0;
    for (; i + 1 < node->sums.size() && rank >= run.before + node->sums[i]; ++i) run.before += node->sums[i];
    run.rows = node->sums[i];
    run.low = node->lows[i];
    node = node->leaf() ? nullptr : node->children[i].get();
  }
  return run;
}

void Directory::add(Text row, std::int64_t change) {
  for (Node* node = root_.get(); node;) {
    std::size_t i = node->find(row);
    node->sums[i] += change;
    node = node->leaf() ? nullptr : node->children[i].get();
  }
  size_ += change;
}

void Directory::merge(Text row) {
  Node* node = root_.get();
  std::size_t i = node->find(row);
  for (; !node->leaf(); i = node->find(row)) node = node->children[i].get();
  if (i + 1 == node->lows.size()) {
    if (i == 0) return;  // neighbours in another leaf stay apart
    --i;
  }
  if (node->sums[i] + node->sums[i + 1] >= merge_limit) return;
  node->sums[i] += node->sums[i + 1];
  node->sums.erase(node->sums.begin() + static_cast<std::ptrdiff_t>(i + 1));
  node->lows.erase(node->lows.begin() + static_cast<std::ptrdiff_t>(i + 1));
  --runs_;
}

void Directory::each(FunctionRef<void(Text, std::int64_t)> f) const {
  std::vector<std::pair<const Node*, std::size_t>> path;
  if (root_) path.emplace_back(root_.get(), 0);
  while (!path.empty()) {
    auto& [node, next] = path.back();
    if (next == node->lows.size()) {
      path.pop_back();
      continue;
    }
    std::size_t i = next++;
    if (node->leaf())
      f(node->lows[i], node->sums[i]);
    else
      path.emplace_back(node->children[i].get(), 0);
  }
}

}  // namespace playhead::rocks
