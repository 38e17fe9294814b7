// The grammar of the synthetic language: builds one sentence of a document as a Universal
// Dependencies tree.
#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

#include "datasets/syntax_tree.h"
#include "datasets/synthetic_discourse.h"
#include "datasets/synthetic_language.h"
#include "datasets/synthetic_lexicon.h"

namespace headscope {

inline constexpr WordColumns kAnd{"and", "and", "CCONJ", "CC", "_"};
inline constexpr WordColumns kComma{",", ",", "PUNCT", ",", "_"};

class SentenceBuilder {
 public:
  SentenceBuilder(const SyntheticLexicon& lexicon, const SyntheticOptions& options,
                  Discourse& discourse, SyntaxTree& tree, RandomSequence& random)
      : lexicon_(lexicon),
        max_depth_(options.max_depth),
        non_projective_(options.non_projective),
        persistence_(options.persistence),
        discourse_(discourse),
        tree_(tree),
        random_(random) {}

  // Builds the next sentence into the tree and returns its root.
  int Build();

 private:
  // A noun phrase that was built; as a subject, what its verb must know.
  struct Phrase {
    int node = -1;
    uint32_t entity = kNone;
    uint32_t noun_class = 0;
    bool is_plural = false;
    bool keeps_habit = false;  // its verb or adjective is the one it keeps to
  };
  struct NounOptions {
    Role role = Role::kObject;
    int depth = 0;
    uint32_t clause_subject = kNone;
    bool may_be_pronoun = true;
    bool may_be_possessed = true;  // "her dog", "Anna's dog"
    bool may_be_modified = true;   // PPs and relative clauses
    bool is_singular = false;
  };
  enum class Form {
    kFinite,
    kPlainFinite,
    kInfinitive
  };  // plain: never progressive (stative verbs)
  struct Head {
    int node = -1;
    bool is_passive = false;
  };
  // What precedes the predicate of a clause, in surface order.
  struct Dependent {
    int node;
    std::string_view deprel;
  };

  // Noun phrases (synthetic_noun_phrase.cc, synthetic_modifiers.cc).
  Phrase EntityPhrase(uint32_t entity, const NounOptions& options);
  Phrase ClassPhrase(uint32_t noun_class, const NounOptions& options);
  Phrase NewPhrase(uint32_t entity, const NounOptions& options);
  Phrase KnownPhrase(uint32_t entity, const NounOptions& options);
  Phrase IndefinitePhrase(uint32_t entity);
  Phrase NamePhrase(uint32_t entity, bool with_apposition);
  Phrase PronounPhrase(uint32_t entity, Role role, std::string_view link = "ana");
  Phrase ReflexivePhrase(uint32_t entity);
  Phrase PersonPhrase(const NounOptions& options);
  Phrase CoordinatedPhrase(Phrase (SentenceBuilder::*first)(uint32_t, const NounOptions&),
                           uint32_t argument, uint32_t second_class, const NounOptions& options);
  Phrase MakePhrase(int node, uint32_t entity) const;
  uint32_t MakeFiller(uint32_t noun_class, bool is_singular);
  int NounNode(uint32_t entity);
  void AddIndefinite(int noun, const Entity& entity);
  bool AddPossessor(int noun, uint32_t possessed, const NounOptions& options);
  void AddAdjectives(int noun, uint32_t entity, double probability);
  void AddCompound(int noun, uint32_t entity);
  void AddComparison(int adjective, uint32_t drawn);
  void AddModifiers(int noun, uint32_t entity, const NounOptions& options);
  int RelativeClause(int noun, uint32_t entity, int depth);
  int SubjectRelative(const Phrase& head, int depth);
  int ObjectRelative(const Phrase& head, int depth);
  bool IsOpen(uint32_t entity) const;
  uint32_t DrawAdjective(uint32_t entity);
  bool IsGeneral(uint32_t adjective) const;

