#include "probe/instance_measures.h"

#include <vector>

#include "model/base/elementary.h"
#include "probe/attention_adversary.h"
#include "probe/evenly_spread.h"
#include "probe/permutation_test.h"

namespace headscope {
namespace {

// The mean of what was added under each name; nothing where nothing was.
class MeansByName {
 public:
  void Add(const std::string& name, double value) {
    sums_[name] += value;
    ++counts_[name];
  }
  std::map<std::string, double> Means(const std::string& suffix) const {
    std::map<std::string, double> means;
    for (const auto& [name, sum] : sums_) {
      means[name + suffix] = sum / static_cast<double>(counts_.at(name));
    }
    return means;
  }

 private:
  std::map<std::string, double> sums_;
  std::map<std::string, size_t> counts_;
};

std::string SuffixOf(PatternScope scope) {
  return scope == PatternScope::kAllLayers ? kAllLayersSuffix : "";
}

void Unheeded(size_t, size_t) {}

}  // namespace

std::map<std::string, double> InstanceMeasures::Permutations(PatternScope scope,
                                                             size_t examples) const {
  PatternExperiment experiment(compute_, model_, scope);
  std::vector<size_t> places;
  for (const size_t place : EvenlySpread(examples, test_.examples.size())) {
    (void)experiment.Start(test_.examples[place], 1);
    if (!experiment.IsFlat()) places.push_back(place);
  }
  const PermutationOptions options{.cls = word_piece_.Cls(), .sep = word_piece_.Sep()};
  const auto tested =
      TestPermutations(experiment, Taken(places).examples, places, options, Unheeded);
  MeansByName means;
  for (const auto& result : tested) {
    if (!result) continue;
    means.Add("permute:tvd", 100.0 * result->median_tvd);
    means.Add("permute:uniform", 100.0 * result->uniform_tvd);
    means.Add("permute:flips", 100.0 * result->flipped);
  }
  return means.Means(SuffixOf(scope));
}

std::map<std::string, double> InstanceMeasures::Adversaries(PatternScope scope,
                                                            size_t examples) const {
  const std::vector<size_t> places = EvenlySpread(examples, test_.examples.size());
  PatternExperiment experiment(compute_, model_, scope);
  const double most = Log(2.0);
  MeansByName means;
  for (const AdversaryResult& result :
       FindAdversaries(experiment, Taken(places).examples, places, {}, Unheeded)) {
    means.Add("instance:jsd", 100.0 / most * result.jsd);
    means.Add("instance:jsd by values", 100.0 / most * result.value_weighted_jsd);
    means.Add("instance:tvd", 100.0 * result.tvd);
  }
  return means.Means(SuffixOf(scope));
}

EncodedSet InstanceMeasures::Taken(const std::vector<size_t>& places) const {
  EncodedSet taken;
  for (const size_t place : places) taken.examples.push_back(test_.examples[place]);
  return taken;
}

}  // namespace headscope
