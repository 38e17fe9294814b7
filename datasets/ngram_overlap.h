// Contamination: which runs of n words of a probe set also stand in a pretraining text (Brown et
// al. 2020, appendix C, with n = 13).
//
// Words are BERT's words in lower case without accents; those without a letter or digit are left
// out, so that neither case nor punctuation hides a shared run. Runs cross sentences, but no
// documents.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "datasets/bert_words.h"

namespace headscope {

struct OverlapCounts {
  uint64_t probe_words = 0;
  uint64_t runs = 0;          // places in the probe set where n words of one document begin
  uint64_t shared_runs = 0;   // those that the text has too
  uint64_t units = 0;         // sentences, examples or paragraphs of the probe set
  uint64_t shared_units = 0;  // with at least one word in a shared run
  uint64_t text_words = 0;
  std::vector<std::string> examples;  // the first shared runs: "UNIT: words …"
};

// First the probe set, then the text: memory grows with the probe set only. Matches are compared
// word by word, never by hash alone.
class NgramOverlap {
 public:
  static constexpr size_t kMaxExamples = 5;

  explicit NgramOverlap(size_t n);

  // A piece of the probe set; `name` ("file:line", a sentence's id) stands for it in examples.
  void AddProbeUnit(std::string_view text, std::string name);
  void EndProbeDocument();

  // A stretch of the text that follows the last one.
  void AddText(std::string_view text);
  void EndTextDocument() { window_.clear(); }

  OverlapCounts Count() const;

 private:
  using Ids = std::vector<uint32_t>;
  // Ids of a text's words; unknown words get a new id, or, when `grow` is false, kForeign.
  void AppendIds(std::string_view text, bool grow, Ids& ids);
  void BuildIndex();
  uint64_t Hash(const uint32_t* ids) const;
  void Mark(const uint32_t* ids);

  size_t n_;
  BertWords words_;
  std::unordered_map<std::string, uint32_t> vocabulary_;
  Ids probe_;                   // all words of the probe set, kBreak between documents
  std::vector<uint32_t> unit_;  // [words] which unit each word is of
  std::vector<std::string> unit_names_;
  std::vector<bool> shared_;  // [words] a shared run begins here
  bool indexed_ = false;
  std::unordered_map<uint64_t, uint32_t> first_;  // hash of a run -> where it begins first
  std::vector<uint32_t> next_;                    // [words] the next place with that hash, or none
  Ids window_, fresh_;
  uint64_t text_words_ = 0;
};

}  // namespace headscope
