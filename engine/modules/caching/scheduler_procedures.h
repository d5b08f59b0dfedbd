#pragma once
// The procedures of CacheScheduler. Their keys are, in this order:
//
//     schedule  zset  video -> when it is due, or when its lease ends
//     delay     zset  video -> interval in milliseconds
//     claims    hash  video -> receipt of whoever claimed it last and has not settled
//
// and their arguments, after the time:
//
//     scheduler.schedule  video, interval
//     scheduler.stop      video                           -> whether it was scheduled
//     scheduler.claim     count, lease, receipt           -> the time, when the next one is due (-1: never),
//     then video, interval of each scheduler.settle    video, receipt, how, after      -> whether the receipt
//     was good; how: "done" (due after its interval),
//                                                            "failed" (due after `after`), "stop" (taken out)
#include "playhead/store.h"

namespace playhead::caching {

extern const Procedure schedule_entry, stop_entry, claim_entries, settle_entry;

}  // namespace playhead::caching
