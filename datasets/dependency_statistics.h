// The dependencies of a treebank without a model: relations, their nulls, and what heads tell of
// their dependents.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "datasets/conllu.h"
#include "datasets/dependency_nulls.h"
#include "datasets/mutual_information.h"

namespace headscope {

struct RelationStatistics {
  std::string relation;  // full name: "nsubj:pass"
  uint64_t n = 0;
  DependencyNulls::BestOffset offset;  // chosen and counted on these same words, as is the rule
  DependencyNulls::BestRule rule;      // its tag: index into kUposTags
  // Of the dependent's form with its head's form, and with the form at the best offset (a mark of
  // its own outside the sentence). Not for root.
  MutualInformation with_head, with_offset;
};

class DependencyStatistics {
 public:
  // forms: numbered from 0; tags: as UposIndex gives them; both of the sentence's words. Keeps 12
  // bytes a word.
  void Add(const Sentence& sentence, std::span<const uint32_t> forms,
           std::span<const uint32_t> tags);

  // By falling count, then by name.
  std::vector<RelationStatistics> Relations() const;
  // Arcs h -> d (h != 0) that span a word which h does not dominate, and sentences that have one.
  uint64_t NonProjectiveArcs() const { return non_projective_arcs_; }
  uint64_t NonProjectiveSentences() const { return non_projective_sentences_; }

 private:
  struct Token {
    uint32_t form;
    int32_t to_head;  // 0: the root
    uint32_t relation;
  };
  uint32_t RelationOf(const std::string& name);
  void AddMutualInformation(uint32_t relation, RelationStatistics& statistics) const;
  uint32_t FormAt(size_t token, int offset) const;

  std::unordered_map<std::string, uint32_t> relations_;
  std::vector<std::string> names_;
  std::vector<uint64_t> instances_;
  std::vector<DependencyNulls> nulls_;  // one a relation, of one relation each
  std::vector<Token> tokens_;           // after each sentence one with form kNoForm
  uint32_t num_forms_ = 0;
  uint64_t non_projective_arcs_ = 0, non_projective_sentences_ = 0;
};

// How many arcs of the sentence, which must be a tree, are non-projective.
size_t CountNonProjectiveArcs(const Sentence& sentence);

}  // namespace headscope
