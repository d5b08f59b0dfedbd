#pragma once
// Makes a stream that shows a difference short.
#include <chrono>
#include <functional>

#include "tests/differential/stream.h"

namespace playhead::differential {

/// Removes steps, then commands of batches, then words, as long as `fails` says that the difference is still
/// there; gives up looking for more when the time is over. Delta debugging: halves first, then smaller and
/// smaller pieces.
Stream minimised(Stream stream, const std::function<bool(const Stream&)>& fails, std::chrono::seconds time);

}  // namespace playhead::differential
