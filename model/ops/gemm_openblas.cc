#include "model/ops/gemm_openblas.h"

#include <cblas.h>

namespace headscope {

void OpenBlasGemm(size_t threads, GemmForm form, ConstMatrix a, ConstMatrix b, Matrix c,
                  GemmOutput output) {
  const int wanted = static_cast<int>(threads);
  if (openblas_get_num_threads() != wanted) openblas_set_num_threads(wanted);
  const auto size = [](size_t value) { return static_cast<blasint>(value); };
  cblas_sgemm(CblasRowMajor, form == GemmForm::kTN ? CblasTrans : CblasNoTrans,
              form == GemmForm::kNT ? CblasTrans : CblasNoTrans, size(c.rows), size(c.cols),
              size(form == GemmForm::kTN ? a.rows : a.cols), 1.0f, a.data, size(a.stride), b.data,
              size(b.stride), output == GemmOutput::kAccumulate ? 1.0f : 0.0f, c.data,
              size(c.stride));
}

std::string OpenBlasVersion() { return openblas_get_config(); }

}  // namespace headscope
