#include "datasets/synthetic_language.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "datasets/entity_annotation.h"
#include "datasets/synthetic_discourse.h"
#include "datasets/synthetic_grammar.h"
#include "model/base/error.h"

namespace headscope {
namespace {

// A document while it is made.
struct Draft {
  Document document;
  std::vector<uint32_t> chain_ids;     // of each chain so far, its entity
  std::vector<size_t> latest;          // of each chain, the place of its last mention's head
  std::vector<MentionDetail> details;  // of each mention
  size_t words = 0;                    // of the sentences before the last
  size_t farthest = 0;                 // from a pronoun to its antecedent, in words
};

// Appends the tree's mentions to the document, in order of (first, longer first).
void AddMentions(const SyntaxTree& tree, const SyntheticLexicon& lexicon,
                 const Discourse& discourse, Draft& draft) {
  std::vector<SyntaxTree::NodeMention> mentions = tree.Mentions();
  std::stable_sort(mentions.begin(), mentions.end(), [](const auto& a, const auto& b) {
    return std::pair(a.first, b.last) < std::pair(b.first, a.last);
  });
  for (const SyntaxTree::NodeMention& found : mentions) {
    const Entity& entity = discourse.entities[found.entity];
    const auto known = std::find(draft.chain_ids.begin(), draft.chain_ids.end(), found.entity);
    const size_t chain = static_cast<size_t>(known - draft.chain_ids.begin());
    const size_t place = draft.words + found.head;
    if (known == draft.chain_ids.end()) {
      draft.chain_ids.push_back(found.entity);
      draft.latest.push_back(place);
    }
    if (found.link == "ana") {
      draft.farthest = std::max(draft.farthest, place - draft.latest[chain]);
    }
    draft.latest[chain] = place;
    Mention mention;
    mention.sentence = draft.document.sentences.size();
    mention.first = found.first;
    mention.last = found.last;
    mention.head = found.head;
    mention.entity = fmt::format_int(chain + 1).str();
    mention.type = lexicon.classes[entity.noun_class].entity_type;
    mention.link = found.link;
    draft.document.mentions.push_back(std::move(mention));
    MentionDetail detail{{found.head}};
    if (found.is_coordination) {
      detail.minspan.insert(detail.minspan.end(), found.conjunct_heads.begin(),
                            found.conjunct_heads.end());
    }
    draft.details.push_back(std::move(detail));
  }
}

Draft MakeDraft(const SyntheticLexicon& lexicon, const SyntheticOptions& options,
                const std::string& id, RandomSequence& random) {
  Discourse discourse;
  IntroduceEntities(lexicon, discourse, random);
  Draft draft;
  Document& document = draft.document;
  document.id = id;
  document.has_coreference = true;
  const auto spread = static_cast<uint64_t>(options.max_sentences - options.min_sentences) + 1;
  const size_t length = static_cast<size_t>(options.min_sentences) + random.Below(spread);
  document.sentences.reserve(length);
  SyntaxTree tree;
  for (size_t s = 0; s < length; ++s) {
    discourse.sentence = static_cast<int>(s);
    tree.Clear();
    const int root = SentenceBuilder(lexicon, options, discourse, tree, random).Build();
    Sentence sentence = tree.Finish(root);
    sentence.id = fmt::format("{}-{}", document.id, s + 1);
    AddMentions(tree, lexicon, discourse, draft);
    draft.words += sentence.words.size();
    document.sentences.push_back(std::move(sentence));
  }
  return draft;
}

}  // namespace

SyntheticLanguage::SyntheticLanguage(uint64_t seed, SyntheticOptions options)
    : seed_(seed), options_(options), lexicon_(std::make_shared<const SyntheticLexicon>()) {
  if (options.min_sentences < 1 || options.max_sentences < options.min_sentences) {
    Fail(
        "synthetic language: expected 1 <= fewest <= most sentences in a document, found {} and {}",
        options.min_sentences, options.max_sentences);
  }
  if (options.max_depth < 0 || options.max_depth > 6) {
    Fail("synthetic language: expected a depth from 0 to 6, found {}", options.max_depth);
  }
  if (!(options.non_projective >= 0.0 && options.non_projective <= 1.0)) {
    Fail("synthetic language: expected a share of non-projective clauses from 0 to 1, found {}",
         options.non_projective);
  }
  if (!(options.persistence >= 0.0 && options.persistence <= 1.0)) {
    Fail("synthetic language: expected a persistence from 0 to 1, found {}", options.persistence);
  }
}

Document SyntheticLanguage::MakeDocument(uint64_t index) const {
  if (index >> 47 != 0) {
    Fail("synthetic language: expected a document index below 2^47, found {}", index);
  }
  RandomSequence random(RandomStream{seed_, Purpose::kSynthetic, static_cast<uint32_t>(index),
                                     static_cast<uint32_t>(index >> 32)});
  const std::string id = fmt::format("synthetic_{}_{}", seed_, index);
  for (;;) {
    Draft draft = MakeDraft(*lexicon_, options_, id, random);
    if (draft.farthest > kFarthestAntecedent) continue;
    AnnotateEntities(draft.document, draft.details);
    return std::move(draft.document);
  }
}

std::string PlainText(const Document& document) {
  std::string text;
  for (const Sentence& sentence : document.sentences) text += sentence.text + "\n";
  return text;
}

}  // namespace headscope
