#pragma once
#include <cstddef>
#include <functional>

namespace playhead::recommend {

/// As many as the machine runs at the same time; at least 1.
std::size_t all_threads();

/// Runs f(0), ..., f(count - 1), each once, on up to `threads` threads, this one among them. What one throws is
/// thrown when all have ended.
void in_parallel(std::size_t threads, std::size_t count, const std::function<void(std::size_t)>& f);

}  // namespace playhead::recommend
