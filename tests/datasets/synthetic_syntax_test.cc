// What the synthetic language promises of its sentences.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "datasets/dependency_statistics.h"
#include "datasets/pronoun_candidates.h"
#include "datasets/synthetic_language.h"
#include "tests/datasets/synthetic_sample.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

// The word whose number the verb must have: a relative pronoun stands for its noun.
const Word& NumberOf(const Sentence& sentence, size_t subject) {
  const Word& word = sentence.words[subject];
  if (!HasFeature(word.feats, "PronType=Rel")) return word;
  const Word& clause = sentence.words[static_cast<size_t>(word.head) - 1];
  return sentence.words[static_cast<size_t>(clause.head) - 1];
}

// The longest chain of clauses inside one another above a word.
int ClauseDepth(const Sentence& sentence, size_t word) {
  static const std::set<std::string> kClauses = {"acl:relcl", "advcl", "ccomp"};
  int depth = 0;
  for (int at = static_cast<int>(word) + 1; at != 0;) {
    const Word& here = sentence.words[static_cast<size_t>(at) - 1];
    depth += kClauses.count(here.deprel) > 0 ? 1 : 0;
    at = here.head;
  }
  return depth;
}

TEST_CASE("Trees are projective, and clauses as deep as asked", "[synthetic]") {
  CHECK(SampleStatistics().Dependencies().NonProjectiveArcs() == 0);
  for (const int max_depth : {0, 1, 3}) {
    SyntheticOptions options;
    options.max_depth = max_depth;
    const SyntheticLanguage language(3, options);
    int deepest = 0;
    for (uint64_t d = 0; d < 200; ++d) {
      for (const Sentence& sentence : language.MakeDocument(d).sentences) {
        for (size_t i = 0; i < sentence.words.size(); ++i) {
          deepest = std::max(deepest, ClauseDepth(sentence, i));
        }
      }
    }
    CHECK(deepest == max_depth);
  }
  SyntheticOptions bad;
  bad.max_depth = 7;
  CHECK_THROWS_WITH(SyntheticLanguage(1, bad), ContainsSubstring("depth from 0 to 6, found 7"));
  bad = {};
  bad.min_sentences = 9;
  bad.max_sentences = 4;
  CHECK_THROWS_WITH(SyntheticLanguage(1, bad), ContainsSubstring("found 9 and 4"));
  bad = {};
  bad.non_projective = 1.5;
  CHECK_THROWS_WITH(SyntheticLanguage(1, bad), ContainsSubstring("from 0 to 1, found 1.5"));
}

// Relative clauses of main clauses' subjects: all, and those that stand behind the verb.
std::pair<size_t, size_t> CountSubjectRelatives(double rate) {
  SyntheticOptions options;
  options.non_projective = rate;
  const SyntheticLanguage language(5, options);
  size_t all = 0, behind = 0;
  for (uint64_t d = 0; d < 600; ++d) {
    const Document document = language.MakeDocument(d);
    for (const Sentence& sentence : document.sentences) {
      size_t crossing = 0;
      for (size_t i = 0; i < sentence.words.size(); ++i) {
        if (sentence.words[i].deprel != "acl:relcl") continue;
        const Word& noun = sentence.words[static_cast<size_t>(sentence.words[i].head) - 1];
        if (!noun.deprel.starts_with("nsubj") ||
            sentence.words[static_cast<size_t>(noun.head) - 1].deprel != "root") {
          continue;
        }
        ++all;
        const bool is_behind =
            static_cast<int>(i) + 1 > noun.head && noun.head > sentence.words[i].head;
        crossing += is_behind ? 1 : 0;
      }
      behind += crossing;
      INFO(sentence.text);
      REQUIRE((CountNonProjectiveArcs(sentence) > 0) == (crossing > 0));
    }
  }
  return {all, behind};
}

