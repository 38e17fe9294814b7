#include "probe/example_sentences.h"

#include <algorithm>
#include <set>

namespace headscope {
namespace {

constexpr size_t kShortest = 8, kLongest = 18, kMaps = 6;

std::vector<size_t> PickSentences(const ProbeTreebank& treebank, size_t num_examples) {
  std::vector<std::pair<size_t, size_t>> scored;  // different relations, sentence
  for (size_t s = 0; s < treebank.sentences.size(); ++s) {
    const size_t words = treebank.sentences[s]->words.size();
    if (words < kShortest || words > kLongest) continue;
    std::set<uint32_t> relations;
    for (const Arc& arc : treebank.arcs[s]) relations.insert(arc.relation);
    scored.emplace_back(relations.size(), s);
  }
  std::stable_sort(scored.begin(), scored.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  if (scored.size() > num_examples) scored.resize(num_examples);
  std::vector<size_t> picked;
  for (const auto& [relations, s] : scored) picked.push_back(s);
  return picked;
}

struct Lead {
  size_t relation;
  double lead;  // of the chosen head over the offset on dev
};

std::vector<Lead> RankRelations(const std::vector<HeadChoice>& chosen, const DependencyNulls& nulls,
                                size_t minimum_instances) {
  std::vector<Lead> leads;
  for (size_t r = 0; r < chosen.size(); ++r) {
    if (nulls.Instances(r) == 0 || nulls.Instances(r) < minimum_instances) continue;
    const double offset = static_cast<double>(nulls.OffsetOf(r).count);
    leads.push_back({r, (chosen[r].count - offset) / static_cast<double>(nulls.Instances(r))});
  }
  std::stable_sort(leads.begin(), leads.end(),
                   [](const Lead& a, const Lead& b) { return a.lead > b.lead; });
  return leads;
}

ExampleSentence Describe(const Sentence& sentence) {
  ExampleSentence example;
  example.id = sentence.id;
  example.text = sentence.text;
  for (const Word& word : sentence.words) {
    example.words.push_back(word.form);
    example.upos.push_back(word.upos);
    example.relations.push_back(word.deprel);
    example.heads.push_back(word.head);
  }
  return example;
}

}  // namespace

ExampleCollector::ExampleCollector(const ProbeTreebank& treebank, const ProbeNames& names,
                                   const std::vector<HeadChoice>& chosen,
                                   const DependencyNulls& dev_nulls, size_t heads_per_layer,
                                   size_t num_examples, size_t minimum_instances)
    : sentences_(PickSentences(treebank, num_examples)) {
  std::vector<ExampleMap> maps;
  for (const Lead& lead : RankRelations(chosen, dev_nulls, minimum_instances)) {
    const HeadChoice& choice = chosen[lead.relation];
    if (maps.size() == kMaps) break;
    if (std::find(heads_.begin(), heads_.end(), choice.head) != heads_.end()) continue;
    heads_.push_back(choice.head);
    ExampleMap map;
    map.head = {choice.head / heads_per_layer, choice.head % heads_per_layer};
    map.direction = choice.direction;
    map.shows = names.relations.Names()[lead.relation];
    maps.push_back(std::move(map));
  }
  for (size_t s : sentences_) {
    examples_.push_back(Describe(*treebank.sentences[s]));
    examples_.back().maps = maps;
  }
}

void ExampleCollector::Visit(size_t head, size_t sentence, WordMap map) {
  const auto picked_head = std::find(heads_.begin(), heads_.end(), head);
  const auto picked = std::find(sentences_.begin(), sentences_.end(), sentence);
  if (picked_head == heads_.end() || picked == sentences_.end()) return;
  ExampleSentence& example = examples_[static_cast<size_t>(picked - sentences_.begin())];
  std::vector<float>& attention =
      example.maps[static_cast<size_t>(picked_head - heads_.begin())].attention;
  for (size_t i = 0; i < map.rows; ++i) {
    for (size_t j = 0; j < map.cols; ++j) attention.push_back(static_cast<float>(map(i, j)));
  }
}

}  // namespace headscope
