// A list of any size: chunks of about 2 KiB of packed elements, in groups of up to 64 chunks that know their
// counts.
//
// A position is found by adding up the counts of groups, then of chunks, then by walking one chunk from its
// nearer end. Pushing and popping touch one chunk. An insertion into a full chunk splits it; chunks and
// groups that have become small join a neighbour.
//
// An element in a chunk is { length, bytes, length }, the first length readable forwards, the last backwards:
// one byte below 255, or the byte 255 and four bytes (forwards: 255 then the length; backwards: the length
// then 255).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <memory>

#include "backends/memory/bytes.h"
#include "backends/memory/record.h"

namespace playhead::memory {

class BigList {
 public:
  BigList() = default;
  BigList(const BigList&) = delete;
  BigList& operator=(const BigList&) = delete;
  ~BigList();

  std::size_t size() const { return size_; }
  std::size_t memory() const { return sizeof(BigList) + bytes_; }

  void push(bool front, Text element);
  /// Removes the first or the last element of a list that is not empty.
  void pop(bool front);
  /// Removes `count` elements, not more than there are, at one end; whole chunks at a time.
  void drop(bool front, std::size_t count);
  Text at(std::size_t index) const;
  void insert(std::size_t index, Text element);
  void erase(std::size_t index);
  void assign(std::size_t index, Text element);

  /// Calls f(Text) -> bool from that index on, up or down, until it returns false.
  template <class F>
  void walk(std::size_t index, bool reverse, F&& f) const;

 private:
  static constexpr std::size_t chunk_bytes = 2048 - sizeof(std::uint32_t) * 4 - 8;
  static constexpr std::size_t most_chunks = 64;

  struct Chunk {
    std::uint32_t begin, end;  // offsets of what is used
    std::uint32_t capacity;
    std::uint32_t count;

    char* bytes() { return reinterpret_cast<char*>(this + 1); }
    const char* bytes() const { return reinterpret_cast<const char*>(this + 1); }
    const char* first() const { return bytes() + begin; }
    const char* last() const { return bytes() + end; }
    std::size_t used() const { return end - begin; }
  };

  struct Group {
    std::size_t elements = 0;
    std::uint32_t chunks = 0;
    std::uint32_t counts[most_chunks];
    Chunk* chunk[most_chunks];
  };

  /// An element's place: a group, a chunk in it, an element in that.
  struct Place {
    std::size_t group;
    std::size_t chunk;
    std::size_t element;
  };

  static std::size_t length_size(std::size_t length) { return length < 255 ? 1 : 5; }
  static std::size_t element_size(std::size_t length) { return length + 2 * length_size(length); }
  /// The element that starts at `at`; moves `at` behind it.
  static Text forward(const char*& at) {
    std::size_t length = static_cast<unsigned char>(*at);
    std::size_t prefix = 1;
    if (length == 255) {
      length = load<std::uint32_t>(at + 1);
      prefix = 5;
    }
    Text text(at + prefix, length);
    at += length + 2 * prefix;
    return text;
  }
  /// The element that ends at `at`; moves `at` to its start.
  static Text backward(const char*& at) {
    std::size_t length = static_cast<unsigned char>(at[-1]);
    std::size_t prefix = 1;
    if (length == 255) {
      length = load<std::uint32_t>(at - 5);
      prefix = 5;
    }
    at -= length + 2 * prefix;
    return {at + prefix, length};
  }
  static void write(char* to, Text element);
  static const char* find(const Chunk& chunk, std::size_t index);

  Place locate(std::size_t index) const;
  Chunk* make_chunk(std::size_t capacity);
  void free_chunk(Chunk* chunk);
  Chunk* lone_chunk(bool front, Text element);
  Chunk* resized(Chunk* chunk, std::size_t needed);
  void count(std::size_t group, std::size_t chunk, std::int32_t change);
  void add_chunk(std::size_t group, std::size_t at, Chunk* chunk);
  void remove_chunk(std::size_t group, std::size_t at);
  void remove_group(std::size_t group);
  void new_end(bool front, Text element);
  void split(std::size_t group, std::size_t index);
  void replace_bytes(std::size_t index, std::size_t removed, Text element);
  void join(std::size_t group, std::size_t chunk);

  std::deque<std::unique_ptr<Group>> groups_;
  std::size_t size_ = 0;
  std::size_t bytes_ = 0;  // of chunks and groups
};

template <class F>
void BigList::walk(std::size_t index, bool reverse, F&& f) const {
  if (index >= size_) return;
  Place place = locate(index);
  for (;;) {
    const Group& group = *groups_[place.group];
    const Chunk& chunk = *group.chunk[place.chunk];
    const char* at = find(chunk, place.element);
    if (!reverse) {
      while (at < chunk.last()) {
        if (!f(forward(at))) return;
      }
      place.element = 0;
      if (++place.chunk == group.chunks) {
        place.chunk = 0;
        if (++place.group == groups_.size()) return;
      }
    } else {
      forward(at);
      while (at > chunk.first()) {
        if (!f(backward(at))) return;
      }
      if (place.chunk == 0) {
        if (place.group == 0) return;
        place.chunk = groups_[--place.group]->chunks;
      }
      --place.chunk;
      place.element = groups_[place.group]->counts[place.chunk] - 1;
    }
  }
}

}  // namespace playhead::memory
