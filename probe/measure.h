// What the cells of an experiment are measured by, and the unit each measure is told in.
#pragma once

#include <optional>
#include <string>

#include "probe/estimate.h"

namespace headscope {

struct MeasureUnit {
  std::string name;    // "%", "% of ln 2", "nats", "tau-b"
  std::string margin;  // of a difference: "points", "nats", "tau-b"
  int digits = 1;
  double largest = 100.0;
};

// accuracy, accuracy:GROUP (of a group of test examples)         % of the test set
// tvd (of the outputs from those of the base, mean)              %
// jsd:Ll, jsd:Ll heads (of layer l's attention from the base's)  % of ln 2, the largest there is
// kl:Ll, kl:Ll heads                                             nats
// jsd:sites, kl:sites (of the heads of adversary_sites)          likewise
// mass, mass:max, mass:below, ablated (see deception_summary.h)  % of a row's attention; accuracy %
// tau:gradient, tau:loo, tau:gradient-loo                        Kendall's tau-b of the orders that
//                                                                attention, gradient and
//                                                                leave-one-out give the pieces of
//                                                                an example
// permute:tvd, permute:uniform, permute:flips,                   %, with " all" behind it of every
//   instance:tvd (see instance_measures.h)                       row of every layer
// instance:jsd, instance:jsd by values                           % of ln 2, likewise
// mlm:loss (of a masked LM on held-out text)                     nats
// jsd:all (of all attention from keep_away_from's)               % of ln 2
// reader:accuracy, reader:plain (right answers of the adversary  %
//   on held-out text, and of the one that knows distances)
// reader:divergence (mean KL of the one from the other)          nats
// reader:X whole (the same three on inputs without masks)
// trees:UAS, trees:UUAS (of the trees in the best head's maps)   %
// attention:X, states:X, null:X with X of UPOS, UAS, coref (what   %
//   is read off them, see knowledge_measures.h)
// attack:X (what fresh readers read, see attention_attack.h)     %
//
// Nothing for a name that is none of these.
std::optional<MeasureUnit> UnitOf(const std::string& measure);

// "-0.3 [-0.9, 0.2]", with as many digits as the measure's unit has and no "-0.0".
std::string MeasureText(const Estimate& estimate, int digits);
std::string MeasureText(const Estimate& estimate, const std::string& measure);
// "-0.3 [-0.9, 0.2] points": of a difference.
std::string DifferenceText(const Estimate& difference, const std::string& measure);

// A sentence for readers of a report on what a measure is: "accuracy: share of …".
std::string MeasureMeaning(const std::string& measure);

// Lines on every measure, for --help and for errors.
std::string MeasureNames();

}  // namespace headscope
