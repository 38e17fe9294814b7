// Rules that name an antecedent without a model: what a coreference head has to beat.
//
// The four sieves are those beside which Clark et al. (2019, section 4.3) put their heads: a
// mention of the same words, else one with the same head word, else one that agrees in number,
// gender and person, else any; the nearest within the first sieve that lets any preceding mention
// through.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "datasets/anaphors.h"
#include "datasets/conllu.h"
#include "datasets/nominal_features.h"

namespace headscope {

// A mention as the rules see it.
struct ObservedMention {
  uint32_t word = 0;         // its head word's place in the run
  std::string text, head;    // forms, ASCII letters in lower case; text: parted by spaces
  std::string person;        // "1", "2" or "3": FEATS of a pronoun, 3 for any other; "" not told
  NominalFeatures features;  // animacy from the entity type
};
ObservedMention Observe(const Sentence& sentence, const Mention& mention, uint32_t word,
                        const NominalLexicon& lexicon);

class AntecedentRules {
 public:
  // Every mention of the run, in the order in which AnaphorsOf was given them.
  explicit AntecedentRules(std::vector<ObservedMention> mentions);

  // The head word of the mention that the rule names; none where no preceding mention fits.
  std::optional<uint32_t> Named(AntecedentRule rule, const Anaphor& anaphor) const;
  // Whether it is an antecedent's; naming none is wrong.
  bool IsRight(AntecedentRule rule, const Anaphor& anaphor) const;
  // The same of every rule.
  std::array<bool, kNumAntecedentRules> AreRight(const Anaphor& anaphor) const;

 private:
  using Fits = std::function<bool(const ObservedMention& anaphor, const ObservedMention& other)>;
  std::optional<uint32_t> Nearest(const Anaphor& anaphor, const Fits& fits) const;

  std::vector<ObservedMention> mentions_;
  std::vector<size_t> by_word_;  // the mentions, by head word
};

}  // namespace headscope
