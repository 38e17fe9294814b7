#include "probe/verdict.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "model/base/error.h"
#include "probe/equivalence.h"
#include "probe/holm.h"
#include "probe/student_t.h"
#include "probe/t_interval.h"

namespace headscope {
namespace {

double MeasureOf(const Cell& cell, const Claim& claim) {
  const auto found = cell.measures.find(claim.measure);
  if (found != cell.measures.end()) return found->second;
  std::vector<std::string> names;
  for (const auto& [name, value] : cell.measures) names.push_back(name);
  Fail("[claim.{}]: expected measure to be one of {}, found \"{}\"", claim.name,
       fmt::join(names, ", "), claim.measure);
}

// By seed.
std::map<uint64_t, double> ValuesOf(const std::vector<Cell>& cells, const Claim& claim,
                                    const std::string& arm) {
  std::map<uint64_t, double> values;
  for (const Cell& cell : cells) {
    if (cell.arm == arm) values[cell.seed] = MeasureOf(cell, claim);
  }
  return values;
}

// Seeds that one of the two arms lacks are left out.
std::vector<double> Differences(const std::vector<Cell>& cells, const Claim& claim) {
  const std::map<uint64_t, double> arm = ValuesOf(cells, claim, claim.arm);
  const std::map<uint64_t, double> against = ValuesOf(cells, claim, claim.against);
  const std::optional<double> constant = claim.Constant();
  std::vector<double> differences;
  for (const auto& [seed, value] : arm) {
    if (constant) {
      differences.push_back(value - *constant);
    } else if (const auto other = against.find(seed); other != against.end()) {
      differences.push_back(value - other->second);
    }
  }
  return differences;
}

// The one-sided p of "the mean is below `bound`", against "it is not".
double PBelow(const std::vector<double>& values, double bound) {
  const double two_sided = TTest(values, bound);
  return MomentsOf(values).mean < bound ? two_sided / 2 : 1.0 - two_sided / 2;
}

double PAbove(const std::vector<double>& values, double bound) {
  const double two_sided = TTest(values, bound);
  return MomentsOf(values).mean > bound ? two_sided / 2 : 1.0 - two_sided / 2;
}

void Test(Decision& decision) {
  const std::vector<double>& d = decision.differences;
  const double m = decision.claim.margin;
  switch (decision.claim.expect) {
    case Expectation::kEquivalent:
      decision.p_supported = TestEquivalence(d, m).p;
      // Either side refutes: twice the smaller p, after Bonferroni.
      decision.p_refuted = std::min(1.0, 2 * std::min(PBelow(d, -m), PAbove(d, m)));
      break;
    case Expectation::kLower:
      decision.p_supported = PBelow(d, -m);
      decision.p_refuted = PAbove(d, -m);
      break;
    case Expectation::kHigher:
      decision.p_supported = PAbove(d, m);
      decision.p_refuted = PBelow(d, m);
      break;
  }
}

void Adjust(std::vector<Decision>& decisions, double Decision::*p) {
  std::vector<double> values;
  for (const Decision& decision : decisions) values.push_back(decision.*p);
  const std::vector<double> adjusted = HolmAdjusted(values);
  for (size_t i = 0; i < decisions.size(); ++i) decisions[i].*p = adjusted[i];
}

// How far the pilot's mean lies from where the verdict changes.
double Distance(const Decision& pilot) {
  const double mean = pilot.difference.value, m = pilot.claim.margin;
  switch (pilot.claim.expect) {
    case Expectation::kEquivalent:
      return std::abs(m - std::abs(mean));
    case Expectation::kLower:
      return std::abs(mean + m);
    case Expectation::kHigher:
      return std::abs(mean - m);
  }
  return 0.0;
}

}  // namespace

std::string VerdictName(Verdict verdict) {
  constexpr const char* kNames[] = {"supported", "refuted", "inconclusive"};
  return kNames[static_cast<size_t>(verdict)];
}

std::vector<Decision> Decide(const std::vector<Claim>& claims, const std::vector<Cell>& cells) {
  constexpr double kAlpha = 0.05;
  std::vector<Decision> decisions;
  for (const Claim& claim : claims) {
    Decision decision;
    decision.claim = claim;
    decision.differences = Differences(cells, claim);
    if (decision.differences.size() < 2) {
      Fail("[claim.{}]: expected at least two seeds of {} and {}, found {}", claim.name, claim.arm,
           claim.against, decision.differences.size());
    }
    decision.difference = TInterval(decision.differences);
    Test(decision);
    decisions.push_back(std::move(decision));
  }
  Adjust(decisions, &Decision::p_supported);
  Adjust(decisions, &Decision::p_refuted);
  for (Decision& decision : decisions) {
    decision.verdict = decision.p_supported < kAlpha ? Verdict::kSupported
                       : decision.p_refuted < kAlpha ? Verdict::kRefuted
                                                     : Verdict::kInconclusive;
  }
  return decisions;
}

size_t SeedsNeeded(const Decision& pilot, double power) {
  constexpr size_t kMost = 100000;
  const double distance = Distance(pilot);
  if (distance == 0.0) return 0;
  const double deviation = std::sqrt(MomentsOf(pilot.differences).variance);
  const bool inside = std::abs(pilot.difference.value) < pilot.claim.margin;
  const bool two_sides = pilot.claim.expect == Expectation::kEquivalent && inside;
  const double wanted = two_sides ? (1 + power) / 2 : power;
  for (size_t n = 2; n < kMost; ++n) {
    const double degrees = static_cast<double>(n - 1);
    const double reach = StudentTQuantile(0.95, degrees) + StudentTQuantile(wanted, degrees);
    if (reach * deviation <= distance * std::sqrt(static_cast<double>(n))) return n;
  }
  return kMost;
}

}  // namespace headscope
