#pragma once
// A disk that fails: the Nth operation of the file system answers EIO, or takes half of the bytes and answers
// ENOSPC; once, or for ever until it is repaired.
//
// A change that fails says so with Error{unavailable} and has no effect; reads go on; changes succeed again
// once the disk does, without the store being opened again; and after a close (or after the process ends with
// the disk still broken) the directory holds what was acknowledged.
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace playhead::crash {

struct FaultOptions {
  std::uint64_t seed = 1;
  std::uint64_t stride = 1;   ///< every operation, or every so many
  std::size_t findings = 20;  ///< ends after so many
  std::string directory;      ///< as in KillOptions
};

struct FaultReport {
  std::uint64_t runs = 0;
  std::uint64_t while_opening = 0;   ///< runs in which the store could not be opened
  std::uint64_t failed_changes = 0;  ///< changes that were refused
  std::uint64_t reopened = 0;        ///< stores that had to be opened again
  std::uint64_t unnoticed =
      0;  ///< runs whose fault no change met (compactions and the like try again by themselves)
  std::uint64_t operations = 0;  ///< of the file system in a run without faults
  double seconds = 0;
  std::vector<std::string> findings;
  bool ok() const { return findings.empty(); }
  std::string shown() const;
};

FaultReport run_faults(const FaultOptions& options,
                       const std::function<void(const FaultReport&)>& progress = nullptr);

}  // namespace playhead::crash
