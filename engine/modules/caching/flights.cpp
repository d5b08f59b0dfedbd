#include "engine/modules/caching/flights.h"

#include <chrono>

namespace playhead::caching {

void Flight::wait(const std::function<void()>& meanwhile) {
  std::unique_lock lock(mutex_);
  if (!meanwhile) {
    changed_.wait(lock, [&] { return ended_; });
    return;
  }
  while (!changed_.wait_for(lock, std::chrono::milliseconds(50), [&] { return ended_; })) {
    lock.unlock();
    meanwhile();
    lock.lock();
  }
}

void Flight::end() {
  {
    std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
}

std::shared_ptr<Flight> Flights::find(Text key) {
  Part& p = part(key);
  std::lock_guard lock(p.mutex);
  if (p.flights.empty()) return nullptr;
  auto found = p.flights.find(std::string(key));
  return found == p.flights.end() ? nullptr : found->second;
}

std::shared_ptr<Flight> Flights::begin(Text key) {
  auto flight = std::make_shared<Flight>(std::string(key));
  Part& p = part(key);
  std::lock_guard lock(p.mutex);
  return p.flights.emplace(flight->key(), flight).second ? flight : nullptr;
}

void Flights::end(const std::shared_ptr<Flight>& flight) {
  {
    Part& p = part(flight->key());
    std::lock_guard lock(p.mutex);
    p.flights.erase(flight->key());
  }
  flight->end();
}

}  // namespace playhead::caching
