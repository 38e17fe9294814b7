// What the synthetic language promises, measured on its documents: agreement, resolvable pronouns,
// and that neither a look-up nor a fixed offset nor the nearest mention is enough.
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "datasets/synthetic_language.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

const std::vector<Document>& Documents() {
  static const std::vector<Document> documents = [] {
    const SyntheticLanguage language(7);
    std::vector<Document> made;
    for (uint64_t i = 0; i < 1500; ++i) made.push_back(language.MakeDocument(i));
    return made;
  }();
  return documents;
}

bool Has(const Word& word, const std::string& feature) {
  return word.feats.find(feature) != std::string::npos;
}

bool HasChild(const Sentence& sentence, size_t head, const std::string& deprel) {
  return std::any_of(sentence.words.begin(), sentence.words.end(), [&](const Word& word) {
    return word.head == static_cast<int>(head) + 1 && word.deprel == deprel;
  });
}

// The word whose number the verb must have: a relative pronoun stands for its noun.
const Word& NumberOf(const Sentence& sentence, size_t subject) {
  const Word& word = sentence.words[subject];
  if (!Has(word, "PronType=Rel")) return word;
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

// Whether an arc spans a word that its head does not dominate.
bool IsProjective(const Sentence& sentence) {
  for (size_t i = 0; i < sentence.words.size(); ++i) {
    const int head = sentence.words[i].head, word = static_cast<int>(i) + 1;
    for (int k = std::min(head, word) + 1; head != 0 && k < std::max(head, word); ++k) {
      int at = k;
      while (at != 0 && at != head) at = sentence.words[static_cast<size_t>(at) - 1].head;
      if (at == 0) return false;
    }
  }
  return true;
}

TEST_CASE("Trees are projective, and clauses as deep as asked", "[synthetic]") {
  for (const Document& document : Documents()) {
    for (const Sentence& sentence : document.sentences) {
      INFO(sentence.text);
      REQUIRE(IsProjective(sentence));
    }
  }
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
}

TEST_CASE("Every finite verb agrees with its subject", "[synthetic]") {
  size_t checked = 0, across_attractor = 0;
  for (const Document& document : Documents()) {
    for (const Sentence& sentence : document.sentences) {
      for (size_t i = 0; i < sentence.words.size(); ++i) {
        if (!sentence.words[i].deprel.starts_with("nsubj")) continue;
        const auto head = static_cast<size_t>(sentence.words[i].head) - 1;
        const Word& subject = NumberOf(sentence, i);
        const auto subject_index = static_cast<size_t>(&subject - sentence.words.data());
        const bool is_coordinated =
            HasChild(sentence, subject_index, "conj") && !Has(sentence.words[i], "PronType=Rel");
        const bool is_plural = Has(subject, "Number=Plur") || is_coordinated;
        for (size_t v = 0; v < sentence.words.size(); ++v) {
          const Word& verb = sentence.words[v];
          const bool belongs =
              v == head || (verb.head == static_cast<int>(head) + 1 &&
                            (verb.deprel.starts_with("aux") || verb.deprel == "cop"));
          if (!belongs || !Has(verb, "Mood=Ind")) continue;
          ++checked;
          INFO(sentence.text);
          REQUIRE(Has(verb, is_plural ? "Number=Plur" : "Number=Sing"));
          if (Has(verb, "Tense=Pres")) {  // the form itself tells
            const bool plural_form = verb.form == "are" || verb.form == "have" ||
                                     verb.form == "do" || verb.form == verb.lemma;
            REQUIRE((plural_form || verb.form == "Are") == is_plural);
          }
          for (size_t k = i + 1; k < v; ++k) {
            const Word& between = sentence.words[k];
            if (between.upos == "NOUN" && Has(between, "Number=Plur") != is_plural) {
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

// Tells, from the words, the trees and the lexicon alone, whom each third-person pronoun means.
class Resolver {
 public:
  explicit Resolver(const SyntheticLexicon& lexicon) {
    for (const Noun& noun : lexicon.nouns) gender_[noun.singular] = noun.gender;
    for (const std::string& name : lexicon.male_names) gender_[name] = Gender::kMale;
    for (const std::string& name : lexicon.female_names) gender_[name] = Gender::kFemale;
    for (const Noun& noun : lexicon.nouns) {
      if (lexicon.classes[noun.noun_class].is_person) persons_.insert(noun.singular);
    }
    persons_.insert(lexicon.male_names.begin(), lexicon.male_names.end());
    persons_.insert(lexicon.female_names.begin(), lexicon.female_names.end());
  }

  struct Counts {
    size_t pronouns = 0, right = 0, unique = 0, nearest = 0, third_or_later = 0;
  };

  void Resolve(const Document& document, Counts& counts) {
    document_ = &document;
    keys_.clear();
    alias_.clear();
    for (size_t m = 0; m < document.mentions.size(); ++m) keys_.push_back(KeyOf(m, counts));
  }

 private:
  const Sentence& SentenceOf(size_t m) const {
    return document_->sentences[document_->mentions[m].sentence];
  }
  const Word& HeadOf(size_t m) const { return SentenceOf(m).words[document_->mentions[m].head]; }

  bool IsCoordination(size_t m) const {
    const Mention& mention = document_->mentions[m];
    for (size_t i = mention.first; i <= mention.last; ++i) {
      const Word& word = SentenceOf(m).words[i];
      if (word.head == static_cast<int>(mention.head) + 1 && word.deprel == "conj") return true;
    }
    return false;
  }

  // Who is mentioned: a string equal for all mentions of one entity.
  std::string KeyOf(size_t m, Counts& counts) {
    const Word& head = HeadOf(m);
    if (IsCoordination(m)) return fmt::format("coordination {}", m);
    if (head.upos == "PRON") return Pronoun(m, counts);
    const Sentence& sentence = SentenceOf(m);
    if (head.deprel == "appos") {
      return alias_[head.lemma] = KeyAt(m, static_cast<size_t>(head.head) - 1, false);
    }
    const size_t at = document_->mentions[m].head;
    if (head.upos == "NOUN" && HasChild(sentence, at, "cop") && !HasChild(sentence, at, "case")) {
      return alias_[head.lemma] = KeyAt(m, SubjectOf(sentence, at));
    }
    const auto alias = alias_.find(head.lemma);
    return alias == alias_.end() ? head.lemma : alias->second;
  }

  // The key of the longest (of a coordination) or shortest earlier mention with this head word in
  // m's sentence.
  std::string KeyAt(size_t m, size_t word, bool is_longest = true) const {
    std::string key;
    for (size_t k = 0; k < m; ++k) {
      const Mention& mention = document_->mentions[k];
      if (mention.sentence == document_->mentions[m].sentence && mention.head == word &&
          (key.empty() || !is_longest)) {
        key = keys_[k];
      }
    }
    return key;
  }

  // The subject of a predicate: its own, that of the verb it is coordinated with or controlled by,
  // or the noun that the relative clause modifies.
  size_t SubjectOf(const Sentence& sentence, size_t predicate) const {
    size_t object = sentence.words.size();
    for (size_t i = 0; i < sentence.words.size(); ++i) {
      if (sentence.words[i].head != static_cast<int>(predicate) + 1) continue;
      if (!sentence.words[i].deprel.starts_with("nsubj")) continue;
      const bool is_relative = Has(sentence.words[i], "PronType=Rel");
      return is_relative ? static_cast<size_t>(sentence.words[predicate].head) - 1 : i;
    }
    const Word& word = sentence.words[predicate];
    if (word.deprel != "conj" && word.deprel != "xcomp") return sentence.words.size();
    const auto above = static_cast<size_t>(word.head) - 1;
    if (word.deprel == "xcomp") {
      for (size_t i = 0; i < sentence.words.size(); ++i) {
        if (sentence.words[i].head == word.head && sentence.words[i].deprel == "obj") object = i;
      }
      if (object < sentence.words.size()) return object;
    }
    return SubjectOf(sentence, above);
  }

  bool IsInRelativeClause(const Sentence& sentence, size_t word) const {
    for (int at = static_cast<int>(word) + 1; at != 0;) {
      const Word& here = sentence.words[static_cast<size_t>(at) - 1];
      if (here.deprel == "acl:relcl") return true;
      at = here.head;
    }
    return false;
  }

  // Whether the word is in a relative clause of the noun: there, its pronoun is free to mean it.
  static bool IsInClauseOf(const Sentence& sentence, size_t word, size_t noun) {
    for (int at = static_cast<int>(word) + 1; at != 0;) {
      const Word& here = sentence.words[static_cast<size_t>(at) - 1];
      if (here.deprel == "acl:relcl") return here.head == static_cast<int>(noun) + 1;
      at = here.head;
    }
    return false;
  }

  bool Agrees(const std::string& key, size_t m, const std::string& form) const {
    const Word& head = HeadOf(m);
    const bool is_plural = IsCoordination(m) || Has(head, "Number=Plur");
    if (form == "they") return is_plural;
    if (is_plural) return false;
    if (form == "it") return persons_.count(key) == 0;
    if (persons_.count(key) == 0) return false;
    return gender_.at(key) != (form == "he" ? Gender::kFemale : Gender::kMale);
  }

  std::string Pronoun(size_t m, Counts& counts) {
    const Sentence& sentence = SentenceOf(m);
    const Mention& mention = document_->mentions[m];
    const Word& word = HeadOf(m);
    const std::string form = Has(word, "Plur")   ? "they"
                             : Has(word, "Masc") ? "he"
                             : Has(word, "Fem")  ? "she"
                                                 : "it";
    const bool is_subject = word.deprel.starts_with("nsubj");
    std::string excluded;
    if (!is_subject && word.deprel != "nmod:poss") {
      const size_t subject = SubjectOf(sentence, static_cast<size_t>(word.head) - 1);
      if (subject < sentence.words.size()) excluded = KeyAt(m, subject);
    }
    std::set<std::string> candidates;
    std::string previous_subject;
    std::pair<size_t, size_t> subject_at{0, 0};
    for (size_t k = 0; k < m; ++k) {
      const Mention& earlier = document_->mentions[k];
      const Word& head = HeadOf(k);
      const bool is_around = earlier.sentence == mention.sentence && earlier.last >= mention.first;
      const bool contains = is_around && !IsInClauseOf(sentence, mention.head, earlier.head);
      if (head.deprel.starts_with("nsubj") && !is_around &&
          !IsInRelativeClause(SentenceOf(k), earlier.head) &&
          (previous_subject.empty() || subject_at != std::pair(earlier.sentence, earlier.head))) {
        previous_subject = keys_[k];
        subject_at = {earlier.sentence, earlier.head};
      }
      if (contains || earlier.sentence + 2 < mention.sentence || keys_[k] == excluded) continue;
      if (Agrees(keys_[k], k, form)) candidates.insert(keys_[k]);
    }
    const std::string answer = candidates.size() == 1 ? *candidates.begin() : previous_subject;
    Count(m, answer, candidates.size(), counts);
    return answer;
  }

  void Count(size_t m, const std::string& answer, size_t candidates, Counts& counts) const {
    const Mention& mention = document_->mentions[m];
    ++counts.pronouns;
    if (candidates == 1) ++counts.unique;
    if (m > 0 && document_->mentions[m - 1].entity == mention.entity) ++counts.nearest;
    bool is_right = false;
    for (size_t k = 0; k < m; ++k) {
      if (keys_[k] == answer) {
        is_right = document_->mentions[k].entity == mention.entity;
        break;
      }
    }
    if (is_right) {
      ++counts.right;
    } else {
      WARN(SentenceOf(m).text << " (" << HeadOf(m).form << "): " << answer);
    }
  }

  const Document* document_ = nullptr;
  std::vector<std::string> keys_;
  std::map<std::string, std::string> alias_;
  std::map<std::string, Gender> gender_;
  std::set<std::string> persons_;
};

TEST_CASE("A resolver that knows the rules resolves every pronoun; the nearest mention does not",
          "[synthetic]") {
  Resolver resolver(SyntheticLanguage(7).Lexicon());
  Resolver::Counts counts;
  for (const Document& document : Documents()) resolver.Resolve(document, counts);
  CAPTURE(counts.pronouns, counts.right, counts.unique, counts.nearest);
  CHECK(counts.pronouns > 4000);
  CHECK(counts.right == counts.pronouns);
  CHECK(counts.unique * 10 >= counts.pronouns * 7);   // 70 % have one agreeing candidate
  CHECK(counts.nearest * 10 <= counts.pronouns * 7);  // nearest mention: at most 70 %
}

TEST_CASE("Chains are long enough to be resolved, and types are many", "[synthetic]") {
  CHECK(SyntheticLanguage(7).Lexicon().NumTypes() >= 2000);
  size_t chains = 0, mentions = 0;
  for (const Document& document : Documents()) {
    std::map<std::string, size_t> sizes;
    for (const Mention& mention : document.mentions) ++sizes[mention.entity];
    for (const auto& [entity, size] : sizes) {
      if (size < 2) continue;
      ++chains;
      mentions += size;
    }
  }
  CAPTURE(chains, mentions);
  CHECK(chains >= 2 * Documents().size());
  CHECK(mentions >= 3 * chains);
}

std::string Lower(std::string word) {
  for (char& c : word) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return word;
}

TEST_CASE("A word does not tell its part of speech", "[synthetic]") {
  std::map<std::string, std::map<std::string, size_t>> tags;
  size_t words = 0, right = 0, ambiguous = 0;
  for (const Document& document : Documents()) {
    for (const Sentence& sentence : document.sentences) {
      for (const Word& word : sentence.words) {
        ++tags[Lower(word.form)][word.upos];
        ++words;
      }
    }
  }
  for (const auto& [form, counts] : tags) {
    size_t all = 0, most = 0, least = words;
    for (const auto& [tag, count] : counts) {
      all += count;
      most = std::max(most, count);
      least = std::min(least, count);
    }
    right += most;
    if (counts.size() > 1 && least * 50 >= all) ambiguous += all;  // each tag at least 2 %
  }
  CAPTURE(words, right, ambiguous);
  CHECK(right * 100 < words * 97);
  CHECK(ambiguous * 10 >= words);
}

TEST_CASE("No fixed offset finds the heads", "[synthetic]") {
  std::map<std::string, std::map<int, size_t>> offsets;
  for (const Document& document : Documents()) {
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
