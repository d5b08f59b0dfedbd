#pragma once
// Which ids have perhaps been seen.
#include <vector>

#include "playhead/modules/namespace.h"

namespace playhead {

struct BloomFilterOptions {
  std::string name = "filter";  ///< filters of the same name share their bits; they must be of the same size
  std::int64_t capacity = 1'000'000;  ///< ids for which the error rate holds; 1..10^10
  double error_rate = 0.01;           ///< how many of the ids that were not added seem to be there; 1e-9..0.5
};

/// A Bloom filter (Bloom 1970) that all processes share. Its bits depend on the ids only: the same on every store and in
/// every process. They lie in segments of at most 4 KiB, chosen by the id, so that one id touches one small key. Every
/// method is one round trip. Thread-safe. Ids are opaque bytes, 1..1024.
class BloomFilter {
 public:
  /// Throws Error{invalid} for options out of range, or if a filter of that name has another size.
  explicit BloomFilter(Namespace space, BloomFilterOptions options = {});

  /// Adds an id; false: it seemed to be there already.
  bool add(Text id);
  /// Adds several; how many did not seem to be there. O(ids).
  std::int64_t add_many(List<Text> ids);
  /// False: it was never added. True: it was, or, at the error rate, it was not.
  bool might_contain(Text id) const;
  std::vector<bool> might_contain_many(List<Text> ids) const;
  /// Adds all that another filter of the same size has. Throws Error{invalid} for one of another size or store.
  /// O(size).
  void merge(const BloomFilter& other);
  /// About how many different ids were added (Swamidass and Baldi 2007). O(size).
  std::int64_t count_estimate() const;
  /// Forgets all ids. O(size).
  void clear();

  std::int64_t bits() const { return segments_ * segment_bits_; }
  std::int64_t hashes() const { return hashes_; }

  static List<Procedure> procedures();

 private:
  struct Place {
    std::size_t segment;
    std::vector<std::int64_t> bits;
  };
  Place place_of(Text id) const;
  std::string key(std::size_t segment) const;

  Namespace space_;
  BloomFilterOptions options_;
  std::int64_t segments_ = 1, segment_bits_ = 8, hashes_ = 1;
};

}  // namespace playhead
