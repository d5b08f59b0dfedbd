// The borrowed byte string of the engine: any bytes, NUL included, not terminated.
#pragma once

#include <string_view>

namespace playhead {

using Text = std::string_view;

}  // namespace playhead
