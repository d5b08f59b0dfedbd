#pragma once
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "playhead/text.h"

namespace playhead::rocks {

/// Copies of bytes that live until clear().
class Arena {
 public:
  Text keep(Text bytes) {
    if (bytes.empty()) return "";
    if (bytes.size() > static_cast<std::size_t>(end_ - next_)) grow(bytes.size());
    char* at = next_;
    std::memcpy(at, bytes.data(), bytes.size());
    next_ += bytes.size();
    return {at, bytes.size()};
  }
  void clear() {
    if (chunks_.empty()) return;
    chunks_.resize(first_ == chunk ? 1 : 0);
    next_ = chunks_.empty() ? nullptr : chunks_[0].get();
    end_ = chunks_.empty() ? nullptr : next_ + chunk;
  }

 private:
  static constexpr std::size_t chunk = 64 << 10;
  void grow(std::size_t wanted) {
    std::size_t size = wanted > chunk ? wanted : chunk;
    chunks_.push_back(std::make_unique_for_overwrite<char[]>(size));
    if (chunks_.size() == 1) first_ = size;
    next_ = chunks_.back().get();
    end_ = next_ + size;
  }

  std::vector<std::unique_ptr<char[]>> chunks_;
  char* next_ = nullptr;
  char* end_ = nullptr;
  std::size_t first_ = 0;  ///< bytes of the first chunk, the one that is kept if it is an ordinary one
};

/// A set of 64-bit marks whose lowest bit is ignored, so that some marks count as equal; clearing a small one
/// costs little.
class MarkSet {
 public:
  bool empty() const { return count_ == 0; }
  bool contains(std::uint64_t mark) const {
    if (!count_) return false;
    mark |= 1;
    for (std::size_t i = home(mark); slots_[i]; i = (i + 1) & (slots_.size() - 1))
      if (slots_[i] == mark) return true;
    return false;
  }
  void insert(std::uint64_t mark) {
    if (2 * (count_ + 1) > slots_.size()) grow();
    place(mark | 1);
  }
  void clear() {
    if (slots_.size() > 4096)
      slots_ = {};
    else if (count_)
      std::memset(slots_.data(), 0, slots_.size() * sizeof slots_[0]);
    count_ = 0;
  }

 private:
  std::size_t home(std::uint64_t mark) const { return (mark >> 1) & (slots_.size() - 1); }
  void place(std::uint64_t mark) {
    std::size_t i = home(mark);
    for (; slots_[i]; i = (i + 1) & (slots_.size() - 1))
      if (slots_[i] == mark) return;
    slots_[i] = mark;
    ++count_;
  }
  void grow() {
    std::vector<std::uint64_t> old(slots_.empty() ? 16 : 2 * slots_.size());
    old.swap(slots_);
    count_ = 0;
    for (std::uint64_t mark : old)
      if (mark) place(mark);
  }
  std::vector<std::uint64_t> slots_;
  std::size_t count_ = 0;
};

}  // namespace playhead::rocks
