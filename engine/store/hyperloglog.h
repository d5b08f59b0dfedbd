// HyperLogLog in Redis's own string format, byte for byte.
//
//   header, 16 bytes     "HYLL" | encoding: 0 dense, 1 sparse | 3 unused bytes | cached cardinality,
//                        8 bytes little-endian, stale while the highest bit of the last byte is set
//   dense, 12,288 bytes  16,384 registers of 6 bits, lowest bits first
//   sparse               runs that together cover the 16,384 registers:
//     00xxxxxx             ZERO:  x + 1 registers of value 0 (1..64)
//     01xxxxxx yyyyyyyy    XZERO: xy + 1 registers of value 0 (1..16384)
//     1vvvvvxx             VAL:   x + 1 registers (1..4) of value v + 1 (1..32)
//
// An element's register and value come from MurmurHash64A (seed 0xadc83b19): the low 14 bits are the
// register, the value is 1 + the number of trailing zeros of the other 50. The estimator is Ertl's ("New
// cardinality estimation algorithms for HyperLogLog sketches", 2017); the standard error is 0.81 %.
//
// Functions that take an existing sketch check it: corrupt bytes give -1, nullopt or false, never an access
// out of range.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "text.h"

namespace playhead::hyperloglog {

// A sparse sketch that would grow beyond this size becomes dense (hll-sparse-max-bytes).
constexpr std::size_t sparse_limit = 3000;
constexpr std::size_t dense_size = 16 + 16384 * 6 / 8;

// An empty sparse sketch, its cached cardinality 0.
std::string create();

// Whether `sketch` has a valid header, and its size if dense: what Redis checks before it answers WRONGTYPE
// "Key is not a valid HyperLogLog string value." The runs of a sparse sketch are checked when they are used
// (INVALIDOBJ).
bool is_valid(Text sketch);

bool is_dense(Text sketch);

// Adds one element: 1 if a register grew, 0 if not, -1 if the sketch is corrupt. Leaves the cache as it is:
// after creating a sketch or changing one, PFADD calls invalidate_cache once.
int add(std::string& sketch, Text element);

// Marks the cached cardinality as stale. `sketch` has a valid header.
void invalidate_cache(std::string& sketch);

// The cached cardinality unless it is stale. `sketch` has a valid header.
std::optional<std::uint64_t> cached_count(Text sketch);

// The estimated cardinality of one sketch, computed from its registers; nullopt if it is corrupt.
std::optional<std::uint64_t> count(Text sketch);

// PFCOUNT of one key: the cached cardinality, or else the computed one, which is then stored in the cache;
// `changed` tells whether the sketch was written.
std::optional<std::uint64_t> count_cached(std::string& sketch, bool& changed);

// The estimated cardinality of the union; nullopt if a sketch is corrupt. The cardinality of no sketch is 0.
std::optional<std::uint64_t> count(std::span<const Text> sketches);

// PFMERGE: makes `target` the union of itself and `sources`, dense if any of them is. Marks the cache as
// stale. Returns false, with `target` unchanged, if a sketch is corrupt.
bool merge(std::string& target, std::span<const Text> sources);

// Rewrites a sparse sketch as a dense one with the same registers and cache; false, unchanged, if it is
// corrupt.
bool promote_to_dense(std::string& sketch);

}  // namespace playhead::hyperloglog
