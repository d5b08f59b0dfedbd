#define PLAYHEAD_EIGEN PlayheadEigen_avx512
#include "engine/modules/recommend/linear/kernels.inc"

namespace playhead::recommend::linear {

extern const Kernels avx512_kernels;
const Kernels avx512_kernels = {invert, solve,  layer,    layer_back, add,       adam,
                                log1p,  capped, multiply, greatest,   deviation, "avx512"};

}  // namespace playhead::recommend::linear
