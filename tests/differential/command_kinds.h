#pragma once
// What the generator must know of commands besides their grammar.
#include "playhead/command.h"
#include "tests/differential/stream.h"

namespace playhead::differential {

/// How often a command is chosen, in tenths of the usual.
std::size_t weight_of(const Command& c);
/// A changed word in these could be a deadline that real time reaches, or an offset that takes gigabytes.
bool is_delicate(const Command& c);
/// Its reply or its effect is chosen at random, or is a page of an iteration.
bool is_random(const Command& c);
bool is_unordered(const Command& c);
/// Its reply differs between stores, or changes with time.
bool tells_inner_things(const Command& c);
/// Redis's answer depends on the errno that its last commands left behind: SORT takes an old ERANGE for one
/// of its own. clears_errno() is sent before it.
bool trusts_errno(const Command& c);
/// A command that changes nothing and leaves errno 0 in Redis, which sets it so before it reads a score.
const Words& clears_errno();
/// Sets a deadline that has passed: the key is gone, but may still be counted.
bool leaves_expired_key(const Words& words);

}  // namespace playhead::differential
