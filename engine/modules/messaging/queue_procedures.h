#pragma once
// The procedures of MessageQueue. Their keys are, in this order:
//
//     bodies    hash  id -> body
//     records   hash  id -> fields (fields.h): number, priority, attempts, sent, receipt, delayed (0, 1), reason,
//                     progress, result
//     ready     zset  id -> place: (1000 - priority) * 2^42 + number
//     later     zset  id -> when it is ready
//     leased    zset  id -> when the lease ends
//     dead      zset  id -> when it died
//     finished  zset  id -> when it was completed
//     dedupe    hash  dedupe key -> id
//     windows   zset  dedupe key -> when it is forgotten
//     counts    hash  "number": the last message's; sent, duplicates, completed, retried, died
//     waiters   zset  id -> until when somebody waits for its end
//     signal    list  an element for each receiver that should look; at most 100
//
// An id is in bodies and records, and in exactly one of ready, later, leased, dead and finished (a finished one has no
// body). POLICY stands for: max_retries, retry_unit, longest_retry, retention, dead_retention. Arguments behind the
// time, and replies:
//
//     queue.send     window, then id, body, priority, delay, dedupe of each   -> id of each, or of the one there was
//     queue.receive  POLICY, count, lease, receipt                -> the time, when to look again (-1: not known), then
//                                                                    id, body, priority, attempts, sent of each
//     queue.settle   POLICY, how, after (-1: by the policy), note, then id, receipt of each -> for each 1, or 0: the
//                    receipt is not good, or 2: it is over, and who settles it wakes those who wait for that
//                    how: "complete" (note: the result), "fail", "reject" (note: the reason), "release"
//     queue.extend   id, receipt, lease, whether to note, progress -> when the lease ends, or nothing
//     queue.state    id -> set's name, score, priority, attempts, sent, delayed, reason, progress, result; or nothing
//     queue.await    POLICY, id, how long somebody waits           -> as queue.state, then the time
//     queue.clean    POLICY                                        -> how many leases had ended
//     queue.stats    -> ready, later, leased, dead, finished, then the counts
//     queue.dead     page (page.h)                                 -> id, died, body, priority, attempts, sent, reason
//     queue.revive   "requeue" or "discard", ids (none: the oldest 1000) -> how many
#include "playhead/store.h"

namespace playhead::messaging {

extern const Procedure queue_send, queue_receive, queue_settle, queue_extend, queue_state, queue_await,
    queue_clean, queue_stats, queue_dead, queue_revive;

inline constexpr std::int64_t greatest_priority = 1000;

}  // namespace playhead::messaging
