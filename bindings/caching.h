#pragma once
// What the bindings of caches share.
#include "bindings/callbacks.h"
#include "bindings/modules.h"
#include "playhead/modules/cache_scheduler.h"
#include "playhead/modules/page_cache.h"

namespace playhead::python {

using BoundPages = Bound<PageCache>;

/// (claimed, refreshed, stopped, lost, [(video_id, message)], next_due, now)
py::tuple report_tuple(const StepReport& report);

/// Bytes, or None.
py::object bytes_object(const std::optional<std::string>& value);
/// From bytes or str, or nothing for None.
std::optional<std::string> value_of(const py::handle& given, const char* name);

/// Lets Ctrl-C end a wait.
void check_signals();

}  // namespace playhead::python
