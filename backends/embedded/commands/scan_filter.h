#pragma once
// What SCAN, SSCAN, HSCAN and ZSCAN share: how many elements a call looks at, and which names it gives.
#include <algorithm>

#include "engine/store/glob.h"
#include "playhead/text.h"

namespace playhead::embedded {

class ScanFilter {
 public:
  /// The options MATCH and COUNT of a validated operation.
  ScanFilter(const std::optional<Text>& match, const std::optional<std::int64_t>& count)
      : match_(match && *match != "*" ? match : std::nullopt),
        count_(
            static_cast<std::size_t>(std::clamp<std::int64_t>(count.value_or(usual_count), 1, most_count))) {}

  /// Elements to look at in this call.
  std::size_t count() const { return count_; }
  /// Whether an element with this name is given.
  bool keeps(Text name) const { return !match_ || glob_match(*match_, name); }

 private:
  static constexpr std::int64_t usual_count = 10;
  static constexpr std::int64_t most_count = std::int64_t{1} << 40;  // more than any collection holds
  std::optional<Text> match_;
  std::size_t count_;
};

}  // namespace playhead::embedded
