#define PLAYHEAD_EIGEN PlayheadEigen_avx2
#include "engine/modules/recommend/linear/kernels.inc"

namespace playhead::recommend::linear {

extern const Kernels avx2_kernels;
const Kernels avx2_kernels = {invert, solve,  layer,    layer_back, add,       adam,
                              log1p,  capped, multiply, greatest,   deviation, "avx2"};

}  // namespace playhead::recommend::linear
