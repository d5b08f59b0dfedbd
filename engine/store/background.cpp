#include "engine/store/background.h"

#include <algorithm>
#include <chrono>

#include "playhead/error.h"

namespace playhead {

void EndBackground::operator()(Background* background) const {
  if (!background->forked()) delete background;
}

void Background::start(Tell on_error) {
  if (forked())
    throw Error(ErrorCode::closed,
                "this " + owner_ + " was made before the process was forked; make another one in the child");
  std::lock_guard lock(mutex_);
  if (run_ && !run_->ended)
    throw Error(ErrorCode::invalid, "this " + owner_ + " runs in the background already");
  auto run = std::make_shared<Run>();
  run->on_error = std::move(on_error);
  run->worker.start([this, r = run.get()] { work(*r); });
  run_ = std::move(run);
}

void Background::stop() {
  if (forked()) return;
  std::shared_ptr<Run> ending;
  {
    std::lock_guard lock(mutex_);
    if (!run_) return;
    if (run_->worker.is_this_thread())
      throw Error(ErrorCode::invalid,
                  "a callback cannot end the thread that it runs on; call stop_background() from another");
    ending = run_;
    ending->stopping = true;
  }
  changed_.notify_all();
  ending->worker.finish();
  std::lock_guard lock(mutex_);
  if (run_ == ending) run_.reset();
}

void Background::wake() {
  if (forked()) return;
  {
    std::lock_guard lock(mutex_);
    if (!run_) return;
    run_->woken = true;
  }
  changed_.notify_all();
}

bool Background::running() const {
  if (forked()) return false;
  std::lock_guard lock(mutex_);
  return run_ && !run_->ended;
}

void Background::work(Run& run) {
  for (;;) {
    std::optional<Millis> pause = step(run);
    std::unique_lock lock(mutex_);
    if (!pause) {
      run.ended = true;
      return;
    }
    changed_.wait_for(lock, std::chrono::milliseconds(*pause), [&] { return run.stopping || run.woken; });
    if (run.stopping) return;
    run.woken = false;
  }
}

std::optional<Millis> Background::step(const Run& run) {
  auto tell = [&](Text message) {
    if (run.on_error) run.on_error(message);
  };
  try {
    return std::clamp<Millis>(step_(tell), 0, longest_wait_);
  } catch (const EndRun& end) {
    tell(end.why());
    return std::nullopt;
  } catch (const std::exception& e) {
    tell(e.what());
    return longest_wait_;
  }
}

}  // namespace playhead
