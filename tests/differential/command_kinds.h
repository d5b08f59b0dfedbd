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
/// Sets a deadline that has passed: the key is gone, but may still be counted.
bool leaves_expired_key(const Words& words);

}  // namespace playhead::differential
