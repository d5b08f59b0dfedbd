#pragma once
// Loads under way in this process: one for each key.
#include <array>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>

#include "playhead/text.h"

namespace playhead::caching {

/// A load that several threads wait for. Its result is for those who wait only if it was stored: whoever came after an
/// invalidation must not get what was loaded before.
class Flight {
 public:
  explicit Flight(std::string key) : key_(std::move(key)) {}
  const std::string& key() const { return key_; }
  bool mine() const { return pilot_ == std::this_thread::get_id(); }
  /// Calls `meanwhile` about every 50 ms.
  void wait(const std::function<void()>& meanwhile);
  void end();

  // Written before end(), read after wait().
  bool shared = false;
  std::optional<std::string> value;
  std::exception_ptr error;

 private:
  const std::string key_;
  const std::thread::id pilot_ = std::this_thread::get_id();
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
};

/// Thread-safe. Holds nothing of loads that have ended.
class Flights {
 public:
  /// The load of a key; null if there is none.
  std::shared_ptr<Flight> find(Text key);
  /// Makes one; null if there is one.
  std::shared_ptr<Flight> begin(Text key);
  void end(const std::shared_ptr<Flight>& flight);

 private:
  struct Part {
    std::mutex mutex;
    std::unordered_map<std::string, std::shared_ptr<Flight>> flights;
  };
  Part& part(Text key) { return parts_[std::hash<Text>()(key) % parts_.size()]; }
  std::array<Part, 16> parts_;
};

}  // namespace playhead::caching
