#pragma once

#include <string_view>

namespace playhead {

/// The version of these headers, "major.minor.patch". Stated only here: CMake and pyproject.toml read it.
inline constexpr std::string_view version = "0.1.0";

/// The Redis release whose meaning the commands have.
inline constexpr std::string_view redis_version = "7.0.15";

}  // namespace playhead
