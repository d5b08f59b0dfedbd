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
const std::map<std::string, MakeCall, std::less<>>& procedure_cases();

/// All procedures of all modules.
std::vector<Procedure> all_procedures();

}  // namespace playhead::test
