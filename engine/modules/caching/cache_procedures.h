#pragma once
// The procedures of Cache. Entries and tags are as in cache_entry.h. A signal is a list: each who waits for the end of a lease takes one
// element. What is pending is the hash of write_behind_procedures.h. Keys and arguments, after the time and
// the slack:
//
//     cache.find         tags, pending, entry...   mode, receipt, lease, early, revalidate, on_error, id...
//         -> the time, then for each entry: state, kind, value, fresh until, how long somebody else's lease lasts
//     cache.store        tags, (entry, signal)...  what to store, for each entry (Storing)  -> whether, for each
//     cache.release      tags, entry, signal       receipt, pause     -> whether the receipt was good
//     cache.begin_write  tags, entry, signal       receipt, lease     -> whether another writer was at it
//     cache.drop         (entry, signal)...        -> how many entries there were
//     cache.drop_tags    tags                      horizon, tag...    -> the number of this invalidation
//
// mode: "lease"; "join", the same for who does not wait for the signal; "renew", the same for who loads again what is fresh, too, as an early
// refresh, and what was not loaded a moment ago; or "peek". early: an entry whose load took d is refreshed d * early before its end. States: "hit", "early" (a hit; whoever
// gets it has the lease), "expired" (stale; has the lease), "stale" (may be shown, somebody else has the lease or the last load has
// failed a moment ago), "load" (nothing; has the lease), "wait" (nothing; somebody else has the lease), "miss" (nothing; of "peek").
#include "playhead/store.h"

namespace playhead::caching {

extern const Procedure find_entries, store_entries, release_entry, begin_write, drop_entries, drop_tags;

}  // namespace playhead::caching
