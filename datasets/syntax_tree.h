// A dependency tree under construction: words hang left or right of their head in surface order, so
// that the finished tree is projective by construction but for what is extraposed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "datasets/conllu.h"

namespace headscope {

// What a dependent means for the span of a mention headed by its head.
enum class Edge : unsigned char {
  kInside,    // part of the mention: determiner, adjective, relative clause
  kConjunct,  // part of the coordination, not of its first conjunct's own mention
  kOutside,   // never part: case marker, comma, and all clause-level dependents of a predicate
              // nominal
};

// Columns of one word. The views must outlive the tree (literals, the lexicon).
struct WordColumns {
  std::string_view form, lemma, upos, xpos, feats;
};

class SyntaxTree {
 public:
  struct NodeMention {
    int node = 0;
    uint32_t entity = 0;
    std::string_view link;         // "" for sgl or coref, decided when the document is finished
    bool is_coordination = false;  // the whole coordination, not its first conjunct
    // Filled by Finish: 0-based, inclusive.
    size_t first = 0, last = 0, head = 0;
    std::vector<size_t> conjunct_heads;
  };

  // A node without a head: the root, until it is attached.
  int Add(const WordColumns& columns);
  // Adds a dependent as the rightmost one left of `head`, or the rightmost right of it.
  int AddLeft(int head, const WordColumns& columns, std::string_view deprel,
              Edge edge = Edge::kInside);
  int AddRight(int head, const WordColumns& columns, std::string_view deprel,
               Edge edge = Edge::kInside);
  // The same for a node that was added before; Prepend: as the very first.
  void PrependLeft(int head, int node, std::string_view deprel, Edge edge = Edge::kInside);
  void AttachLeft(int head, int node, std::string_view deprel, Edge edge = Edge::kInside);
  void AttachRight(int head, int node, std::string_view deprel, Edge edge = Edge::kInside);
  // Hangs a node on `head` but places it as the rightmost one right of `host`: its arc crosses
  // what lies between. No part of a mention of either.
  void Extrapose(int head, int host, int node, std::string_view deprel);

  void SetColumns(int node, const WordColumns& columns);
  const WordColumns& Columns(int node) const { return nodes_[static_cast<size_t>(node)].columns; }
  void AddMention(int node, uint32_t entity, std::string_view link, bool is_coordination = false);
  // This word and the next one are one multiword token ("Anna's").
  void JoinToNext(int node);

  // Linearises the tree below `root` into words, multiword tokens, text and the mentions' spans.
  // "a" becomes "an" where the next word asks for it, the first letter a capital; no space before
  // punctuation.
  Sentence Finish(int root);
  const std::vector<NodeMention>& Mentions() const { return mentions_; }
  void Clear();

 private:
  struct Node {
    WordColumns columns;
    std::string_view deprel = "root";
    int head = -1;
    int first_left = -1, last_left = -1, first_right = -1, last_right = -1, next = -1;
    Edge edge = Edge::kInside;
    bool in_token = false;
    size_t position = 0;
  };

  void Linearise(int node);
  void DropDoubledCommas();
  void Extend(NodeMention& mention, int node, bool is_top) const;
  void AddTokensAndText(Sentence& sentence) const;

  std::vector<Node> nodes_;
  std::vector<int> order_;
  std::vector<NodeMention> mentions_;
};

}  // namespace headscope
