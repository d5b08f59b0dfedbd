#include "backends/embedded/lifetime.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace playhead::embedded {

namespace {

constexpr auto period = std::chrono::milliseconds(100);
constexpr Millis slice_us = 2000;

// The thread exists while there are stores. The object is never destroyed, so that fork handlers may outlive
// static destruction.
class Janitor {
 public:
  static Janitor& instance() {
    static auto* const janitor = new Janitor;
    return *janitor;
  }
  void add(Stoppable& s) {
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [&] { return !stop_; });  // one thread at a time
    stores_.push_back(&s);
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  }
  void remove(Stoppable& s) {
    std::thread finished;
    {
      std::unique_lock lock(mutex_);
      std::erase(stores_, &s);
      stepped_.wait(lock, [&] { return current_ != &s; });
      if (stores_.empty() && thread_.joinable()) {
        stop_ = true;
        wake_.notify_all();
        finished = std::move(thread_);
      }
    }
    if (!finished.joinable()) return;
    finished.join();
    {
      std::lock_guard lock(mutex_);
      stop_ = false;
    }
    ended_.notify_all();
  }
  void before_fork() { mutex_.lock(); }
  void after_fork() { mutex_.unlock(); }
  void in_child() {
    for (Stoppable* s : stores_) s->forked();
    stores_.clear();
    current_ = nullptr;
    stop_ = false;
    if (thread_.joinable())
      new std::thread(std::move(thread_));  // not ours to join: it does not exist in this process
    new (&wake_) std::condition_variable;
    new (&stepped_) std::condition_variable;
    new (&ended_) std::condition_variable;
    mutex_.unlock();
  }

 private:
  Janitor() {
    pthread_atfork([] { instance().before_fork(); }, [] { instance().after_fork(); },
                   [] { instance().in_child(); });
  }
  void run() {
    std::unique_lock lock(mutex_);
    while (!stop_) {
      std::vector<Stoppable*> round = stores_;
      for (Stoppable* s : round) {
        if (std::find(stores_.begin(), stores_.end(), s) == stores_.end()) continue;
        current_ = s;
        lock.unlock();
        s->step(slice_us);
        lock.lock();
        current_ = nullptr;
        stepped_.notify_all();
      }
      wake_.wait_for(lock, period, [&] { return stop_; });
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_, stepped_, ended_;
  std::vector<Stoppable*> stores_;
  Stoppable* current_ = nullptr;
  bool stop_ = false;  // the thread has been told to end, and has not
  std::thread thread_;
};

}  // namespace

void start_background(Stoppable& s) {
  Janitor::instance().add(s);
}
void stop_background(Stoppable& s) {
  Janitor::instance().remove(s);
}

}  // namespace playhead::embedded
