#pragma once
// Test cases that are run as processes of their own, and killed. PLAYHEAD_KILLS=2000 kills so often; PLAYHEAD_SEED
// replays.
#include <random>
#include <string>

namespace playhead::test {

/// A variable of the environment.
std::string variable(const char* name, const std::string& otherwise);

/// Appends to a file that was opened so. Throws if not all of it is written.
void append(int file, const std::string& text);

/// Opens a file of a directory to append to it.
int open_to_append(const std::string& directory, const std::string& name);

/// A hidden test case of this program that works on a store, and notes in the file "acknowledged" what it has done,
/// in pieces of the same size.
class Kills {
 public:
  Kills(std::string test, std::string url, std::string directory, std::size_t piece, int kills);

  /// Runs the test case as a process and kills it, at most `microseconds` after it has noted so much more than at
  /// first as chance wills, fewer than `pieces`. False: it had ended by itself.
  bool kill_one(std::size_t pieces, unsigned microseconds);
  /// How much has been noted by all processes.
  std::size_t acknowledged() const;

  const int kills;  ///< wanted
  const unsigned seed;

 private:
  const std::string test_, url_, directory_;
  const std::size_t piece_;
  std::mt19937 random_;
  int number_ = 0;
};

/// What the process is told.
struct KilledProcess {
  KilledProcess();
  std::string url, directory;
  std::mt19937 random;  ///< another one for each process
};

}  // namespace playhead::test
