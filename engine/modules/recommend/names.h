#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>

#include "playhead/text.h"

namespace playhead::recommend {

/// Small numbers for ids, in the order of their arrival. Not thread-safe.
class Names {
 public:
  std::uint32_t intern(Text id) {
    if (auto at = index_.find(id); at != index_.end()) return at->second;
    const std::string& kept = ids_.emplace_back(id);
    index_.emplace(kept, static_cast<std::uint32_t>(ids_.size() - 1));
    return static_cast<std::uint32_t>(ids_.size() - 1);
  }
  std::optional<std::uint32_t> find(Text id) const {
    auto at = index_.find(id);
    if (at == index_.end()) return std::nullopt;
    return at->second;
  }
  const std::string& operator[](std::uint32_t n) const { return ids_[n]; }
  std::size_t size() const { return ids_.size(); }

 private:
  std::deque<std::string> ids_;                    // which do not move
  std::unordered_map<Text, std::uint32_t> index_;  // of them
};

}  // namespace playhead::recommend
