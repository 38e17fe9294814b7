#include "probe/contrast.h"

#include <algorithm>
#include <cmath>

#include "model/base/error.h"
#include "probe/equivalence.h"
#include "probe/holm.h"
#include "probe/student_t.h"
#include "probe/t_interval.h"

namespace headscope {
namespace {

double SumOfSeeds(const SeededCounts& counts, size_t seeds, size_t cluster) {
  double sum = 0.0;
  for (size_t s = 0; s < seeds; ++s) {
    sum += counts.numerators[s * counts.denominators.size() + cluster];
  }
  return sum;
}

// few - many, [few.seeds, clusters]; few.seeds <= many.seeds.
std::vector<double> ScheffeDifferences(const SeededCounts& few, const SeededCounts& many) {
  const auto m = static_cast<double>(few.seeds), n = static_cast<double>(many.seeds);
  const size_t clusters = few.denominators.size();
  const double scale = std::sqrt(m / n);
  std::vector<double> differences(few.numerators.size());
  for (size_t g = 0; g < clusters; ++g) {
    const double shift =
        SumOfSeeds(many, few.seeds, g) / std::sqrt(m * n) - SumOfSeeds(many, many.seeds, g) / n;
    for (size_t i = g; i < differences.size(); i += clusters) {
      differences[i] = few.numerators[i] - scale * many.numerators[i] + shift;
    }
  }
  return differences;
}

// one - many, [many.seeds, clusters].
std::vector<double> DifferencesFromOne(const SeededCounts& one, const SeededCounts& many) {
  std::vector<double> differences(many.numerators.size());
  for (size_t i = 0; i < differences.size(); ++i) {
    differences[i] = one.numerators[i % one.denominators.size()] - many.numerators[i];
  }
  return differences;
}

// [clusters]
std::vector<double> DifferencesOfMeans(const SeededCounts& a, const SeededCounts& b) {
  std::vector<double> differences(a.denominators.size());
  for (size_t g = 0; g < differences.size(); ++g) {
    differences[g] = SumOfSeeds(a, a.seeds, g) / static_cast<double>(a.seeds) -
                     SumOfSeeds(b, b.seeds, g) / static_cast<double>(b.seeds);
  }
  return differences;
}

// few - many, [seeds, clusters].
std::vector<double> DifferencesBySeed(const SeededCounts& few, const SeededCounts& many) {
  if (many.seeds < kFewestSeedsOfContrasts) return DifferencesOfMeans(few, many);
  if (few.seeds == 1) return DifferencesFromOne(few, many);
  if (few.seeds < kFewestSeedsOfContrasts) return DifferencesOfMeans(few, many);
  return ScheffeDifferences(few, many);
}

double SumOfWords(std::span<const double> values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum;
}

Contrast TestedContrast(const ScoreDifference& difference, double margin) {
  const CrossedRatio& ratio = difference.ratio;
  Contrast contrast;
  contrast.difference = ratio.Interval();
  contrast.p = StudentTPValue(ratio.value, ratio.standard_error, ratio.degrees);
  contrast.equivalence_p =
      EquivalencePValue(ratio.value, ratio.standard_error, ratio.degrees, margin);
  contrast.over_seeds = !difference.by_seed.empty();
  if (contrast.over_seeds) {
    contrast.p = std::max(contrast.p, TTest(difference.by_seed));
    contrast.equivalence_p =
        std::max(contrast.equivalence_p, TestEquivalence(difference.by_seed, margin).p);
  }
  return contrast;
}

void AdjustAfterHolm(std::vector<Contrast>& contrasts, double Contrast::*from,
                     double Contrast::*to) {
  std::vector<double> values;
  for (const Contrast& contrast : contrasts) values.push_back(contrast.*from);
  const std::vector<double> adjusted = HolmAdjusted(values);
  for (size_t i = 0; i < contrasts.size(); ++i) contrasts[i].*to = adjusted[i];
}

}  // namespace

bool ArePaired(const SeededCounts& a, const SeededCounts& b) {
  return a.seeds > 0 && b.seeds > 0 && a.denominators == b.denominators;
}

ScoreDifference DifferenceOf(const SeededCounts& a, const SeededCounts& b) {
  if (!ArePaired(a, b)) {
    Fail("a paired difference: expected the same {} clusters of the same size, found {} others",
         a.denominators.size(), b.denominators.size());
  }
  const bool turned = a.seeds > b.seeds;
  std::vector<double> differences = turned ? DifferencesBySeed(b, a) : DifferencesBySeed(a, b);
  if (turned) {
    for (double& difference : differences) difference = -difference;
  }
  const size_t clusters = a.denominators.size(), seeds = differences.size() / clusters;
  std::vector<double> denominators;
  for (size_t s = 0; s < seeds; ++s) {
    denominators.insert(denominators.end(), a.denominators.begin(), a.denominators.end());
  }
  ScoreDifference result;
  result.ratio = MeasureCrossed(seeds, differences, denominators);
  for (size_t s = 0; s < seeds && seeds > 1; ++s) {
    result.by_seed.push_back(SumOfWords(std::span(differences).subspan(s * clusters, clusters)) /
                             SumOfWords(a.denominators));
  }
  return result;
}

std::vector<Contrast> DecideContrasts(std::span<const ScoreDifference> differences, double margin) {
  constexpr double kAlpha = 0.05;
  std::vector<Contrast> contrasts;
  for (const ScoreDifference& difference : differences) {
    contrasts.push_back(TestedContrast(difference, margin));
  }
  AdjustAfterHolm(contrasts, &Contrast::p, &Contrast::p_holm);
  AdjustAfterHolm(contrasts, &Contrast::equivalence_p, &Contrast::equivalence_p_holm);
  for (Contrast& contrast : contrasts) {
    if (contrast.p_holm < kAlpha) {
      contrast.verdict =
          contrast.difference.value > 0.0 ? ContrastVerdict::kLarger : ContrastVerdict::kSmaller;
    } else if (contrast.equivalence_p_holm < kAlpha) {
      contrast.verdict = ContrastVerdict::kEqual;
    }
  }
  return contrasts;
}

}  // namespace headscope
