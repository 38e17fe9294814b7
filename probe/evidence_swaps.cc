#include "probe/evidence_swaps.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "model/base/error.h"
#include "probe/bootstrap.h"
#include "probe/pattern_experiment.h"
#include "probe/probe_streams.h"
#include "train/classification_objective.h"

namespace headscope {
namespace {

// Classifies texts a few thousand at a time: all swaps of a long test set would not fit.
class SwapRunner {
 public:
  SwapRunner(Compute& compute, const ExplanationExamples& examples, uint64_t seed)
      : compute_(compute),
        examples_(examples),
        seed_(seed),
        split_(examples.is_dev ? PlantedSplit::kDev : PlantedSplit::kTest),
        task_(MakePlantedTask(ParsePlantedName(examples.task))),
        encoder_(examples.model.config),
        attention_(OwnAttention(examples.model)),
        objective_(encoder_, examples.model.labels.size(), examples.model.kind, *attention_, seed,
                   examples.set, kTexts, examples.set) {
    texts_.labels = examples.model.labels;
  }

  std::vector<SwapOutcome> Run(const std::function<void(size_t, size_t)>& progress) {
    const size_t count = examples_.places.size();
    for (size_t i = 0; i < count; ++i) {
      AddExample(i);
      if (texts_.examples.size() < kTexts && i + 1 < count) continue;
      Classify();
      progress(i + 1, count);
    }
    return std::move(outcomes_);
  }

 private:
  static constexpr size_t kTexts = 2048;

  void AddExample(size_t index) {
    const auto place = static_cast<uint32_t>(examples_.places[index]);
    const PlantedPair pair = task_->MakePair(split_, place / 2);
    const PlantedExample& example = place % 2 == 0 ? pair.first : pair.second;
    const PlantedExample& partner = place % 2 == 0 ? pair.second : pair.first;
    RandomSequence random(ProbeStream(seed_, ProbeSite::kSwaps, place));
    const auto add = [&](SwapKind kind, PlantedSwap swap) {
      Add(index, kind, example.query, std::move(swap));
    };
    add(SwapKind::kNone, {.places = {}, .words = example.words, .label = example.label});
    add(SwapKind::kPartner, {.places = {}, .words = partner.words, .label = partner.label});
    for (size_t set = 0; set < example.evidence.size(); ++set) {
      add(SwapKind::kEvidence, SwapEvidence(*task_, split_, example, set, random));
    }
    for (uint32_t word = 0; word < example.words.size(); ++word) {
      auto swap = SwapOtherWord(*task_, split_, example, word, random);
      if (swap) add(SwapKind::kOther, *std::move(swap));
    }
  }

  void Add(size_t index, SwapKind kind, int32_t query, PlantedSwap swap) {
    Example& text = texts_.examples.emplace_back();
    text.id = examples_.ids[index];
    text.label = static_cast<int32_t>(swap.label);
    text.query = query;
    for (const std::string& word : swap.words) text.text += (text.text.empty() ? "" : " ") + word;
    outcomes_.push_back({.example = index, .kind = kind, .swap = std::move(swap)});
  }

  // The pending texts, whose outcomes are the last ones.
  void Classify() {
    const EncodedSet set =
        EncodeExamples(*examples_.word_piece, texts_, examples_.max_length, examples_.truncation);
    const Predictions found = objective_.Predict(compute_, examples_.model.parameters, set);
    const size_t begin = outcomes_.size() - texts_.examples.size();
    uint32_t own = 0;
    for (size_t i = 0; i < found.Size(); ++i) {
      SwapOutcome& outcome = outcomes_[begin + i];
      outcome.predicted = static_cast<uint32_t>(found.Predicted(i));
      if (outcome.kind == SwapKind::kNone) own = outcome.predicted;
      outcome.has_changed = outcome.predicted != own;
      if (outcome.kind == SwapKind::kEvidence || outcome.has_changed) continue;
      outcome.swap.words = {};
    }
    texts_.examples.clear();
  }

  Compute& compute_;
  const ExplanationExamples& examples_;
  uint64_t seed_;
  PlantedSplit split_;
  std::unique_ptr<PlantedTask> task_;
  Encoder encoder_;
  std::shared_ptr<const AttentionControl> attention_;
  ClassificationObjective objective_;
  ExampleSet texts_;
  std::vector<SwapOutcome> outcomes_;
};

// All examples (an empty name), then each group where there are several.
std::vector<std::string> GroupsOf(const ExplanationExamples& examples) {
  std::vector<std::string> groups{examples.groups.begin(), examples.groups.end()};
  std::sort(groups.begin(), groups.end());
  groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
  if (groups.size() < 2) groups.clear();
  groups.insert(groups.begin(), "");
  return groups;
}

}  // namespace

const char* SwapKindName(SwapKind kind) {
  constexpr const char* kNames[] = {"as it is", "partner", "evidence", "other word"};
  return kNames[static_cast<size_t>(kind)];
}

std::vector<SwapOutcome> SwapWords(Compute& compute, const ExplanationExamples& examples,
                                   uint64_t seed,
                                   const std::function<void(size_t, size_t)>& progress) {
  if (!IsPlantedTask(examples.task)) {
    Fail("task {}: expected a planted task, whose evidence is known: {}", examples.task,
         PlantedTaskNames());
  }
  return SwapRunner(compute, examples, seed).Run(progress);
}

std::vector<SwapShares> SummariseSwaps(ThreadPool& pool, const ExplanationExamples& examples,
                                       const std::vector<SwapOutcome>& outcomes, uint64_t seed) {
  std::vector<SwapShares> shares;
  for (const std::string& group : GroupsOf(examples)) {
    for (const SwapKind kind : kSwapKinds) shares.push_back({.group = group, .kind = kind});
  }
  const size_t ratios = 2 * shares.size();
  std::vector<double> numerators, denominators;  // [pairs, (changed, right) of each]
  size_t pair = SIZE_MAX;
  for (const SwapOutcome& outcome : outcomes) {
    if (const size_t own = examples.places[outcome.example] / 2; own != pair) {
      pair = own;
      numerators.resize(numerators.size() + ratios);
      denominators.resize(denominators.size() + ratios);
    }
    double* const numerator = numerators.data() + numerators.size() - ratios;
    double* const denominator = denominators.data() + denominators.size() - ratios;
    for (size_t i = 0; i < shares.size(); ++i) {
      const bool is_in =
          shares[i].group.empty() || shares[i].group == examples.groups[outcome.example];
      if (!is_in || shares[i].kind != outcome.kind) continue;
      numerator[2 * i] += outcome.has_changed ? 1.0 : 0.0;
      numerator[2 * i + 1] += outcome.predicted == outcome.swap.label ? 1.0 : 0.0;
      denominator[2 * i] += 1.0;
      denominator[2 * i + 1] += 1.0;
    }
  }
  const std::vector<Estimate> estimates =
      BootstrapRatios(pool, ratios, numerators, denominators,
                      {.seed = seed, .site = static_cast<uint32_t>(ProbeSite::kSwaps)});
  for (size_t i = 0; i < shares.size(); ++i) {
    shares[i].changed = estimates[2 * i];
    shares[i].right = estimates[2 * i + 1];
  }
  return shares;
}

}  // namespace headscope
