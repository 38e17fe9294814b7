// An experiment in writing: what is asked, what is compared, and the rule by which the answer will
// be read, all fixed before anything is run. A TOML file says everything:
//
//     [experiment]          title, question, method, source, caveat; seeds; parts (of a suite)
//     [data] … [run]        a fine-tuning, as in its config.toml
//     [pretraining.base]    keys of a training's config: the masked LM the fine-tunings start from
//     [arm.NAME]            keys in which this arm differs; pretrained = false: from scratch
//     [claim.NAME]          hypothesis, and what decides: measure, arm, against, expect, margin
//
// An arm's `attention` holds for its masked LM too: an arm with uniform attention never had
// another.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "train/finetune_config.h"
#include "train/train_config.h"

namespace headscope {

// Of the difference arm - against, in percentage points, with margin m:
//   equivalent  within -m … m
//   lower       below -m
//   higher      above m
enum class Expectation { kEquivalent, kLower, kHigher };
std::string ExpectationName(Expectation expectation);  // "equivalent", "lower", "higher"

struct Claim {
  std::string name;
  std::string hypothesis;
  std::string measure = "accuracy";  // or accuracy:GROUP, of a group of test examples
  std::string arm;
  std::string against;  // another arm, or a number: percent, such as chance
  Expectation expect = Expectation::kEquivalent;
  double margin = 2.0;  // percentage points

  std::vector<ConfigField> Fields();
  // The number that `against` is, if it is one.
  std::optional<double> Constant() const;
  // "uniform - learned within 2 points".
  std::string Rule() const;
};

struct Arm {
  std::string name;
  FinetuneConfig finetuning;               // all but the seed
  std::optional<TrainConfig> pretraining;  // of the model it starts from
  std::vector<std::string> differences;    // "attention = uniform", from the experiment's own
  // What a cell is a function of, beside its seed: equal for equal arms wherever they are run.
  std::string Identity() const;
};

struct Experiment {
  std::string name;  // of the file, without folder and extension
  std::string title, question, method, source, caveat;
  uint64_t seeds = 8;
  std::vector<std::string> parts;  // a suite's experiments; it has no arms of its own
  std::vector<Arm> arms;
  std::vector<Claim> claims;
  std::string text;  // of the file, and under it what was set over it

  const Arm* FindArm(const std::string& arm) const;  // null when there is none
};

// `settings` are "key=value" over the file's: a key of [experiment] or of the fine-tuning, or
// pretraining.KEY, for all arms alike. Throws Error, with the file and where known the line, for
// what it cannot believe: unknown keys, claims about arms that are not there, suites with arms,
// experiments with neither.
Experiment ParseExperiment(const std::string& path, const std::string& text,
                           const std::vector<std::string>& settings = {});

}  // namespace headscope
