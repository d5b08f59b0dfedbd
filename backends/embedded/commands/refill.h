#pragma once
// Replies are reused by callers: these keep the memory that their strings already have.
#include <optional>
#include <string>
#include <vector>

#include "playhead/text.h"

namespace playhead::embedded {

/// Gives a reply a value, or nothing.
inline void refill(std::optional<std::string>& reply, std::optional<Text> value) {
  if (!value)
    reply.reset();
  else if (reply)
    reply->assign(*value);
  else
    reply.emplace(*value);
}

/// Replaces the elements of a vector one by one; what is left of the old ones goes at the end.
template <class T>
class Refill {
 public:
  explicit Refill(std::vector<T>& items, std::size_t expected = 0) : items_(items) {
    items_.reserve(expected);
  }
  Refill(const Refill&) = delete;
  Refill& operator=(const Refill&) = delete;
  ~Refill() { items_.erase(items_.begin() + static_cast<std::ptrdiff_t>(used_), items_.end()); }

  /// So many elements will come.
  void expect(std::size_t count) { items_.reserve(count); }
  /// The next element, to be assigned by the caller.
  T& next() {
    if (used_ == items_.size()) items_.emplace_back();
    return items_[used_++];
  }
  void add(Text value) { next().assign(value); }
  void add(Text first, Text second) {
    T& item = next();
    item.first.assign(first);
    item.second.assign(second);
  }

 private:
  std::vector<T>& items_;
  std::size_t used_ = 0;
};

}  // namespace playhead::embedded
