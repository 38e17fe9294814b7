#include "model/ops/additive_scores.h"

#include <vector>

#include "tests/support/catch.h"
#include "tests/support/dual.h"
#include "tests/support/every_target.h"
#include "tests/support/surrounded_matrix.h"

namespace headscope {
namespace {

// The formula, in its order: S is float for the bits, double or Dual for the gradient.
template <typename S>
S ScoreOf(const S* q, const S* k, const S* v, size_t rank, const auto& is_on) {
  S score(0.0f);
  for (size_t r = 0; r < rank; ++r) {
    const S unit = q[r] + k[r];
    if (is_on(unit)) score = score + v[r] * unit;
  }
  return score;
}

struct ScoredPairs {
  SurroundedMatrix q, k, v, ds;

  ScoredPairs(size_t queries, size_t keys, size_t rank)
      : q(SurroundedMatrix::Normal(queries, rank, 1, 1)),
        k(SurroundedMatrix::Normal(keys, rank, 2, 2)),
        v(SurroundedMatrix::Normal(1, rank, 0, 3)),
        ds(SurroundedMatrix::Normal(queries, keys, 3, 4)) {}
};

TEST_CASE("Additive scores and their gradients equal their twins bit for bit", "[ops][additive]") {
  OnEveryTarget([] {
    for (const size_t rank : {1, 7, 16, 64, 65, 130}) {
      for (size_t queries = 1; queries <= 9; ++queries) {
        const size_t keys = 1 + (queries * 13 + rank) % 37;
        ScoredPairs c(queries, keys, rank);
        SurroundedMatrix s(queries, keys, 1), dq(queries, rank, 1), dk(keys, rank, 0);
        auto dv = SurroundedMatrix::Normal(1, rank, 0, 5);  // added to
        auto s_twin = s, dq_twin = dq, dk_twin = dk, dv_twin = dv;
        for (size_t r = 0; r < rank; ++r) {
          for (size_t i = 0; i < queries; ++i) dq_twin.View()(i, r) = 0.0f;
          for (size_t j = 0; j < keys; ++j) dk_twin.View()(j, r) = 0.0f;
        }
        for (size_t i = 0; i < queries; ++i) {
          for (size_t j = 0; j < keys; ++j) {
            s_twin.View()(i, j) = ScoreOf(c.q.Row(i), c.k.Row(j), c.v.Row(), rank,
                                          [](float unit) { return unit > 0.0f; });
            const float d = c.ds.View()(i, j);
            for (size_t r = 0; r < rank; ++r) {
              const float unit = c.q.View()(i, r) + c.k.View()(j, r);
              if (!(unit > 0.0f)) continue;
              dv_twin.Row()[r] += d * unit;
              dq_twin.View()(i, r) += d * c.v.Row()[r];
              dk_twin.View()(j, r) += d * c.v.Row()[r];
            }
          }
        }
        INFO(queries << " queries, " << keys << " keys, " << rank << " units");
        AdditiveScoresForward(c.q.View(), c.k.View(), c.v.Row(), s.View());
        CHECK(SameBits(s, s_twin));
        AdditiveScoresBackward(c.ds.View(), c.q.View(), c.k.View(), c.v.Row(), dq.View(), dk.View(),
                               dv.Row());
        CHECK(SameBits(dq, dq_twin));
        CHECK(SameBits(dk, dk_twin));
        CHECK(SameBits(dv, dv_twin));
      }
    }
  });
}

TEST_CASE("The gradients of additive scores are those of the formula", "[ops][additive]") {
  const size_t queries = 5, keys = 19, rank = 21;
  ScoredPairs c(queries, keys, rank);
  std::vector<double> point;
  for (SurroundedMatrix* part : {&c.q, &c.k, &c.v}) {
    for (const double x : part->Values<double>()) point.push_back(x);
  }
  const auto definition = [&](const std::vector<Dual>& x) {
    const Dual *q = x.data(), *k = q + queries * rank, *v = k + keys * rank;
    std::vector<Dual> scores;
    for (size_t i = 0; i < queries; ++i) {
      for (size_t j = 0; j < keys; ++j) {
        scores.push_back(ScoreOf(q + i * rank, k + j * rank, v, rank,
                                 [](const Dual& unit) { return unit.value > 0.0; }));
      }
    }
    return scores;
  };
  const std::vector<double> wanted = ExactGradient(definition, point, c.ds.Values<double>());
  OnEveryTarget([&] {
    SurroundedMatrix dq(queries, rank, 0), dk(keys, rank, 0);
    std::vector<float> dv(rank);
    AdditiveScoresBackward(c.ds.View(), c.q.View(), c.k.View(), c.v.Row(), dq.View(), dk.View(),
                           dv.data());
    std::vector<float> found = dq.Values();
    for (const float x : dk.Values()) found.push_back(x);
    found.insert(found.end(), dv.begin(), dv.end());
    CHECK(RelativeError(found, wanted) < 1e-6);
  });
}

}  // namespace
}  // namespace headscope