TEST_CASE("--non-projective moves that share of main subjects' relative clauses",
          "[synthetic][slow]") {
  const auto [none_of, none] = CountSubjectRelatives(0.0);
  CHECK(none_of > 100);
  CHECK(none == 0);
  const auto [all_of, all] = CountSubjectRelatives(1.0);
  CHECK(all_of > 100);
  CHECK(all == all_of);
  const auto [half_of, half] = CountSubjectRelatives(0.5);
  CHECK_THAT(static_cast<double>(half) / static_cast<double>(half_of), WithinAbs(0.5, 0.12));
  SyntheticOptions options;
  options.non_projective = 1.0;
  const SyntheticLanguage language(5, options);
  const SyntheticResolver resolver(language.Lexicon());
  for (uint64_t d = 0; d < 300; ++d) {
    for (const ResolvedPronoun& pronoun : resolver.Resolve(language.MakeDocument(d))) {
      REQUIRE(pronoun.is_right);
    }
  }
}

TEST_CASE("Every finite verb agrees with its subject", "[synthetic]") {
  size_t checked = 0, across_attractor = 0;
  for (const Document& document : SyntheticSample()) {
    for (const Sentence& sentence : document.sentences) {
      for (size_t i = 0; i < sentence.words.size(); ++i) {
        if (!sentence.words[i].deprel.starts_with("nsubj")) continue;
        const auto head = static_cast<size_t>(sentence.words[i].head) - 1;
        const Word& subject = NumberOf(sentence, i);
        const auto subject_index = static_cast<size_t>(&subject - sentence.words.data());
        const bool is_coordinated = HasChild(sentence, subject_index, "conj") &&
                                    !HasFeature(sentence.words[i].feats, "PronType=Rel");
        const bool is_plural = HasFeature(subject.feats, "Number=Plur") || is_coordinated;
        for (size_t v = 0; v < sentence.words.size(); ++v) {
          const Word& verb = sentence.words[v];
          const bool belongs =
              v == head || (verb.head == static_cast<int>(head) + 1 &&
                            (verb.deprel.starts_with("aux") || verb.deprel == "cop"));
          if (!belongs || !HasFeature(verb.feats, "Mood=Ind")) continue;
          ++checked;
          INFO(sentence.text);
          REQUIRE(HasFeature(verb.feats, is_plural ? "Number=Plur" : "Number=Sing"));
          if (HasFeature(verb.feats, "Tense=Pres")) {  // the form itself tells
            const std::string form = LowerAscii(verb.form);
            const bool plural_form =
                form == "are" || form == "have" || form == "do" || form == verb.lemma;
            REQUIRE(plural_form == is_plural);
          }
          for (size_t k = i + 1; k < v; ++k) {
            const Word& between = sentence.words[k];
            if (between.upos == "NOUN" && HasFeature(between.feats, "Number=Plur") != is_plural) {
              ++across_attractor;
              break;
            }
          }
        }
      }
    }
  }
  CAPTURE(checked, across_attractor);
  CHECK(checked > 10000);
  CHECK(across_attractor * 25 >
        checked);  // 4 % of the verbs have a noun of the other number between
}

bool HasRelativePronoun(const Sentence& sentence, size_t clause) {
  return std::any_of(sentence.words.begin(), sentence.words.end(), [&](const Word& word) {
    return word.head == static_cast<int>(clause) + 1 && HasFeature(word.feats, "PronType=Rel");
  });
}

