#pragma once
// Random streams over the whole command table.
#include <map>

#include "tests/differential/composer.h"
#include "tests/differential/stream.h"

namespace playhead::differential {

class Generator final : private ScriptSource {
 public:
  explicit Generator(std::uint64_t seed);

  /// So many steps, beginning with an empty store and ending with a check.
  Stream stream(std::size_t steps);

 private:
  struct Made {
    Words words;
    const Command* command;
  };
  void add_step(Stream& stream);
  void add_call(Stream& stream);
  void add_batch(Stream& stream, Step::Kind kind);
  void add_transfer(Stream& stream);
  void add_scan(Stream& stream);
  void add_travel(Stream& stream);

  const Command& any_command();
  Made make(const Command& command);
  Made make_any() { return make(any_command()); }
  /// One whose reply and effect are determined even where nobody can look in between: no choice at random.
  Words make_determined();
  void disturb(Made& made);
  void fit_bounds(Made& made);
  void keep_scores_equal(Made& made);
  void keep_zeros_signed(Made& made);
  static void keep_sorting_determined(Words& words);
  std::string name_of(const Command& command);
  std::uint16_t database();

  std::string script() override;
  std::string sha1() override;
  std::string script_line(std::size_t number, bool& unordered);
  std::string script_result(std::size_t lines);

  Random random_;
  Arguments arguments_;
  std::vector<const Command*> table_;  // a command as often as its weight
  bool in_script_ = false;
  std::size_t travelling_ = 0;  // steps left of a journey
};

/// Every operation with the options and words that it has.
const std::vector<std::vector<std::string>>& options_of_all();

}  // namespace playhead::differential
