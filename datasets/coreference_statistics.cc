#include "datasets/coreference_statistics.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "datasets/antecedent_rules.h"
#include "datasets/pronoun_candidates.h"

namespace headscope {
namespace {

const Word& HeadOf(const Document& document, const Mention& mention) {
  return document.sentences[mention.sentence].words[mention.head];
}

bool IsPronominal(const Document& document, const Mention& mention) {
  return mention.first == mention.last && HeadOf(document, mention).upos == "PRON";
}

// The document's mentions, placed among its words.
std::vector<PlacedMention> PlaceMentions(const Document& document) {
  std::vector<uint32_t> starts{0};
  for (const Sentence& sentence : document.sentences) {
    starts.push_back(starts.back() + static_cast<uint32_t>(sentence.words.size()));
  }
  std::vector<PlacedMention> placed;
  for (const Mention& mention : document.mentions) {
    placed.push_back({&mention, &HeadOf(document, mention),
                      starts[mention.sentence] + static_cast<uint32_t>(mention.head)});
  }
  return placed;
}

bool IsSubject(const Document& document, const Mention& mention) {
  return HeadOf(document, mention).deprel.starts_with("nsubj") &&
         !IsInRelativeClause(document.sentences[mention.sentence], mention.head);
}

}  // namespace

void CoreferenceStatistics::Add(const Document& document) {
  if (!document.has_coreference) return;
  std::vector<NominalFeatures> features;
  for (const Mention& mention : document.mentions) {
    features.push_back(FeaturesOf(document.sentences[mention.sentence], mention, lexicon_,
                                  AnimacySource::kEntityType));
  }
  AddCounts(document);
  AddCandidates(document, features);
  AddBaselines(document);
}

void CoreferenceStatistics::AddCounts(const Document& document) {
  ++counts_.documents;
  struct Chain {
    size_t size = 0;
    std::pair<size_t, size_t> start;
  };
  std::map<std::string_view, Chain> chains;
  for (const Mention& mention : document.mentions) {
    const std::pair start(mention.sentence, mention.first);
    Chain& chain = chains[mention.entity];
    if (++chain.size == 1) chain.start = start;  // mentions come in order
    ++counts_.mentions;
    if (!IsPronominal(document, mention)) continue;
    const Word& word = HeadOf(document, mention);
    ++counts_.pronominal;
    counts_.personal += HasFeature(word.feats, "PronType=Prs") ? 1 : 0;
    counts_.third_person += IsThirdPersonPronoun(word) ? 1 : 0;
    counts_.pronominal_with_earlier += chain.start < start ? 1 : 0;
  }
  counts_.chains += chains.size();
  for (const auto& [entity, chain] : chains) counts_.singletons += chain.size == 1 ? 1 : 0;
}

void CoreferenceStatistics::AddCandidates(const Document& document,
                                          std::span<const NominalFeatures> features) {
  std::map<std::string_view, uint32_t> numbers;
  std::vector<uint32_t> identities;
  for (const Mention& mention : document.mentions) {
    identities.push_back(
        numbers.emplace(mention.entity, static_cast<uint32_t>(numbers.size())).first->second);
  }
  const PronounReader reader(document, features);
  for (size_t m = 0; m < document.mentions.size(); ++m) {
    const Mention& mention = document.mentions[m];
    if (!IsPronominal(document, mention) || !IsThirdPersonPronoun(HeadOf(document, mention))) {
      continue;
    }
    const size_t candidates = reader.CandidatesOf(m, identities).agreeing.size();
    counts_.one_candidate += candidates == 1 ? 1 : 0;
    counts_.no_candidate += candidates == 0 ? 1 : 0;
  }
}

void CoreferenceStatistics::AddBaselines(const Document& document) {
  const std::vector<PlacedMention> placed = PlaceMentions(document);
  std::vector<ObservedMention> observed;
  for (const PlacedMention& mention : placed) {
    observed.push_back(Observe(document.sentences[mention.mention->sentence], *mention.mention,
                               mention.word, lexicon_));
  }
  const AntecedentRules rules(std::move(observed));
  for (const Anaphor& anaphor : AnaphorsOf(placed)) {
    const PlacedMention* subject = nullptr;  // the nearest
    for (const PlacedMention& other : placed) {
      if (other.word >= anaphor.word || (subject != nullptr && other.word <= subject->word))
        continue;
      if (IsSubject(document, *other.mention)) subject = &other;
    }
    const auto right = [&](AntecedentRule rule) { return rules.IsRight(rule, anaphor) ? 1u : 0u; };
    const auto add = [&](CoreferenceBaselines& baselines) {
      ++baselines.n;
      baselines.nearest += right(AntecedentRule::kNearestMention);
      baselines.nearest_agreeing += right(AntecedentRule::kNearestAgreeing);
      baselines.previous_subject +=
          subject != nullptr && IsAntecedent(anaphor, subject->word) ? 1 : 0;
      baselines.same_head_word += right(AntecedentRule::kSameHeadWord);
    };
    add(all_);
    if (!IsThirdPersonPronoun(*placed[anaphor.mention].head_word)) continue;
    add(third_person_);
    ++distances_[std::min<size_t>(anaphor.word - anaphor.antecedents.back(), kMaxDistance)];
  }
}

size_t CoreferenceStatistics::DistanceQuantile(double share) const {
  uint64_t seen = 0;
  for (size_t distance = 0; distance < distances_.size(); ++distance) {
    seen += distances_[distance];
    if (static_cast<double>(seen) >= share * static_cast<double>(third_person_.n)) return distance;
  }
  return kMaxDistance;
}

}  // namespace headscope
