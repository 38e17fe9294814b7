#include "probe/mention_arcs.h"

#include <algorithm>

namespace headscope {
namespace {

// Head words of all mentions up to the last anaphor, ascending.
std::vector<uint32_t> MentionsOf(const Segment& segment) {
  std::vector<uint32_t> words;
  for (const Anaphor& anaphor : segment.anaphors) {
    words.insert(words.end(), anaphor.candidates.begin(), anaphor.candidates.end());
    words.push_back(anaphor.word);
  }
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

}  // namespace

MentionArcs::MentionArcs(Compute& compute, const ModelConfig& config,
                         const ParameterSet& parameters, const SegmentedTreebank& treebank,
                         size_t layer, const AttentionControl* attention)
    : treebank_(treebank), features_(0, 0, 0) {
  std::vector<WordInput> inputs;
  for (size_t s = 0; s < treebank.segments.size(); ++s) {
    const Segment& segment = treebank.segments[s];
    if (segment.anaphors.empty()) continue;
    const std::vector<uint32_t> mentions = MentionsOf(segment);
    const auto place = [&](uint32_t word) {
      return static_cast<int32_t>(std::lower_bound(mentions.begin(), mentions.end(), word) -
                                  mentions.begin());
    };
    std::vector<int32_t> heads(mentions.size(), static_cast<int32_t>(mentions.size()));
    for (const Anaphor& anaphor : segment.anaphors) {
      heads[static_cast<size_t>(place(anaphor.word))] = place(anaphor.antecedents.back());
    }
    inputs.push_back(segment.input);
    places_.push_back(s);
    words_.insert(words_.end(), mentions.begin(), mentions.end());
    heads_.insert(heads_.end(), heads.begin(), heads.end());
    segments_.push_back(static_cast<uint32_t>(segments_.size()));
    starts_.push_back(static_cast<uint32_t>(words_.size()));
  }
  WordFeatureOptions options;
  options.attention = attention;
  const size_t layers[] = {layer};
  const WordFeatures all =
      ExtractWordFeatures(compute, config, parameters, inputs, layers, options);
  const ConstMatrix vectors = all.Layer(0);
  features_ = WordFeatures(1, words_.size(), vectors.cols);
  size_t first_word = 0;
  for (size_t k = 0; k < inputs.size(); ++k) {
    for (uint32_t m = starts_[k]; m < starts_[k + 1]; ++m) {
      std::copy_n(vectors.Row(first_word + words_[m]), vectors.cols, features_.Layer(0).Row(m));
    }
    first_word += inputs[k].NumWords();
  }
}

size_t MentionArcs::NumRight(std::span<const int32_t> predicted) const {
  size_t right = 0;
  for (size_t k = 0; k < places_.size(); ++k) {
    const uint32_t begin = starts_[k], end = starts_[k + 1];
    for (const Anaphor& anaphor : treebank_.segments[places_[k]].anaphors) {
      const auto at = static_cast<uint32_t>(
          std::lower_bound(words_.begin() + begin, words_.begin() + end, anaphor.word) -
          words_.begin());
      const auto found = static_cast<uint32_t>(predicted[at]);
      if (found < end - begin) right += IsAntecedent(anaphor, words_[begin + found]);
    }
  }
  return right;
}

}  // namespace headscope
