// A hash table of pointers, kept in the order of the hashes.
//
// Open addressing without wrap-around: a hash has a home, home = high half of (hash * capacity), so that
// homes grow with hashes whatever the capacity is; behind the homes lies a short tail for what overflows the
// last ones. Entries stand in the order of their homes (linear probing, Robin Hood: an entry is pushed behind
// all entries whose home is not after its own).
//
// A slot is one word: 8 bits of the hash | 8 bits reach | 44 bits pointer | 4 bits tag. The reach is the
// distance from the home plus 1, so that an empty slot (0) has less reach than any entry; 255 stands for 255
// and more, then the home is computed anew.
//
// Because of the order, a position in the table can be told by a hash alone: a scan that stops anywhere can
// go on in the grown or shrunk table, and each entry that was there all the time is met at least once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <utility>
#include <vector>

#include "backends/memory/bytes.h"

namespace playhead::memory {

/// The high half of a 64 x 64 bit product: x scaled from the range of 64 bits to [0, range).
inline std::uint64_t scaled(std::uint64_t x, std::uint64_t range) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>((Wide{x} * range) >> 64);
}

/// A good random number out of any number, and the next one out of a random number (splitmix64).
inline std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

/// The table does not own its entries. Traits: Entry, a type of at least 16-byte alignment on the heap;
/// `uint64_t hash(const Entry&)`; `Text name(const Entry&)`; `unsigned skipped_bits`, how many of the upper
/// bits of all hashes in one table are equal. Not thread-safe.
template <class Traits>
class HashTable {
 public:
  using Entry = typename Traits::Entry;

  /// Where an entry is, or where it would go.
  struct Place {
    std::size_t at = 0;
    unsigned reach = 1;
    Entry* entry = nullptr;
  };

  HashTable() = default;
  HashTable(const HashTable&) = delete;
  HashTable& operator=(const HashTable&) = delete;
  ~HashTable() { release(); }

  std::size_t size() const { return count_; }
  /// Bytes of the slots.
  std::size_t memory() const { return slots_ == 0 ? 0 : block_size((slots_ + 1) * sizeof(Word)); }

  Place find(std::uint64_t hash, Text name) const {
    Word expected = (hash << 56) | one_reach;
    std::size_t at = home(hash);
    for (unsigned reach = 1;; ++at) {
      Word word = words_[at];
      if ((word ^ expected) >> reach_shift == 0) {
        Entry* entry = entry_of(word);
        __builtin_prefetch(reinterpret_cast<const char*>(entry) + 64);  // where the value probably is
        if (same(Traits::name(*entry), name)) return {at, reach, entry};
      }
      if (reach_of(word) < reach) return {at, reach, nullptr};
      if (reach < most_reach) {
        ++reach;
        expected += one_reach;
      }
    }
  }

  /// Asks for the slots of a hash ahead of find().
  void prefetch(std::uint64_t hash) const { __builtin_prefetch(words_ + home(hash)); }

  /// Adds an entry that is not in the table. `place` is what find() said. Returns where the entry stands.
  std::size_t insert(std::uint64_t hash, Place place, Entry* entry, unsigned tag = 0) {
    if (count_ >= limit_) {
      resize(grown());
      place = end_of_home(hash);
    } else if (place.reach == most_reach) {
      place = end_of_home(hash);
    }
    place.at = put(place, hash, pointer_of(entry, tag));
    ++count_;
    return place.at;
  }

  void erase(std::size_t at) {
    while (reach_of(words_[at + 1]) > 1) {
      words_[at] = nearer(at + 1);
      ++at;
    }
    words_[at] = 0;
    --count_;
    if (count_ == 0) {
      release();
    } else if (capacity_ > least_capacity && count_ < capacity_ / 6) {
      shrink();
    }
  }

  /// Puts another entry with the same name (and so the same hash) in the place of an entry.
  void replace(std::size_t at, Entry* entry, unsigned tag = 0) {
    words_[at] = (words_[at] & ~pointer_and_tag) | pointer_of(entry, tag);
  }

