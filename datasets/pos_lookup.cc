#include "datasets/pos_lookup.h"

#include <algorithm>
#include <numeric>

namespace headscope {

void PosLookup::Add(std::span<const uint32_t> forms, std::span<const uint32_t> tags) {
  for (size_t i = 0; i < forms.size(); ++i) {
    if (forms[i] >= counts_.size()) counts_.resize(forms[i] + 1);
    ++counts_[forms[i]][tags[i]];
  }
  words_ += forms.size();
}

size_t PosLookup::NumRight() const {
  size_t right = 0;
  for (const auto& counts : counts_) right += *std::max_element(counts.begin(), counts.end());
  return right;
}

size_t PosLookup::NumAmbiguous() const {
  size_t ambiguous = 0;
  for (auto counts : counts_) {
    const size_t all = std::accumulate(counts.begin(), counts.end(), size_t{0});
    std::nth_element(counts.begin(), counts.begin() + 1, counts.end(), std::greater<>());
    if (counts[1] > 0 && size_t{counts[1]} * 50 >= all) ambiguous += all;
  }
  return ambiguous;
}

}  // namespace headscope
