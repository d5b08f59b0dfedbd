#pragma once
// A source of the tests of caches.
#include <atomic>
#include <map>
#include <stdexcept>

#include "playhead/modules/cache.h"

namespace playhead::test {

/// A source that counts loads.
struct Source {
  std::map<std::string, std::string, std::less<>> rows;
  std::atomic<int> loads = 0;
  bool down = false;

  Loader loader() {
    return [this](Text key) -> Loaded {
      ++loads;
      if (down) throw std::runtime_error("the database is down");
      auto row = rows.find(key);
      if (row == rows.end()) return {};
      return {row->second};
    };
  }
  SourceWriter writer() {
    return [this](Text key, const std::optional<std::string>& value) {
      if (down) throw std::runtime_error("the database is down");
      if (value)
        rows[std::string(key)] = *value;
      else
        rows.erase(std::string(key));
    };
  }
};

}  // namespace playhead::test
