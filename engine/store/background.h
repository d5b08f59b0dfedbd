#pragma once
// A step that is repeated on a thread of its own.
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "engine/store/fork.h"
#include "playhead/clock.h"
#include "playhead/modules/background.h"
#include "playhead/text.h"

namespace playhead {

/// Repeats a step, and sleeps between two of them until there is something to do. Thread-safe. In a forked child
/// the thread does not exist, and a thread of the parent may have held the mutex: there nothing of it is touched,
/// and who owns it lets it go without destroying it.
class Background {
 public:
  using Tell = std::function<void(Text message)>;
  /// Gives how long there is nothing to do. What it throws is told: the thread goes on after `longest_wait`, or
  /// ends with an EndRun.
  using Step = std::function<Millis(const Tell&)>;

  /// `owner`: what messages call it ("scheduler").
  Background(Text owner, Millis longest_wait, Step step)
      : owner_(owner), longest_wait_(longest_wait), step_(std::move(step)) {}
  ~Background() { stop(); }
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  /// Throws Error{invalid} if it runs already, Error{closed} in a forked child.
  void start(Tell on_error);
  /// Waits for the step under way. Whoever calls it while another one does waits too. Throws Error{invalid} on the
  /// thread itself.
  void stop();
  /// Something may be due earlier than the last step said.
  void wake();
  bool running() const;
  bool forked() const { return guard_.forked(); }

 private:
  struct Run {
    Tell on_error;
    bool stopping = false, woken = false, ended = false;  // under mutex_
    Worker worker;
  };

  void work(Run& run);
  /// How long to sleep; nothing: the run ends.
  std::optional<Millis> step(const Run& run);

  const std::string owner_;
  const Millis longest_wait_;
  const Step step_;
  const ForkGuard guard_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_ptr<Run> run_;  // under mutex_
};

}  // namespace playhead
