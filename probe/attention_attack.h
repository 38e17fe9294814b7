// Is scrubbed attention scrubbed? A model is frozen, and fresh readers, stronger than the one it
// was trained against, are fitted on documents that it never saw: what do they read of dependencies
// beyond a reader that knows distances only?
#pragma once

#include <map>
#include <string>

#include "datasets/conllu.h"
#include "datasets/masking.h"
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

// Readers: attention as in each of attack_maps.h ("attack:heads", …), and of "heads" with weights
// that depend on the two words ("attack:words"). UAS on test in percent (words that are neither
// punctuation nor the root), on inputs masked as in training. Without attention: distances alone
// ("attack:distance"), and all that is known, as in attack_maps.h ("attack:plain"; with words
// "attack:plain+words"). "attack:excess": the best of those without words less "attack:plain";
// "attack:excess words": that with words less "attack:plain+words". The same two on whole inputs
// ("attack:excess whole", …) and with patterns weighed by the values (alpha |f(x)|: "attack:excess
// values", "… values whole"). "attack:excess blank": the first on inputs whose words are all
// [MASK], which tells what is read of positions and lengths, and not of words. Throws Error.
std::map<std::string, double> AttackAttention(ThreadPool& pool, const PretrainedModel& model,
                                              const AttackCorpus& corpus,
                                              const AttackOptions& options);

}  // namespace headscope
