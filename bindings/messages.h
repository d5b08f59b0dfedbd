#pragma once
// Messages of queues as Python objects.
#include "bindings/modules.h"
#include "playhead/modules/message_queue.h"

namespace playhead::python {

py::object readable_text(Text text);
/// (id, body, priority, attempt, sent_at, lease_ends, receipt)
py::tuple message_object(const ReceivedMessage& message);
/// (status, priority, attempts, sent_at, at, reason, progress, result) or None
py::object state_object(const std::optional<MessageState>& state);

}  // namespace playhead::python
