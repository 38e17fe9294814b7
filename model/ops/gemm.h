// Matrix products. Glossary: C is [m, n], the inner dimension is k.
//
// Law L1: every element of C is one chain of fused multiply-adds over k in ascending order,
// starting at +0 (kWrite) or at the existing C (kAccumulate). Neither block sizes, vector width nor
// threads can change a bit; the oracle is a loop of std::fmaf. OpenBLAS is there for comparison
// only and keeps no such promise.
#pragma once

#include <cstddef>
#include <vector>

#include "model/base/aligned_buffer.h"
#include "model/base/tensor.h"
#include "model/base/thread_pool.h"

namespace headscope {

class Profiler;

enum class GemmForm {
  kNN,  // C = A B:    A [m, k], B [k, n]
  kNT,  // C = A B^T:  A [m, k], B [n, k]    y = x W^T, with W stored [out, in]
  kTN,  // C = A^T B:  A [k, m], B [k, n]    dW += dy^T x, k = tokens
};
enum class GemmOutput { kWrite, kAccumulate };
enum class GemmBackend { kHeadscope, kOpenBlas };

// The arithmetic's surroundings, passed to everything that computes: threads, backend, packing
// scratch, and who wants to know where the time goes. One object serves one caller at a time.
class Compute {
 public:
  // `profiler` may be null: nobody wants to know.
  explicit Compute(ThreadPool& pool, GemmBackend backend = GemmBackend::kHeadscope,
                   Profiler* profiler = nullptr);

  ThreadPool& Pool() { return pool_; }
  GemmBackend Backend() const { return backend_; }
  Profiler* TimeProfiler() const { return profiler_; }
  // Packing scratch that belongs to one thread.
  AlignedBuffer<float>& ThreadScratch(size_t thread) { return thread_scratch_[thread]; }

 private:
  ThreadPool& pool_;
  GemmBackend backend_;
  Profiler* profiler_;
  std::vector<AlignedBuffer<float>> thread_scratch_;
};

// C = op(A) op(B) or C += op(A) op(B), all threads of the pool together. Shapes as in GemmForm; k =
// 0 gives +0 or leaves C. C must not overlap A or B. `bias` [n], unless null, is then added to
// every row: a rounding of its own, as if by AddBiasForward.
void Gemm(Compute& compute, GemmForm form, ConstMatrix a, ConstMatrix b, Matrix c,
          GemmOutput output = GemmOutput::kWrite, const float* bias = nullptr);

// The same on the calling thread alone, for the many small products of attention inside a parallel
// loop. `thread` names whose scratch to use.
void GemmSerial(Compute& compute, size_t thread, GemmForm form, ConstMatrix a, ConstMatrix b,
                Matrix c, GemmOutput output = GemmOutput::kWrite);

}  // namespace headscope
