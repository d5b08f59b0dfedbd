#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace playhead {

/// Bytes that somebody else owns. Keys, fields, members and values are arbitrary bytes.
using Text = std::string_view;

/// A list that somebody else owns.
template <class T>
using List = std::span<const T>;

/// Unix time or a span of time, in milliseconds.
using Millis = std::int64_t;

}  // namespace playhead
