#include "probe/gold_tree.h"

namespace headscope {
namespace {

// Nothing unless one word takes part as root, and another beside it.
std::optional<GoldTree> GoldTreeOf(const Sentence& sentence, bool with_punctuation) {
  GoldTree tree;
  std::vector<uint32_t> place(sentence.words.size(), kNoHead);
  for (uint32_t w = 0; w < sentence.words.size(); ++w) {
    if (!with_punctuation && sentence.words[w].upos == "PUNCT") continue;
    place[w] = static_cast<uint32_t>(tree.words.size());
    tree.words.push_back(w);
  }
  size_t roots = 0;
  for (uint32_t w : tree.words) {
    const int head = sentence.words[w].head;
    roots += head == 0;
    if (head == 0) tree.root = place[w];
    tree.heads.push_back(head == 0 ? place[w] : place[static_cast<size_t>(head - 1)]);
  }
  if (roots != 1 || tree.words.size() < 2) return std::nullopt;
  return tree;
}

}  // namespace

GoldTrees GoldTreesOf(const Sentence& sentence) {
  return {GoldTreeOf(sentence, false), GoldTreeOf(sentence, true)};
}

double RightHeads(const GoldTree& gold, const std::vector<uint32_t>& heads) {
  double right = 0.0;
  for (uint32_t v = 0; v < heads.size(); ++v) {
    if (v != gold.root && heads[v] == gold.heads[v]) right += 1.0;
  }
  return right;
}

double RightEdges(const GoldTree& gold, const std::vector<std::pair<uint32_t, uint32_t>>& edges) {
  double right = 0.0;
  for (const auto& [i, j] : edges) {
    if ((i != gold.root && gold.heads[i] == j) || (j != gold.root && gold.heads[j] == i)) {
      right += 1.0;
    }
  }
  return right;
}

}  // namespace headscope
