// What the synthetic language promises of its entities: whom pronouns mean, and what each entity
// does again and again.
#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "datasets/pronoun_candidates.h"
#include "datasets/synthetic_discourse.h"
#include "datasets/synthetic_grammar.h"
#include "datasets/wordpiece.h"
#include "datasets/wordpiece_trainer.h"
#include "tests/datasets/synthetic_sample.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

TEST_CASE("A resolver that knows the rules resolves every pronoun; simple ones do not",
          "[synthetic][slow]") {
  const TreebankStatistics& statistics = SampleStatistics();
  const TreebankStatistics::Resolution& resolved = *statistics.Resolved();
  CHECK(resolved.pronouns > 8000);
  CHECK(resolved.right == resolved.pronouns);
  CHECK(resolved.one_candidate * 10 >= resolved.pronouns * 7);  // at least 70 %
  const CoreferenceStatistics& coreference = statistics.Coreference();
  CHECK(coreference.Totals().one_candidate * 10 >= coreference.Totals().third_person * 7);
  const CoreferenceBaselines& baselines = coreference.ThirdPerson();
  CAPTURE(baselines.n, baselines.nearest, baselines.nearest_agreeing, baselines.previous_subject,
          baselines.same_head_word);
  for (const uint64_t right : {baselines.nearest, baselines.nearest_agreeing,
                               baselines.previous_subject, baselines.same_head_word}) {
    CHECK(right * 10 <= baselines.n * 7);  // at most 70 %
  }
}

TEST_CASE("Reflexives mean their clause's subject, other objects never do", "[synthetic][slow]") {
  size_t reflexives = 0, others = 0;
  for (const Document& document : SyntheticSample()) {
    for (size_t m = 0; m < document.mentions.size(); ++m) {
      const Mention& mention = document.mentions[m];
      const Sentence& sentence = document.sentences[mention.sentence];
      const Word& word = sentence.words[mention.head];
      if (!IsThirdPersonPronoun(word) || word.deprel.starts_with("nsubj") ||
          word.deprel == "nmod:poss") {
        continue;
      }
      const size_t subject = SubjectOf(sentence, static_cast<size_t>(word.head) - 1);
      bool is_subject = false;  // the whole coordination where the subject is one
      for (size_t k = m; k-- > 0;) {
        const Mention& other = document.mentions[k];
        if (other.sentence == mention.sentence && other.head == subject) {
          is_subject = other.entity == mention.entity;
        }
      }
      INFO(sentence.text);
      REQUIRE(is_subject == IsReflexive(word));
      ++(IsReflexive(word) ? reflexives : others);
    }
  }
  CHECK(reflexives > 200);
  CHECK(others > 1000);
}

TEST_CASE("Cataphora occurs, rarely", "[synthetic][slow]") {
  size_t cataphors = 0, pronouns = 0;
  for (const Document& document : SyntheticSample()) {
    for (size_t m = 0; m < document.mentions.size(); ++m) {
      const Mention& mention = document.mentions[m];
      pronouns += mention.link == "ana" ? 1 : 0;
      if (mention.link != "cata") continue;
      ++cataphors;
      const auto is_later = [&](const Mention& other) {
        return other.entity == mention.entity && other.sentence == mention.sentence &&
               other.first > mention.first && other.link != "ana";
      };
      CHECK(std::any_of(document.mentions.begin(), document.mentions.end(), is_later));
    }
  }
  CAPTURE(cataphors, pronouns);
  CHECK(cataphors > 50);
  CHECK(cataphors * 20 < pronouns);  // less than 5 %
}

