#include "bench/onednn.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <cstdint>
#include <vector>

namespace headscope {
namespace {

// As in oneDNN's dnnl.h, versions 2 and 3: row-major, whatever its BLAS-like name suggests.
using Sgemm = int (*)(char transpose_a, char transpose_b, int64_t m, int64_t n, int64_t k,
                      float alpha, const float* a, int64_t lda, const float* b, int64_t ldb,
                      float beta, float* c, int64_t ldc);
struct DnnlVersion {  // the head of dnnl_version_t
  int major, minor, patch;
};
using GetVersion = const DnnlVersion* (*)();
using SetThreads = void (*)(int);

constexpr const char* kNames[] = {"libdnnl.so.3", "libdnnl.so.2", "libdnnl.3.dylib",
                                  "libdnnl.2.dylib"};

void* OpenLibrary(std::string& why) {
  std::vector<std::string> tried;
  for (const char* name : kNames) {
    if (void* const library = dlopen(name, RTLD_NOW | RTLD_LOCAL)) return library;
    tried.push_back(name);
  }
  why = fmt::format("none of {} can be loaded", fmt::join(tried, ", "));
  return nullptr;
}

}  // namespace

std::optional<OneDnn> OneDnn::Load(std::string& why) {
  void* const library = OpenLibrary(why);
  if (library == nullptr) return std::nullopt;
  OneDnn loaded;
  loaded.sgemm_ = dlsym(library, "dnnl_sgemm");
  // Of the OpenMP that the library itself was linked to.
  loaded.set_threads_ = dlsym(library, "omp_set_num_threads");
  const auto version = reinterpret_cast<GetVersion>(dlsym(library, "dnnl_version"));
  if (loaded.sgemm_ == nullptr || version == nullptr) {
    why = "libdnnl has no dnnl_sgemm";
    return std::nullopt;
  }
  if (loaded.set_threads_ == nullptr) {
    why = "libdnnl was built without OpenMP: its threads cannot be set";
    return std::nullopt;
  }
  loaded.version_ = fmt::format("{}.{}.{}", version()->major, version()->minor, version()->patch);
  return loaded;
}

void OneDnn::Gemm(size_t threads, GemmForm form, ConstMatrix a, ConstMatrix b, Matrix c) const {
  reinterpret_cast<SetThreads>(set_threads_)(static_cast<int>(threads));
  const auto size = [](size_t value) { return static_cast<int64_t>(value); };
  reinterpret_cast<Sgemm>(sgemm_)(
      form == GemmForm::kTN ? 'T' : 'N', form == GemmForm::kNT ? 'T' : 'N', size(c.rows),
      size(c.cols), size(form == GemmForm::kTN ? a.rows : a.cols), 1.0f, a.data, size(a.stride),
      b.data, size(b.stride), 0.0f, c.data, size(c.stride));
}

}  // namespace headscope
