#include "datasets/coreference_statistics.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "datasets/pronoun_candidates.h"

namespace headscope {
namespace {

const Word& HeadOf(const Document& document, const Mention& mention) {
  return document.sentences[mention.sentence].words[mention.head];
}

bool IsPronominal(const Document& document, const Mention& mention) {
  return mention.first == mention.last && HeadOf(document, mention).upos == "PRON";
}

// The forms of the document's words, and its mentions placed among them.
struct PlacedDocument {
  std::vector<std::string> forms;
  std::vector<PlacedMention> mentions;

  explicit PlacedDocument(const Document& document) {
    std::vector<uint32_t> starts;
    for (const Sentence& sentence : document.sentences) {
      starts.push_back(static_cast<uint32_t>(forms.size()));
      for (const Word& word : sentence.words) forms.push_back(word.form);
    }
    for (const Mention& mention : document.mentions) {
      mentions.push_back({&mention, &HeadOf(document, mention),
                          starts[mention.sentence] + static_cast<uint32_t>(mention.head)});
    }
  }
};

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
  AddBaselines(document, features);
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

void CoreferenceStatistics::AddBaselines(const Document& document,
                                         std::span<const NominalFeatures> features) {
  const PlacedDocument placed(document);
  std::vector<size_t> by_place(placed.mentions.size());  // mentions by head word, nearest last
  for (size_t m = 0; m < by_place.size(); ++m) by_place[m] = m;
  std::stable_sort(by_place.begin(), by_place.end(), [&](size_t a, size_t b) {
    return placed.mentions[a].word < placed.mentions[b].word;
  });
  for (const Anaphor& anaphor : AnaphorsOf(placed.mentions)) {
    // The nearest preceding mention that fits names an antecedent.
    const auto nearest_is_right = [&](const auto& fits) {
      for (size_t k = by_place.size(); k-- > 0;) {
        const size_t m = by_place[k];
        const uint32_t word = placed.mentions[m].word;
        if (word < anaphor.word && fits(m)) return IsAntecedent(anaphor, word);
      }
      return false;
    };
    const bool agreeing =
        nearest_is_right([&](size_t m) { return Agrees(features[anaphor.mention], features[m]); });
    const bool subject =
        nearest_is_right([&](size_t m) { return IsSubject(document, document.mentions[m]); });
    const bool same = NearestSameHeadWordIsRight(placed.forms, anaphor);
    const auto add = [&](CoreferenceBaselines& baselines) {
      ++baselines.n;
      baselines.nearest += NearestMentionIsRight(anaphor) ? 1 : 0;
      baselines.nearest_agreeing += agreeing ? 1 : 0;
      baselines.previous_subject += subject ? 1 : 0;
      baselines.same_head_word += same ? 1 : 0;
    };
    add(all_);
    if (!IsThirdPersonPronoun(*placed.mentions[anaphor.mention].head_word)) continue;
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
