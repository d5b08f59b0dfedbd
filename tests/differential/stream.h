#pragma once
// A stream of steps, and its text form: one step a line, so that a difference found can be stored and run
// again.
//
//   call DB word...                              one command
//   batch DB word... ; word... ; ...             MULTI, commands, EXEC
//   watch DB key... | word... ; ... | word... ; ...    WATCH, commands, MULTI, commands, EXEC
//   transfer DB SOURCE key newkey ttl [word...]  DUMP on the store of that number, RESTORE of what it gave on
//   all scan DB word...                              SCAN or a relative (cursor left out), page after page to
//   the end travel DB MILLISECONDS [key]                 time goes forward so far, or to the deadline of the
//   key plus so much check DB                                     all keys of all stores are compared
//
// `~` in front of a line: the step happens in the time travelled to. The first step without it ends the
// journey. Words are written as they are or in double quotes with \", \\ and \xHH. `#` begins a comment line.
#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace playhead::differential {

using Words = std::vector<std::string>;

struct Step {
  enum class Kind : std::uint8_t { call, batch, watch, transfer, scan, travel, check } kind = Kind::call;
  std::uint16_t db = 0;
  bool travelled = false;
  std::vector<Words> commands;  ///< call, scan: one; batch: those of the batch; watch: those after WATCH,
                                ///< then those of the batch
  std::size_t before = 0;       ///< watch: how many of the commands come before MULTI
  Words words;  ///< watch: the keys; transfer: key, newkey, ttl and options; travel: the key or nothing
  std::int64_t number = 0;  ///< transfer: the source; travel: milliseconds
};
using Stream = std::vector<Step>;

std::string to_line(const Step& step);
std::string to_text(const Stream& stream);
/// Throws std::runtime_error, naming the line, if it makes no sense.
Stream read_stream(std::istream& in);

/// A word as it stands in a line.
std::string quoted(const std::string& word);

}  // namespace playhead::differential
