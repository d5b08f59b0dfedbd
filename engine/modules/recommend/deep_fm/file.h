#pragma once
// A DeepFm's file, little-endian:
//   "playhead DeepFM\n" | version (4) | size of what follows but the checksum (8) | body | XXH64 of all before it (8)
// body: the options, Adam's step, the bias, each table (names in the order of their rows) and each layer.
#include "engine/modules/recommend/deep_fm/model.h"

namespace playhead::recommend {

/// Throws Error{unavailable}. The file is replaced at once: after a crash there is the old one or the new one.
void save_model(const Model& model, const std::string& path);
/// Throws Error{unavailable} or Error{corrupt}.
Model load_model(const std::string& path);

}  // namespace playhead::recommend
