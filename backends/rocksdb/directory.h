#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "backends/rocksdb/function_ref.h"
#include "playhead/text.h"

namespace playhead::rocks {

/// The rank directory of one ordered set: how many (score, member) rows lie in each run of neighbouring rows.
/// A B+tree of runs whose inner nodes hold the sum of each child, so that "how many before this row" and
/// "which run holds rank r" take O(log n) without touching the disk; the place inside a run is found by
/// reading at most `run_limit` rows.
///
/// Invariants: runs cover all rows without gaps (the first begins before everything); a run's count is the
/// number of rows in it; an entry of an inner node is the sum of its child's entries. Row keys are the bytes
/// behind the row's prefix.
///
/// Not thread-safe: it belongs to the stripe of its key.
class Directory {
 public:
  static constexpr std::int64_t run_rows = 128;              ///< rows of a fresh run
  static constexpr std::int64_t run_limit = 2 * run_rows;    ///< a run of so many is split
  static constexpr std::int64_t merge_limit = run_rows / 2;  ///< neighbours with fewer together become one

  struct Run {
    std::int64_t before = 0;  ///< rows in the runs before
    std::int64_t rows = 0;
    Text low;  ///< first possible row key; valid until the directory changes
  };

  Directory();
  ~Directory();
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  std::int64_t size() const { return size_; }
  std::size_t runs() const { return runs_; }
  /// Bytes occupied, approximately.
  std::size_t memory() const;

  /// Adds a run behind the last one; the first must have an empty `low`.
  void append(Text low, std::int64_t rows);
  /// The run that holds this row key, or would.
  Run find(Text row) const;
  /// The run that holds the row of a rank in [0, size()).
  Run at(std::int64_t rank) const;
  /// One row more or less (or several) in the run of `row`.
  void add(Text row, std::int64_t change);
  /// Cuts the run of `low`, so that `rows` of it stay in front and the rest begins at `low`.
  void split(Text low, std::int64_t rows);
  /// Joins the run of `row` with its neighbour if they are small together.
  void merge(Text row);
  /// True if so many rows went that it is cheaper to build it again.
  bool sparse() const { return runs_ > 8 && size_ < static_cast<std::int64_t>(runs_) * (run_rows / 8); }
  /// Every run in order.
  void each(FunctionRef<void(Text low, std::int64_t rows)> f) const;

 private:
  struct Node;
  static std::unique_ptr<Node> split_node(Node& node);
  std::unique_ptr<Node> insert(Node& node, Text low, std::int64_t rows);
  void grow(std::unique_ptr<Node> right);
  std::unique_ptr<Node> root_;
  std::int64_t size_ = 0;
  std::size_t runs_ = 0;
};

}  // namespace playhead::rocks