  /// Calls f(Entry&, tag) for all entries, in the order of homes, until it returns false.
  template <class F>
  void walk(F&& f) const {
    for (std::size_t at = 0; at < slots_; ++at) {
      if (words_[at] != 0 && !f(*entry_of(words_[at]), tag_of(words_[at]))) return;
    }
  }

  /// Calls f(hash, Entry&) in the order of hashes for entries with hash >= from, until at least `count` were
  /// met. Returns the hash to go on with, or 0 at the end.
  template <class F>
  std::uint64_t scan(std::uint64_t from, std::size_t count, F&& f) const {
    std::size_t first = home(from), met = 0;
    std::vector<std::pair<std::uint64_t, Entry*>> same_home;
    for (std::size_t at = first; at < slots_;) {
      if (words_[at] == 0) {
        ++at;
        continue;
      }
      std::size_t here = home_at(at);
      same_home.clear();
      do {
        Entry* entry = entry_of(words_[at]);
        same_home.emplace_back(Traits::hash(*entry), entry);
      } while (++at < slots_ && words_[at] != 0 && home_at(at) == here);
      if (here < first) continue;
      std::sort(same_home.begin(), same_home.end());
      for (auto& [hash, entry] : same_home) {
        if (hash < from) continue;
        f(hash, *entry);
        ++met;
      }
      if (met >= count) return lowest_hash(here + 1, from);
    }
    return 0;
  }

  /// Calls f(Entry&) for the entries from hash `from` on whose tag has one of the bits of `mask`; only these
  /// are touched. Stops after `slots` slots or when f returned false, then finishes the home it is at.
  /// Returns the hash to go on with, 0 at the end.
  template <class F>
  std::uint64_t scan_tagged(std::uint64_t from, unsigned mask, std::size_t slots, F&& f) const {
    std::size_t first = home(from), done = first;
    bool more = true;
    for (std::size_t at = first; at < slots_; ++at) {
      Word word = words_[at];
      bool stop = !more || at - first >= slots;
      if (word == 0 || (!stop && (word & mask) == 0)) continue;
      std::size_t here = home_at(at);
      if (here < first) continue;
      if (stop && here > done) return lowest_hash(here, from);
      done = here;
      if ((word & mask) != 0 && !f(*entry_of(word))) more = false;
    }
    return 0;
  }

  /// One entry, each with the same probability if `random` is uniform; nothing if the table is empty.
  Entry* pick(std::uint64_t random) const {
    if (count_ == 0) return nullptr;
    random = mixed(random);
    if (slots_ <= 64) {
      std::uint64_t rest = scaled(random, count_);
      for (std::size_t at = 0;; ++at) {
        if (words_[at] != 0 && rest-- == 0) return entry_of(words_[at]);
      }
    }
    for (;; random = mixed(random)) {
      Word word = words_[scaled(random, slots_)];
      if (word != 0) return entry_of(word);
    }
  }

  unsigned tag(std::size_t at) const { return tag_of(words_[at]); }

 private:
  using Word = std::uint64_t;
  static constexpr unsigned reach_shift = 48;
  static constexpr unsigned most_reach = 255;
  static constexpr Word one_reach = Word{1} << reach_shift;
  static constexpr Word pointer_and_tag = one_reach - 1;
  static constexpr Word tag_mask = 15;
  static constexpr std::size_t least_capacity = 8;

  static Entry* entry_of(Word word) { return reinterpret_cast<Entry*>(word & pointer_and_tag & ~tag_mask); }
  static unsigned tag_of(Word word) { return word & tag_mask; }
  static Word pointer_of(Entry* entry, unsigned tag) { return reinterpret_cast<Word>(entry) | tag; }
  static unsigned reach_of(Word word) { return (word >> reach_shift) & 255; }

  std::size_t home(std::uint64_t hash) const { return scaled(hash << Traits::skipped_bits, capacity_); }

  std::size_t home_at(std::size_t at) const {
    unsigned reach = reach_of(words_[at]);
    return reach < most_reach ? at + 1 - reach : home(Traits::hash(*entry_of(words_[at])));
  }

