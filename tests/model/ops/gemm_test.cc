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
#include "tests/support/surrounded_matrix.h"

namespace headscope {
namespace {

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
  REQUIRE(c.IsIntact());
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
    for (const size_t threads : {1u, 2u, 3u, 5u}) {
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

// Past every cache block in turn: more than one block of k, of m and of n, and a strip or panel
// left over.
TEST_CASE("Gemm equals a loop of fmaf bit for bit across cache blocks", "[gemm]") {
  for (const std::string& target : SupportedSimdTargets()) {
    const ScopedSimdTarget scoped(target);
    for (const size_t threads : {1u, 2u, 3u, 5u}) {
      ThreadPool pool(threads);
      Compute compute(pool);
      for (const GemmForm form : kForms) {
        CheckCase(compute, false, {form, GemmOutput::kWrite, 31, 4133, 37}, 1);
        CheckCase(compute, false, {form, GemmOutput::kAccumulate, 1291, 29, 41}, 2);
        CheckCase(compute, false, {form, GemmOutput::kWrite, 47, 53, 1663}, 3);
        CheckCase(compute, threads == 2, {form, GemmOutput::kAccumulate, 205, 217, 523}, 4);
        CheckCase(compute, threads == 3, {form, GemmOutput::kAccumulate, 200, 261, 1100}, 5);
      }
    }
  }
}

// More than one block of B whose panels are kept for the next block of A.
TEST_CASE("Gemm equals a loop of fmaf bit for bit across blocks of kept panels", "[gemm]") {
  for (const std::string& target : SupportedSimdTargets()) {
    const ScopedSimdTarget scoped(target);
    ThreadPool pool(1);
    Compute compute(pool);
    for (const GemmForm form : {GemmForm::kNN, GemmForm::kNT}) {
      CheckCase(compute, false, {form, GemmOutput::kWrite, 97, 1025, 1024}, 1);
    }
  }
}

// A bias is one addition after the chain, whatever the shape, the blocks and the threads.
void CheckBias(Compute& compute, const Case& test, uint32_t salt) {
  const bool tn = test.form == GemmForm::kTN, nt = test.form == GemmForm::kNT;
  SurroundedMatrix a(tn ? test.k : test.m, tn ? test.m : test.k, 0);
  SurroundedMatrix b(nt ? test.n : test.k, nt ? test.k : test.n, 0);
  SurroundedMatrix c(test.m, test.n, salt % 3), expected(test.m, test.n, 0), bias(1, test.n, 0);
  a.Fill({1, Purpose::kTest, salt});
  b.Fill({2, Purpose::kTest, salt});
  c.Fill({3, Purpose::kTest, salt});
  expected.Fill({3, Purpose::kTest, salt});
  bias.Fill({4, Purpose::kTest, salt});
  ReferenceGemm(test.form, a.View(), b.View(), expected.View(), test.output);
  for (size_t i = 0; i < test.m; ++i) {
    for (size_t j = 0; j < test.n; ++j) expected.View()(i, j) += bias.View()(0, j);
  }
  Gemm(compute, test.form, a.View(), b.View(), c.View(), test.output, bias.View().data);
  INFO("m " << test.m << ", n " << test.n << ", k " << test.k << ", threads "
            << compute.Pool().NumThreads() << ", " << ActiveSimdTarget());
  REQUIRE(CountDifferingBits(c.View(), expected.View()) == 0);
  REQUIRE(c.IsIntact());
}

TEST_CASE("A bias is added once, after the last block of k, on every target", "[gemm]") {
  for (const std::string& target : SupportedSimdTargets()) {
    const ScopedSimdTarget scoped(target);
    for (const size_t threads : {1u, 3u}) {
      ThreadPool pool(threads);
      Compute compute(pool);
      RandomSequence random({threads, Purpose::kTest, 79});
      for (uint32_t i = 0; i < 60; ++i) {
        CheckBias(compute,
                  {kForms[i % 3], kOutputs[i % 2], DrawSize(random, 200), DrawSize(random, 200),
                   DrawSize(random, 200)},
                  i);
      }
      CheckBias(compute, {GemmForm::kNT, GemmOutput::kWrite, 47, 53, 1663}, 61);
      CheckBias(compute, {GemmForm::kNN, GemmOutput::kAccumulate, 31, 4133, 37}, 62);
      CheckBias(compute, {GemmForm::kNT, GemmOutput::kWrite, 70, 80, 0}, 63);
    }
  }
}

TEST_CASE("Gemm with an empty dimension", "[gemm]") {
  ThreadPool pool(2);
  Compute compute(pool);
  for (const GemmForm form : kForms) {
    for (const GemmOutput output : kOutputs) {
      for (const bool serial : {false, true}) {
        CheckCase(compute, serial, {form, output, 0, 5, 7}, 5);
        CheckCase(compute, serial, {form, output, 5, 0, 7}, 6);
        CheckCase(compute, serial, {form, output, 70, 80, 0}, 7);  // +0, or C as it was
      }
    }
  }
}

// A row of C must not depend on the rows beside it: the same sentence gives the same bits in any
// batch.
TEST_CASE("Gemm gives a row the same bits alone and among others", "[gemm]") {
  ThreadPool pool(2);
  Compute compute(pool);
  SurroundedMatrix a(300, 130, 0), b(90, 130, 0), all(300, 90, 0), one(1, 90, 0);
  a.Fill({1, Purpose::kTest});
  b.Fill({2, Purpose::kTest});
  Gemm(compute, GemmForm::kNT, a.View(), b.View(), all.View());
  for (size_t i = 0; i < 300; ++i) {
    Gemm(compute, GemmForm::kNT, a.View().RowRange(i, i + 1), b.View(), one.View());
    REQUIRE(CountDifferingBits(one.View(), all.View().RowRange(i, i + 1)) == 0);
  }
}

// Negative zero and infinities follow IEEE 754 as in the definition: nothing is skipped, padded or
// reassociated.
TEST_CASE("Gemm keeps signed zeros and infinities of the definition", "[gemm]") {
  ThreadPool pool(1);
  Compute compute(pool);
  SurroundedMatrix a(7, 3, 0), b(3, 19, 0), c(7, 19, 0), expected(7, 19, 0);
  const float values[] = {0.0f, -0.0f, 1.0f, -1.0f, std::numeric_limits<float>::infinity()};
  for (size_t i = 0; i < 21; ++i) a.View()(i / 3, i % 3) = values[i % 4];
  for (size_t i = 0; i < 57; ++i) b.View()(i / 19, i % 19) = values[i == 40 ? 4 : i % 3];
  ReferenceGemm(GemmForm::kNN, a.View(), b.View(), expected.View(), GemmOutput::kWrite);
  Gemm(compute, GemmForm::kNN, a.View(), b.View(), c.View());
  for (size_t i = 0; i < 7; ++i) {
    for (size_t j = 0; j < 19; ++j) {
      const float x = c.View()(i, j), y = expected.View()(i, j);
      CHECK((std::isnan(x) ? std::isnan(y)
                           : std::bit_cast<uint32_t>(x) == std::bit_cast<uint32_t>(y)));
    }
  }
}

TEST_CASE("The OpenBLAS backend adds the bias too", "[gemm]") {
  ThreadPool pool(1);
  Compute compute(pool, GemmBackend::kOpenBlas);
  const std::vector<float> a = {1, 2}, b = {3, 4, 5, 6}, bias = {100, 200};
  std::vector<float> c(2);
  Gemm(compute, GemmForm::kNT, {a.data(), 1, 2}, {b.data(), 2, 2}, {c.data(), 1, 2},
       GemmOutput::kWrite, bias.data());
  CHECK(c == std::vector<float>{111, 217});
}

// |difference| <= 2 k eps sum |a||b| <= 2 k^2 eps for entries in [-1, 1] (any order of summation).
TEST_CASE("The OpenBLAS backend computes the same products within rounding", "[gemm]") {
  ThreadPool pool(2);
  Compute compute(pool, GemmBackend::kOpenBlas);
  RandomSequence random({5, Purpose::kTest, 78});
  for (uint32_t salt = 0; salt < 60; ++salt) {
    const GemmForm form = kForms[salt % 3];
    const GemmOutput output = kOutputs[salt / 3 % 2];
    const size_t m = 1 + random.Below(90), n = 1 + random.Below(90), k = random.Below(90);
    const bool tn = form == GemmForm::kTN, nt = form == GemmForm::kNT;
    SurroundedMatrix a(tn ? k : m, tn ? m : k, salt % 5), b(nt ? n : k, nt ? k : n, salt % 7);
    SurroundedMatrix c(m, n, salt % 3), expected(m, n, 0);
    a.Fill({1, Purpose::kTest, salt});
    b.Fill({2, Purpose::kTest, salt});
    c.Fill({3, Purpose::kTest, salt});
    expected.Fill({3, Purpose::kTest, salt});
    ReferenceGemm(form, a.View(), b.View(), expected.View(), output);
    if (salt % 2 == 0) Gemm(compute, form, a.View(), b.View(), c.View(), output);
    if (salt % 2 == 1) GemmSerial(compute, 1, form, a.View(), b.View(), c.View(), output);
    const double bound = 2.0 * static_cast<double>(k + 1) * static_cast<double>(k + 1) * 6e-8;
    for (size_t i = 0; i < m; ++i) {
      for (size_t j = 0; j < n; ++j) {
        REQUIRE_THAT(c.View()(i, j), WithinAbs(expected.View()(i, j), bound));
      }
    }
    REQUIRE(c.IsIntact());
  }
}

TEST_CASE("Gemm allocates nothing once it has seen its shapes", "[gemm]") {
  ThreadPool pool(2);
  Compute compute(pool);
  SurroundedMatrix a(200, 300, 0), b(150, 300, 0), c(200, 150, 0);
  a.Fill({1, Purpose::kTest});
  b.Fill({2, Purpose::kTest});
  Gemm(compute, GemmForm::kNT, a.View(), b.View(), c.View());
  GemmSerial(compute, 1, GemmForm::kNT, a.View(), b.View(), c.View());
  const float* own[] = {compute.ThreadScratch(0).data(), compute.ThreadScratch(1).data()};
  for (int i = 0; i < 3; ++i) {
    Gemm(compute, GemmForm::kNT, a.View(), b.View(), c.View());
    GemmSerial(compute, 1, GemmForm::kNT, a.View().RowRange(0, 50), b.View(),
               c.View().RowRange(0, 50));
  }
  CHECK(compute.ThreadScratch(0).data() == own[0]);
  CHECK(compute.ThreadScratch(1).data() == own[1]);
}

}  // namespace
}  // namespace headscope
