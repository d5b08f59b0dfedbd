#include "hyperloglog.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "little_endian.h"
#include "murmur_hash.h"

namespace playhead::hyperloglog {
namespace {

constexpr std::size_t header_size = 16;
constexpr std::size_t encoding_at = 4;
constexpr std::size_t cache_at = 8;
constexpr std::size_t stale_at = 15;
constexpr char stale_bit = static_cast<char>(0x80);
constexpr char dense = 0;
constexpr char sparse = 1;

constexpr unsigned index_bits = 14;
constexpr unsigned hash_bits = 64 - index_bits;
constexpr std::size_t register_count = std::size_t{1} << index_bits;
constexpr unsigned register_bits = 6;
constexpr std::size_t register_values = 1 << register_bits;

constexpr unsigned zero_longest = 64;
constexpr unsigned value_longest = 4;
constexpr unsigned value_largest = 32;

using Registers = std::array<std::uint8_t, register_count>;
using Histogram = std::array<std::uint32_t, register_values>;

unsigned byte_at(Text bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

// One run of the sparse encoding; `bytes` is its size there, 0 if it is cut off.
struct Run {
  unsigned value = 0;
  unsigned length = 0;
  unsigned bytes = 0;
};

Run read_run(Text sketch, std::size_t at) {
  const unsigned first = byte_at(sketch, at);
  if ((first & 0x80) != 0) return {((first >> 2) & 31) + 1, (first & 3) + 1, 1};
  if ((first & 0x40) == 0) return {0, (first & 63) + 1, 1};
  if (at + 1 >= sketch.size()) return {};
  return {0, (((first & 63) << 8) | byte_at(sketch, at + 1)) + 1, 2};
}

// The few bytes that replace one run when a register inside it changes: at most XZERO VAL XZERO.
struct Replacement {
  std::array<char, 5> bytes{};
  std::size_t size = 0;

  void append(unsigned value, unsigned length) {
    if (length == 0) return;
    const unsigned rest = length - 1;
    if (value != 0) {
      push(0x80 | ((value - 1) << 2) | rest);
    } else if (length <= zero_longest) {
      push(rest);
    } else {
      push(0x40 | (rest >> 8));
      push(rest & 0xff);
    }
  }

 private:
  void push(unsigned byte) { bytes[size++] = static_cast<char>(byte); }
};

// Calls visit(first register, run) for each run; false if the runs do not cover the registers exactly.
template <typename Visit>
bool walk_sparse(Text sketch, const Visit& visit) {
  std::size_t covered = 0;
  for (std::size_t at = header_size; at < sketch.size();) {
    const Run run = read_run(sketch, at);
    if (run.bytes == 0 || covered + run.length > register_count) return false;
    visit(covered, run);
    covered += run.length;
    at += run.bytes;
  }
  return covered == register_count;
}

// Calls visit(register, value) for each register of a dense sketch, eight at a time: they fill six bytes.
template <typename Visit>
void walk_dense(Text sketch, const Visit& visit) {
  const char* at = sketch.data() + header_size;
  for (std::size_t i = 0; i < register_count; i += 8, at += 6) {
    std::array<char, 8> group{};
    std::memcpy(group.data(), at, 6);
    const auto word = load_little_endian<std::uint64_t>(group.data());
    for (unsigned k = 0; k < 8; ++k) visit(i + k, static_cast<unsigned>((word >> (register_bits * k)) & 63));
  }
}

unsigned dense_get(Text sketch, std::size_t index) {
  const std::size_t at = header_size + index * register_bits / 8;
  const unsigned shift = index * register_bits % 8;
  unsigned word = byte_at(sketch, at);
  if (shift > 2) word |= byte_at(sketch, at + 1) << 8;
  return (word >> shift) & 63;
}

void dense_put(std::string& sketch, std::size_t index, unsigned value) {
  const std::size_t at = header_size + index * register_bits / 8;
  const unsigned shift = index * register_bits % 8;
  const unsigned clear = ~(63U << shift);
  const unsigned bits = value << shift;
  sketch[at] = static_cast<char>((byte_at(sketch, at) & clear) | bits);
  if (shift > 2) sketch[at + 1] = static_cast<char>((byte_at(sketch, at + 1) & (clear >> 8)) | (bits >> 8));
}

int dense_set(std::string& sketch, std::size_t index, unsigned value) {
  if (dense_get(sketch, index) >= value) return 0;
  dense_put(sketch, index, value);
  return 1;
}

int promote_and_set(std::string& sketch, std::size_t index, unsigned value) {
  return promote_to_dense(sketch) ? dense_set(sketch, index, value) : -1;
}

// Joins neighbouring VAL runs of equal value, in the next five runs from `at`, where the sum is still one
// run.
void join_values(std::string& sketch, std::size_t at) {
  for (int steps = 5; at < sketch.size() && steps > 0; --steps) {
    const Run run = read_run(sketch, at);
    if (run.value != 0 && at + 1 < sketch.size()) {
      const Run next = read_run(sketch, at + 1);
      const unsigned length = run.length + next.length;
      if (next.value == run.value && length <= value_longest) {
        Replacement joined;
        joined.append(run.value, length);
        sketch[at + 1] = joined.bytes[0];
        sketch.erase(at, 1);
        continue;
      }
    }
    if (run.bytes == 0) return;
    at += run.bytes;
  }
}

int sparse_set(std::string& sketch, std::size_t index, unsigned value) {
  if (value > value_largest) return promote_and_set(sketch, index, value);
  std::size_t at = header_size;
  std::size_t previous = header_size;
  std::size_t first = 0;
  Run run;
  for (;; at += run.bytes, first += run.length) {
    if (at >= sketch.size()) return -1;
    run = read_run(sketch, at);
    if (run.bytes == 0) return -1;
    if (index < first + run.length) break;
    previous = at;
  }
  if (run.value >= value) return 0;
  const auto before = static_cast<unsigned>(index - first);
  Replacement changed;
  changed.append(run.value, before);
  changed.append(value, 1);
  changed.append(run.value, run.length - before - 1);
  if (changed.size > run.bytes && sketch.size() + changed.size - run.bytes > sparse_limit)
    return promote_and_set(sketch, index, value);
  sketch.replace(at, run.bytes, changed.bytes.data(), changed.size);
  join_values(sketch, previous);
  return 1;
}

// Raises `maximum` to the registers of `sketch`; false if the sketch is corrupt.
bool raise_to(Text sketch, Registers& maximum) {
  if (!is_valid(sketch)) return false;
  if (is_dense(sketch)) {
    walk_dense(sketch, [&](std::size_t index, unsigned value) {
      maximum[index] = std::max(maximum[index], static_cast<std::uint8_t>(value));
    });
    return true;
  }
  return walk_sparse(sketch, [&](std::size_t first, Run run) {
    if (run.value == 0) return;
    for (std::size_t i = first; i < first + run.length; ++i)
      maximum[i] = std::max(maximum[i], static_cast<std::uint8_t>(run.value));
  });
}

double sigma(double x) {
  if (x == 1) return std::numeric_limits<double>::infinity();
  double weight = 1;
  double sum = x;
  double last;
  do {
    x *= x;
    last = sum;
    sum += x * weight;
    weight += weight;
  } while (sum != last);
  return sum;
}

double tau(double x) {
  if (x == 0 || x == 1) return 0;
  double weight = 1;
  double sum = 1 - x;
  double last;
  do {
    x = std::sqrt(x);
    last = sum;
    weight *= 0.5;
    sum -= (1 - x) * (1 - x) * weight;
  } while (sum != last);
  return sum / 3;
}

std::uint64_t estimate(const Histogram& histogram) {
  constexpr double alpha_infinity = 0.721347520444481703680;
  constexpr double m = register_count;
  double z = m * tau((m - histogram[hash_bits + 1]) / m);
  for (unsigned value = hash_bits; value >= 1; --value) {
    z += histogram[value];
    z *= 0.5;
  }
  z += m * sigma(histogram[0] / m);
  const double cardinality = alpha_infinity * m * m / z;
  // Registers that no hash can produce give infinity.
  if (!(cardinality < 0x1p63)) return static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return static_cast<std::uint64_t>(std::llround(cardinality));
}

}  // namespace

std::string create() {
  std::string sketch(header_size, '\0');
  sketch.replace(0, 4, "HYLL");
  sketch[encoding_at] = sparse;
  Replacement zeros;
  zeros.append(0, register_count);
  return sketch.append(zeros.bytes.data(), zeros.size);
}

bool is_dense(Text sketch) {
  return sketch[encoding_at] == dense;
}

bool is_valid(Text sketch) {
  if (sketch.size() < header_size || sketch.substr(0, 4) != "HYLL") return false;
  return is_dense(sketch) ? sketch.size() == dense_size : sketch[encoding_at] == sparse;
}

int add(std::string& sketch, Text element) {
  if (!is_valid(sketch)) return -1;
  constexpr std::uint64_t seed = 0xadc83b19;
  const std::uint64_t hash = murmur_hash_64a(element, seed);
  const std::size_t index = hash & (register_count - 1);
  const std::uint64_t rest = (hash >> index_bits) | (std::uint64_t{1} << hash_bits);
  const unsigned value = static_cast<unsigned>(std::countr_zero(rest)) + 1;
  return is_dense(sketch) ? dense_set(sketch, index, value) : sparse_set(sketch, index, value);
}

void invalidate_cache(std::string& sketch) {
  sketch[stale_at] |= stale_bit;
}

std::optional<std::uint64_t> cached_count(Text sketch) {
  if ((sketch[stale_at] & stale_bit) != 0) return std::nullopt;
  return load_little_endian<std::uint64_t>(sketch.data() + cache_at);
}

std::optional<std::uint64_t> count(Text sketch) {
  if (!is_valid(sketch)) return std::nullopt;
  if (!is_dense(sketch)) {
    Histogram histogram{};
    if (!walk_sparse(sketch, [&](std::size_t, Run run) { histogram[run.value] += run.length; }))
      return std::nullopt;
    return estimate(histogram);
  }
  // Neighbours often have equal values; counting them apart keeps the increments independent.
  std::array<Histogram, 4> lanes{};
  walk_dense(sketch, [&](std::size_t index, unsigned value) { ++lanes[index % 4][value]; });
  for (std::size_t value = 0; value < register_values; ++value)
    for (std::size_t lane = 1; lane < lanes.size(); ++lane) lanes[0][value] += lanes[lane][value];
  return estimate(lanes[0]);
}

std::optional<std::uint64_t> count_cached(std::string& sketch, bool& changed) {
  changed = false;
  if (!is_valid(sketch)) return std::nullopt;
  if (const auto cached = cached_count(sketch)) return cached;
  const auto cardinality = count(Text(sketch));
  if (cardinality) {
    store_little_endian(sketch.data() + cache_at, *cardinality);
    changed = true;
  }
  return cardinality;
}

std::optional<std::uint64_t> count(std::span<const Text> sketches) {
  Registers maximum{};
  for (const Text sketch : sketches)
    if (!raise_to(sketch, maximum)) return std::nullopt;
  Histogram histogram{};
  for (const std::uint8_t value : maximum) ++histogram[value];
  return estimate(histogram);
}

bool merge(std::string& target, std::span<const Text> sources) {
  Registers maximum{};
  if (!raise_to(target, maximum)) return false;
  bool to_dense = is_dense(target);
  for (const Text source : sources) {
    if (!raise_to(source, maximum)) return false;
    to_dense |= is_dense(source);
  }
  if (to_dense && !promote_to_dense(target)) return false;
  for (std::size_t index = 0; index < register_count; ++index) {
    if (maximum[index] == 0) continue;
    if (is_dense(target))
      dense_set(target, index, maximum[index]);
    else
      sparse_set(target, index, maximum[index]);
  }
  invalidate_cache(target);
  return true;
}

bool promote_to_dense(std::string& sketch) {
  if (!is_valid(sketch)) return false;
  if (is_dense(sketch)) return true;
  std::string promoted(dense_size, '\0');
  promoted.replace(0, header_size, sketch, 0, header_size);
  promoted[encoding_at] = dense;
  const bool complete = walk_sparse(sketch, [&](std::size_t first, Run run) {
    if (run.value == 0) return;
    for (std::size_t i = first; i < first + run.length; ++i) dense_put(promoted, i, run.value);
  });
  if (complete) sketch = std::move(promoted);
  return complete;
}

}  // namespace playhead::hyperloglog
