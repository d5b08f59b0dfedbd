#pragma once
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "playhead/text.h"

namespace playhead::recommend {

/// Small numbers for ids, in the order of their arrival. Not thread-safe.
class Names {
 public:
  Names() = default;
  Names(const Names&) = delete;
  Names& operator=(const Names&) = delete;

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
  std::deque<std::string> ids_;                                                        // which do not move
  boost::unordered_flat_map<Text, std::uint32_t, std::hash<std::string_view>> index_;  // of them
};

}  // namespace playhead::recommend
