// What can be read off a model of a known language: parts of speech, dependencies and antecedents,
// off its attention and off its hidden states.
#pragma once

#include <map>
#include <string>

#include "datasets/wordpiece.h"
#include "model/attention_control.h"
#include "model/base/thread_pool.h"
#include "model/pretrained.h"
#include "probe/attention_attack.h"

namespace headscope {

// In percent of the test file, everything fitted on train and chosen on dev:
//   attention:UPOS   linear probe on what each head pays from a word to the words around it, to
//                    [CLS] and to [SEP], and what it gets from the words beside it
//   attention:UAS    heads weighed in both directions (Clark et al. 2019, section 5)
//   attention:coref  antecedents found by the best head among preceding mentions
//   states:UPOS      linear probe on the layer that is best on dev
//   states:UAS       bilinear probe on the layer that is best on dev
//   null:UPOS, null:UAS, null:coref  what needs no model: the word's most frequent tag, distances
//                    alone, the nearest mention
// Attention that prefers no piece to any other (uniform) has no attention: measures: nothing can be
// read off it.
std::map<std::string, double> MeasureKnowledge(ThreadPool& pool, const ModelConfig& config,
                                               const ParameterSet& parameters,
                                               const AttentionControl* attention,
                                               const WordPiece& word_piece,
                                               const AttackCorpus& corpus);

}  // namespace headscope
