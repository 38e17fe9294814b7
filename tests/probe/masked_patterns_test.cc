#include "probe/masked_patterns.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "tests/probe/planted_treebank.h"
#include "tests/probe/small_encoder.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

constexpr int32_t kMaskId = 60;

TEST_CASE("Words are dealt to groups of equal size, in another order for each input", "[probe]") {
  for (size_t n : {0u, 1u, 3u, 7u, 8u, 20u, 126u}) {
    const std::vector<uint32_t> groups = MaskGroups(n, 1, 5);
    REQUIRE(groups.size() == n);
    const size_t expected = std::min<size_t>(n, 7);  // 7 = ceil(1 / 0.15)
    std::vector<size_t> sizes(expected);
    for (uint32_t group : groups) {
      REQUIRE(group < expected);
      ++sizes[group];
    }
    if (n == 0) continue;
    const auto [least, most] = std::minmax_element(sizes.begin(), sizes.end());
    CHECK(*least >= 1);
    CHECK(*most - *least <= 1);
  }
  CHECK(MaskGroups(20, 1, 5) == MaskGroups(20, 1, 5));
  CHECK(MaskGroups(20, 1, 5) != MaskGroups(20, 1, 6));
  CHECK(MaskGroups(20, 1, 5) != MaskGroups(20, 2, 5));
}

// What the source is shown, and in which pass.
class Recorded final : public PlantedPasses {
 public:
  Recorded() : PlantedPasses(1, 2, 64) {}
  std::vector<WordInput> seen;

 private:
  // The value tells the pass, the head, the row and the column.
  PlantedPatterns::Value ValueFor(std::span<const WordInput> inputs) override {
    seen.assign(inputs.begin(), inputs.end());
    return [](size_t head, size_t pass, size_t from, size_t to) {
      return static_cast<float>(pass * 10000 + head * 5000 + from * 50 + to);
    };
  }
};

const std::vector<WordInput> kInputs = {
    EncodeParts({"a", "un-real", "b", "c", "d", "e-f", "g", "h", "i"}), EncodeParts({"a", "b-c"})};

// The pass in which piece p of the input is masked; first: of the input's passes.
size_t PassOf(const std::vector<WordInput>& seen, size_t first, size_t end, size_t p) {
  size_t found = end;
  for (size_t pass = first; pass < end; ++pass) {
    if (seen[pass].ids[p] != kMaskId) continue;
    REQUIRE(found == end);  // once
    found = pass;
  }
  REQUIRE(found < end);
  return found;
}

TEST_CASE("Each word attends from the one pass in which it is masked", "[probe]") {
  Recorded source;
  MaskedPatterns masked(source, kMaskId, 1);
  ThreadPool pool(2);
  std::vector<std::vector<std::pair<size_t, std::vector<float>>>> visited(2);
  masked.Visit(pool, kInputs, [&](size_t, size_t head, size_t item, ConstMatrix pattern) {
    std::vector<float> values;
    for (size_t i = 0; i < pattern.rows; ++i) {
      values.insert(values.end(), pattern.Row(i), pattern.Row(i) + pattern.cols);
    }
    visited[head].emplace_back(item, values);
  });
  REQUIRE(source.seen.size() == 7 + 2);
  const size_t first[] = {0, 7}, end[] = {7, 9};
  for (size_t head = 0; head < 2; ++head) {
    REQUIRE(visited[head].size() == 2);
    for (size_t item = 0; item < 2; ++item) {
      CHECK(visited[head][item].first == item);
      const size_t pieces = kInputs[item].ids.size();
      REQUIRE(visited[head][item].second.size() == pieces * pieces);
      for (size_t from = 0; from < pieces; ++from) {
        const bool is_special = from == 0 || from + 1 == pieces;
        const size_t pass =
            is_special ? first[item] : PassOf(source.seen, first[item], end[item], from);
        for (size_t to = 0; to < pieces; ++to) {
          const auto expected = static_cast<float>(pass * 10000 + head * 5000 + from * 50 + to);
          if (visited[head][item].second[from * pieces + to] != expected) FAIL(from << " " << to);
        }
      }
    }
  }
}

TEST_CASE("A word is masked whole, and nothing else of a pass is changed", "[probe]") {
  Recorded source;
  MaskedPatterns masked(source, kMaskId, 1);
  ThreadPool pool(1);
  masked.Visit(pool, kInputs, [](size_t, size_t, size_t, ConstMatrix) {});
  for (size_t pass = 0; pass < source.seen.size(); ++pass) {
    const WordInput& original = kInputs[pass < 7 ? 0 : 1];
    const WordInput& seen = source.seen[pass];
    REQUIRE(seen.starts == original.starts);
    for (size_t w = 0; w < original.NumWords(); ++w) {
      const bool is_masked = seen.ids[original.starts[w]] == kMaskId;
      for (uint32_t p = original.starts[w]; p < original.starts[w + 1]; ++p) {
        CHECK(seen.ids[p] == (is_masked ? kMaskId : original.ids[p]));
      }
    }
    CHECK(seen.ids.front() == original.ids.front());
    CHECK(seen.ids.back() == original.ids.back());
  }
}

TEST_CASE("Masked patterns of an encoder equal passes made by hand, whole inputs or head by head",
          "[probe]") {
  const PretrainedModel model = SmallEncoder();
  EncoderPatterns encoder(model.config, model.parameters, 32);
  MaskedPatterns masked(encoder, kMaskId, 3);
  const std::vector<WordInput> inputs = {
      EncodeForms({"a1", "b2", "c3", "a4", "b5", "c6", "a7", "b8", "c9"}),
      EncodeForms({"b1", "a2", "c2"})};
  ThreadPool pool(2);
  std::vector<std::vector<float>> whole(inputs.size() * masked.NumHeads());
  masked.VisitInputs(pool, inputs, [&](size_t item, std::span<const ConstMatrix> patterns) {
    for (size_t head = 0; head < patterns.size(); ++head) {
      auto& values = whole[item * masked.NumHeads() + head];
      values.assign(patterns[head].Row(0),
                    patterns[head].Row(0) + patterns[head].rows * patterns[head].cols);
    }
  });
  size_t compared = 0;
  masked.Visit(pool, inputs, [&](size_t, size_t head, size_t item, ConstMatrix pattern) {
    const auto& values = whole[item * masked.NumHeads() + head];
    REQUIRE(values.size() == pattern.rows * pattern.cols);
    CHECK(std::equal(values.begin(), values.end(), pattern.Row(0)));
  });
  for (size_t item = 0; item < inputs.size(); ++item) {
    const std::vector<uint32_t> groups = MaskGroups(inputs[item].NumWords(), 3, item);
    for (size_t w = 0; w < groups.size(); ++w) {
      WordInput by_hand = inputs[item];
      for (size_t v = 0; v < groups.size(); ++v) {
        if (groups[v] == groups[w]) by_hand.ids[by_hand.starts[v]] = kMaskId;
      }
      encoder.Visit(pool, std::vector<WordInput>{by_hand},
                    [&](size_t thread, size_t head, size_t, ConstMatrix pattern) {
                      if (thread != 0 && thread != 1) return;
                      const size_t row = by_hand.starts[w];
                      const auto& values = whole[item * masked.NumHeads() + head];
                      for (size_t j = 0; j < pattern.cols; ++j) {
                        if (values[row * pattern.cols + j] != pattern.Row(row)[j]) {
                          throw std::runtime_error("a row differs");
                        }
                      }
                    });
      ++compared;
    }
  }
  CHECK(compared == 12);
}

}  // namespace
}  // namespace headscope
