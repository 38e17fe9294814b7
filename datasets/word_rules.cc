#include "datasets/word_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "datasets/anaphors.h"
#include "datasets/split.h"
#include "datasets/upos.h"

namespace headscope {
namespace {

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsAlphanumeric(char c) { return IsLower(c) || IsUpper(c) || IsDigit(c); }

// "Number", "Number[psor]".
bool IsFeatureName(std::string_view name) {
  const size_t layer = name.find('[');
  if (layer != std::string_view::npos) {
    const std::string_view inside = name.substr(layer + 1);
    if (inside.size() < 2 || inside.back() != ']') return false;
    if (!std::all_of(inside.begin(), inside.end() - 1,
                     [](char c) { return IsLower(c) || IsDigit(c); })) {
      return false;
    }
    name = name.substr(0, layer);
  }
  return !name.empty() && IsUpper(name[0]) && std::all_of(name.begin(), name.end(), IsAlphanumeric);
}

bool IsFeatureValue(std::string_view value) {
  return !value.empty() && (IsUpper(value[0]) || IsDigit(value[0])) &&
         std::all_of(value.begin(), value.end(), IsAlphanumeric);
}

// What is wrong with FEATS, or nothing: what was expected of which part.
std::optional<std::pair<std::string, std::string_view>> FeatsDefect(std::string_view feats) {
  if (feats == "_") return std::nullopt;
  std::string previous;
  for (const std::string_view pair : Split(feats, '|')) {
    const size_t equals = pair.find('=');
    const std::string_view name = pair.substr(0, equals);
    if (equals == std::string_view::npos || !IsFeatureName(name)) {
      return std::pair(std::string("Name=Value in FEATS"), pair);
    }
    const std::vector<std::string_view> values = Split(pair.substr(equals + 1), ',');
    if (!std::all_of(values.begin(), values.end(), IsFeatureValue)) {
      return std::pair(std::string("a value of letters and digits in FEATS"), pair);
    }
    if (std::adjacent_find(values.begin(), values.end(), std::greater_equal<>()) != values.end()) {
      return std::pair(std::string("values in order and none twice in FEATS"), pair);
    }
    std::string lower = LowerAscii(name);
    if (lower == previous) return std::pair(std::string("each name once in FEATS"), pair);
    if (lower < previous) return std::pair(std::string("names in order in FEATS"), pair);
    previous = std::move(lower);
  }
  return std::nullopt;
}

void CheckFeats(const TokenLine& token, const Defects& defects) {
  if (const auto defect = FeatsDefect(token[Column::kFeats])) {
    defects.ReportWhenChecking(token.line, "feats", defect->first, Quoted(defect->second));
  }
}

bool IsRelation(std::string_view relation, size_t max_parts) {
  const std::vector<std::string_view> parts = Split(relation, ':');
  if (parts.size() > max_parts) return false;
  return std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
    return !part.empty() && std::all_of(part.begin(), part.end(), IsLower);
  });
}

// Of the enhanced graph: the later parts may hold a word of any script ("nmod:près_de").
bool IsEnhancedRelation(std::string_view relation) {
  const std::vector<std::string_view> parts = Split(relation, ':');
  if (parts.size() > 4 || !IsRelation(parts[0], 1)) return false;
  return std::none_of(parts.begin() + 1, parts.end(), [](std::string_view part) {
    return part.empty() || std::any_of(part.begin(), part.end(), [](char c) {
             return IsUpper(c) || IsDigit(c) || c == ' ' || c == '=';
           });
  });
}

// Heads of one DEPS column: words are (n, 0), empty nodes (n, k).
class DepsChecker {
 public:
  DepsChecker(const Sentence& sentence, const Defects& defects)
      : sentence_(sentence), defects_(defects) {}

