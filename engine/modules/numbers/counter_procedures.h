#pragma once
// The procedures of Counters, and where the data are:
//
//     windows   hash   g i "w" -> the window that slot i of the ring of granularity g holds, g i "c" -> its count.
//                      Granularities are t, i, h, d, m for total, minute, hour, day, month; windows are counted
//                      since 1970 (months since year 0, the total's is 0); i is the window modulo the ring's size
//     meta      hash   g p -> the window that a ranking holds; p is the window modulo 2   \  of one of the shards
//     rankings  zset   counter -> count; one for each g and p                             /  of the counters' names
//
// counters.add    keys: windows, meta, rankings (t0, t1, i0, ... m1); arguments: time, counter, value, at (0: the
//                 time), offset in milliseconds, ring sizes of i, h, d, m
//                 -> the counts of t, i, h, d, m; an empty text where the window is not known any more
// counters.range  keys: windows; arguments: time, index of the granularity (0..4), its ring size, from (-1: the
//                 current window), to, offset; 0: not given -> first window, counts
// counters.top    keys: meta, ranking of an even, of an odd window; of each shard; arguments: time, index, at
//                 (0: the time), offset, limit -> counter, count; the greatest ones of each shard
#include "playhead/store.h"

namespace playhead::numbers {

inline constexpr int counter_shards = 16;
inline constexpr Text granularity_names[] = {"t", "i", "h", "d", "m"};
inline constexpr std::size_t granularities = std::size(granularity_names);

/// Months since year 0 of a day since 1970, and the first day of such a month.
std::int64_t month_of_day(std::int64_t day);
std::int64_t first_day_of_month(std::int64_t month);

extern const Procedure add_count, read_counts, read_top_counters;

}  // namespace playhead::numbers
