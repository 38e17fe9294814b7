#include "probe/word_probe.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <sstream>

#include "model/base/error.h"
#include "probe/linear_probe.h"
#include "probe/mlp_probe.h"

namespace headscope {
namespace {

template <typename Number>
Number NumberOf(const std::string& name, const std::string& setting, const std::string& text,
                bool is_allowed(Number), const char* expected) {
  Number value{};
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stopped != end || !is_allowed(value)) {
    Fail("probe \"{}\": expected {} {}, found \"{}\"", name, setting, expected, text);
  }
  return value;
}

size_t CountOf(const std::string& name, const std::string& setting, const std::string& text) {
  constexpr size_t kMost = 100000;
  return NumberOf<size_t>(
      name, setting, text, [](size_t n) { return n >= 1 && n <= kMost; }, "from 1 to 100000");
}

void Set(const std::string& name, const std::string& setting, const std::string& text,
         WordProbe& probe) {
  if (probe.IsLinear() && setting == "rank") {
    probe.rank = CountOf(name, setting, text);
  } else if (probe.IsLinear() && setting == "C") {
    probe.c = NumberOf<double>(
        name, setting, text, [](double c) { return c > 0.0 && c < 1e300; }, "above 0");
  } else if (!probe.IsLinear() && setting == "units") {
    probe.units = CountOf(name, setting, text);
  } else if (!probe.IsLinear() && setting == "decay") {
    probe.weight_decay = NumberOf<double>(
        name, setting, text, [](double d) { return d >= 0.0 && d <= 1000.0; }, "from 0 to 1000");
  } else if (!probe.IsLinear() && setting == "dropout") {
    probe.dropout = NumberOf<double>(
        name, setting, text, [](double d) { return d >= 0.0 && d <= 0.95; }, "from 0 to 0.95");
  } else {
    Fail("probe \"{}\": expected {}, found \"{}\"", name,
         probe.IsLinear() ? "rank or C" : "units, decay or dropout", setting);
  }
}

// Every name with every value behind it; the names as they are where there is none.
std::vector<std::string> With(const std::vector<std::string>& names, const char* setting,
                              const std::vector<std::string>& values) {
  if (values.empty()) return names;
  std::vector<std::string> all;
  for (const std::string& name : names) {
    for (const std::string& value : values) {
      const std::string swept =
          ParseWordProbe(fmt::format("{} {} {}", name, setting, value)).Name();
      if (std::ranges::count(all, swept) == 0) all.push_back(swept);
    }
  }
  return all;
}

}  // namespace

std::string WordProbe::Name() const {
  std::string name = kind;
  if (rank > 0) name += fmt::format(" rank {}", rank);
  if (c > 0.0) name += fmt::format(" C {}", c);
  if (units > 0) name += fmt::format(" units {}", units);
  if (weight_decay > 0.0) name += fmt::format(" decay {}", weight_decay);
  if (dropout > 0.0) name += fmt::format(" dropout {}", dropout);
  return name;
}

WordProbe ParseWordProbe(const std::string& name) {
  std::istringstream words(name);
  WordProbe probe;
  words >> probe.kind;
  if (std::ranges::count(kWordProbes, probe.kind) == 0) {
    Fail("--probe: expected {}, found {}", fmt::join(kWordProbes, ", "), name);
  }
  for (std::string setting, text; words >> setting;) {
    text.clear();
    words >> text;
    Set(name, setting, text, probe);
  }
  return probe;
}

std::vector<std::string> SweptProbes(const std::vector<std::string>& kinds,
                                     const WordProbeSweep& sweep) {
  std::vector<std::string> all;
  for (const std::string& kind : kinds) {
    std::vector<std::string> names = {ParseWordProbe(kind).Name()};
    if (kind == "linear") {
      names = With(With(names, "rank", sweep.rank), "C", sweep.penalty);
    } else {
      names = With(With(With(names, "units", sweep.units), "decay", sweep.weight_decay), "dropout",
                   sweep.dropout);
    }
    all.insert(all.end(), names.begin(), names.end());
  }
  return all;
}

std::unique_ptr<Probe> MakeWordProbe(const std::string& name, size_t num_labels,
                                     size_t hidden_units, size_t mixed_layers, size_t parts) {
  const WordProbe probe = ParseWordProbe(name);
  if (probe.IsLinear() && mixed_layers == 0) {
    LinearProbeOptions options;
    options.rank = probe.rank;
    if (probe.c > 0.0) options.c = {probe.c};
    return std::make_unique<LinearProbe>(num_labels, options);
  }
  if (probe.rank > 0 || probe.c > 0.0) {
    Fail("--layers mix: expected probes without rank and penalty, found {}", name);
  }
  MlpProbeOptions options;
  options.hidden_layers = probe.IsLinear() ? 0 : probe.kind == "mlp1" ? 1 : 2;
  options.mixed_layers = mixed_layers;
  options.parts = parts;
  options.hidden = probe.units > 0 ? probe.units : hidden_units;
  options.weight_decay = probe.weight_decay;
  options.dropout = probe.dropout;
  return std::make_unique<MlpProbe>(num_labels, options);
}

}  // namespace headscope
