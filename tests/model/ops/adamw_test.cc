#include "model/ops/adamw.h"

#include <cmath>
#include <vector>

#include "model/base/random.h"
#include "tests/support/catch.h"
#include "tests/support/every_target.h"
#include "tests/support/surrounded_matrix.h"
#include "tests/support/virtual_lanes.h"

namespace headscope {
namespace {

AdamWStep StepAt(int t, float weight_decay) {
  AdamWStep step{1e-3f, 0.9f, 0.999f, 1e-8f, weight_decay, 0.5f, 0.0f, 0.0f};
  step.bias_correction1 = static_cast<float>(1.0 - std::pow(0.9, t));
  step.bias_correction2 = static_cast<float>(1.0 - std::pow(0.999, t));
  return step;
}

// The plain-C++ twin of one element.
void AdamWTwin(const AdamWStep& step, float gradient, float& p, float& m, float& v) {
  const float g = gradient * step.gradient_scale;
  m = std::fmaf(step.beta1, m, (1.0f - step.beta1) * g);
  v = std::fmaf(step.beta2, v, (1.0f - step.beta2) * (g * g));
  const float denominator =
      std::fmaf(std::sqrt(v), 1.0f / std::sqrt(step.bias_correction2), step.epsilon);
  const float rate = step.learning_rate / step.bias_correction1;
  p = p * (1.0f - step.learning_rate * step.weight_decay) - rate * m / denominator;
}

TEST_CASE("AdamW equals its twin bit for bit", "[ops][adamw]") {
  OnEveryTargetAndPool([](ThreadPool& pool) {
    for (size_t n = 1; n <= 70; ++n) {
      auto p = SurroundedMatrix::Normal(1, n, 0, 1);
      auto m = SurroundedMatrix::Normal(1, n, 0, 2);
      auto v = SurroundedMatrix::Normal(1, n, 0, 3);
      auto g = SurroundedMatrix::Normal(1, n, 0, 4);
      for (size_t i = 0; i < n; ++i) v.Row()[i] *= v.Row()[i];
      auto p_twin = p, m_twin = m, v_twin = v;
      const AdamWStep step = StepAt(7, n % 2 ? 0.1f : 0.0f);
      for (size_t i = 0; i < n; ++i) {
        AdamWTwin(step, g.Row()[i], p_twin.Row()[i], m_twin.Row()[i], v_twin.Row()[i]);
      }
      INFO(n << " parameters");
      AdamWUpdate(pool, step, n, g.Row(), p.Row(), m.Row(), v.Row());
      CHECK(SameBits(p, p_twin));
      CHECK(SameBits(m, m_twin));
      CHECK(SameBits(v, v_twin));
    }
  });
}

// torch.optim.AdamW (single tensor, no amsgrad), line by line, in double.
struct TorchAdamW {
  double p, m = 0.0, v = 0.0;
  void Step(int t, double gradient, double lr, double weight_decay) {
    p *= 1.0 - lr * weight_decay;
    m += (gradient - m) * (1.0 - 0.9);
    v = v * 0.999 + (1.0 - 0.999) * gradient * gradient;
    const double step_size = lr / (1.0 - std::pow(0.9, t));
    const double denominator = std::sqrt(v) / std::sqrt(1.0 - std::pow(0.999, t)) + 1e-8;
    p -= step_size * m / denominator;
  }
};

TEST_CASE("AdamW follows torch.optim.AdamW for 100 steps", "[ops][adamw]") {
  constexpr size_t kCount = 37;
  const RandomStream stream{1, Purpose::kTest};
  for (const float weight_decay : {0.0f, 0.1f}) {
    OnEveryTarget([&] {
      ThreadPool pool(1);
      std::vector<float> p(kCount), m(kCount), v(kCount), g(kCount);
      std::vector<TorchAdamW> reference;
      for (size_t i = 0; i < kCount; ++i) {
        p[i] = static_cast<float>(stream.Normal(i));
        reference.push_back({static_cast<double>(p[i])});
      }
      const std::vector<float> start = p;
      for (int t = 1; t <= 100; ++t) {
        for (size_t i = 0; i < kCount; ++i) {
          // Sizes from 1e-6 to 1e+6; a third keep one sign.
          const double draw = stream.Normal(static_cast<uint64_t>(t) * 1000 + i);
          const double size = std::pow(10.0, static_cast<double>(i % 13) - 6.0);
          g[i] = static_cast<float>(size * (i % 3 ? draw : std::abs(draw)));
          reference[i].Step(t, 0.5 * static_cast<double>(g[i]), 1e-3,
                            static_cast<double>(weight_decay));
        }
        AdamWUpdate(pool, StepAt(t, weight_decay), kCount, g.data(), p.data(), m.data(), v.data());
      }
      double worst = 0.0, moved = 1e9;
      for (size_t i = 0; i < kCount; ++i) {
        worst = std::fmax(worst, std::abs(static_cast<double>(p[i]) - reference[i].p));
        moved = std::fmin(moved, std::abs(static_cast<double>(p[i] - start[i])));
      }
      CHECK(worst < 1e-5);  // the largest way is 0.1
      CHECK(moved > 1e-4);
    });
  }
}

TEST_CASE("The sum of squares equals its twin in every bit", "[ops][adamw]") {
  OnEveryTargetAndPool([](ThreadPool& pool) {
    for (const size_t n : {0ul, 1ul, 15ul, 16ul, 17ul, 70ul, 4095ul, 4096ul, 4097ul, 50000ul}) {
      auto x = SurroundedMatrix::Normal(1, n, 0, 1);
      double twin = 0.0, exact = 0.0;
      for (size_t begin = 0; begin < n; begin += 4096) {
        VirtualLanes<float> lanes(0.0f);
        for (size_t i = begin; i < n && i < begin + 4096; ++i) {
          lanes[i - begin] = std::fmaf(x.Row()[i], x.Row()[i], lanes[i - begin]);
          exact += static_cast<double>(x.Row()[i]) * static_cast<double>(x.Row()[i]);
        }
        twin += static_cast<double>(lanes.Sum());
      }
      const double sum = SumOfSquares(pool, x.Row(), n);
      INFO(n << " elements");
      CHECK(sum == twin);
      CHECK(std::abs(sum - exact) <= 1e-6 * exact);
    }
  });
}

}  // namespace
}  // namespace headscope
