#include "engine/modules/recommend/linear/linear.h"

namespace playhead::recommend::linear {

extern const Kernels baseline_kernels;
#ifdef __x86_64__
extern const Kernels avx2_kernels, avx512_kernels;
#endif

const Kernels& kernels() {
#ifdef __x86_64__
  static const Kernels& best = [] {
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl"))
      return avx512_kernels;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return avx2_kernels;
    return baseline_kernels;
  }();
  return best;
#else
  return baseline_kernels;
#endif
}

}  // namespace playhead::recommend::linear
