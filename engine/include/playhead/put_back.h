#pragma once
#include "playhead/store.h"

namespace playhead {

/// Undoes a blocking operation that was served although its caller wants the element no more: elements return
/// to the end of the list that they were taken from, members to their sorted set unless it has them again
/// meanwhile. What was moved (BLMOVE, BRPOPLPUSH) stays where it is. True: whoever looks finds it. False: the
/// store refused it (the key holds another type by now, the store cannot be reached), or its fate is not
/// known; the caller still has the only copy. A call that was not served has nothing to put back. Does not
/// throw.
bool put_back(Store& store, AnyCall& served) noexcept;

}  // namespace playhead