  // Clauses (synthetic_clause.cc).
  int FiniteClause(std::vector<Dependent> before, const Phrase& subject, int depth);
  int Clause(int depth);  // with a subject of its own choice
  Phrase ChooseSubject(int depth);
  Phrase PassingSubject(const NounOptions& options);
  void AddFronted(std::vector<Dependent>& before, int depth);
  int AdverbialClause(int depth);
  int CataphoricSentence(uint32_t entity);
  int Existential(int depth);
  void AddTrailing(int verb, int depth);
  void AddConjoinedVerb(int verb, const Phrase& subject, int depth);
  void AddConjoinedClause(int verb, int depth);
  void AddCommaBefore(int node);
  void AddCommaAfter(int node);

  // Questions (synthetic_question.cc).
  int Question();
  int SubjectQuestion();
  int ObjectQuestion(const Phrase& subject);
  void FrontAuxiliary(int verb);

  // Predicates (synthetic_predicate.cc, synthetic_verb_group.cc, synthetic_complements.cc): each
  // builds one for a subject and returns its node.
  Head PredicateFor(const Phrase& subject, int depth, Form form);
  Predicate ChoosePredicate(const Phrase& subject, int depth, Form form);
  Predicate ChooseHabit(const Entity& entity);
  // Whether the subject keeps its habit in this clause; its habit is then chosen.
  bool KeepsHabit(const Phrase& subject);
  // Whether a predicate is the subject's own: always by habit, else with this probability.
  bool IsOwn(const Phrase& subject, double share) { return subject.keeps_habit || Chance(share); }
  int Transitive(const Phrase& subject, int depth, Form form);
  int PersonObject(const Phrase& subject, int depth, Form form);
  int Intransitive(const Phrase& subject, int depth, Form form);
  int Copula(const Phrase& subject, int depth, Form form);
  int Passive(const Phrase& subject, int depth);
  int Clausal(const Phrase& subject, int depth);
  int Control(const Phrase& subject, int depth);
  int ObjectControl(const Phrase& subject, int depth);
  int Giving(const Phrase& subject, int depth, Form form);
  int Have(const Phrase& subject, int depth);
  // A verb whose object has no preposition, so that it has a passive.
  uint32_t DrawBareVerb(const ZipfList& verbs);
  // The verb with its auxiliaries, negation, adverb and particle.
  int VerbNode(const Verb& verb, bool is_plural, Form form, bool is_passive = false);
  // verb == nullptr: the node is a predicate nominal and gets a copula.
  void AddAuxiliaries(int node, const Verb* verb, bool is_plural, Form form, bool is_passive);
  WordColumns BeColumns(std::string_view upos, bool is_plural) const;
  void AddObject(int node, const Verb& verb, const Phrase& object);
  void AddParticle(int node, const Verb& verb);
  void AddCase(int noun, std::string_view preposition);
  void AddOblique(int node, const PrepositionalChoice& choice, const NounOptions& options);
  int TimePhrase();
  void AddCircumstances(int node, const Phrase& subject, uint32_t verb_class, int depth);
  std::string_view PlacePreposition(uint32_t noun_class) const;

  bool Chance(double probability) { return random_.Chance(probability); }
  // An index drawn in proportion to the weights.
  size_t Pick(std::initializer_list<int> weights);
  std::string_view OneOf(std::initializer_list<std::string_view> words);

  const SyntheticLexicon& lexicon_;
  int max_depth_;
  double non_projective_, persistence_;
  Discourse& discourse_;
  SyntaxTree& tree_;
  RandomSequence& random_;
  // A main subject whose relative clause will follow its predicate; node < 0: none.
  Phrase awaited_;
  // The next verb group keeps its first auxiliary for the front of the clause.
  bool inverts_ = false;
  WordColumns inverted_;
  std::string_view inverted_deprel_;
  std::vector<uint32_t> open_;  // nouns whose PP is being built: nothing in it means them
};

}  // namespace headscope
