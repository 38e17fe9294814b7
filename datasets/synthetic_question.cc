// The questions of SentenceBuilder.
#include "datasets/synthetic_grammar.h"

namespace headscope {

int SentenceBuilder::Question() {
  const size_t kind = Pick({55, 20, 25});
  if (kind == 1) return SubjectQuestion();
  NounOptions options;
  options.role = Role::kSubject;
  options.may_be_modified = false;
  const bool asks_object = kind == 2;
  const Phrase subject = asks_object ? PersonPhrase(options) : ChooseSubject(max_depth_);
  discourse_.previous_subject = subject.entity;
  if (asks_object) return ObjectQuestion(subject);
  inverts_ = true;
  const Head head = PredicateFor(subject, 0, Form::kFinite);
  tree_.PrependLeft(head.node, subject.node, head.is_passive ? "nsubj:pass" : "nsubj",
                    Edge::kOutside);
  FrontAuxiliary(head.node);
  return head.node;
}

// "Who fed the dog?": somebody without mention.
int SentenceBuilder::SubjectQuestion() {
  Entity unknown;
  unknown.noun_class = lexicon_.person_classes.Draw(random_);
  unknown.is_person = true;
  unknown.gender = unknown.shown_gender = Gender::kUnknown;
  const auto entity = static_cast<uint32_t>(discourse_.entities.size());
  discourse_.entities.push_back(unknown);
  const int who = tree_.Add({"who", "who", "PRON", "WP", "PronType=Int"});
  const Head head = PredicateFor(MakePhrase(who, entity), 0, Form::kFinite);
  tree_.PrependLeft(head.node, who, head.is_passive ? "nsubj:pass" : "nsubj", Edge::kOutside);
  return head.node;
}

// "What did Anna sell?"
int SentenceBuilder::ObjectQuestion(const Phrase& subject) {
  uint32_t drawn = discourse_.entities[subject.entity].object_verb;
  if (drawn != kNone && (!lexicon_.verbs[drawn].preposition.empty() || !Chance(0.7))) drawn = kNone;
  while (drawn == kNone) {
    drawn = DrawBareVerb(lexicon_.classes[lexicon_.thing_classes.Draw(random_)].object_verbs);
  }
  const Verb& verb = lexicon_.verbs[drawn];
  inverts_ = true;
  const int node = VerbNode(verb, subject.is_plural, Form::kFinite);
  AddParticle(node, verb);
  tree_.PrependLeft(node, subject.node, "nsubj", Edge::kOutside);
  FrontAuxiliary(node);
  tree_.PrependLeft(node, tree_.Add({"what", "what", "PRON", "WP", "PronType=Int"}), "obj",
                    Edge::kOutside);
  return node;
}

void SentenceBuilder::FrontAuxiliary(int verb) {
  tree_.PrependLeft(verb, tree_.Add(inverted_), inverted_deprel_, Edge::kOutside);
}

}  // namespace headscope
