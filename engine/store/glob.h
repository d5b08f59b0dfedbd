// Glob patterns of KEYS, SCAN MATCH, PSUBSCRIBE and CONFIG GET.
#pragma once

#include "text.h"

namespace playhead {

// Whether all of `string` matches `pattern`, with the meaning of Redis 7.0:
//   *        any bytes                       ?        any one byte
//   [abc]    one of the bytes                [^abc]   none of them
//   [a-z]    a range, in either order, compared as signed bytes
//   \x       the byte x, inside a class too
// A class without its ']' ends with the pattern; a final '\' stands for itself. An empty string matches only
// the empty pattern and "*" ("**" does not match it). `ignore_case` folds ASCII letters, except for bytes
// escaped inside a class. Takes O(pattern * string) time at most and no memory; never recurses.
bool glob_match(Text pattern, Text string, bool ignore_case = false);

}  // namespace playhead
