#pragma once
#include <unistd.h>

#include <filesystem>

namespace playhead::test {

/// Where tests put stores on disk that need no real one: in memory if there is such a place, else among the temporary
/// files.
inline std::filesystem::path fast_place() {
  std::filesystem::path memory = "/dev/shm";
  return ::access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
}

}  // namespace playhead::test
