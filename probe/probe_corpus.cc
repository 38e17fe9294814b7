#include "probe/probe_corpus.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "model/base/error.h"
#include "model/base/random.h"
#include "probe/probe_streams.h"

namespace headscope {
namespace {

using TypeNumbers = std::unordered_map<std::string, uint32_t>;

struct Candidate {
  const Sentence* sentence;
  const Document* document;
  uint32_t document_index;
};

// Those that fit, in their order; fills the facts.
std::vector<Candidate> SentencesThatFit(const Treebank& treebank, const WordEncoder& encode,
                                        size_t max_pieces, DataFacts& facts) {
  facts.path = treebank.path;
  facts.documents = treebank.documents.size();
  facts.sentences = treebank.NumSentences();
  facts.words = treebank.NumWords();
  std::vector<Candidate> fitting;
  for (uint32_t d = 0; d < treebank.documents.size(); ++d) {
    for (const Sentence& sentence : treebank.documents[d].sentences) {
      std::vector<std::string> forms;
      for (const Word& word : sentence.words) forms.push_back(word.form);
      const size_t pieces = encode(forms).ids.size();
      if (pieces > max_pieces) {
        ++facts.skipped_sentences;
        facts.skipped_words += forms.size();
      } else {
        facts.pieces += pieces;
        fitting.push_back({&sentence, &treebank.documents[d], d});
      }
    }
  }
  if (fitting.empty()) {
    Fail("{}: expected sentences of at most {} pieces (the model's positions), found none",
         treebank.path, max_pieces);
  }
  return fitting;
}

// Whole sentences drawn until there are `words`, then put back in their order.
std::vector<Candidate> Sample(const std::vector<Candidate>& all, size_t words, uint64_t seed) {
  std::vector<uint32_t> order =
      RandomPermutation(ProbeStream(seed, ProbeSite::kSample), static_cast<uint32_t>(all.size()));
  size_t taken = 0;
  for (size_t have = 0; taken < order.size() && have < words; ++taken) {
    have += all[order[taken]].sentence->words.size();
  }
  order.resize(taken);
  std::sort(order.begin(), order.end());
  std::vector<Candidate> sample;
  for (const uint32_t i : order) sample.push_back(all[i]);
  return sample;
}

void Fill(const std::vector<Candidate>& sentences, TypeNumbers& numbers, ProbeSplit& split) {
  split.clusters = Clusters(split.facts.documents);
  for (const Candidate& candidate : sentences) {
    split.clusters.Add(candidate.document_index);
    split.sentences.push_back(candidate.sentence);
    split.documents.push_back(candidate.document);
    for (const Word& word : candidate.sentence->words) {
      const auto next = static_cast<uint32_t>(numbers.size());
      split.types.push_back(numbers.try_emplace(word.form, next).first->second);
    }
    split.starts.push_back(static_cast<uint32_t>(split.types.size()));
  }
}

}  // namespace

std::vector<uint32_t> AllSentences(const ProbeSplit& split) {
  std::vector<uint32_t> sentences(split.NumSentences());
  std::iota(sentences.begin(), sentences.end(), 0u);
  return sentences;
}

ProbeCorpus MakeProbeCorpus(const Treebank& train, const Treebank& dev, const Treebank& test,
                            const WordEncoder& encode, const ProbeCorpusOptions& options) {
  ProbeCorpus corpus;
  TypeNumbers numbers;
  std::vector<Candidate> of_train =
      SentencesThatFit(train, encode, options.max_pieces, corpus.train.facts);
  if (options.train_words != 0) of_train = Sample(of_train, options.train_words, options.seed);
  Fill(of_train, numbers, corpus.train);
  const size_t train_types = numbers.size();
  Fill(SentencesThatFit(dev, encode, options.max_pieces, corpus.dev.facts), numbers, corpus.dev);
  Fill(SentencesThatFit(test, encode, options.max_pieces, corpus.test.facts), numbers, corpus.test);
  corpus.num_types = numbers.size();
  corpus.seen_in_train.assign(numbers.size(), 0);
  std::fill_n(corpus.seen_in_train.begin(), train_types, char{1});
  return corpus;
}

}  // namespace headscope
