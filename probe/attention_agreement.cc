#include "probe/attention_agreement.h"

#include <cmath>
#include <utility>

#include "probe/evenly_spread.h"
#include "probe/rank_correlation.h"

namespace headscope {
namespace {

class MeanTau {
 public:
  void Add(const std::vector<double>& x, const std::vector<double>& y) {
    const double tau = KendallTauB(x, y).value;
    if (std::isnan(tau)) return;
    sum_ += tau;
    ++n_;
  }
  void Put(const char* name, std::map<std::string, double>& measures) const {
    if (n_ > 0) measures[name] = sum_ / static_cast<double>(n_);
  }

 private:
  double sum_ = 0.0;
  size_t n_ = 0;
};

}  // namespace

std::map<std::string, double> AttentionAgreement(TokenScorer& scorer, const EncodedSet& set,
                                                 size_t examples) {
  MeanTau with_gradient, with_loo, of_both;
  for (const size_t place : EvenlySpread(examples, set.examples.size())) {
    const TokenScores scores = scorer.Score(set.examples[place]);
    if (scores.pieces.size() < 2) continue;
    with_gradient.Add(scores.attention, scores.gradient);
    with_loo.Add(scores.attention, scores.leave_one_out);
    of_both.Add(scores.gradient, scores.leave_one_out);
  }
  std::map<std::string, double> measures;
  with_gradient.Put("tau:gradient", measures);
  with_loo.Put("tau:loo", measures);
  of_both.Put("tau:gradient-loo", measures);
  return measures;
}

}  // namespace headscope
