#include "datasets/synthetic_resolver.h"

#include <algorithm>

#include "datasets/anaphors.h"
#include "datasets/pronoun_candidates.h"

namespace headscope {
namespace {

// Names each mention of a document: equal numbers, one entity.
class Namer {
 public:
  Namer(const Document& document, const std::vector<NominalFeatures>& features)
      : document_(document), reader_(document, features) {}

  std::vector<ResolvedPronoun> Run() {
    for (size_t m = 0; m < document_.mentions.size(); ++m) identities_.push_back(IdentityOf(m));
    for (ResolvedPronoun& pronoun : pronouns_) pronoun.is_right = IsRight(pronoun.mention);
    return std::move(pronouns_);
  }

 private:
  const Sentence& SentenceOf(size_t m) const {
    return document_.sentences[document_.mentions[m].sentence];
  }
  const Word& HeadOf(size_t m) const { return SentenceOf(m).words[document_.mentions[m].head]; }
  uint32_t New() { return next_++; }
  uint32_t OfLemma(const std::string& lemma) {
    const auto [found, is_new] = by_lemma_.emplace(lemma, next_);
    if (is_new) ++next_;
    return found->second;
  }

  uint32_t IdentityOf(size_t m) {
    const Word& head = HeadOf(m);
    if (IsCoordination(SentenceOf(m), document_.mentions[m])) return New();
    if (IsThirdPersonPronoun(head)) return OfPronoun(m);
    if (head.deprel == "appos") {
      return by_lemma_[head.lemma] =
                 reader_.IdentityAt(m, static_cast<size_t>(head.head) - 1,
                                    PronounReader::Extent::kConjunct, identities_);
    }
    if (IsPredicateNominal(m)) {
      const size_t subject = SubjectOf(SentenceOf(m), document_.mentions[m].head);
      return by_lemma_[head.lemma] =
                 reader_.IdentityAt(m, subject, PronounReader::Extent::kWhole, identities_);
    }
    return OfLemma(head.lemma);
  }

  bool IsPredicateNominal(size_t m) const {
    if (HeadOf(m).upos != "NOUN") return false;
    bool has_copula = false;
    for (const Word& word : SentenceOf(m).words) {
      if (word.head != static_cast<int>(document_.mentions[m].head) + 1) continue;
      if (word.deprel == "case") return false;
      has_copula = has_copula || word.deprel == "cop";
    }
    return has_copula;
  }

  // The one candidate, else the previous clause's subject; nobody before it in a fronted clause:
  // the subject of the clause that follows.
  uint32_t OfPronoun(size_t m) {
    const PronounCandidates candidates = reader_.CandidatesOf(m, identities_);
    pronouns_.push_back({m, candidates.agreeing.size(), false});
    if (candidates.agreeing.size() == 1) return candidates.agreeing[0];
    if (candidates.agreeing.empty()) {
      const uint32_t following = FollowingSubject(m);
      if (following != kNobody) return following;
    }
    return candidates.previous_subject == kNobody ? New() : candidates.previous_subject;
  }

  // For a pronoun that is the subject of a fronted adverbial clause.
  uint32_t FollowingSubject(size_t m) {
    const Sentence& sentence = SentenceOf(m);
    const size_t clause = static_cast<size_t>(std::max(HeadOf(m).head, 1)) - 1;
    const Word& verb = sentence.words[clause];
    if (verb.deprel != "advcl" || verb.head <= static_cast<int>(clause) + 1) return kNobody;
    const size_t subject = SubjectOf(sentence, static_cast<size_t>(verb.head) - 1);
    if (subject >= sentence.words.size() || subject < clause) return kNobody;
    return OfLemma(sentence.words[subject].lemma);
  }

  bool IsRight(size_t m) const {
    for (size_t k = 0; k < identities_.size(); ++k) {
      if (k == m || identities_[k] != identities_[m]) continue;
      return document_.mentions[k].entity == document_.mentions[m].entity;
    }
    return false;
  }

  const Document& document_;
  PronounReader reader_;
  std::vector<uint32_t> identities_;
  std::map<std::string, uint32_t> by_lemma_;
  uint32_t next_ = 0;
  std::vector<ResolvedPronoun> pronouns_;
};

}  // namespace

std::vector<ResolvedPronoun> SyntheticResolver::Resolve(const Document& document) const {
  std::vector<NominalFeatures> features;
  for (const Mention& mention : document.mentions) {
    features.push_back(FeaturesOf(document.sentences[mention.sentence], mention, lexicon_,
                                  AnimacySource::kLexicon));
  }
  return Namer(document, features).Run();
}

}  // namespace headscope
