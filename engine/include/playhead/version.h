#pragma once

#include <string_view>

namespace playhead {

/// The version of these headers, "major.minor.patch". Stated only here: CMake and pyproject.toml read it.
inline constexpr std::string_view version = "0.1.0";

}  // namespace playhead
