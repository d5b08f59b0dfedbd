#define PLAYHEAD_EIGEN PlayheadEigen_baseline
#include "engine/modules/recommend/linear/kernels.inc"

namespace playhead::recommend::linear {

extern const Kernels baseline_kernels;
const Kernels baseline_kernels = {invert, solve,  layer,    layer_back, add,       adam,
                                  log1p,  capped, multiply, greatest,   deviation, "baseline"};

}  // namespace playhead::recommend::linear
