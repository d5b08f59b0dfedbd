// Lists: the primitive that takes a callback.
#pragma once

#include "backends/memory/unit.h"

namespace playhead::memory {

template <class F>
void Unit::lwalk(Slot& slot, std::int64_t from, bool reverse, F&& f) {
  const Record* record = slot.record();
  auto index = static_cast<std::size_t>(from);
  if (record->has(Record::big)) {
    record->pointer<BigList>()->walk(index, reverse, f);
    return;
  }
  if (index >= record->packed_count()) return;
  const char *begin = record->value(), *end = begin + record->packed_size();
  const char* at = packed::element(begin, end, record->packed_count(), index);
  if (!reverse) {
    for (; at < end; at = packed::after_element(at)) {
      if (!f(packed::text_at(at))) return;
    }
    return;
  }
  for (at = packed::after_element(at); at > begin;) {
    at = packed::before_element(at);
    if (!f(packed::text_at(at))) return;
  }
}

}  // namespace playhead::memory
