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

/// The longest key, field, member or value: 512 MiB, Redis's proto-max-bulk-len.
inline constexpr std::size_t max_text = std::size_t{512} << 20;

/// A list that somebody else owns.
template <class T>
using List = std::span<const T>;

/// Unix time or a span of time, in milliseconds.
using Millis = std::int64_t;

}  // namespace playhead
