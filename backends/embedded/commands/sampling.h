#pragma once
// Members chosen at random, for SRANDMEMBER, SPOP, HRANDFIELD and ZRANDMEMBER. Every member is as probable as
// any other.
//
// A collection is shown by its size and two functions over the storage's primitives:
//   pick(std::uint64_t random, f)   one member chosen by a random number     f(Text name, payload) -> void
//   walk(f)                         all members                              f(Text name, payload) -> bool,
//   false stops
// where the payload is a value or a score, whatever the primitives give.
#include <algorithm>
#include <random>
#include <string>
#include <unordered_set>
#include <vector>

#include "playhead/error.h"
#include "playhead/text.h"

namespace playhead::embedded {

/// A generator of random numbers (xoshiro256++), seeded by the system. Not for secrets.
class Random {
 public:
  Random() {
    std::random_device device;
    for (std::uint64_t& word : state_) word = (std::uint64_t{device()} << 32) | device();
    state_[0] |= 1;  // not all zero
  }

  /// 64 random bits.
  std::uint64_t next() {
    std::uint64_t result = rotated(state_[0] + state_[3], 23) + state_[0];
    std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = rotated(state_[3], 45);
    return result;
  }

  /// A number from 0 to n - 1, each as probable as another; n > 0. (Lemire's multiplication with rejection.)
  std::uint64_t below(std::uint64_t n) {
    __extension__ using Wide = unsigned __int128;
    for (;;) {
      Wide product = Wide{next()} * n;
      auto low = static_cast<std::uint64_t>(product);
      if (low >= n || low >= (0 - n) % n) return static_cast<std::uint64_t>(product >> 64);
    }
  }

 private:
  static std::uint64_t rotated(std::uint64_t x, int bits) { return (x << bits) | (x >> (64 - bits)); }
  std::uint64_t state_[4];
};

/// The calling thread's generator.
inline Random& thread_random() {
  thread_local Random random;
  return random;
}

/// A share of at least 1 / walk_share of a collection is chosen by walking over all of it instead of picking
/// one by one.
inline constexpr std::size_t walk_share = 4;

/// The most members that one call gives with repetition; more are refused before memory runs out.
inline constexpr std::uint64_t most_repeated = std::uint64_t{1} << 28;

/// How many members a negative count asks for.
inline std::size_t repeated_count(std::int64_t count) {
  std::uint64_t wanted = 0 - static_cast<std::uint64_t>(count);
  if (wanted > most_repeated) refuse("ERR value is out of range");
  return static_cast<std::size_t>(wanted);
}

/// Calls each(name, payload) for `count` different members, or for all if there are no more; in no particular
/// order. `each` must not change the collection. O(min(count, size)) expected.
template <class Pick, class Walk, class F>
void sample_distinct(std::size_t size, std::size_t count, Pick&& pick, Walk&& walk, F&& each) {
  Random& random = thread_random();
  if (count >= size / walk_share) {  // every member is taken with probability needed / left
    std::size_t left = size, needed = std::min(count, size);
    if (needed == 0) return;
    walk([&](Text name, const auto& payload) {
      if (needed == left || random.below(left) < needed) {
        each(name, payload);
        --needed;
      }
      --left;
      return needed > 0;
    });
    return;
  }
  if (count == 1) return pick(random.next(), each);
  std::unordered_set<std::string> chosen;
  while (chosen.size() < count) {
    pick(random.next(), [&](Text name, const auto& payload) {
      if (chosen.emplace(name).second) each(name, payload);
    });
  }
}

/// Calls each(i, name, payload) once for every i below `count`, with members chosen independently; not in the
/// order of i. size > 0. O(count + min(count, size)) expected.
template <class Pick, class Walk, class F>
void sample_repeated(std::size_t size, std::size_t count, Pick&& pick, Walk&& walk, F&& each) {
  Random& random = thread_random();
  if (count < size / walk_share) {
    for (std::size_t i = 0; i < count; ++i)
      pick(random.next(), [&](Text name, const auto& payload) { each(i, name, payload); });
    return;
  }
  // Draws positions for a part of the result, then meets them in one walk.
  struct Draw {
    std::size_t position, index;
  };
  std::vector<Draw> draws;
  const std::size_t part = std::max<std::size_t>(size, 1024);
  for (std::size_t done = 0; done < count; done += draws.size()) {
    draws.resize(std::min(part, count - done));
    for (std::size_t i = 0; i < draws.size(); ++i) draws[i] = {random.below(size), done + i};
    std::sort(draws.begin(), draws.end(),
              [](const Draw& a, const Draw& b) { return a.position < b.position; });
    std::size_t position = 0, next = 0;
    walk([&](Text name, const auto& payload) {
      for (; next < draws.size() && draws[next].position == position; ++next)
        each(draws[next].index, name, payload);
      ++position;
      return next < draws.size();
    });
  }
}

}  // namespace playhead::embedded
