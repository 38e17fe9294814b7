#include "datasets/antecedent_rules.h"

#include <algorithm>

namespace headscope {
namespace {

std::string PersonOf(const Word& word) {
  for (const char* person : {"1", "2", "3"}) {
    if (HasFeature(word.feats, std::string("Person=") + person)) return person;
  }
  return word.upos == "PRON" ? "" : "3";
}

bool IsAny(const ObservedMention&, const ObservedMention&) { return true; }
bool HasSameText(const ObservedMention& a, const ObservedMention& b) { return a.text == b.text; }
bool HasSameHead(const ObservedMention& a, const ObservedMention& b) { return a.head == b.head; }
bool DoAgree(const ObservedMention& a, const ObservedMention& b) {
  return Agrees(a.features, b.features);
}
bool DoAgreeInPerson(const ObservedMention& a, const ObservedMention& b) {
  return (a.person.empty() || b.person.empty() || a.person == b.person) && DoAgree(a, b);
}

}  // namespace

ObservedMention Observe(const Sentence& sentence, const Mention& mention, uint32_t word,
                        const NominalLexicon& lexicon) {
  const Word& head = sentence.words[mention.head];
  ObservedMention observed;
  observed.word = word;
  for (size_t i = mention.first; i <= mention.last; ++i) {
    if (i > mention.first) observed.text += ' ';
    observed.text += LowerAscii(sentence.words[i].form);
  }
  observed.head = LowerAscii(head.form);
  observed.person = PersonOf(head);
  observed.features = FeaturesOf(sentence, mention, lexicon, AnimacySource::kEntityType);
  return observed;
}

AntecedentRules::AntecedentRules(std::vector<ObservedMention> mentions)
    : mentions_(std::move(mentions)) {
  for (size_t m = 0; m < mentions_.size(); ++m) by_word_.push_back(m);
  std::stable_sort(by_word_.begin(), by_word_.end(),
                   [&](size_t a, size_t b) { return mentions_[a].word < mentions_[b].word; });
}

std::optional<uint32_t> AntecedentRules::Nearest(const Anaphor& anaphor, const Fits& fits) const {
  for (size_t k = by_word_.size(); k-- > 0;) {
    const ObservedMention& other = mentions_[by_word_[k]];
    if (other.word < anaphor.word && fits(mentions_[anaphor.mention], other)) return other.word;
  }
  return std::nullopt;
}

std::optional<uint32_t> AntecedentRules::Named(AntecedentRule rule, const Anaphor& anaphor) const {
  switch (rule) {
    case AntecedentRule::kNearestMention:
      return Nearest(anaphor, IsAny);
    case AntecedentRule::kNearestAgreeing:
      return Nearest(anaphor, DoAgree);
    case AntecedentRule::kSameHeadWord:
      return Nearest(anaphor, HasSameHead);
    case AntecedentRule::kFourSieves:
      break;
  }
  for (const auto& sieve : {HasSameText, HasSameHead, DoAgreeInPerson, IsAny}) {
    if (const auto named = Nearest(anaphor, sieve)) return named;
  }
  return std::nullopt;
}

bool AntecedentRules::IsRight(AntecedentRule rule, const Anaphor& anaphor) const {
  const std::optional<uint32_t> named = Named(rule, anaphor);
  return named && IsAntecedent(anaphor, *named);
}

std::array<bool, kNumAntecedentRules> AntecedentRules::AreRight(const Anaphor& anaphor) const {
  std::array<bool, kNumAntecedentRules> right{};
  for (size_t rule = 0; rule < kNumAntecedentRules; ++rule) {
    right[rule] = IsRight(static_cast<AntecedentRule>(rule), anaphor);
  }
  return right;
}

}  // namespace headscope
