// Does a head's map point from dependents to heads, or from heads to dependents? Counts of correct
// predictions by relation, head and direction (Clark et al. 2019, section 4.2).
//
// For the dependent i with gold head g the prediction is argmax_j A[i, j] (dependent -> head) or
// argmax_j A[j, i] (head -> dependent). Where k words share the maximum, each counts 1 / k: what a
// random choice among them would get.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "datasets/conllu.h"
#include "datasets/dependency_nulls.h"
#include "probe/head_results.h"
#include "probe/word_attention.h"

namespace headscope {

// A set of names in bytewise order, numbered from 0.
class NameList {
 public:
  void Insert(const std::string& name) { index_.emplace(name, 0); }
  void Number();  // after the last Insert
  uint32_t IndexOf(const std::string& name) const { return index_.at(name); }
  const std::vector<std::string>& Names() const { return names_; }
  size_t Size() const { return names_.size(); }

 private:
  std::map<std::string, uint32_t> index_;
  std::vector<std::string> names_;
};

// The arcs of a sentence, their relations numbered as in the list.
std::vector<Arc> ArcsOf(const Sentence& sentence, const NameList& relations);

// What the largest entry of every row, and of every column, of a map is, and how many entries share
// it.
class MapMaxima {
 public:
  explicit MapMaxima(WordMap map);
  // The score of one arc: 1 / k when its gold head is among the k largest, else 0.
  double Score(const Arc& arc, Direction direction) const;

 private:
  struct Maximum {
    double value = -1.0;
    uint32_t count = 0;
    void Take(double candidate);
  };
  WordMap map_;
  std::vector<Maximum> rows_, columns_;
};

// The head and direction with the most correct predictions of a relation; the first of equals in
// order of layer, head, direction.
struct HeadChoice {
  size_t head = 0;  // layer * heads per layer + head
  Direction direction = Direction::kDependentToHead;
  double count = 0.0;
};
HeadChoice BestHead(const HeadCounts& counts, size_t relation);

}  // namespace headscope
