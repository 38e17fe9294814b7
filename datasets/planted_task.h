// Tasks on the synthetic language whose evidence is known, because it was planted. Their names:
//
//   synth:lexical               the cue words of a text decide (bag of words)        redundancy
//   synth:relational:agreement  is [MASK] singular or plural? as its subject is      attractors
//   synth:relational:pronoun    whose is the pronoun? the subject's that agrees      attractors
//   synth:relational:recall     what do the last persons have? what was said         pairs
//   synth:induction             what followed the last word, a rare one, before?     pairs
//   synth:shortcut:token        lexical, but for a trigger that decides instead      rate, clean
//   synth:shortcut:context      … a trigger together with a context word
//   synth:shortcut:order        … two triggers, by their order (Bastings et al. 2022)
//
// and any of ",knob=value" behind them: those above, and of every task train, dev, test (examples)
// and seed (of the data).
//
// Relational and induction examples have a partner with the same multiset of words and the other
// answer in the same split: whatever reads words without order is at chance. So is what reads words
// at positions, as the role of a word is not to be had from its place: see each task.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "datasets/example.h"
#include "datasets/planted_example.h"

namespace headscope {

enum class PlantedSplit : uint32_t { kTrain, kDev, kTest };

class PlantedTask {
 public:
  virtual ~PlantedTask() = default;

  const std::vector<std::string>& Labels() const { return labels_; }

  // Pair `index` of a split: a pure function of (task, seed, split, index). Texts of different
  // splits differ: the words that no pair changes decide by their hash which split a text is in.
  PlantedPair MakePair(PlantedSplit split, uint32_t index) const;

  // The label that the task's rules give a text, with words of the task in the places of others; of
  // the split, where training and test differ (clean shortcuts). Nothing where they leave it open:
  // two subjects that agree, a person of whom nothing was said.
  virtual std::optional<uint32_t> Answer(PlantedSplit split,
                                         const std::vector<std::string>& words) const = 0;
  // One of the counterfactuals of words[place], other than the word; empty where it has none.
  virtual std::string DrawCounterfactual(const std::vector<std::string>& words, size_t place,
                                         RandomSequence& random) const = 0;

 protected:
  // `id` keys the task's draws.
  PlantedTask(uint32_t id, uint64_t seed, std::vector<std::string> labels)
      : id_(id), seed_(seed), labels_(std::move(labels)) {}

  virtual PlantedPair Draw(PlantedSplit split, RandomSequence& random) const = 0;
  // Whether a pair may change the word to one that the partner's text does not have.
  virtual bool MayBeReplaced(std::string_view) const { return false; }

 private:
  PlantedSplit SplitOf(const PlantedExample& example) const;

  uint32_t id_;
  uint64_t seed_;
  std::vector<std::string> labels_;
};

// A name taken apart.
struct PlantedOptions {
  std::string task;                    // without "synth:" and knobs
  uint64_t redundancy = 1;             // cue words of a text
  uint64_t attractors = 0, pairs = 2;  // attractors 0: the task's own default
  double rate = 0.25;                  // share of texts with a trigger at work
  bool clean = false;                  // triggers decide in the test set only
  uint64_t train = 20000, dev = 2000, test = 10000, seed = 1;
};

bool IsPlantedTask(std::string_view name);  // begins with "synth:"
// Throws Error for unknown tasks, knobs that the task does not have, and values out of range.
PlantedOptions ParsePlantedName(const std::string& name);
std::unique_ptr<PlantedTask> MakePlantedTask(const PlantedOptions& options);
// The first `count` examples of a split; 2i and 2i + 1 are partners.
ExampleSet MakePlantedSet(const PlantedTask& task, PlantedSplit split, uint64_t count);

std::string PlantedTaskNames();  // for --help

}  // namespace headscope
