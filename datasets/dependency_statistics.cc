#include "datasets/dependency_statistics.h"

#include <algorithm>

#include "datasets/upos.h"

namespace headscope {
namespace {

constexpr uint32_t kNoForm = UINT32_MAX;

}  // namespace

size_t CountNonProjectiveArcs(const Sentence& sentence) {
  size_t count = 0;
  for (size_t i = 0; i < sentence.words.size(); ++i) {
    const int head = sentence.words[i].head, word = static_cast<int>(i) + 1;
    if (head == 0) continue;
    for (int k = std::min(head, word) + 1; k < std::max(head, word); ++k) {
      int at = k;
      while (at != 0 && at != head) at = sentence.words[static_cast<size_t>(at) - 1].head;
      if (at == head) continue;
      ++count;
      break;
    }
  }
  return count;
}

uint32_t DependencyStatistics::RelationOf(const std::string& name) {
  const auto [found, is_new] = relations_.emplace(name, static_cast<uint32_t>(names_.size()));
  if (is_new) {
    names_.push_back(name);
    instances_.push_back(0);
    nulls_.emplace_back(1, kUposTags.size() + 1);
  }
  return found->second;
}

void DependencyStatistics::Add(const Sentence& sentence, std::span<const uint32_t> forms,
                               std::span<const uint32_t> tags) {
  for (size_t i = 0; i < sentence.words.size(); ++i) {
    const Word& word = sentence.words[i];
    const uint32_t relation = RelationOf(word.deprel);
    const int32_t to_head = word.head == 0 ? 0 : word.head - static_cast<int32_t>(i) - 1;
    tokens_.push_back({forms[i], to_head, relation});
    ++instances_[relation];
    num_forms_ = std::max(num_forms_, forms[i] + 1);
    if (word.head == 0) continue;
    const Arc arc{static_cast<uint32_t>(i), static_cast<uint32_t>(word.head) - 1, 0};
    nulls_[relation].Add(std::span(&arc, 1), tags);
  }
  tokens_.push_back({kNoForm, 0, 0});
  const size_t crossing = CountNonProjectiveArcs(sentence);
  non_projective_arcs_ += crossing;
  non_projective_sentences_ += crossing > 0 ? 1 : 0;
}

uint32_t DependencyStatistics::FormAt(size_t token, int offset) const {
  const int step = offset < 0 ? -1 : 1;
  for (int k = step;; k += step) {
    const auto at = static_cast<int64_t>(token) + k;
    const bool is_outside = at < 0 || tokens_[static_cast<size_t>(at)].form == kNoForm;
    if (is_outside) return num_forms_;
    if (k == offset) return tokens_[static_cast<size_t>(at)].form;
  }
}

void DependencyStatistics::AddMutualInformation(uint32_t relation,
                                                RelationStatistics& statistics) const {
  std::vector<uint32_t> dependents, heads, neighbours;
  for (size_t i = 0; i < tokens_.size(); ++i) {
    const Token& token = tokens_[i];
    if (token.form == kNoForm || token.relation != relation || token.to_head == 0) continue;
    dependents.push_back(token.form);
    heads.push_back(tokens_[static_cast<size_t>(static_cast<int64_t>(i) + token.to_head)].form);
    neighbours.push_back(FormAt(i, statistics.offset.offset));
  }
  const RandomStream shuffle{.seed = 1, .purpose = Purpose::kShuffling, .step = relation};
  statistics.with_head = EstimateMutualInformation(heads, dependents, num_forms_ + 1, shuffle);
  statistics.with_offset =
      EstimateMutualInformation(neighbours, dependents, num_forms_ + 1, shuffle);
}

std::vector<RelationStatistics> DependencyStatistics::Relations() const {
  std::vector<RelationStatistics> all;
  for (uint32_t relation = 0; relation < names_.size(); ++relation) {
    RelationStatistics& statistics = all.emplace_back();
    statistics.relation = names_[relation];
    statistics.n = instances_[relation];
    statistics.offset = nulls_[relation].OffsetOf(0);
    statistics.rule = nulls_[relation].RuleOf(0);
    AddMutualInformation(relation, statistics);
  }
  std::sort(all.begin(), all.end(), [](const RelationStatistics& a, const RelationStatistics& b) {
    return a.n != b.n ? a.n > b.n : a.relation < b.relation;
  });
  return all;
}

}  // namespace headscope
