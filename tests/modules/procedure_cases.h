#pragma once
// Random calls of every procedure, for the differential test.
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "playhead/store.h"

namespace playhead::test {

/// A call of a procedure: its keys, and its arguments behind the time.
struct ProcedureCall {
  std::vector<std::string> keys, args;
};

using MakeCall = std::function<ProcedureCall(std::mt19937& random, Millis now)>;
/// One maker per procedure, by its name. Ids, times and limits come from small sets, so that calls meet.
using ProcedureCases = std::map<std::string, MakeCall, std::less<>>;

/// A mistake planted into a script: the calls must notice it.
struct Mistake {
  Text procedure, right, wrong;
};

/// Procedures that work on the same keys, and how to call them at random. A constant in a file of its own
/// (procedure_cases_*.cpp) makes a group known.
struct ProcedureGroup {
  ProcedureGroup(Text group, std::initializer_list<List<Procedure>> some, ProcedureCases how,
                 std::vector<Mistake> planted);
  Text name;
  std::vector<Procedure> procedures;
  ProcedureCases cases;
  std::vector<Mistake> mistakes;
};

const std::vector<const ProcedureGroup*>& procedure_groups();

// ---- what makers share

using Random = std::mt19937;
using Texts = std::vector<std::string>;

const std::string& one_of(Random& random, const Texts& texts);
std::int64_t one_of(Random& random, std::initializer_list<std::int64_t> numbers);
/// Ids with bytes that mean something to Lua's patterns, to keys and to records.
const Texts& ids();
inline std::string number(std::int64_t n) {
  return std::to_string(n);
}
inline constexpr std::int64_t ten_years = std::int64_t{10} * 366 * 86'400'000;

}  // namespace playhead::test
