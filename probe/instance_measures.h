// Jain & Wallace's experiments on single examples (2019, section 4.2) as measures of a classifier:
// what `headscope explain permute` and `explain adversary` find, by their default options, on some
// examples of the test set.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "datasets/example_encoding.h"
#include "datasets/wordpiece.h"
#include "model/classifier.h"
#include "probe/pattern_experiment.h"

namespace headscope {

// Behind the names of what is measured of every row of every layer, jointly.
inline constexpr const char* kAllLayersSuffix = " all";

class InstanceMeasures {
 public:
  // All must outlive the object. `test`: what the examples are taken from, evenly spread. An
  // example's draws are keyed by its place there and by seed 1, so that all models of a task meet
  // the same ones.
  InstanceMeasures(Compute& compute, const PretrainedClassifier& model, const WordPiece& word_piece,
                   const EncodedSet& test)
      : compute_(compute), model_(model), word_piece_(word_piece), test_(test) {}

  // Means over the examples, in percent:
  //   permute:tvd      median total variation of 100 outputs under shuffled weights
  //   permute:uniform  total variation of the output under the same weight spread evenly
  //   permute:flips    shuffles after which another label is predicted
  // Left out are examples with fewer than two pieces to shuffle, and those of which no row prefers
  // any piece: under uniform attention shuffling is no intervention, and there are no measures.
  std::map<std::string, double> Permutations(PatternScope scope, size_t examples) const;

  // Means over the examples, of the furthest attention found whose output is within a total
  // variation of 0.01:
  //   instance:jsd            its Jensen-Shannon divergence from the model's, in % of ln 2
  //   instance:jsd by values  the same of weights times the norms of what they weigh
  //   instance:tvd            its total variation, in percent
  // Defined for every regime: uniform attention, too, has others that give its output.
  std::map<std::string, double> Adversaries(PatternScope scope, size_t examples) const;

 private:
  EncodedSet Taken(const std::vector<size_t>& places) const;

  Compute& compute_;
  const PretrainedClassifier& model_;
  const WordPiece& word_piece_;
  const EncodedSet& test_;
};

}  // namespace headscope