  /// The lowest hash whose home is `target` or later, with the upper bits of `like`; 0 if there is none.
  std::uint64_t lowest_hash(std::size_t target, std::uint64_t like) const {
    __extension__ using Wide = unsigned __int128;
    if (target >= capacity_) return 0;
    auto left = static_cast<std::uint64_t>(((Wide{target} << 64) + capacity_ - 1) / capacity_);
    if constexpr (Traits::skipped_bits == 0) {
      return left;
    } else {
      constexpr unsigned kept = 64 - Traits::skipped_bits;
      std::uint64_t right = (left >> Traits::skipped_bits) + ((left << kept) != 0);
      return right >> kept != 0 ? 0 : ((like >> kept) << kept) | right;
    }
  }

  static Word further(Word word) { return reach_of(word) < most_reach ? word + one_reach : word; }

  /// The word at `at` as it is when it stands one slot earlier.
  Word nearer(std::size_t at) const {
    Word word = words_[at];
    if (reach_of(word) < most_reach) return word - one_reach;
    return at - home_at(at) >= most_reach ? word : word - one_reach;
  }

  /// Behind the last entry whose home is not after the home of `hash`.
  Place end_of_home(std::uint64_t hash) const {
    std::size_t own = home(hash), at = own;
    while (words_[at] != 0 && home_at(at) <= own) ++at;
    return {at, static_cast<unsigned>(std::min<std::size_t>(at - own + 1, most_reach)), nullptr};
  }

  std::size_t put(Place place, std::uint64_t hash, Word pointer) {
    std::size_t free = place.at;
    while (words_[free] != 0) ++free;
    if (free >= slots_) extend_tail();
    for (; free > place.at; --free) words_[free] = further(words_[free - 1]);
    words_[place.at] = (hash << 56) | (Word{place.reach} << reach_shift) | pointer;
    return place.at;
  }

  std::size_t grown() const {
    return capacity_ < least_capacity ? least_capacity
           : capacity_ < 1024         ? capacity_ * 2
                                      : capacity_ + capacity_ / 2;
  }

  static Word* allocate(std::size_t slots) {
    auto* words = static_cast<Word*>(std::calloc(slots + 1, sizeof(Word)));
    if (words == nullptr) throw std::bad_alloc();
    return words;
  }

  void resize(std::size_t capacity) {
    std::size_t slots = capacity + std::min<std::size_t>(capacity, 32);
    Word* old = std::exchange(words_, allocate(slots));
    std::size_t old_slots = std::exchange(slots_, slots);
    capacity_ = capacity;
    limit_ = capacity - capacity / 5;
    constexpr std::size_t ahead = 12;
    for (std::size_t at = 0; at < old_slots; ++at) {
      if (at + ahead < old_slots) __builtin_prefetch(entry_of(old[at + ahead]));
      if (old[at] == 0) continue;
      std::uint64_t hash = Traits::hash(*entry_of(old[at]));
      put(end_of_home(hash), hash, old[at] & pointer_and_tag);
    }
    if (old_slots != 0) std::free(old);
  }

  void shrink() noexcept {
    try {
      resize(std::max(least_capacity, count_ * 2));
    } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch)
      // It stays as large as it is.
    }
  }

  void extend_tail() {
    std::size_t slots = slots_ + std::max<std::size_t>(slots_ - capacity_, 8);
    Word* words = allocate(slots);
    std::memcpy(words, words_, slots_ * sizeof(Word));
    std::free(std::exchange(words_, words));
    slots_ = slots;
  }

  void release() {
    if (slots_ != 0) std::free(words_);
    words_ = none_;
    slots_ = count_ = limit_ = 0;
    capacity_ = 1;
  }

  static inline Word none_[2] = {0, 0};

  Word* words_ = none_;       // slots_ + 1 words, the last is always 0
  std::size_t capacity_ = 1;  // homes
  std::size_t slots_ = 0;     // homes and tail
  std::size_t count_ = 0;
  std::size_t limit_ = 0;  // the count at which it grows
};

}  // namespace playhead::memory
