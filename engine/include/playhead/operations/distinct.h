#pragma once
#include "playhead/text.h"

namespace playhead {

/// Whether a short list names nothing twice; false for a list too long to tell cheaply. `name_of(item)` is an
/// item's name.
template <class T, class NameOf>
bool few_and_distinct(List<T> items, NameOf&& name_of) {
  constexpr std::size_t few = 16;
  if (items.size() > few) return false;
  for (std::size_t i = 1; i < items.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (name_of(items[i]) == name_of(items[j])) return false;
  return true;
}
inline bool few_and_distinct(List<Text> names) {
  return few_and_distinct(names, [](Text name) { return name; });
}

}  // namespace playhead
