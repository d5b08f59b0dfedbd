#pragma once
// Background parts of modules.
#include <memory>
#include <string>

namespace playhead {

/// The thread of a module that runs in the background.
class Background;

/// Ends the thread; in a forked child, where it does not run, it is left alone.
struct EndBackground {
  void operator()(Background* background) const;
};
using BackgroundPtr = std::unique_ptr<Background, EndBackground>;

/// What a callback of a module throws to end the step or the background run that it is called in. It is no
/// std::exception: those are failures of one entry only. What the callback worked on stays claimed until its lease
/// ends.
class EndRun {
 public:
  explicit EndRun(std::string why) : why_(std::move(why)) {}
  virtual ~EndRun() = default;
  EndRun(const EndRun&) = default;
  EndRun& operator=(const EndRun&) = default;
  const std::string& why() const noexcept { return why_; }

 private:
  std::string why_;
};

}  // namespace playhead
