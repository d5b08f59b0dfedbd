#pragma once
// The procedures of RateLimiter, one for each algorithm. Each has one key, what a subject has taken, and after the
// time these arguments: limit, period, burst, weight, whether to take it, slack. Each gives: whether it is allowed,
// what remains, after how long to try again (-1: never), after how long all is there.
//
//     algorithm         the key holds
//     fixed window      "start:taken"
//     sliding log       a sorted set: total:weight by time, `total` (16 digits) that of all so far
//     sliding counter   "start:taken:taken in the window before"
//     token bucket      "level:time", a level in 1/period of a token
//     GCRA              "milliseconds:rest", when the bucket is full again, the rest in 1/limit ms
//
// All arithmetic is on integers below 2^53.
#include "playhead/modules/rate_limiter.h"

namespace playhead::identity {

extern const Procedure sliding_log;
const Procedure& rate_procedure(RateAlgorithm algorithm);
List<Procedure> rate_procedures();

}  // namespace playhead::identity
