#include "probe/head_scores.h"

namespace headscope {

void NameList::Number() {
  names_.clear();
  for (auto& [name, index] : index_) {
    index = static_cast<uint32_t>(names_.size());
    names_.push_back(name);
  }
}

std::vector<Arc> ArcsOf(const Sentence& sentence, const NameList& relations) {
  std::vector<Arc> arcs;
  for (size_t w = 0; w < sentence.words.size(); ++w) {
    const Word& word = sentence.words[w];
    if (word.head == 0) continue;
    arcs.push_back({static_cast<uint32_t>(w), static_cast<uint32_t>(word.head - 1),
                    relations.IndexOf(word.deprel)});
  }
  return arcs;
}

void MapMaxima::Maximum::Take(double candidate) {
  if (candidate > value) {
    value = candidate;
    count = 1;
  } else if (candidate == value) {
    ++count;
  }
}

MapMaxima::MapMaxima(WordMap map) : map_(map), rows_(map.rows), columns_(map.cols) {
  for (size_t i = 0; i < map.rows; ++i) {
    const double* row = map.Row(i);
    for (size_t j = 0; j < map.cols; ++j) {
      rows_[i].Take(row[j]);
      columns_[j].Take(row[j]);
    }
  }
}

double MapMaxima::Score(const Arc& arc, Direction direction) const {
  const bool from_dependent = direction == Direction::kDependentToHead;
  const Maximum& maximum = from_dependent ? rows_[arc.dependent] : columns_[arc.dependent];
  const double gold =
      from_dependent ? map_(arc.dependent, arc.head) : map_(arc.head, arc.dependent);
  return gold == maximum.value ? 1.0 / maximum.count : 0.0;
}

HeadChoice BestHead(const HeadCounts& counts, size_t relation) {
  const size_t per_relation = counts.counts.size() / counts.relations.size();
  const double* row = counts.counts.data() + relation * per_relation;
  size_t best = 0;
  for (size_t k = 1; k < per_relation; ++k) {
    if (row[k] > row[best]) best = k;
  }
  return {best / kNumDirections, static_cast<Direction>(best % kNumDirections), row[best]};
}

}  // namespace headscope
