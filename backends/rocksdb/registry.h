#pragma once
#include <string>

namespace playhead::rocks {

class RocksStorage;

/// Says that a store has left its directory, so that the next open of it can go on.
void release(const std::string& path, const RocksStorage* storage) noexcept;

}  // namespace playhead::rocks
