#pragma once
// The procedures of Preheater. Their keys are those of its scheduler (scheduler_procedures.h), and behind them
//
//     events  hash  region -> events since its list was begun last
//
// Arguments, after the time:
//
//     preheat.note   region, events, threshold, interval  -> events so far. From the threshold on the region is due now,
//                                                            or, if it is claimed, one millisecond after it is done
//     preheat.begin  region, interval                     -> whether it is scheduled. Its events count anew, and it is
//                                                            due one interval after it is done
#include "playhead/store.h"

namespace playhead::caching {

extern const Procedure note_events, begin_preheat;

}  // namespace playhead::caching
