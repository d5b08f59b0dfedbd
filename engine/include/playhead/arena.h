#pragma once
#include <cstring>
#include <limits>
#include <memory>
#include <memory_resource>
#include <new>
#include <type_traits>

#include "playhead/text.h"

namespace playhead {

/// Memory that lives as long as one call: what parsed arguments borrow from. Nothing is freed before clear()
/// or destruction. Not thread-safe.
class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  void* allocate(std::size_t bytes, std::size_t align) { return pool_.allocate(bytes, align); }

  /// An array of n value-initialised elements; their destructors never run. Throws std::bad_array_new_length if
  /// no memory could hold so many.
  template <class T>
  std::span<T> array(std::size_t n) {
    static_assert(std::is_trivially_destructible_v<T>);
    if (n == 0) return {};
    if (n > std::numeric_limits<std::size_t>::max() / sizeof(T)) throw std::bad_array_new_length();
    T* p = static_cast<T*>(allocate(n * sizeof(T), alignof(T)));
    std::uninitialized_value_construct_n(p, n);
    return {p, n};
  }

  Text copy(Text bytes) {
    if (bytes.empty()) return {};
    char* p = static_cast<char*>(allocate(bytes.size(), 1));
    std::memcpy(p, bytes.data(), bytes.size());
    return {p, bytes.size()};
  }

  void clear() { pool_.release(); }

 private:
  alignas(16) char first_[512];
  std::pmr::monotonic_buffer_resource pool_{first_, sizeof first_};
};

}  // namespace playhead
