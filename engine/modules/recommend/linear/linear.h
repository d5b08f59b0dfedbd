#pragma once
// Linear algebra on row-major arrays of float, by Eigen. It is compiled for several instruction sets, and the best
// that the machine has is chosen when it is first called.
#include <cstddef>

namespace playhead::recommend::linear {

/// What Adam needs to know at a step: rate is the learning rate with the bias of the moments corrected.
struct AdamStep {
  float rate, beta1, beta2, epsilon, l2;
};

/// The functions of one instruction set.
struct Kernels {
  /// Inverts a symmetric positive definite n x n matrix in place; only its lower triangle is read, and both are
  /// written. False: it is not positive definite, and its content is lost. O(n^3) time, another n x n of memory.
  bool (*invert)(float* matrix, std::size_t n);
  /// Solves matrix x = b in place of b, the matrix as for invert() and lost. False: not positive definite.
  bool (*solve)(float* matrix, float* b, std::size_t n);

  /// y = x w + b, for `rows` rows; x is rows x in, w in x out.
  void (*layer)(const float* x, const float* w, const float* b, float* y, std::size_t rows, std::size_t in,
                std::size_t out);
  /// From dy: dx = dy w^T (not if dx is null), dw += x^T dy, db += the sum of dy's rows.
  void (*layer_back)(const float* x, const float* w, const float* dy, float* dx, float* dw, float* db,
                     std::size_t rows, std::size_t in, std::size_t out);
  /// y = a x + y.
  void (*add)(float a, const float* x, float* y, std::size_t n);
  /// One step of Adam (Kingma 2015) on n numbers p with gradients g and moments m, v.
  void (*adam)(float* p, const float* g, float* m, float* v, std::size_t n, const AdamStep& step);
  /// y = ln(1 + a x).
  void (*log1p)(float a, const float* x, float* y, std::size_t n);
  /// y = min(1, a x).
  void (*capped)(float a, const float* x, float* y, std::size_t n);
  /// y = x y.
  void (*multiply)(const float* x, float* y, std::size_t n);
  /// The greatest of n numbers, or 0.
  float (*greatest)(const float* x, std::size_t n);
  /// The standard deviation of n > 0 numbers.
  float (*deviation)(const float* x, std::size_t n);
  const char* name;
};

const Kernels& kernels();

}  // namespace playhead::recommend::linear
