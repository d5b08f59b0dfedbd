#pragma once
// The procedures of SlidingWindow, and where the data are:
//
//     exact     times   zset   time -> the same as a number
//               counts  hash   time -> how many events then; "" -> their sum
//     buckets   hash    i "w" -> the bucket that slot i of a ring of one more than there are buckets holds, in bucket
//                       lengths since 1970; i "c" -> its count
//
// sliding.exact    keys: times, counts; arguments: time, value (0: to read), at (0: the time), window, slack -> count
// sliding.buckets  keys: buckets; arguments: time, value, at, window, buckets, slack
//                  -> the count of the buckets that lie within the window, the count of the one that lies partly
//                  within it, how much of the current bucket has passed
#include "playhead/store.h"

namespace playhead::numbers {

extern const Procedure slide_exact, slide_buckets;

}  // namespace playhead::numbers
