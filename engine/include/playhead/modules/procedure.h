#pragma once
// How procedures are written: the codec of their arguments, their time, and the text of their scripts.
//
// A procedure's C++ body and its Lua text stand side by side and mean the same: same reply, same keys
// afterwards. Conventions of both:
//   - all keys that it touches are declared;
//   - the first argument is the time in Unix milliseconds, 0 for the store's own;
//   - numbers travel as decimal text, everything else as bytes;
//   - integers stay below 2^53 in size, which Lua's numbers hold exactly;
//   - texts are never compared by Lua's `<`, which depends on the server's locale.
#include <array>

#include "playhead/arena.h"
#include "playhead/store.h"

namespace playhead {

/// Greatest integer that a Lua number holds exactly together with all below it.
inline constexpr std::int64_t max_exact_integer = std::int64_t{1} << 53;

/// Writes a procedure's arguments. Texts are borrowed: they must outlive it. Not thread-safe.
class ArgumentWriter {
 public:
  /// `now`: the time that counts, 0 for the store's own.
  explicit ArgumentWriter(Millis now) {
    texts_.reserve(16);
    integer(now);
  }
  ArgumentWriter& integer(std::int64_t n);
  /// A double, to the last bit.
  ArgumentWriter& real(double x);
  ArgumentWriter& text(Text bytes);
  List<Text> list() const { return texts_; }

 private:
  std::vector<Text> texts_;
  Arena numbers_;
};

/// Reads them in the same order, inside a body. Throws Error{invalid} for a missing argument or one that is
/// no number.
class ArgumentReader {
 public:
  explicit ArgumentReader(List<Text> args) : args_(args) {}
  std::int64_t integer();
  double real();
  Text text();
  /// The arguments that are left.
  List<Text> rest() const { return args_.subspan(at_); }

 private:
  List<Text> args_;
  std::size_t at_ = 0;
};

/// Reads the first argument: the unit's time if it is 0.
Millis read_time(Unit& unit, ArgumentReader& args);

/// Runs an operation whose reply is of no interest.
template <class Op>
void run_for_effect(Unit& unit, const Op& op, std::uint16_t db) {
  static_cast<void>(unit.run(op, db));
}

/// What every script begins with: `now`, and `int(n)`, the decimal text of a whole number of any size.
inline constexpr Text lua_prelude = R"lua(
local now = tonumber(ARGV[1])
if now == 0 then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local function int(n) return string.format('%.0f', n) end
)lua";

/// The prelude and the parts, joined at compile time: lua_script<part, ...> is a Text that lives for ever.
template <const Text&... Parts>
struct LuaScript {
  static constexpr auto bytes = [] {
    std::array<char, (lua_prelude.size() + ... + Parts.size())> all{};
    char* end = all.data();
    auto append = [&](Text part) {
      for (char c : part) *end++ = c;
    };
    append(lua_prelude);
    (append(Parts), ...);
    return all;
  }();
};
template <const Text&... Parts>
inline constexpr Text lua_script{LuaScript<Parts...>::bytes.data(), LuaScript<Parts...>::bytes.size()};

}  // namespace playhead
