#include "datasets/syntax_tree.h"

#include <algorithm>

#include "datasets/english_morphology.h"

namespace headscope {
namespace {

size_t Index(int node) { return static_cast<size_t>(node); }

// The lexicon's words are ASCII.
void Capitalise(std::string& word) {
  if (!word.empty() && word[0] >= 'a' && word[0] <= 'z') word[0] = static_cast<char>(word[0] - 32);
}

}  // namespace

int SyntaxTree::Add(const WordColumns& columns) {
  Node node;
  node.columns = columns;
  nodes_.push_back(node);
  return static_cast<int>(nodes_.size()) - 1;
}

int SyntaxTree::AddLeft(int head, const WordColumns& columns, std::string_view deprel, Edge edge) {
  const int node = Add(columns);
  AttachLeft(head, node, deprel, edge);
  return node;
}

int SyntaxTree::AddRight(int head, const WordColumns& columns, std::string_view deprel, Edge edge) {
  const int node = Add(columns);
  AttachRight(head, node, deprel, edge);
  return node;
}

void SyntaxTree::AttachLeft(int head, int node, std::string_view deprel, Edge edge) {
  Node& parent = nodes_[Index(head)];
  (parent.last_left < 0 ? parent.first_left : nodes_[Index(parent.last_left)].next) = node;
  parent.last_left = node;
  nodes_[Index(node)].head = head;
  nodes_[Index(node)].deprel = deprel;
  nodes_[Index(node)].edge = edge;
}

void SyntaxTree::PrependLeft(int head, int node, std::string_view deprel, Edge edge) {
  Node& parent = nodes_[Index(head)];
  nodes_[Index(node)].next = parent.first_left;
  if (parent.last_left < 0) parent.last_left = node;
  parent.first_left = node;
  nodes_[Index(node)].head = head;
  nodes_[Index(node)].deprel = deprel;
  nodes_[Index(node)].edge = edge;
}

void SyntaxTree::AttachRight(int head, int node, std::string_view deprel, Edge edge) {
  Node& parent = nodes_[Index(head)];
  (parent.last_right < 0 ? parent.first_right : nodes_[Index(parent.last_right)].next) = node;
  parent.last_right = node;
  nodes_[Index(node)].head = head;
  nodes_[Index(node)].deprel = deprel;
  nodes_[Index(node)].edge = edge;
}

void SyntaxTree::Extrapose(int head, int host, int node, std::string_view deprel) {
  AttachRight(host, node, deprel, Edge::kOutside);
  nodes_[Index(node)].head = head;
}

void SyntaxTree::SetColumns(int node, const WordColumns& columns) {
  nodes_[Index(node)].columns = columns;
}

void SyntaxTree::AddMention(int node, uint32_t entity, std::string_view link,
                            bool is_coordination) {
  NodeMention mention;
  mention.node = node;
  mention.entity = entity;
  mention.link = link;
  mention.is_coordination = is_coordination;
  mentions_.push_back(mention);
}

void SyntaxTree::JoinToNext(int node) { nodes_[Index(node)].in_token = true; }

void SyntaxTree::Clear() {
  nodes_.clear();
  order_.clear();
  mentions_.clear();
}

void SyntaxTree::Linearise(int node) {
  for (int n = nodes_[Index(node)].first_left; n >= 0; n = nodes_[Index(n)].next) Linearise(n);
  nodes_[Index(node)].position = order_.size();
  order_.push_back(node);
  for (int n = nodes_[Index(node)].first_right; n >= 0; n = nodes_[Index(n)].next) Linearise(n);
}

// The comma that closes an apposition or clause gives way to the mark after it.
void SyntaxTree::DropDoubledCommas() {
  size_t kept = 0;
  for (size_t i = 0; i < order_.size(); ++i) {
    const bool before_mark =
        i + 1 < order_.size() && nodes_[Index(order_[i + 1])].columns.upos == "PUNCT";
    if (before_mark && nodes_[Index(order_[i])].columns.form == ",") continue;
    order_[kept] = order_[i];
    nodes_[Index(order_[kept])].position = kept;
    ++kept;
  }
  order_.resize(kept);
}

void SyntaxTree::Extend(NodeMention& mention, int node, bool is_top) const {
  const Node& here = nodes_[Index(node)];
  mention.first = std::min(mention.first, here.position);
  mention.last = std::max(mention.last, here.position);
  for (const int side : {here.first_left, here.first_right}) {
    for (int n = side; n >= 0; n = nodes_[Index(n)].next) {
      const Node& child = nodes_[Index(n)];
      if (is_top && child.edge == Edge::kConjunct && !mention.is_coordination) continue;
      // Below the top a comma at the edge stays out, a case marker inside stays in.
      if (child.edge == Edge::kOutside && (is_top || child.deprel == "punct")) continue;
      Extend(mention, n, false);
      if (is_top && child.deprel == "conj") mention.conjunct_heads.push_back(child.position);
    }
  }
}

Sentence SyntaxTree::Finish(int root) {
  order_.clear();
  Linearise(root);
  DropDoubledCommas();
  Sentence sentence;
  sentence.words.resize(order_.size());
  for (size_t i = 0; i < order_.size(); ++i) {
    const Node& node = nodes_[Index(order_[i])];
    Word& word = sentence.words[i];
    word.form = node.columns.form;
    word.lemma = node.columns.lemma;
    word.upos = node.columns.upos;
    word.xpos = node.columns.xpos;
    word.feats = node.columns.feats;
    word.deprel = node.deprel;
    word.deps = "_";
    word.misc = "_";
    word.head = node.head < 0 ? 0 : static_cast<int>(nodes_[Index(node.head)].position) + 1;
    const bool before_mark =
        i + 1 < order_.size() && nodes_[Index(order_[i + 1])].columns.upos == "PUNCT";
    word.space_after = !before_mark;
    if (word.form == "a" && i + 1 < order_.size() &&
        StartsWithVowelSound(nodes_[Index(order_[i + 1])].columns.form)) {
      word.form = "an";
    }
  }
  Capitalise(sentence.words[0].form);
  AddTokensAndText(sentence);
  for (NodeMention& mention : mentions_) {
    mention.head = nodes_[Index(mention.node)].position;
    mention.first = mention.last = mention.head;
    Extend(mention, mention.node, true);
  }
  return sentence;
}

void SyntaxTree::AddTokensAndText(Sentence& sentence) const {
  for (size_t i = 0; i < order_.size(); ++i) {
    sentence.text += sentence.words[i].form;
    const Node& node = nodes_[Index(order_[i])];
    if (node.in_token) {
      const int id = static_cast<int>(i) + 1;
      sentence.multiword_tokens.push_back(
          {id, id + 1, sentence.words[i].form + sentence.words[i + 1].form, "_"});
    }
    if (!node.in_token && sentence.words[i].space_after && i + 1 < order_.size())
      sentence.text += ' ';
  }
}

}  // namespace headscope
