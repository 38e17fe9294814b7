// Is scrubbed attention scrubbed? A model is frozen, and fresh readers, stronger than the one it
// was trained against, are fitted on documents that it never saw: what do they read of dependencies
// beyond a reader that knows distances only?
#pragma once

#include <map>
#include <string>

#include "datasets/conllu.h"
#include "datasets/masking.h"
#include "datasets/wordpiece.h"
#include "model/attention_control.h"
#include "model/base/thread_pool.h"
#include "model/pretrained.h"

namespace headscope {

// Readers are fitted on train, the best of them is chosen on dev and scored on test.
struct AttackCorpus {
  Treebank train, dev, test;
};

struct AttackOptions {
  MaskUnit mask_unit = MaskUnit::kPiece;
  double mask_rate = 0.15;  // of the model's training: what it sees masked
  uint64_t seed = 1;        // of masks, and of the readers that are random
};

// Readers: linear ones of attention as in each of attack_maps.h ("attack:heads", …), a network
// ("attack:network", attack_network.h), and "heads" with weights that depend on the two words
// ("attack:words"). UAS on test in percent (words that are neither punctuation nor the root; of m
// equal choices 1 / m is right), on inputs masked as in training. Without attention: distances
// alone ("attack:distance"), and all that is known, as in attack_maps.h and attack_network.h:
// "attack:plain linear", "attack:plain network", and "attack:plain", whichever is better on dev;
// with words "attack:plain+words".
//
//   attack:excess           the best on dev of those without words less attack:plain
//   attack:excess words     that with words less attack:plain+words
//   attack:excess distance  the same best less attack:distance. An upper bound of what attention
//                           says: lengths in pieces, which attention tells that is uniform, and
//                           positions count as well
//
// The same three on whole inputs ("attack:excess whole", …) and with patterns weighed by the values
// (alpha |f(x)|: "attack:excess values", "… values whole"). "attack:excess blank", "attack:excess
// distance blank": on inputs whose words are all [MASK], which tells what is read of positions and
// lengths, and not of words. `attention`: the control that the model is run under (ControlOf).
// Throws Error.
std::map<std::string, double> AttackAttention(ThreadPool& pool, const PretrainedModel& model,
                                              const AttentionControl* attention,
                                              const WordPiece& word_piece,
                                              const AttackCorpus& corpus,
                                              const AttackOptions& options);

}  // namespace headscope