// The farthest a pronoun is from its entity's last mention, head to head: in words, and in pieces
// where there is a vocabulary.
size_t FarthestAntecedent(const Document& document, const WordPiece* pieces = nullptr) {
  std::map<std::string, size_t> last;  // of each entity: the place of its last mention's head
  size_t farthest = 0, start = 0, m = 0;
  for (size_t s = 0; s < document.sentences.size(); ++s) {
    std::vector<size_t> places{start};
    for (const Word& word : document.sentences[s].words) {
      places.push_back(places.back() +
                       (pieces == nullptr ? 1 : pieces->EncodeWords({word.form}).ids.size()));
    }
    start = places.back();
    for (; m < document.mentions.size() && document.mentions[m].sentence == s; ++m) {
      const Mention& mention = document.mentions[m];
      const auto before = last.find(mention.entity);
      if (mention.link == "ana") {
        REQUIRE(before != last.end());
        farthest = std::max(farthest, places[mention.head] - before->second);
      }
      last[mention.entity] = places[mention.head];
    }
  }
  return farthest;
}

// Of seed 5: was drawn again, as it would have an antecedent 68 words away.
constexpr uint64_t kFarDocument = 2129;

// Of seed 1, depth 6: was drawn again, as it would have an antecedent 74 words away.
constexpr uint64_t kFarDeepDocument = 3313;

// A vocabulary of so many pieces, of the words of SyntheticSample.
WordPiece OwnPieces(size_t size) {
  std::map<std::string, uint64_t> counts;
  for (const Document& document : SyntheticSample()) {
    for (const Sentence& sentence : document.sentences) {
      for (const Word& word : sentence.words) ++counts[LowerAscii(word.form)];
    }
  }
  WordPieceTrainerOptions options;
  options.size = size;
  return WordPiece(TrainWordPiece(
      std::vector<std::pair<std::string, uint64_t>>(counts.begin(), counts.end()), options));
}

double PiecesPerWord(const WordPiece& pieces) {
  size_t num_pieces = 0, num_words = 0;
  for (const Document& document : SyntheticSample()) {
    for (const Sentence& sentence : document.sentences) {
      for (const Word& word : sentence.words) {
        num_pieces += pieces.EncodeWords({word.form}).ids.size();
        ++num_words;
      }
    }
  }
  return static_cast<double>(num_pieces) / static_cast<double>(num_words);
}

TEST_CASE("Antecedents lie within 128 pieces", "[synthetic]") {
  const WordPiece own = OwnPieces(2000);  // fewer than types, so that rare words are cut
  // A sixth of BERT's, which cuts more: 1.3 pieces a word.
  const WordPiece real = WordPiece::FromFile("tests/goldens/wordpiece_vocab.txt");
  // As coarse as the promise allows.
  const WordPiece coarse = OwnPieces(230);
  const double coarse_pieces = PiecesPerWord(coarse);
  CHECK(coarse_pieces > 1.8);
  CHECK(coarse_pieces <= 2.0);
  const Document far = SyntheticLanguage(5).MakeDocument(kFarDocument);
  const Document far_deep = SyntheticLanguage(1, {.max_depth = 6}).MakeDocument(kFarDeepDocument);
  for (const WordPiece* pieces : {&own, &real, &coarse}) {
    size_t farthest =
        std::max(FarthestAntecedent(far, pieces), FarthestAntecedent(far_deep, pieces));
    CAPTURE(pieces->Size(), farthest);
    CHECK(farthest <= 126);  // beside [CLS] and [SEP]
    for (const Document& document : SyntheticSample()) {
      farthest = std::max(farthest, FarthestAntecedent(document, pieces));
    }
    CAPTURE(farthest);
    CHECK(farthest > 30);
    CHECK(farthest <= 126);
  }
}

TEST_CASE("No antecedent is farther than 63 words, in deep sentences neither", "[synthetic]") {
  CHECK(FarthestAntecedent(SyntheticLanguage(5).MakeDocument(kFarDocument)) <= kFarthestAntecedent);
  const SyntheticLanguage deep(1, {.max_depth = 6});
  size_t farthest = 0;
  for (uint64_t index = 0; index < 300; ++index) {
    farthest = std::max(farthest, FarthestAntecedent(deep.MakeDocument(index)));
  }
  CAPTURE(farthest);
  CHECK(farthest > 40);
  CHECK(farthest <= kFarthestAntecedent);
}