  void Check(std::string_view deps, size_t line, std::pair<int, int> self) const {
    if (deps == "_") return;
    std::pair<std::pair<int, int>, std::string_view> previous{{-1, 0}, ""};
    for (const std::string_view pair : Split(deps, '|')) {
      const size_t colon = pair.find(':');
      const std::optional<std::pair<int, int>> head = HeadOf(pair.substr(0, colon));
      if (colon == std::string_view::npos || !head || !IsEnhancedRelation(pair.substr(colon + 1))) {
        defects_.ReportWhenChecking(line, "deps", "HEAD:relation in DEPS", Quoted(pair));
        return;
      }
      const std::string_view relation = pair.substr(colon + 1);
      if (!Exists(*head)) {
        defects_.ReportWhenChecking(line, "deps-head", "heads of this sentence in DEPS",
                                    Quoted(pair));
      } else if (*head == self) {
        defects_.ReportWhenChecking(line, "deps-head", "a head other than the word itself in DEPS",
                                    Quoted(pair));
      } else if ((head->first == 0 && head->second == 0) != (relation == "root")) {
        defects_.ReportWhenChecking(line, "deps-root",
                                    "relation root with head 0 in DEPS, only there", Quoted(pair));
      } else if (std::pair(*head, relation) <= previous) {
        defects_.ReportWhenChecking(line, "deps-order", "rising heads and no pair twice in DEPS",
                                    Quoted(pair));
      }
      previous = {*head, relation};
    }
  }

 private:
  static std::optional<std::pair<int, int>> HeadOf(std::string_view text) {
    if (text == "0") return std::pair(0, 0);
    const std::optional<TokenId> id = ParseTokenId(text);
    if (!id || id->kind == TokenId::Kind::kMultiword) return std::nullopt;
    return std::pair(id->first, id->kind == TokenId::Kind::kEmptyNode ? id->last : 0);
  }

  bool Exists(std::pair<int, int> head) const {
    if (head.second == 0) return static_cast<size_t>(head.first) <= sentence_.words.size();
    return std::any_of(sentence_.empty_nodes.begin(), sentence_.empty_nodes.end(),
                       [&](const EmptyNode& node) {
                         return node.after == head.first && node.number == head.second;
                       });
  }

  const Sentence& sentence_;
  const Defects& defects_;
};

}  // namespace

void CheckWordColumns(const TokenLine& token, const Defects& defects) {
  if (!defects.Checking()) return;
  if (UposIndex(token[Column::kUpos]) == kUposTags.size()) {
    defects.ReportWhenChecking(token.line, "upos", "one of the 17 universal tags in UPOS",
                               Quoted(token[Column::kUpos]));
  }
  CheckFeats(token, defects);
  if (!IsRelation(token[Column::kDeprel], 2)) {
    defects.ReportWhenChecking(token.line, "deprel",
                               "a relation of small letters, with at most one subtype, in DEPREL",
                               Quoted(token[Column::kDeprel]));
  }
  const auto space_after = MiscValue(token[Column::kMisc], "SpaceAfter");
  if (space_after && *space_after != "No") {
    defects.ReportWhenChecking(token.line, "space-after", "SpaceAfter=No or nothing of it in MISC",
                               Quoted(*space_after));
  }
}

void CheckEmptyNodeColumns(const TokenLine& token, const Defects& defects) {
  if (defects.Checking()) CheckFeats(token, defects);
}

void CheckDeps(const Sentence& sentence, std::span<const size_t> lines,
               std::span<const size_t> node_lines, const Defects& defects) {
  if (!defects.Checking()) return;
  const DepsChecker checker(sentence, defects);
  for (size_t i = 0; i < sentence.words.size(); ++i) {
    checker.Check(sentence.words[i].deps, lines[i], {static_cast<int>(i) + 1, 0});
  }
  for (size_t i = 0; i < sentence.empty_nodes.size(); ++i) {
    const EmptyNode& node = sentence.empty_nodes[i];
    checker.Check(node.columns[static_cast<size_t>(Column::kDeps) - 1], node_lines[i],
                  {node.after, node.number});
  }
}

}  // namespace headscope