// What a sentence contains, by name.
std::set<std::string> ConstructionsOf(const Sentence& sentence) {
  std::set<std::string> found;
  const auto note = [&](bool is_there, const char* name) {
    if (is_there) found.insert(name);
  };
  note(sentence.words.back().form == "?", "question");
  for (size_t i = 0; i < sentence.words.size(); ++i) {
    const Word& word = sentence.words[i];
    const bool is_relative = HasFeature(word.feats, "PronType=Rel");
    const bool asks = HasFeature(word.feats, "PronType=Int");
    note(asks && word.deprel.starts_with("nsubj"), "subject question");
    note(asks && word.deprel == "obj", "object question");
    note(is_relative && word.deprel.starts_with("nsubj"), "subject relative");
    note(is_relative && word.deprel == "obj", "object relative");
    note(word.deprel == "acl:relcl" && !HasRelativePronoun(sentence, i), "bare relative");
    note(HasChild(sentence, i, "iobj") && HasChild(sentence, i, "obj"), "ditransitive");
    note(word.deprel == "compound:prt", "particle");
    note(HasFeature(word.feats, "Degree=Cmp") && word.upos == "ADJ", "comparative");
    note(word.lemma == "more", "more");
    note(word.form == "than", "than");
    note(word.deprel == "nummod", "numeral");
    note(word.deprel == "nmod:poss" && word.upos == "PRON", "possessive pronoun");
    note(word.deprel == "nmod:poss" && word.upos == "PROPN", "possessive name");
    note(word.deprel == "compound", "compound");
    note(word.deprel == "aux:pass", "passive");
    note(word.deprel == "obl:agent", "agent");
    note(word.deprel == "ccomp", "clausal complement");
    note(word.deprel == "xcomp", "controlled complement");
    note(word.deprel == "advcl", "adverbial clause");
    note(word.deprel == "expl", "existential");
    note(word.deprel == "conj", "coordination");
    note(word.lemma == "not", "negation");
    note(word.deprel == "aux" && word.lemma == "have", "perfect");
    note(word.deprel == "aux" && word.lemma == "be", "progressive");
    note(word.deprel == "appos", "apposition");
    note(IsReflexive(word), "reflexive");
  }
  return found;
}

TEST_CASE("Every construction occurs in at least two sentences of a thousand", "[synthetic]") {
  std::map<std::string, size_t> counts;
  size_t sentences = 0;
  for (const Document& document : SyntheticSample()) {
    for (const Sentence& sentence : document.sentences) {
      ++sentences;
      for (const std::string& name : ConstructionsOf(sentence)) ++counts[name];
    }
  }
  CHECK(counts.size() == 27);
  for (const auto& [name, count] : counts) {
    CAPTURE(name, count, sentences);
    CHECK(count * 500 >= sentences);
  }
}

TEST_CASE("Some determiners do not tell the number", "[synthetic]") {
  std::map<std::string, std::pair<size_t, size_t>> numbers;  // singular, plural
  for (const Document& document : SyntheticSample()) {
    for (const Sentence& sentence : document.sentences) {
      for (const Word& word : sentence.words) {
        if (word.deprel != "det" && word.deprel != "nmod:poss") continue;
        const Word& noun = sentence.words[static_cast<size_t>(word.head) - 1];
        auto& count = numbers[word.lemma];
        ++(HasFeature(noun.feats, "Number=Plur") ? count.second : count.first);
      }
    }
  }
  for (const char* neutral : {"the", "some", "her", "his", "their"}) {
    CAPTURE(neutral, numbers[neutral].first, numbers[neutral].second);
    CHECK(numbers[neutral].first > 20);
    CHECK(numbers[neutral].second > 20);
  }
  CHECK(numbers["a"].second == 0);
}

TEST_CASE("No fixed offset finds the heads", "[synthetic]") {
  std::map<std::string, std::map<int, size_t>> offsets;
  for (const Document& document : SyntheticSample()) {
    for (const Sentence& sentence : document.sentences) {
      for (size_t i = 0; i < sentence.words.size(); ++i) {
        ++offsets[sentence.words[i].deprel][sentence.words[i].head - static_cast<int>(i) - 1];
      }
    }
  }
  const std::pair<const char*, double> bounds[] = {
      {"nsubj", 0.45}, {"obj", 0.55},  {"case", 0.65},      {"det", 0.75},  {"nmod", 0.65},
      {"obl", 0.3},    {"amod", 0.8},  {"nmod:poss", 0.65}, {"conj", 0.35}, {"mark", 0.4},
      {"advcl", 0.25}, {"ccomp", 0.4}, {"acl:relcl", 0.45}, {"xcomp", 0.75}};
  for (const auto& [relation, bound] : bounds) {
    size_t all = 0, most = 0;
    for (const auto& [offset, count] : offsets[relation]) {
      all += count;
      most = std::max(most, count);
    }
    CAPTURE(relation, all, most);
    CHECK(all > 300);
    CHECK(static_cast<double>(most) < bound * static_cast<double>(all));
  }
}

}  // namespace
}  // namespace headscope
