// Three treebanks as probes read them: the sentences that fit the model, with their words in a row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "datasets/conllu.h"
#include "probe/clusters.h"
#include "probe/coreference_scores.h"
#include "probe/head_results.h"

namespace headscope {

struct ProbeSplit {
  std::vector<const Sentence*> sentences;
  std::vector<const Document*> documents;  // [sentences] of each
  std::vector<uint32_t> starts{0};         // [sentences + 1] first word of each
  std::vector<uint32_t> types;             // [words] word type, numbered over all three files
  Clusters clusters;                       // [sentences] what varies together
  DataFacts facts;

  size_t NumSentences() const { return sentences.size(); }
  size_t NumWords() const { return types.size(); }
  const Word& WordAt(size_t sentence, size_t word) const {
    return sentences[sentence]->words[word];
  }
};

// Refers to the treebanks, which must outlive it.
struct ProbeCorpus {
  ProbeSplit train, dev, test;
  size_t num_types = 0;             // distinct forms, case-sensitive, of all three
  std::vector<char> seen_in_train;  // [num_types]
};

struct ProbeCorpusOptions {
  size_t max_pieces = 512;  // longer sentences are left out and counted
  // Of the training file at least this many words, of whole sentences drawn at random; 0: all.
  size_t train_words = 0;
  uint64_t seed = 1;
};

// 0, 1, … of its sentences.
std::vector<uint32_t> AllSentences(const ProbeSplit& split);

// Throws Error naming a file of which nothing is left.
ProbeCorpus MakeProbeCorpus(const Treebank& train, const Treebank& dev, const Treebank& test,
                            const WordEncoder& encode, const ProbeCorpusOptions& options);

}  // namespace headscope
