#include "datasets/pronoun_candidates.h"

#include <algorithm>
#include <map>

#include "datasets/anaphors.h"

namespace headscope {
namespace {

// Whether the word is in a relative clause whose noun fits.
template <typename Fits>
bool IsInRelativeClauseOf(const Sentence& sentence, size_t word, const Fits& fits) {
  for (int at = static_cast<int>(word) + 1; at != 0;) {
    const Word& here = sentence.words[static_cast<size_t>(at) - 1];
    if (here.deprel == "acl:relcl" && here.head > 0 && fits(static_cast<size_t>(here.head) - 1)) {
      return true;
    }
    at = here.head;
  }
  return false;
}

}  // namespace

bool IsThirdPersonPronoun(const Word& word) {
  return word.upos == "PRON" && HasFeature(word.feats, "PronType=Prs") &&
         HasFeature(word.feats, "Person=3");
}

bool IsReflexive(const Word& word) { return HasFeature(word.feats, "Reflex=Yes"); }

bool IsInRelativeClause(const Sentence& sentence, size_t word) {
  return IsInRelativeClauseOf(sentence, word, [](size_t) { return true; });
}

size_t SubjectOf(const Sentence& sentence, size_t predicate) {
  const size_t none = sentence.words.size();
  for (size_t i = 0; i < none; ++i) {
    const Word& word = sentence.words[i];
    if (word.head != static_cast<int>(predicate) + 1 || !word.deprel.starts_with("nsubj")) continue;
    if (!HasFeature(word.feats, "PronType=Rel")) return i;
    const int noun = sentence.words[predicate].head;
    return noun > 0 ? static_cast<size_t>(noun) - 1 : none;
  }
  const Word& word = sentence.words[predicate];
  if ((word.deprel != "conj" && word.deprel != "xcomp") || word.head == 0) return none;
  if (word.deprel == "xcomp") {  // controlled by the object, where there is one
    for (size_t i = none; i-- > 0;) {
      if (sentence.words[i].head == word.head && sentence.words[i].deprel == "obj") return i;
    }
  }
  return SubjectOf(sentence, static_cast<size_t>(word.head) - 1);
}

uint32_t PronounReader::IdentityAt(size_t m, size_t word, Extent extent,
                                   std::span<const uint32_t> identities) const {
  uint32_t identity = kNobody;
  for (size_t k = m; k-- > 0;) {  // the larger of one head stands first
    const Mention& mention = document_.mentions[k];
    if (mention.sentence != document_.mentions[m].sentence) break;
    if (mention.head != word) continue;
    identity = identities[k];
    if (extent == Extent::kConjunct) break;
  }
  return identity;
}

uint32_t PronounReader::ClauseSubject(size_t m, std::span<const uint32_t> identities) const {
  const Sentence& sentence = SentenceOf(m);
  const Word& word = sentence.words[document_.mentions[m].head];
  if (word.head == 0) return kNobody;
  const size_t subject = SubjectOf(sentence, static_cast<size_t>(word.head) - 1);
  return subject < sentence.words.size() ? IdentityAt(m, subject, Extent::kWhole, identities)
                                         : kNobody;
}

bool PronounReader::IsAround(size_t k, size_t m) const {
  const Mention &earlier = document_.mentions[k], &mention = document_.mentions[m];
  return earlier.sentence == mention.sentence && earlier.last >= mention.first;
}

// A noun's relative clause is free to mean the noun.
bool PronounReader::ContainsAsPart(size_t k, size_t m) const {
  return IsAround(k, m) &&
         !IsInRelativeClauseOf(SentenceOf(m), document_.mentions[m].head,
                               [&](size_t noun) { return noun == document_.mentions[k].head; });
}

PronounCandidates PronounReader::CandidatesOf(size_t m,
                                              std::span<const uint32_t> identities) const {
  const Mention& mention = document_.mentions[m];
  const Word& word = SentenceOf(m).words[mention.head];
  const bool is_subject = word.deprel.starts_with("nsubj");
  const bool is_free = is_subject || word.deprel == "nmod:poss";
  const uint32_t bound = is_free ? kNobody : ClauseSubject(m, identities);
  PronounCandidates candidates;
  std::map<uint32_t, NominalFeatures> told;  // by each entity's mentions so far
  std::vector<uint32_t> recent;              // nearest first
  size_t subject_head = SIZE_MAX, subject_sentence = 0;
  for (size_t k = m; k-- > 0;) {
    const Mention& earlier = document_.mentions[k];
    const uint32_t identity = identities[k];
    const auto [known, is_new] = told.emplace(identity, features_[k]);
    if (!is_new) known->second = Merged(features_[k], known->second);
    if (earlier.sentence + kWindow < mention.sentence) continue;
    const Sentence& sentence = SentenceOf(k);
    if (sentence.words[earlier.head].deprel.starts_with("nsubj") && !IsAround(k, m) &&
        !IsInRelativeClause(sentence, earlier.head) &&
        (subject_head == SIZE_MAX ||
         (subject_head == earlier.head && subject_sentence == earlier.sentence))) {
      candidates.previous_subject = identity;
      subject_head = earlier.head;
      subject_sentence = earlier.sentence;
    }
    if (ContainsAsPart(k, m)) continue;
    if (std::find(recent.begin(), recent.end(), identity) == recent.end()) {
      recent.push_back(identity);
    }
  }
  const bool is_reflexive = IsReflexive(word);
  for (const uint32_t identity : recent) {
    if (is_reflexive ? identity != bound : bound != kNobody && identity == bound) continue;
    if (Agrees(features_[m], told.at(identity))) candidates.agreeing.push_back(identity);
  }
  return candidates;
}

}  // namespace headscope
