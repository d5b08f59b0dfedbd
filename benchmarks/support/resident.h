#pragma once
// The memory of a process.
#include <unistd.h>

#include <cstddef>
#include <fstream>
#include <string>

namespace playhead::bench {

/// Bytes of resident memory of a process, given by its number or as "self".
inline std::size_t resident(const std::string& process) {
  std::ifstream in("/proc/" + process + "/statm");
  std::size_t all = 0, pages = 0;
  in >> all >> pages;
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace playhead::bench
