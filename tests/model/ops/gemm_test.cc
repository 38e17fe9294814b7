#include "model/ops/gemm.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "model/base/random.h"
#include "tests/support/catch.h"
#include "tests/support/simd_target.h"

namespace headscope {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

// A matrix inside a larger block of NaN: reading beside it poisons the result, writing beside it is
// noticed.
class SurroundedMatrix {
 public:
  SurroundedMatrix(size_t rows, size_t cols, size_t padding)
      : rows_(rows),
        cols_(cols),
        stride_(cols + padding),
        block_((rows + 2) * stride_ + 64, kNan) {}

  Matrix View() { return {block_.data() + 32 + stride_, rows_, cols_, stride_}; }
  void Fill(const RandomStream& stream) {
    for (size_t i = 0; i < rows_; ++i) {
      for (size_t j = 0; j < cols_; ++j) {
        View()(i, j) = static_cast<float>(stream.Uniform(i * cols_ + j) * 2 - 1);
      }
    }
  }
  // True when every float outside the view is still NaN.
  bool SurroundingsAreIntact() {
    size_t numbers = 0;
    for (const float x : block_) numbers += !std::isnan(x);
    return numbers == rows_ * cols_;
  }

 private:
  size_t rows_, cols_, stride_;
  std::vector<float> block_;
};

// The definition: one chain of fused multiply-adds per element, k ascending.
void ReferenceGemm(GemmForm form, ConstMatrix a, ConstMatrix b, Matrix c, GemmOutput output) {
  const size_t k = form == GemmForm::kTN ? a.rows : a.cols;
  for (size_t i = 0; i < c.rows; ++i) {
    for (size_t j = 0; j < c.cols; ++j) {
      float sum = output == GemmOutput::kAccumulate ? c(i, j) : 0.0f;
      for (size_t kk = 0; kk < k; ++kk) {
        const float x = form == GemmForm::kTN ? a(kk, i) : a(i, kk);
        const float y = form == GemmForm::kNT ? b(j, kk) : b(kk, j);
        sum = std::fmaf(x, y, sum);
      }
      c(i, j) = sum;
    }
  }
}

struct Case {
  GemmForm form;
  GemmOutput output;
  size_t m, n, k;
};

size_t CountDifferingBits(ConstMatrix x, ConstMatrix y) {
  size_t differing = 0;
  for (size_t i = 0; i < x.rows; ++i) {
    for (size_t j = 0; j < x.cols; ++j) {
      differing += std::bit_cast<uint32_t>(x(i, j)) != std::bit_cast<uint32_t>(y(i, j));
    }
  }
  return differing;
}

// Checks Gemm, or GemmSerial when `serial`, against the definition, bit for bit.
void CheckCase(Compute& compute, bool serial, const Case& test, uint32_t salt) {
  const bool tn = test.form == GemmForm::kTN, nt = test.form == GemmForm::kNT;
  const size_t padding = salt % 4 == 0 ? 0 : salt % 37;
  SurroundedMatrix a(tn ? test.k : test.m, tn ? test.m : test.k, padding);
  SurroundedMatrix b(nt ? test.n : test.k, nt ? test.k : test.n, padding / 2);
  SurroundedMatrix c(test.m, test.n, padding / 3), expected(test.m, test.n, 0);
  a.Fill({1, Purpose::kTest, salt});
  b.Fill({2, Purpose::kTest, salt});
  c.Fill({3, Purpose::kTest, salt});
  expected.Fill({3, Purpose::kTest, salt});
  ReferenceGemm(test.form, a.View(), b.View(), expected.View(), test.output);
  if (serial) {
    const size_t thread = salt % compute.Pool().NumThreads();
    GemmSerial(compute, thread, test.form, a.View(), b.View(), c.View(), test.output);
  } else {
    Gemm(compute, test.form, a.View(), b.View(), c.View(), test.output);
  }
  INFO("form " << static_cast<int>(test.form) << ", output " << static_cast<int>(test.output)
               << ", m " << test.m << ", n " << test.n << ", k " << test.k << ", threads "
               << compute.Pool().NumThreads() << ", serial " << serial << ", "
               << ActiveSimdTarget());
  REQUIRE(CountDifferingBits(c.View(), expected.View()) == 0);
  REQUIRE(c.SurroundingsAreIntact());
}

constexpr GemmForm kForms[] = {GemmForm::kNN, GemmForm::kNT, GemmForm::kTN};
constexpr GemmOutput kOutputs[] = {GemmOutput::kWrite, GemmOutput::kAccumulate};

// Sizes: mostly small and uneven, some past every cache block.
size_t DrawSize(RandomSequence& random, size_t large) {
  const uint64_t kind = random.Below(8);
  if (kind == 0) return random.Below(3);
  return kind < 6 ? 1 + random.Below(70) : 1 + random.Below(large);
}

TEST_CASE("Gemm equals a loop of fmaf bit for bit on random shapes", "[gemm]") {
  for (const std::string& target : SupportedSimdTargets()) {
    const ScopedSimdTarget scoped(target);
    for (const size_t threads : {1, 2, 3, 5}) {
      ThreadPool pool(threads);
      Compute compute(pool);
      RandomSequence random({threads, Purpose::kTest, 77});
      for (uint32_t i = 0; i < 150; ++i) {
        const Case test{kForms[random.Below(3)], kOutputs[random.Below(2)], DrawSize(random, 300),
                        DrawSize(random, 300), DrawSize(random, 600)};
        CheckCase(compute, i % 3 == 0, test, i);
      }
    }
  }
}

TEST_CASE("Gemm equals a loop of fmaf bit for bit on every tail of m and n", "[gemm]") {
  for (const std::string& target : SupportedSimdTargets()) {
    const ScopedSimdTarget scoped(target);
    ThreadPool pool(1);
    Compute compute(pool);
    for (size_t m = 1; m <= 40; ++m) {
      for (size_t n = 1; n <= 40; ++n) {
        for (const GemmForm form : kForms) {
          const uint32_t salt = static_cast<uint32_t>(m * 41 + n);
          CheckCase(compute, true, {form, kOutputs[salt % 2], m, n, 1 + salt % 9}, salt);
        }
      }
    }
  }
}

}  // namespace
}  // namespace headscope
