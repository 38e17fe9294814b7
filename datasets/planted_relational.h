// Tasks that ask for the class of one queried word and need its relations to others. The query is
// the word that the question is about: the gap of an agreement, the pronoun, the persons or the
// rare word that come again.
#pragma once

#include <memory>

#include "datasets/planted_task.h"

namespace headscope {

// "near the boats the old dog with the hats [MASK] new ." Is [MASK] singular or plural? As the noun
// without a preposition is. attractors + 1 nouns, half of them plural; which of them is the
// subject, which are plural and how long each phrase is are independent draws, so that the noun at
// any place (the first, the last) has the subject's number half of the time. The partner: the
// subject and a noun of the other number change places. Evidence: the subject. Counterfactuals: a
// noun's nouns of the other number.
std::unique_ptr<PlantedTask> MakeAgreementTask(uint64_t seed, size_t attractors);

// "near Anna in rivers little Tom beside lakes smiled . … she waited ." Whose is the pronoun? The
// subject's that agrees. Two clauses, one with a male subject and one with a female, each with one
// to three names in adjuncts; as many of each gender as there are. The partner: the antecedent and
// another name of its gender change places. Evidence: the antecedent; the pronoun. Counterfactuals:
// a name's are the names of its gender, he's is she. Labels: the names.
std::unique_ptr<PlantedTask> MakePronounTask(uint64_t seed, size_t attractors);

// "near rivers cooks have rings . judges have coins . cooks smiled ." What do the last cooks have?
// Labels: the things. The partner: the answer and another's thing change places. Evidence: the
// answer; the persons asked for; the persons of the answer and of any other pair together.
// Counterfactuals: a person's are the persons of the text, a thing's are the things.
std::unique_ptr<PlantedTask> MakeRecallTask(uint64_t seed, size_t pairs);

// The same for adjacent pairs of rare words put into two sentences of the language: "The mule
// brooch cook smiled at syrup plague Anna . … mule ." What followed the last word before? Labels:
// the second words.
std::unique_ptr<PlantedTask> MakeInductionTask(uint64_t seed, size_t pairs);

}  // namespace headscope
