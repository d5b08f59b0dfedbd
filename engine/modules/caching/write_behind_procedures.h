#pragma once
// The procedures of writes behind a cache. Their keys are, in this order, behind those of the entry (tags, entry, signal):
//
//     pending  hash  id -> version ":" kind value     what is to be written; kind as in Storing
//     due      zset  id -> when it is written, or when the lease of its writer ends
//     claims   hash  id -> receipt ":" version ":" attempts     receipt: of whoever writes it; and "" -> the last version
//
// and their arguments, after the time:
//
//     write_behind.put     tags, entry, signal, pending, due, claims    slack, id, delay, what to store (Storing)   -> the version
//     write_behind.claim   pending, due, claims    count, lease, receipt, ahead   -> id, version, attempts, kind, value of each. What is due
//                                                                                 within `ahead` counts as due
//     write_behind.settle  pending, due, claims    receipt, how, pause, longest pause, (id, version)...   -> for each 1: settled; 0: the
//                                                                                 receipt is no good. how: "done" or "failed"
#include "playhead/store.h"

namespace playhead::caching {

struct PendingWrite {
  std::string version, kind, value;
  static PendingWrite parse(Text record);
};

extern const Procedure put_behind, claim_writes, settle_writes;

}  // namespace playhead::caching
