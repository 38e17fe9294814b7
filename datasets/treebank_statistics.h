// Everything `data stats` counts of one input, document by document.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "datasets/conllu.h"
#include "datasets/coreference_statistics.h"
#include "datasets/dependency_statistics.h"
#include "datasets/pos_lookup.h"
#include "datasets/synthetic_resolver.h"
#include "datasets/upos.h"

namespace headscope {

class TreebankStatistics {
 public:
  struct Counts {
    uint64_t documents = 0, sentences = 0, words = 0, multiword_tokens = 0, empty_nodes = 0;
    uint64_t longest_sentence = 0;  // words
  };
  // What a resolver that knows the rules gets right; of the synthetic language only.
  struct Resolution {
    uint64_t pronouns = 0, right = 0, one_candidate = 0;
  };

  explicit TreebankStatistics(std::string name) : name_(std::move(name)) {}
  // For documents of the synthetic language, with the resolver that knows it.
  TreebankStatistics(std::string name, const SyntheticLexicon& lexicon)
      : name_(std::move(name)), resolver_(lexicon), resolution_(Resolution{}) {}

  // Keeps nothing of the document but counts, word forms and 12 bytes a word.
  void Add(const Document& document);

  const std::string& Name() const { return name_; }
  const Counts& Totals() const { return counts_; }
  size_t NumTypes() const { return forms_.size(); }  // different forms, lower-cased (ASCII)
  // Words by index into kUposTags; the last: any other tag.
  const std::array<uint64_t, kUposTags.size() + 1>& UposCounts() const { return upos_; }
  const PosLookup& Lookup() const { return lookup_; }
  const DependencyStatistics& Dependencies() const { return dependencies_; }
  const CoreferenceStatistics& Coreference() const { return coreference_; }
  const std::optional<Resolution>& Resolved() const { return resolution_; }

 private:
  void AddSentence(const Sentence& sentence);

  std::string name_;
  Counts counts_;
  std::unordered_map<std::string, uint32_t> forms_;
  std::array<uint64_t, kUposTags.size() + 1> upos_{};
  PosLookup lookup_;
  DependencyStatistics dependencies_;
  CoreferenceStatistics coreference_;
  std::optional<SyntheticResolver> resolver_;
  std::optional<Resolution> resolution_;
};

}  // namespace headscope
