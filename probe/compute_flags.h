// The flags of every command that runs a model: on how many threads, with which products, on which
// SIMD target.
#pragma once

#include <string>

#include "model/base/command_line.h"
#include "model/base/thread_pool.h"
#include "model/ops/gemm.h"
#include "model/ops/simd_target.h"

namespace headscope {

struct ComputeFlags {
  size_t threads = ThreadPool::HardwareThreads();
  std::string gemm = "headscope";
  std::string isa = "auto";

  void AddTo(const Command& command) {
    command.Option("--threads", threads, "threads to compute on; results do not depend on it")
        .Range(1, 1024);
    command.Option("--gemm", gemm, "matrix products; openblas is not bit-reproducible")
        .OneOf({"headscope", "openblas"});
    command.Option("--isa", isa, "SIMD target, auto for the best");
  }
  // Call before the thread pool is made. Throws Error listing the targets when `isa` is none.
  void SelectTarget() const { SelectSimdTarget(isa); }
  GemmBackend Backend() const {
    return gemm == "openblas" ? GemmBackend::kOpenBlas : GemmBackend::kHeadscope;
  }
};

}  // namespace headscope
