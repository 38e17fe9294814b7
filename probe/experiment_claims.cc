#include <fmt/core.h>

#include <charconv>

#include "probe/experiment.h"
#include "probe/measure.h"

namespace headscope {
namespace {

const std::vector<std::string> kExpectations = {"equivalent", "lower", "higher"};

}  // namespace

std::string ExpectationName(Expectation expectation) {
  return kExpectations[static_cast<size_t>(expectation)];
}

std::vector<ConfigField> Claim::Fields() {
  return {
      {"claim", "hypothesis", "", "", &hypothesis},
      {"claim", "measure", "", "", &measure},
      {"claim", "arm", "", "", &arm},
      {"claim", "against", "", "", &against},
      {"claim", "expect", "", "", EnumValue(expect, kExpectations, "expect")},
      {"claim", "margin", "", "", &margin, 0, 100},
  };
}

std::vector<ConfigField> ArmRatio::Fields() {
  return {
      {"ratio", "measure", "", "", &measure},
      {"ratio", "from", "", "", &from},
      {"ratio", "to", "", "", &to},
  };
}

std::vector<ConfigField> ArmFigure::Fields() {
  return {
      {"figure", "x", "", "", &x},
      {"figure", "y", "", "", &y},
      {"figure", "line", "", "", &line},
      {"figure", "caption", "", "", &caption},
  };
}

std::optional<double> Claim::Constant() const {
  double value = 0.0;
  const char* const end = against.data() + against.size();
  const auto [stopped, error] = std::from_chars(against.data(), end, value);
  const auto unit = UnitOf(measure);
  const double largest = unit ? unit->largest : 0.0;
  if (error != std::errc() || stopped != end || !(value >= 0.0 && value <= largest)) return {};
  return value;
}

std::string Claim::Rule() const {
  const MeasureUnit unit = UnitOf(measure).value_or(MeasureUnit{});
  const std::string constant = against + (unit.margin == "points" ? "%" : " " + unit.name);
  const std::string difference =
      fmt::format("{} of {} - {}", measure, arm, Constant() ? constant : against);
  switch (expect) {
    case Expectation::kEquivalent:
      return fmt::format("{} within {} {}", difference, margin, unit.margin);
    case Expectation::kLower:
      return margin == 0.0 ? fmt::format("{} below 0", difference)
                           : fmt::format("{} below -{} {}", difference, margin, unit.margin);
    case Expectation::kHigher:
      return fmt::format("{} above {} {}", difference, margin, unit.margin);
  }
  return "";
}

}  // namespace headscope
