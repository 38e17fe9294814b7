#include "probe/masked_patterns.h"

#include <algorithm>
#include <cmath>

#include "probe/probe_streams.h"

namespace headscope {
namespace {

// Puts the rows that are read in a pass into the pattern [T, T] that is put together.
void TakeRows(const std::vector<char>& reads, ConstMatrix pattern, std::vector<float>& whole) {
  whole.resize(pattern.rows * pattern.cols);
  for (size_t i = 0; i < pattern.rows; ++i) {
    if (reads[i] == 0) continue;
    std::copy_n(pattern.Row(i), pattern.cols, whole.data() + i * pattern.cols);
  }
}

ConstMatrix AsSquare(const std::vector<float>& whole, size_t pieces) {
  return ConstMatrix(whole.data(), pieces, pieces);
}

}  // namespace

std::vector<uint32_t> MaskGroups(size_t num_words, uint64_t seed, size_t input) {
  const auto most = static_cast<size_t>(std::ceil(1.0 / MaskedPatterns::kMaskedShare));
  const size_t num_groups = std::min(num_words, most);
  const std::vector<uint32_t> order =
      RandomPermutation(ProbeStream(seed, ProbeSite::kMasks, static_cast<uint32_t>(input)),
                        static_cast<uint32_t>(num_words));
  std::vector<uint32_t> groups(num_words);
  for (size_t k = 0; k < num_words; ++k) groups[order[k]] = static_cast<uint32_t>(k % num_groups);
  return groups;
}

MaskedPatterns::Passes MaskedPatterns::MakePasses(std::span<const WordInput> inputs) const {
  Passes passes;
  for (size_t item = 0; item < inputs.size(); ++item) {
    const WordInput& input = inputs[item];
    const std::vector<uint32_t> groups = MaskGroups(input.NumWords(), seed_, item);
    const uint32_t num_passes =
        groups.empty() ? 1 : *std::max_element(groups.begin(), groups.end()) + 1;
    for (uint32_t pass = 0; pass < num_passes; ++pass) {
      WordInput masked = input;
      std::vector<char> reads(input.ids.size(), 0);
      reads.front() = reads.back() = pass == 0 ? 1 : 0;
      for (size_t w = 0; w < groups.size(); ++w) {
        if (groups[w] != pass) continue;
        for (uint32_t p = input.starts[w]; p < input.starts[w + 1]; ++p) {
          masked.ids[p] = mask_;
          reads[p] = 1;
        }
      }
      passes.inputs.push_back(std::move(masked));
      passes.item.push_back(item);
      passes.is_last.push_back(pass + 1 == num_passes ? 1 : 0);
      passes.reads.push_back(std::move(reads));
    }
  }
  return passes;
}

void MaskedPatterns::Visit(ThreadPool& pool, std::span<const WordInput> inputs,
                           const PatternVisitor& visitor) {
  const Passes passes = MakePasses(inputs);
  std::vector<std::vector<float>> wholes(NumHeads());
  source_.Visit(pool, passes.inputs,
                [&](size_t thread, size_t head, size_t pass, ConstMatrix pattern) {
                  TakeRows(passes.reads[pass], pattern, wholes[head]);
                  if (passes.is_last[pass] == 0) return;
                  visitor(thread, head, passes.item[pass], AsSquare(wholes[head], pattern.rows));
                });
}

void MaskedPatterns::VisitInputs(ThreadPool& pool, std::span<const WordInput> inputs,
                                 const InputVisitor& visitor) {
  const Passes passes = MakePasses(inputs);
  std::vector<std::vector<float>> wholes(NumHeads());
  std::vector<ConstMatrix> complete(NumHeads());
  source_.VisitInputs(pool, passes.inputs, [&](size_t pass, std::span<const ConstMatrix> patterns) {
    for (size_t head = 0; head < NumHeads(); ++head) {
      TakeRows(passes.reads[pass], patterns[head], wholes[head]);
    }
    if (passes.is_last[pass] == 0) return;
    for (size_t head = 0; head < NumHeads(); ++head) {
      complete[head] = AsSquare(wholes[head], patterns[head].rows);
    }
    visitor(passes.item[pass], complete);
  });
}

}  // namespace headscope
