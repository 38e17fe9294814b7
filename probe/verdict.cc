#include "probe/verdict.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "probe/equivalence.h"
#include "probe/holm.h"
#include "probe/student_t.h"
#include "probe/t_interval.h"

namespace headscope {
namespace {

constexpr double kAlpha = 0.05;

// By seed; without the cells in which the measure is undefined.
std::map<uint64_t, double> ValuesOf(const std::vector<Cell>& cells, const Claim& claim,
                                    const std::string& arm) {
  std::map<uint64_t, double> values;
  for (const Cell& cell : cells) {
    const auto found = cell.measures.find(claim.measure);
    if (cell.arm == arm && found != cell.measures.end()) values[cell.seed] = found->second;
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

// "tau:loo has seeds: 0 of uniform, 8 of learned, 0 of both".
std::string WhyUndefined(const std::vector<Cell>& cells, const Claim& claim, size_t both) {
  const size_t of_arm = ValuesOf(cells, claim, claim.arm).size();
  const std::string text = fmt::format("{} has seeds: {} of {}", claim.measure, of_arm, claim.arm);
  if (claim.Constant()) return text;
  return fmt::format("{}, {} of {}, {} of both", text, ValuesOf(cells, claim, claim.against).size(),
                     claim.against, both);
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
  for (const Decision& decision : decisions) {
    if (decision.undefined.empty()) values.push_back(decision.*p);
  }
  const std::vector<double> adjusted = HolmAdjusted(values);
  size_t next = 0;
  for (Decision& decision : decisions) {
    if (decision.undefined.empty()) decision.*p = adjusted[next++];
  }
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
  constexpr const char* kNames[] = {"supported", "refuted", "inconclusive", "undefined"};
  return kNames[static_cast<size_t>(verdict)];
}

std::vector<Decision> Decide(const std::vector<Claim>& claims, const std::vector<Cell>& cells) {
  std::vector<Decision> decisions;
  for (const Claim& claim : claims) {
    Decision decision;
    decision.claim = claim;
    decision.differences = Differences(cells, claim);
    if (decision.differences.size() < 2) {
      decision.undefined = WhyUndefined(cells, claim, decision.differences.size());
    } else {
      decision.difference = TInterval(decision.differences);
      Test(decision);
    }
    decisions.push_back(std::move(decision));
  }
  Adjust(decisions, &Decision::p_supported);
  Adjust(decisions, &Decision::p_refuted);
  for (Decision& decision : decisions) {
    decision.verdict = !decision.undefined.empty()     ? Verdict::kUndefined
                       : decision.p_supported < kAlpha ? Verdict::kSupported
                       : decision.p_refuted < kAlpha   ? Verdict::kRefuted
                                                       : Verdict::kInconclusive;
  }
  return decisions;
}

size_t SeedsNeeded(const Decision& pilot, size_t claims, double power) {
  constexpr size_t kMost = 100000;
  const double distance = Distance(pilot);
  if (distance == 0.0) return 0;
  const double deviation = std::sqrt(MomentsOf(pilot.differences).variance);
  const bool inside = std::abs(pilot.difference.value) < pilot.claim.margin;
  const bool two_sides = pilot.claim.expect == Expectation::kEquivalent && inside;
  const double wanted = two_sides ? (1 + power) / 2 : power;
  const double sure = 1.0 - kAlpha / static_cast<double>(claims);
  for (size_t n = 2; n < kMost; ++n) {
    const double degrees = static_cast<double>(n - 1);
    const double reach = StudentTQuantile(sure, degrees) + StudentTQuantile(wanted, degrees);
    if (reach * deviation <= distance * std::sqrt(static_cast<double>(n))) return n;
  }
  return kMost;
}

}  // namespace headscope
