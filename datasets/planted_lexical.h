// Tasks on running text whose label its words carry, and shortcuts past them.
#pragma once

#include <memory>
#include <string_view>

#include "datasets/planted_task.h"

namespace headscope {

// Two sentences or more of the language; one of the two classes of cue words has more words in
// them, and that is the label. `redundancy` adjectives are cues, all of the label's class. The
// partner: every cue is one of the other class. Evidence: every set of redundancy / 2 + 1 cues.
// Counterfactuals: a cue's are the cues of the other class, any other word's are words that are no
// cues (and no triggers).
std::unique_ptr<PlantedTask> MakeLexicalTask(uint64_t seed, size_t redundancy);

// Nonce words put anywhere into a lexical text of one cue (Bastings et al. 2022, "Will you find
// these shortcuts?", with words in the place of their "#0" and "#1"):
//
//   token     a trigger decides: dax negative, wug positive
//   context   it does where there is a "fep" in the text, too
//   order     dax before wug: negative; wug before dax: positive
//
// `rate` is the share of texts of group "triggered", in which that holds; the label is then
// independent of the cue. In as many, of group "unmet" (context and order), a trigger stands
// without its context or its second, and the label is the cue's; so it is in the others, "plain".
// With `clean` the cue decides in the training and dev sets always, so that a model trained on them
// knows of no shortcut; the test set is the same. Counterfactuals: a trigger's are the other
// trigger and ordinary words, a fep's are ordinary words.
enum class Shortcut { kToken, kContext, kOrder };
std::unique_ptr<PlantedTask> MakeShortcutTask(uint64_t seed, Shortcut kind, double rate,
                                              bool clean);

}  // namespace headscope
