#include "backends/memory/big_list.h"

#include <algorithm>
#include <cstring>

namespace playhead::memory {

BigList::~BigList() {
  for (auto& group : groups_) {
    for (std::size_t i = 0; i < group->chunks; ++i) std::free(group->chunk[i]);
  }
}

void BigList::write(char* to, Text element) {
  if (element.size() < 255) {
    *to = static_cast<char>(element.size());
    *put_bytes(to + 1, element) = static_cast<char>(element.size());
    return;
  }
  auto length = static_cast<std::uint32_t>(element.size());
  *to = static_cast<char>(255);
  store(to + 1, length);
  char* end = put_bytes(to + 5, element);
  store(end, length);
  end[4] = static_cast<char>(255);
}

// Where the element with that index in the chunk starts.
const char* BigList::find(const Chunk& chunk, std::size_t index) {
  if (index <= chunk.count / 2) {
    const char* at = chunk.first();
    for (; index > 0; --index) forward(at);
    return at;
  }
  const char* at = chunk.last();
  for (; index < chunk.count; ++index) backward(at);
  return at;
}

// index == size_ gives the place behind the last element.
BigList::Place BigList::locate(std::size_t index) const {
  std::size_t group = 0;
  if (index <= size_ / 2) {
    while (index >= groups_[group]->elements) index -= groups_[group++]->elements;
  } else {
    std::size_t behind = size_ - index;
    group = groups_.size() - 1;
    while (behind > groups_[group]->elements) behind -= groups_[group--]->elements;
    index = groups_[group]->elements - behind;
  }
  const Group& found = *groups_[group];
  std::size_t chunk = 0;
  while (index >= found.counts[chunk] && chunk + 1 < found.chunks) index -= found.counts[chunk++];
  return {group, chunk, index};
}

BigList::Chunk* BigList::make_chunk(std::size_t capacity) {
  auto* chunk = static_cast<Chunk*>(allocate(sizeof(Chunk) + capacity));
  chunk->begin = chunk->end = 0;
  chunk->capacity = static_cast<std::uint32_t>(capacity);
  chunk->count = 0;
  bytes_ += block_size(sizeof(Chunk) + capacity);
  return chunk;
}

void BigList::free_chunk(Chunk* chunk) {
  bytes_ -= block_size(sizeof(Chunk) + chunk->capacity);
  std::free(chunk);
}

// The chunk with room for `needed` bytes in all, its bytes moved to the start.
BigList::Chunk* BigList::resized(Chunk* chunk, std::size_t needed) {
  std::size_t used = chunk->used();
  if (needed <= chunk->capacity) {
    std::memmove(chunk->bytes(), chunk->first(), used);
    chunk->begin = 0;
    chunk->end = static_cast<std::uint32_t>(used);
    return chunk;
  }
  Chunk* made = make_chunk(needed);
  std::memcpy(made->bytes(), chunk->first(), used);
  made->end = static_cast<std::uint32_t>(used);
  made->count = chunk->count;
  free_chunk(chunk);
  return made;
}

void BigList::count(std::size_t group, std::size_t chunk, std::int32_t change) {
  Group& of = *groups_[group];
  of.chunk[chunk]->count += static_cast<std::uint32_t>(change);
  of.counts[chunk] = of.chunk[chunk]->count;
  of.elements += static_cast<std::size_t>(std::ptrdiff_t{change});
  size_ += static_cast<std::size_t>(std::ptrdiff_t{change});
}

// Adds a chunk before the chunk `at` of a group; a full group is split first. The chunk's elements are
// counted in the group only.
void BigList::add_chunk(std::size_t group, std::size_t at, Chunk* chunk) {
  Group* target = groups_[group].get();
  if (target->chunks == most_chunks) {
    std::size_t keep = at == most_chunks ? most_chunks : at == 0 ? 0 : most_chunks / 2;
    auto made = std::make_unique<Group>();
    Group* right = made.get();
    groups_.insert(groups_.begin() + static_cast<std::ptrdiff_t>(group) + 1, std::move(made));
    bytes_ += block_size(sizeof(Group));
    right->chunks = static_cast<std::uint32_t>(most_chunks - keep);
    std::copy_n(target->chunk + keep, right->chunks, right->chunk);
    std::copy_n(target->counts + keep, right->chunks, right->counts);
    for (std::size_t i = 0; i < right->chunks; ++i) right->elements += right->counts[i];
    target->chunks = static_cast<std::uint32_t>(keep);
    target->elements -= right->elements;
    if (at > keep || keep == most_chunks) {
      target = right;
      at -= keep;
    }
  }
  std::copy_backward(target->chunk + at, target->chunk + target->chunks, target->chunk + target->chunks + 1);
  std::copy_backward(target->counts + at, target->counts + target->chunks,
                     target->counts + target->chunks + 1);
  target->chunk[at] = chunk;
  target->counts[at] = chunk->count;
  target->elements += chunk->count;
  ++target->chunks;
}

// Takes a chunk out of its group; its elements leave the group's count, not the list's. The chunk stays.
void BigList::remove_chunk(std::size_t group, std::size_t at) {
  Group& of = *groups_[group];
  of.elements -= of.counts[at];
  std::copy(of.chunk + at + 1, of.chunk + of.chunks, of.chunk + at);
  std::copy(of.counts + at + 1, of.counts + of.chunks, of.counts + at);
  --of.chunks;
  if (of.chunks == 0) {
    remove_group(group);
    return;
  }
  if (of.chunks >= most_chunks / 4 || groups_.size() < 2) return;
  std::size_t first = group + 1 < groups_.size() ? group : group - 1;
  Group &left = *groups_[first], &right = *groups_[first + 1];
  if (left.chunks + right.chunks > most_chunks * 3 / 4) return;
  std::copy_n(right.chunk, right.chunks, left.chunk + left.chunks);
  std::copy_n(right.counts, right.chunks, left.counts + left.chunks);
  left.chunks += right.chunks;
  left.elements += right.elements;
  remove_group(first + 1);
}

void BigList::remove_group(std::size_t group) {
  groups_.erase(groups_.begin() + static_cast<std::ptrdiff_t>(group));
  bytes_ -= block_size(sizeof(Group));
}

void BigList::push(bool front, Text element) {
  if (!groups_.empty()) {
    std::size_t group = front ? 0 : groups_.size() - 1;
    Group& of = *groups_[group];
    std::size_t at = front ? 0 : of.chunks - 1;
    Chunk& chunk = *of.chunk[at];
    std::size_t size = element_size(element.size());
    bool room = front ? chunk.begin >= size : chunk.capacity - chunk.end >= size;
    // A short chunk whose free bytes lie at the wrong end is moved inside its block, at most once for every
    // half of it.
    if (!room && chunk.capacity - chunk.used() >= std::max(size, chunk_bytes / 2)) {
      std::size_t used = chunk.used(), begin = front ? chunk.capacity - used : 0;
      std::memmove(chunk.bytes() + begin, chunk.first(), used);
      chunk.begin = static_cast<std::uint32_t>(begin);
      chunk.end = static_cast<std::uint32_t>(begin + used);
      room = true;
    }
    if (room) {
      if (front) chunk.begin -= static_cast<std::uint32_t>(size);
      write(chunk.bytes() + (front ? chunk.begin : chunk.end), element);
      if (!front) chunk.end += static_cast<std::uint32_t>(size);
      count(group, at, 1);
      return;
    }
  }
  new_end(front, element);
}

// A chunk with one element, which lies so that there is room for more on its `front` or back side.
BigList::Chunk* BigList::lone_chunk(bool front, Text element) {
  std::size_t size = element_size(element.size());
  Chunk* chunk = make_chunk(std::max(size, chunk_bytes));
  std::size_t begin = front ? chunk->capacity - size : 0;
  chunk->begin = static_cast<std::uint32_t>(begin);
  chunk->end = static_cast<std::uint32_t>(begin + size);
  chunk->count = 1;
  write(chunk->bytes() + begin, element);
  return chunk;
}

void BigList::new_end(bool front, Text element) {
  if (groups_.empty()) {
    groups_.push_back(std::make_unique<Group>());
    bytes_ += block_size(sizeof(Group));
  }
  std::size_t group = front ? 0 : groups_.size() - 1;
  add_chunk(group, front ? 0 : groups_[group]->chunks, lone_chunk(front, element));
  ++size_;
}

void BigList::pop(bool front) {
  std::size_t group = front ? 0 : groups_.size() - 1;
  std::size_t at = front ? 0 : groups_[group]->chunks - 1;
  Chunk* chunk = groups_[group]->chunk[at];
  const char* edge = front ? chunk->first() : chunk->last();
  if (front) {
    forward(edge);
    chunk->begin = static_cast<std::uint32_t>(edge - chunk->bytes());
  } else {
    backward(edge);
    chunk->end = static_cast<std::uint32_t>(edge - chunk->bytes());
  }
  count(group, at, -1);
  if (chunk->count == 0) {
    remove_chunk(group, at);
    free_chunk(chunk);
  }
}

void BigList::drop(bool front, std::size_t count) {
  while (count > 0) {
    std::size_t group = front ? 0 : groups_.size() - 1;
    std::size_t at = front ? 0 : groups_[group]->chunks - 1;
    Chunk* chunk = groups_[group]->chunk[at];
    if (chunk->count <= count) {
      count -= chunk->count;
      size_ -= chunk->count;
      remove_chunk(group, at);
      free_chunk(chunk);
    } else {
      for (; count > 0; --count) pop(front);
    }
  }
}

Text BigList::at(std::size_t index) const {
  Place place = locate(index);
  const char* at = find(*groups_[place.group]->chunk[place.chunk], place.element);
  return forward(at);
}

void BigList::insert(std::size_t index, Text element) {
  if (index == 0 || index == size_) {
    push(index == 0, element);
  } else {
    replace_bytes(index, 0, element);
  }
}

void BigList::assign(std::size_t index, Text element) {
  replace_bytes(index, element_size(at(index).size()), element);
}

// Writes an element at `index`, where `removed` bytes of an old one stood; none: the element is new.
void BigList::replace_bytes(std::size_t index, std::size_t removed, Text element) {
  Place place = locate(index);
  Chunk*& slot = groups_[place.group]->chunk[place.chunk];
  Chunk* chunk = slot;
  std::size_t size = element_size(element.size()), wanted = chunk->used() - removed + size;
  if (wanted > std::max<std::size_t>(chunk_bytes, chunk->capacity)) {
    if (chunk->count > 1) {
      split(place.group, place.chunk);
      replace_bytes(index, removed, element);
      return;
    }
    if (removed == 0) {
      add_chunk(place.group, place.chunk + place.element, lone_chunk(false, element));
      ++size_;
      return;
    }
  }
  if (removed != 0 && chunk->count == 1 && chunk->capacity > chunk_bytes) {
    slot = lone_chunk(false, element);
    free_chunk(chunk);
    return;
  }
  auto before = static_cast<std::size_t>(find(*chunk, place.element) - chunk->first());
  if (wanted > chunk->capacity - chunk->begin) slot = chunk = resized(chunk, wanted);
  char* at = chunk->bytes() + chunk->begin + before;
  std::memmove(at + size, at + removed, chunk->used() - before - removed);
  write(at, element);
  chunk->end = static_cast<std::uint32_t>(chunk->begin + wanted);
  if (removed == 0) count(place.group, place.chunk, 1);
}

// Splits a chunk of two or more elements at the element nearest to the middle of its bytes.
void BigList::split(std::size_t group, std::size_t index) {
  Chunk* chunk = groups_[group]->chunk[index];
  const char* at = chunk->first();
  std::uint32_t kept = 0;
  while (kept == 0 ||
         (kept + 1 < chunk->count && static_cast<std::size_t>(at - chunk->first()) < chunk->used() / 2)) {
    forward(at);
    ++kept;
  }
  auto moved = static_cast<std::size_t>(chunk->last() - at);
  Chunk* right = make_chunk(std::max(moved, chunk_bytes));
  std::memcpy(right->bytes(), at, moved);
  right->end = static_cast<std::uint32_t>(moved);
  right->count = chunk->count - kept;
  chunk->end -= static_cast<std::uint32_t>(moved);
  count(group, index, -static_cast<std::int32_t>(right->count));
  size_ += right->count;
  add_chunk(group, index + 1, right);
}

void BigList::erase(std::size_t index) {
  Place place = locate(index);
  Chunk* chunk = groups_[place.group]->chunk[place.chunk];
  char* at = chunk->bytes() + (find(*chunk, place.element) - chunk->bytes());
  const char* behind = at;
  forward(behind);
  std::size_t size = static_cast<std::size_t>(behind - at);
  std::memmove(at, behind, static_cast<std::size_t>(chunk->last() - behind));
  chunk->end -= static_cast<std::uint32_t>(size);
  count(place.group, place.chunk, -1);
  if (chunk->count == 0) {
    remove_chunk(place.group, place.chunk);
    free_chunk(chunk);
  } else if (chunk->used() < chunk_bytes / 4) {
    join(place.group, place.chunk);
  }
}

// Joins a small chunk with a neighbour in its group if both together leave some room.
void BigList::join(std::size_t group, std::size_t chunk) {
  Group& of = *groups_[group];
  if (of.chunks < 2) return;
  std::size_t first = chunk + 1 < of.chunks ? chunk : chunk - 1;
  Chunk *left = of.chunk[first], *right = of.chunk[first + 1];
  std::size_t used = left->used() + right->used();
  if (used > chunk_bytes * 3 / 4) return;
  if (used > left->capacity - left->begin) left = resized(left, used);
  std::memcpy(left->bytes() + left->end, right->first(), right->used());
  left->end += static_cast<std::uint32_t>(right->used());
  left->count += right->count;
  of.chunk[first] = left;
  of.counts[first] = left->count;
  of.elements += right->count;
  remove_chunk(group, first + 1);
  free_chunk(right);
}

}  // namespace playhead::memory