TEST_CASE("In sentences of one clause simple rules do not resolve pronouns either",
          "[synthetic][slow]") {
  const SyntheticLanguage language(kSampleSeed, {.max_depth = 0});
  TreebankStatistics counted("one clause", language.Lexicon());
  for (uint64_t i = 0; i < 1200; ++i) counted.Add(language.MakeDocument(i));
  const TreebankStatistics::Resolution& resolved = *counted.Resolved();
  CHECK(resolved.right == resolved.pronouns);
  CHECK(resolved.one_candidate * 10 >= resolved.pronouns * 7);
  const CoreferenceBaselines& baselines = counted.Coreference().ThirdPerson();
  CAPTURE(baselines.n, baselines.nearest, baselines.nearest_agreeing, baselines.previous_subject,
          baselines.same_head_word);
  CHECK(baselines.n > 2000);
  for (const uint64_t right : {baselines.nearest, baselines.nearest_agreeing,
                               baselines.previous_subject, baselines.same_head_word}) {
    CHECK(right * 10 <= baselines.n * 7);
  }
}

TEST_CASE("Chains are long enough to be resolved", "[synthetic][slow]") {
  const CoreferenceStatistics::Counts& counts = SampleStatistics().Coreference().Totals();
  const uint64_t chains = counts.chains - counts.singletons;
  CHECK(chains >= 2 * counts.documents);
  CHECK(counts.mentions - counts.singletons >= 3 * chains);
}

// Verbs with this entity as subject: all, and its own.
struct Uses {
  size_t all = 0, own = 0;
};

TEST_CASE("What an entity does is its own at least half of the time, named or pronominal",
          "[synthetic]") {
  const SyntheticLexicon lexicon;
  const auto is_in = [&](const ZipfList& list, const std::string& lemma) {
    return std::any_of(list.Items().begin(), list.Items().end(),
                       [&](uint32_t verb) { return lexicon.verbs[verb].lemma == lemma; });
  };
  Uses named, pronominal;
  for (uint32_t d = 0; d < 800; ++d) {
    RandomSequence random({.seed = 3, .purpose = Purpose::kTest, .step = d});
    Discourse discourse;
    IntroduceEntities(lexicon, discourse, random);
    for (int s = 0; s < 8; ++s) {
      discourse.sentence = s;
      SyntaxTree tree;
      const Sentence sentence =
          tree.Finish(SentenceBuilder(lexicon, {}, discourse, tree, random).Build());
      for (const SyntaxTree::NodeMention& mention : tree.Mentions()) {
        const Entity& entity = discourse.entities[mention.entity];
        const Word& subject = sentence.words[mention.head];
        if (subject.deprel != "nsubj" || !entity.is_salient || !entity.is_person) continue;
        const Word& verb = sentence.words[static_cast<size_t>(subject.head) - 1];
        // Verbs of kinds that have no own one: say that, want to, ask somebody to, give, have.
        if (verb.upos != "VERB" || verb.lemma == "have" ||
            is_in(lexicon.clause_verbs, verb.lemma) || is_in(lexicon.control_verbs, verb.lemma) ||
            is_in(lexicon.giving_verbs, verb.lemma) ||
            is_in(lexicon.object_control_verbs, verb.lemma)) {
          continue;
        }
        Uses& uses = subject.upos == "PRON" ? pronominal : named;
        ++uses.all;
        for (const uint32_t own : {entity.object_verb, entity.person_verb, entity.subject_verb}) {
          if (own == kNone || lexicon.verbs[own].lemma != verb.lemma) continue;
          ++uses.own;
          break;
        }
      }
    }
  }
  CAPTURE(named.all, named.own, pronominal.all, pronominal.own);
  CHECK(named.all > 500);
  CHECK(pronominal.all > 500);
  CHECK(named.own * 2 >= named.all);
  CHECK(pronominal.own * 2 >= pronominal.all);
}

}  // namespace
}  // namespace headscope
