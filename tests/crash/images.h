#pragma once
// The loss of power: what was acknowledged and made durable must be there afterwards, and nothing half.
//
// Threads write to a store whose files remember what is durable. At random operations of the file system an
// image of what a power loss would leave is written; it is opened and compared. A thread's keys must hold the
// result of its first k changes, for some k that is
//   - at least the number acknowledged before the image (sync), or before all logs were durable the last time
//   (periodic, none),
//   - at most the number begun,
// and the threads' k must fit together: what is lost was not acknowledged before something began that is
// there.
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace playhead::crash {

struct ImageOptions {
  std::uint64_t images = 100;
  std::uint64_t seed = 1;
  std::size_t findings = 20;  ///< ends after so many
  std::string directory;      ///< as in KillOptions
  bool forget_fsync = false;  ///< a fault: in sync mode fsync does nothing, and the test must find out
};

struct ImageReport {
  std::uint64_t images = 0;
  std::uint64_t of_mode[3] = {};  ///< images by durability: sync, periodic, none
  std::uint64_t with_loss = 0;  ///< images that lack a change that had been acknowledged (never in sync mode)
  std::uint64_t lost_changes = 0;  ///< the changes they lack
  std::uint64_t most_lost = 0;     ///< of one image
  std::uint64_t broken =
      0;  ///< images that can not be opened, lack too much, are torn or do not fit together
  std::uint64_t checks = 0;  ///< images that `check` read
  double seconds = 0;
  std::vector<std::string> findings;
  bool ok() const { return broken == 0 && findings.empty(); }
  std::string shown() const;
};

ImageReport run_images(const ImageOptions& options,
                       const std::function<void(const ImageReport&)>& progress = nullptr);

}  // namespace playhead::crash
