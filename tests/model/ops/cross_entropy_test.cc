#include "model/ops/cross_entropy.h"

#include <cmath>
#include <limits>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/dual.h"
#include "tests/support/elementary_twin.h"
#include "tests/support/every_target.h"
#include "tests/support/surrounded_matrix.h"
#include "tests/support/virtual_lanes.h"

namespace headscope {
namespace {

// The plain-C++ twin of one row: float for the bits, double for the formula.
template <typename T>
T LogSumExpTwin(const T* x, size_t n) {
  VirtualLanes<T> largest(-std::numeric_limits<T>::infinity()), sums(T{0});
  for (size_t j = 0; j < n; ++j) largest[j] = largest[j] < x[j] ? x[j] : largest[j];
  const T max = largest.Max();
  for (size_t j = 0; j < n; ++j) sums[j] += twin::ExpNormal(x[j] - max);
  return max + twin::Log(sums.Sum());
}
template <typename T>
void CrossEntropyBackwardTwin(const T* x, size_t label, T log_sum_exp, T scale, T* dx, size_t n) {
  for (size_t j = 0; j < n; ++j) {
    const T probability = twin::ExpNormal(x[j] - log_sum_exp);
    dx[j] = (j == label ? probability - T{1} : probability) * scale;
  }
}

// The definition on one row: minus the log of the label's softmax.
template <typename S>
S CrossEntropyDefinition(const std::vector<S>& x, size_t label) {
  using std::exp;
  using std::log;
  S sum = 0.0;
  for (const S& v : x) sum = sum + exp(v);
  return log(sum) - x[label];
}

std::vector<int32_t> Labels(size_t rows, size_t cols) {
  std::vector<int32_t> labels;
  for (size_t i = 0; i < rows; ++i) {
    const RandomStream stream{1, Purpose::kTest, 1, 7};
    labels.push_back(static_cast<int32_t>(stream.Below(i, cols)));
  }
  return labels;
}

TEST_CASE("Cross entropy equals its twin bit for bit", "[ops][cross_entropy]") {
  OnEveryTargetAndPool([](ThreadPool& pool) {
    for (size_t cols = 1; cols <= 70; ++cols) {
      const size_t rows = 1 + cols % 5;
      auto x = SurroundedMatrix::Normal(rows, cols, cols % 3, 1, 4.0f);
      const std::vector<int32_t> labels = Labels(rows, cols);
      SurroundedMatrix loss(1, rows, 0), lse(1, rows, 0), dx(rows, cols, 1);
      auto loss_twin = loss, lse_twin = lse, dx_twin = dx;
      for (size_t i = 0; i < rows; ++i) {
        const auto label = static_cast<size_t>(labels[i]);
        lse_twin.Row()[i] = LogSumExpTwin(x.Row(i), cols);
        loss_twin.Row()[i] = lse_twin.Row()[i] - x.View()(i, label);
        CrossEntropyBackwardTwin(x.Row(i), label, lse_twin.Row()[i], 0.3f, dx_twin.Row(i), cols);
      }
      INFO(rows << " x " << cols);
      CrossEntropyForward(pool, x.View(), labels, loss.Row(), lse.Row());
      CHECK(SameBits(loss, loss_twin));
      CHECK(SameBits(lse, lse_twin));
      CrossEntropyBackward(pool, x.View(), labels, lse.Row(), 0.3f, dx.View());
      CHECK(SameBits(dx, dx_twin));
      CrossEntropyBackward(pool, x.View(), labels, lse.Row(), 0.3f, x.View());  // in place
      CHECK(SameBits(x, dx_twin));
    }
  });
}

TEST_CASE("Cross entropy and its gradient are those of the definition", "[ops][cross_entropy]") {
  for (const size_t cols : {2u, 17u, 500u}) {
    auto x = SurroundedMatrix::Normal(1, cols, 0, 3, 2.0f);
    const std::vector<double> points = x.Values<double>();
    const std::vector<int32_t> labels = {static_cast<int32_t>(cols / 2)};
    const double scale = -0.7;  // the cotangent
    const std::vector<double> gradient = ExactGradient(
        [&](const std::vector<Dual>& v) {
          return std::vector<Dual>{CrossEntropyDefinition(v, cols / 2)};
        },
        points, {scale});
    const double value = CrossEntropyDefinition(points, cols / 2);
    const double lse_twin = LogSumExpTwin(points.data(), cols);
    std::vector<double> gradient_twin(cols);
    CrossEntropyBackwardTwin(points.data(), cols / 2, lse_twin, scale, gradient_twin.data(), cols);
    INFO(cols << " columns");
    CHECK(std::abs(lse_twin - points[cols / 2] - value) < 1e-12 * value);
    CHECK(RelativeError(gradient_twin, gradient) < 1e-12);

    OnEveryTarget([&] {
      ThreadPool pool(1);
      float loss, lse;
      SurroundedMatrix dx(1, cols, 0);
      CrossEntropyForward(pool, x.View(), labels, &loss, &lse);
      CrossEntropyBackward(pool, x.View(), labels, &lse, static_cast<float>(scale), dx.View());
      CHECK(std::abs(static_cast<double>(loss) - value) < 5e-7 * std::abs(lse_twin));
      CHECK(RelativeError(dx.Values(), gradient) < 2e-6);
    });
  }
}

TEST_CASE("Cross entropy of equal and of huge logits", "[ops][cross_entropy]") {
  OnEveryTarget([] {
    ThreadPool pool(1);
    float loss, lse;
    std::vector<float> equal(8192, -7.0f);
    CrossEntropyForward(pool, {equal.data(), 1, 8192}, std::vector<int32_t>{8191}, &loss, &lse);
    CHECK(std::abs(loss - 9.0109133f) < 2e-6f);  // ln 8192

    std::vector<float> huge = {1e38f, -1e38f, 3e37f}, gradient(3);
    const Matrix row(huge.data(), 1, 3);
    CrossEntropyForward(pool, row, std::vector<int32_t>{0}, &loss, &lse);
    CHECK(loss == 0.0f);
    CrossEntropyForward(pool, row, std::vector<int32_t>{1}, &loss, &lse);
    CHECK(loss == 2e38f);
    CrossEntropyBackward(pool, row, std::vector<int32_t>{1}, &lse, 2.0f, {gradient.data(), 1, 3});
    CHECK(gradient == std::vector<float>{2.0f, -2.0f, 0.0f});
  });
}

TEST_CASE("A NaN among the logits reaches the loss", "[ops][cross_entropy]") {
  OnEveryTarget([] {
    ThreadPool pool(1);
    for (size_t at = 0; at < 20; ++at) {
      std::vector<float> row(20, 1.0f);
      row[at] = std::numeric_limits<float>::quiet_NaN();
      float loss, lse;
      CrossEntropyForward(pool, {row.data(), 1, 20}, std::vector<int32_t>{3}, &loss, &lse);
      CHECK(std::isnan(loss));
    }
  });
}

}  // namespace
}  // namespace headscope
