#pragma once
#include <string>
#include <vector>

#include "playhead/operations.h"
#include "playhead/store.h"

namespace playhead::linearizability {

/// A command as a client would send it. Throws Error if it is refused.
Value ask(Store& store, const std::vector<std::string>& words);
/// The numbers in a reply: one, or those of an array; nothing for null.
std::vector<std::int64_t> numbers(const Value& reply);
/// The number that a register's key holds; 0 for a missing one.
std::int64_t number(const std::optional<std::string>& text);

}  // namespace playhead::linearizability
