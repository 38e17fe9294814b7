// oneDNN's matrix product, from its shared library when the machine has one: a comparison, never a
// dependency.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "model/base/tensor.h"
#include "model/ops/gemm.h"

namespace headscope {

class OneDnn {
 public:
  // Empty when there is no libdnnl (Debian: libdnnl2, libdnnl3; Homebrew: onednn), or none whose
  // threads can be set; `why` then says which names were tried and what the last one lacked.
  static std::optional<OneDnn> Load(std::string& why);

  // "2.6.3".
  const std::string& Version() const { return version_; }
  // Shapes and meaning as headscope's Gemm; none of m, n, k may be 0.
  void Gemm(size_t threads, GemmForm form, ConstMatrix a, ConstMatrix b, Matrix c) const;

 private:
  OneDnn() = default;
  std::string version_;
  void* sgemm_ = nullptr;
  void* set_threads_ = nullptr;
};

}  // namespace headscope
