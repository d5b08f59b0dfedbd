#pragma once
#include <concepts>
#include <initializer_list>

#include "playhead/text.h"

namespace playhead {

/// A list of arguments of one call: written in place, {"a", "b"}, or any contiguous range of T. Borrows; used
/// as a parameter only.
template <class T>
class Arguments {
 public:
  Arguments(std::initializer_list<T> items) : items_(items.begin(), items.end()) {}
  template <class Range>
    requires std::convertible_to<const Range&, List<T>>
  Arguments(const Range& items) : items_(items) {}
  operator List<T>() const { return items_; }

 private:
  List<T> items_;
};

}  // namespace playhead
