// Frees large objects on a thread of its own, so that removing a collection of any size costs the caller one
// push into a queue.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <thread>
#include <vector>

namespace playhead::memory {

/// Thread-safe. The thread starts with the first object; the destructor waits until everything is freed.
class Reclaimer {
 public:
  using Free = void (*)(void*);

  Reclaimer() = default;
  Reclaimer(const Reclaimer&) = delete;
  Reclaimer& operator=(const Reclaimer&) = delete;
  ~Reclaimer();

  /// Calls free(object) later, or at once if too many objects wait already or no thread can be started.
  void add(void* object, Free free) noexcept;

  template <class T>
  void add(T* object) noexcept {
    add(object, [](void* it) { delete static_cast<T*>(it); });
  }

  /// Waits until all objects added before are freed.
  void drain();

 private:
  struct Item {
    void* object;
    Free free;
  };
  static constexpr std::size_t most_waiting = 4096;

  bool enqueue(Item item);
  void run();

  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable idle_;
  std::vector<Item> waiting_;  // guarded by mutex_, as all below
  bool busy_ = false;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace playhead::memory
