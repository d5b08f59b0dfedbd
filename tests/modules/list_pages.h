#pragma once
// What stands in a page of a list.
#include <string>
#include <vector>

#include "playhead/modules/page.h"

namespace playhead::test {

using Ids = std::vector<std::string>;

/// The ids of the videos or users in a page, in its order.
template <class T>
Ids ids(const ListPage<T>& page) {
  Ids out;
  for (const T& item : page.items)
    if constexpr (requires { item.video_id; })
      out.push_back(item.video_id);
    else
      out.push_back(item.user_id);
  return out;
}

}  // namespace playhead::test
