#include "datasets/ngram_overlap.h"

#include <utf8proc.h>

#include <algorithm>
#include <limits>

#include "model/base/error.h"

namespace headscope {
namespace {

constexpr uint32_t kBreak = 0;    // between documents; ids of words start at 1
constexpr uint32_t kForeign = 0;  // a word that the probe set does not have ends every run
constexpr uint32_t kNone = std::numeric_limits<uint32_t>::max();

bool HasLetterOrDigit(std::string_view word) {
  for (size_t at = 0; at < word.size();) {
    const utf8proc_category_t category = utf8proc_category(NextCharacter(word, at));
    if (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO) return true;
  }
  return false;
}

}  // namespace

NgramOverlap::NgramOverlap(size_t n) : n_(n) {
  if (n == 0) Fail("overlap: expected runs of at least one word, found 0");
}

void NgramOverlap::AppendIds(std::string_view text, bool grow, Ids& ids) {
  words_.Split(text, true);
  for (size_t i = 0; i < words_.Size(); ++i) {
    if (!HasLetterOrDigit(words_[i])) continue;
    std::string word(words_[i]);
    if (grow) {
      const auto id = static_cast<uint32_t>(vocabulary_.size() + 1);
      ids.push_back(vocabulary_.emplace(std::move(word), id).first->second);
    } else {
      const auto found = vocabulary_.find(word);
      ids.push_back(found == vocabulary_.end() ? kForeign : found->second);
    }
  }
}

void NgramOverlap::AddProbeUnit(std::string_view text, std::string name) {
  indexed_ = false;
  AppendIds(text, true, probe_);
  unit_.resize(probe_.size(), static_cast<uint32_t>(unit_names_.size()));
  unit_names_.push_back(std::move(name));
  if (probe_.size() >= kNone) Fail("overlap: expected a probe set of fewer than 2^32 words");
}

void NgramOverlap::EndProbeDocument() {
  probe_.push_back(kBreak);
  unit_.push_back(kNone);
}

uint64_t NgramOverlap::Hash(const uint32_t* ids) const {
  uint64_t hash = 0x9e3779b97f4a7c15;
  for (size_t i = 0; i < n_; ++i) {
    hash = (hash ^ ids[i]) * 0xff51afd7ed558ccd;
    hash ^= hash >> 32;
  }
  return hash;
}

void NgramOverlap::BuildIndex() {
  indexed_ = true;
  shared_.assign(probe_.size(), false);
  next_.assign(probe_.size(), kNone);
  first_.clear();
  size_t since_break = 0;
  for (size_t end = 0; end < probe_.size(); ++end) {
    since_break = probe_[end] == kBreak ? 0 : since_break + 1;
    if (since_break < n_) continue;
    const auto begin = static_cast<uint32_t>(end + 1 - n_);
    const auto [place, is_new] = first_.emplace(Hash(&probe_[begin]), begin);
    if (!is_new) next_[begin] = std::exchange(place->second, begin);
  }
}

void NgramOverlap::Mark(const uint32_t* ids) {
  const auto found = first_.find(Hash(ids));
  if (found == first_.end()) return;
  for (uint32_t at = found->second; at != kNone; at = next_[at]) {
    if (std::equal(ids, ids + n_, &probe_[at])) shared_[at] = true;
  }
}

void NgramOverlap::AddText(std::string_view text) {
  if (!indexed_) BuildIndex();
  fresh_ = window_;
  const size_t before = fresh_.size();
  AppendIds(text, false, fresh_);
  text_words_ += fresh_.size() - before;
  size_t known = before;  // words since the last foreign one
  for (size_t end = before; end < fresh_.size(); ++end) {
    known = fresh_[end] == kForeign ? 0 : known + 1;
    if (known >= n_) Mark(&fresh_[end + 1 - n_]);
  }
  const size_t kept = std::min(known, n_ - 1);
  window_.assign(fresh_.end() - static_cast<std::ptrdiff_t>(kept), fresh_.end());
}

OverlapCounts NgramOverlap::Count() const {
  OverlapCounts counts;
  counts.units = unit_names_.size();
  counts.text_words = text_words_;
  std::vector<bool> touched(unit_names_.size(), false);
  std::vector<std::string_view> spelling(vocabulary_.size() + 1);
  for (const auto& [word, id] : vocabulary_) spelling[id] = word;
  size_t since_break = 0;
  for (size_t end = 0; end < probe_.size(); ++end) {
    since_break = probe_[end] == kBreak ? 0 : since_break + 1;
    counts.probe_words += probe_[end] != kBreak;
    if (since_break < n_) continue;
    ++counts.runs;
    const size_t begin = end + 1 - n_;
    if (!indexed_ || !shared_[begin]) continue;
    ++counts.shared_runs;
    for (size_t i = begin; i <= end; ++i) touched[unit_[i]] = true;
    if (counts.examples.size() == kMaxExamples) continue;
    std::string example = unit_names_[unit_[begin]] + ":";
    for (size_t i = begin; i <= end; ++i) example += fmt::format(" {}", spelling[probe_[i]]);
    counts.examples.push_back(std::move(example));
  }
  counts.shared_units = static_cast<uint64_t>(std::count(touched.begin(), touched.end(), true));
  return counts;
}

}  // namespace headscope
