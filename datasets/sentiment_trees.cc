#include "datasets/sentiment_trees.h"

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <tuple>
#include <utility>

#include "datasets/defects.h"
#include "model/base/error.h"

namespace headscope {
namespace {

constexpr int kNeutral = 2;
constexpr size_t kDeepest = 1000;

std::string Unescaped(std::string_view word) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kEscapes{
      {{"\xc2\xa0", " "}, {"-LRB-", "("}, {"-RRB-", ")"}, {"\\/", "/"}, {"\\*", "*"}}};
  std::string text;
  while (!word.empty()) {
    std::string_view from = word.substr(0, 1), to = from;
    for (const auto& [escape, meaning] : kEscapes) {
      if (word.starts_with(escape)) std::tie(from, to) = std::pair(escape, meaning);
    }
    text += to;
    word.remove_prefix(from.size());
  }
  return text;
}

class TreeReader {
 public:
  TreeReader(std::string_view tree, const std::string& path, size_t line)
      : tree_(tree), path_(path), line_(line) {}

  std::vector<Constituent> Read() {
    Node(0);
    if (at_ != tree_.size()) Complain("the end of the line");
    return std::move(constituents_);
  }

 private:
  [[noreturn]] void Complain(const char* expected) const {
    Fail("{}:{}: expected {} at column {}, found {}", path_, line_, expected, at_ + 1,
         Quoted(tree_.substr(at_)));
  }
  bool Sees(char c) const { return at_ < tree_.size() && tree_[at_] == c; }
  void Take(char c, const char* expected) {
    if (!Sees(c)) Complain(expected);
    ++at_;
  }

  void Node(size_t depth) {
    if (depth > kDeepest) Complain("a tree of less depth");
    Take('(', "a bracket");
    const size_t self = constituents_.size();
    if (at_ >= tree_.size() || tree_[at_] < '0' || tree_[at_] > '4')
      Complain("a label from 0 to 4");
    constituents_.push_back({tree_[at_++] - '0', ""});
    Take(' ', "a space");
    std::string text;
    if (!Sees('(')) {
      const size_t end = std::min(tree_.find_first_of("()", at_), tree_.size());
      text = Unescaped(tree_.substr(at_, end - at_));
      at_ = end;
      if (text.empty()) Complain("a word");
    }
    while (Sees('(')) {
      const size_t child = constituents_.size();
      Node(depth + 1);
      if (Sees(' ')) ++at_;
      text += (text.empty() ? "" : " ") + constituents_[child].text;
    }
    Take(')', "a closing bracket");
    constituents_[self].text = std::move(text);
  }

  std::string_view tree_;
  const std::string& path_;
  size_t line_;
  size_t at_ = 0;
  std::vector<Constituent> constituents_;
};

void ForEachTree(std::string_view trees, const std::string& path,
                 const std::function<void(const std::vector<Constituent>&)>& visit) {
  size_t number = 0;
  while (!trees.empty()) {
    const size_t end = std::min(trees.find('\n'), trees.size());
    visit(ReadSentimentTree(trees.substr(0, end), path, ++number));
    trees.remove_prefix(std::min(end + 1, trees.size()));
  }
}

std::string Row(const Constituent& constituent) {
  return fmt::format("{}\t{}\n", constituent.label > kNeutral ? 1 : 0, constituent.text);
}

}  // namespace

std::vector<Constituent> ReadSentimentTree(std::string_view tree, const std::string& path,
                                           size_t line) {
  return TreeReader(tree, path, line).Read();
}

std::string SentenceTable(std::string_view trees, const std::string& path) {
  std::string table = "label\tsentence\n";
  ForEachTree(trees, path, [&](const std::vector<Constituent>& constituents) {
    if (constituents[0].label != kNeutral) table += Row(constituents[0]);
  });
  return table;
}

std::string PhraseTable(std::string_view trees, const std::string& path) {
  std::string table = "label\tphrase\n";
  std::set<std::string> seen;
  ForEachTree(trees, path, [&](const std::vector<Constituent>& constituents) {
    for (const Constituent& constituent : constituents) {
      if (constituent.label == kNeutral) continue;
      std::string row = Row(constituent);
      if (seen.insert(row).second) table += row;
    }
  });
  return table;
}

}  // namespace headscope
