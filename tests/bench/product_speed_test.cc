#include "bench/product_speed.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "model/config.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

TEST_CASE("The shapes of a step are those of its products", "[bench]") {
  const std::vector<GemmShape> shapes =
      TrainingStepShapes(ModelConfigOfSize("tiny", 8192), 1024, {8192, 30522});
  const auto count = [&](const auto& which) {
    return std::count_if(shapes.begin(), shapes.end(), which);
  };
  CHECK(count([](const GemmShape& s) { return s.name == "mlm head dW" && s.k == 153; }) == 2);
  CHECK(count([](const GemmShape& s) { return s.name == "mlm head" && s.n == 30522; }) == 1);
  for (const size_t length : {11u, 16u, 23u, 37u, 128u}) {
    CHECK(count([&](const GemmShape& s) { return s.serial && s.m == length; }) == 3);
  }
  for (const GemmShape& s : shapes) {
    INFO(s.name << " " << GemmFormName(s.form));
    CHECK(s.a_stride >= (s.form == GemmForm::kTN ? s.m : s.k));
    CHECK(s.b_stride >= (s.form == GemmForm::kNT ? s.k : s.n));
    CHECK(s.c_stride >= s.n);
  }
}

TEST_CASE("By CPU time nothing is dropped, and every repetition is paired", "[bench]") {
  ThreadPool pool(1);
  ProductSpeedOptions options;
  options.repetitions = 3;
  options.clock = ProcessCpuSeconds;
  const GemmShape shape{"scores", GemmForm::kNT, 16, 16, 64, 64, 64, 16, true};
  const ProductSpeed speed = MeasureProduct(shape, pool, nullptr, options);
  CHECK(speed.disturbed == 0);
  CHECK(speed.roof.size() == 3);
  CHECK(speed.ours.size() == 3);
  CHECK(speed.openblas.size() == 3);
  CHECK(speed.onednn.empty());
  CHECK(speed.ShareOfRoof() > 0.0);
}

TEST_CASE("Ratios are medians of paired repetitions, not ratios of medians", "[bench]") {
  ProductSpeed speed;
  speed.roof = {100.0, 50.0, 10.0};
  speed.ours = {80.0, 45.0, 5.0};
  speed.openblas = {40.0, 45.0, 10.0};
  CHECK(speed.ShareOfRoof() == 0.8);   // of 0.8, 0.9, 0.5; medians: 45 of 50
  CHECK(speed.OverOpenBlas() == 1.0);  // of 2, 1, 0.5
  CHECK(std::isnan(speed.OverOneDnn()));
  CHECK(speed.OverBetter() == 1.0);
  speed.onednn = {160.0, 50.0, 2.5};
  CHECK(speed.OverOneDnn() == 0.9);  // of 0.5, 0.9, 2
  CHECK(speed.OverBetter() == 0.9);
}

TEST_CASE("oneDNN, where it is installed, computes the same products", "[bench]") {
  std::string why;
  const std::optional<OneDnn> onednn = OneDnn::Load(why);
  if (!onednn) {
    CHECK_THAT(why, ContainsSubstring("libdnnl"));
    return;
  }
  CHECK(onednn->Version().find('.') != std::string::npos);
  const std::vector<float> a = {1, 2, 3, 4, 5, 6}, b = {1, -1, 2, 0, 3, 1};
  // [2, 3] x [3, 2], [2, 3] x [2, 3]^T and [3, 2]^T x [3, 2].
  const std::vector<float> nn = {14, 2, 32, 2}, nt = {5, 9, 11, 21}, tn = {22, 4, 28, 4};
  const auto product = [&](GemmForm form, ConstMatrix x, ConstMatrix y) {
    std::vector<float> c(4, 9.0f);
    onednn->Gemm(1, form, x, y, Matrix(c.data(), 2, 2));
    return c;
  };
  CHECK(product(GemmForm::kNN, {a.data(), 2, 3}, {b.data(), 3, 2}) == nn);
  CHECK(product(GemmForm::kNT, {a.data(), 2, 3}, {b.data(), 2, 3}) == nt);
  CHECK(product(GemmForm::kTN, {a.data(), 3, 2}, {b.data(), 3, 2}) == tn);
}

}  // namespace
}  // namespace headscope
