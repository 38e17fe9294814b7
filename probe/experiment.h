// An experiment in writing: what is asked, what is compared, and the rule by which the answer will
// be read, all fixed before anything is run. A TOML file says everything:
//
//     [experiment]          title, question, method, source, caveat; seeds; parts (of a suite);
//                           measures (the report's columns; none: all there are); treebank
//                           (synthetic or gum: whose documents models are asked about)
//     [data] … [run]        a fine-tuning, as in its config.toml
//     [pretraining.base]    keys of a training's config: the masked LM the fine-tunings start from
//                           without a task in [data]: the training that is the experiment's, and
//                           what arms and --set differ in are its keys
//     [arm.NAME]            keys in which this arm differs; pretrained = false: from scratch;
//                           seed_offset = N: its seeds are N more than the other arms'
//     [claim.NAME]          hypothesis, and what decides: measure, arm, against, expect, margin
//     [ratio.NAME]          measure, from, to: how far each arm is on the way from one arm to
//     another
//     [figure.NAME]         x and y, two measures: the arms by both; line: arms that are joined;
//                           caption
//
// An arm's `attention` holds for its masked LM too: an arm with uniform attention never had
// another. In model, attention, vocab, adversary_of and compare_with "<NAME>" is the model of an
// earlier arm, of the same seed.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "train/finetune_config.h"
#include "train/train_config.h"

namespace headscope {

// Of the difference arm - against, in the measure's unit, with margin m:
//   equivalent  within -m … m
//   lower       below -m
//   higher      above m
enum class Expectation { kEquivalent, kLower, kHigher };
std::string ExpectationName(Expectation expectation);  // "equivalent", "lower", "higher"

struct Claim {
  std::string name;
  std::string hypothesis;
  std::string measure = "accuracy";  // see measure.h
  std::string arm;
  std::string against;  // another arm, or a number, such as chance
  Expectation expect = Expectation::kEquivalent;
  double margin = 2.0;  // in the measure's unit: percentage points, nats

  std::vector<ConfigField> Fields();
  // The number that `against` is, if it is one.
  std::optional<double> Constant() const;
  // "uniform - learned within 2 points".
  std::string Rule() const;
};

// R = (arm - from) / (to - from), means over seeds of a measure, for every arm; undefined where the
// denominator's interval includes 0 (see paired_ratio.h).
struct ArmRatio {
  std::string name;
  std::string measure;
  std::string from, to;  // arms

  std::vector<ConfigField> Fields();
};

// The report's figure of all arms that have both measures.
struct ArmFigure {
  std::string name;
  std::string x, y;               // measures
  std::vector<std::string> line;  // arms that are joined, in this order
  std::string caption;

  std::vector<ConfigField> Fields();
};

struct Arm {
  std::string name;
  FinetuneConfig finetuning;               // all but the seed
  std::optional<TrainConfig> pretraining;  // of the model it starts from
  // Where there is no task: the training that a cell is, all but the seed.
  std::optional<TrainConfig> masked_lm = {};
  uint64_t seed_offset = 0;
  std::vector<std::string> uses;         // earlier arms, whose models its settings name
  std::string identity_of_used = {};     // their identities
  std::vector<std::string> differences;  // "attention = uniform", from the experiment's own
  // What a cell is a function of, beside its seed: equal for equal arms wherever they are run.
  std::string Identity() const;
  // Its settings with the folders of the models it uses in the place of their names.
  using ModelOf = std::function<std::string(const std::string& arm)>;
  FinetuneConfig WithModels(const ModelOf& model_of) const;
  TrainConfig MaskedLmWithModels(const ModelOf& model_of) const;
};

// Whose sentences models are asked about by the measures that read attention and hidden states:
// documents of the synthetic language, or of GUM.
enum class MeasuredTreebank { kSynthetic, kGum };

struct Experiment {
  std::string name;  // of the file, without folder and extension
  std::string title, question, method, source, caveat;
  uint64_t seeds = 8;
  std::vector<std::string> parts;  // a suite's experiments; it has no arms of its own
  std::vector<std::string> measures;
  MeasuredTreebank treebank = MeasuredTreebank::kSynthetic;
  std::vector<Arm> arms;
  std::vector<Claim> claims;
  std::vector<ArmRatio> ratios;
  std::vector<ArmFigure> figures;
  std::string text;  // of the file, and under it what was set over it

  const Arm* FindArm(const std::string& arm) const;  // null when there is none
  // All that is asked for: the report's columns and figures, and what claims are about.
  std::set<std::string> AskedMeasures() const;
};

// `settings` are "key=value" over the file's: a key of [experiment] or of the fine-tuning, or
// pretraining.KEY, for all arms alike. Throws Error, with the file and where known the line, for
// what it cannot believe: unknown keys, claims and models of arms that are not there, suites with
// arms, experiments with neither.
Experiment ParseExperiment(const std::string& path, const std::string& text,
                           const std::vector<std::string>& settings = {});

}  // namespace headscope
