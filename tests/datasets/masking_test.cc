#include "datasets/masking.h"

#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "model/base/error.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

// Ids 5 … 24 start words, 25 … 34 continue them.
WordPiece Vocabulary() {
  std::vector<std::string> pieces = SpecialPieces();
  for (char c = 'a'; c < 'a' + 20; ++c) pieces.push_back(std::string(1, c));
  for (char c = 'a'; c < 'a' + 10; ++c) pieces.push_back(std::string("##") + c);
  return WordPiece(pieces);
}

// [CLS] 5 ##25 ##26 6 [UNK] 7 ##27 8 [SEP]
const std::vector<int32_t> kSequence = {2, 5, 25, 26, 6, 1, 7, 27, 8, 3};

MaskedBatch Mask(const Masker& masker, uint32_t sequence_id, uint32_t epoch = 0,
                 uint64_t seed = 1) {
  MaskedBatch out;
  out.batch.Add(kSequence, sequence_id);
  masker.MaskSequence({seed, Purpose::kMasking, epoch}, 0, out);
  return out;
}

// |found - n p| within 5 standard deviations of a binomial.
void CheckShare(uint64_t found, uint64_t n, double p) {
  const double expected = static_cast<double>(n) * p;
  CAPTURE(found, n, p);
  CHECK(std::abs(static_cast<double>(found) - expected) < 5 * std::sqrt(expected * (1 - p)));
}

TEST_CASE("Words are chosen whole, at the rate, and meet 80/10/10", "[masking]") {
  const WordPiece word_piece = Vocabulary();
  const Masker masker(word_piece, MaskUnit::kWholeWord, 0.15);
  const std::vector<std::vector<uint32_t>> words = {{1, 2, 3}, {4}, {6, 7}, {8}};
  uint64_t masked = 0, kept = 0, replaced = 0, chosen = 0, forced = 0;
  std::vector<uint64_t> chosen_of(words.size(), 0);
  constexpr uint32_t kRounds = 40000;
  for (uint32_t round = 0; round < kRounds; ++round) {
    const MaskedBatch out = Mask(masker, round);
    const std::set<uint32_t> positions(out.positions.begin(), out.positions.end());
    bool is_sound = !positions.empty() && positions.size() == out.positions.size() &&
                    std::is_sorted(out.positions.begin(), out.positions.end());
    for (size_t i = 0; i < out.positions.size(); ++i) {
      is_sound = is_sound && out.labels[i] == kSequence[out.positions[i]] &&
                 !word_piece.IsSpecial(out.labels[i]);
    }
    for (uint32_t row = 0; row < kSequence.size(); ++row) {
      is_sound = is_sound && (positions.contains(row) || out.batch.ids[row] == kSequence[row]);
    }
    size_t of_this = 0;
    for (size_t w = 0; w < words.size(); ++w) {
      size_t rows = 0, masks = 0;
      for (const uint32_t row : words[w]) {
        rows += positions.contains(row);
        masks += out.batch.ids[row] == word_piece.Mask();
      }
      is_sound = is_sound && (rows == 0 || rows == words[w].size()) &&
                 (masks == 0 || masks == words[w].size());
      if (rows == 0) continue;
      ++chosen_of[w];
      ++of_this;
    }
    REQUIRE(is_sound);
    chosen += of_this;
    forced += of_this == 1;
  }
  // P(word) = 0.15 + P(none) / 4: a sequence without a target gets one of its four words.
  const double none = 0.85 * 0.85 * 0.85 * 0.85;
  for (const uint64_t count : chosen_of) CheckShare(count, kRounds, 0.15 + none / 4);
  CheckShare(forced, kRounds, none + 4 * 0.15 * 0.85 * 0.85 * 0.85);

  // The fates, counted where the replacement is visible: among single-piece words.
  std::vector<uint64_t> replacement_counts(word_piece.Size(), 0);
  uint64_t fates = 0;
  for (uint32_t round = 0; round < kRounds; ++round) {
    const MaskedBatch out = Mask(masker, round, 3);
    for (size_t i = 0; i < out.positions.size(); ++i) {
      if (out.positions[i] != 4 && out.positions[i] != 8) continue;
      const int32_t now = out.batch.ids[out.positions[i]];
      ++fates;
      masked += now == word_piece.Mask();
      kept += now == out.labels[i];
      if (now != word_piece.Mask() && now != out.labels[i]) {
        ++replaced;
        ++replacement_counts[static_cast<size_t>(now)];
      }
    }
  }
  const double candidates = static_cast<double>(word_piece.Size() - 5);
  CheckShare(masked, fates, 0.8);
  CheckShare(kept, fates, 0.1 + 0.1 / candidates);  // a random piece may be the same
  CheckShare(replaced, fates, 0.1 * (1 - 1 / candidates));
  for (size_t id = 0; id < word_piece.Size(); ++id) {
    if (id < 5) CHECK(replacement_counts[id] == 0);
    // Two labels (6 and 8) are each hidden from half of the draws; all other pieces are equally
    // likely.
    if (id >= 5 && id != 6 && id != 8) CheckShare(replacement_counts[id], fates, 0.1 / candidates);
  }
  CHECK(chosen > kRounds);
}

TEST_CASE("Pieces are chosen one by one", "[masking]") {
  const WordPiece word_piece = Vocabulary();
  const Masker masker(word_piece, MaskUnit::kPiece, 0.15);
  constexpr uint32_t kRounds = 40000;
  uint64_t first = 0, second = 0, both = 0, special = 0;
  for (uint32_t round = 0; round < kRounds; ++round) {
    const MaskedBatch out = Mask(masker, round);
    const std::set<uint32_t> positions(out.positions.begin(), out.positions.end());
    special += positions.contains(0) || positions.contains(5) || positions.contains(9);
    first += positions.contains(1);
    second += positions.contains(2);
    both += positions.contains(1) && positions.contains(2);
  }
  CHECK(special == 0);
  const double none = std::pow(0.85, 7);
  CheckShare(first, kRounds, 0.15 + none / 7);
  CheckShare(second, kRounds, 0.15 + none / 7);
  CheckShare(both, kRounds, 0.15 * 0.15);  // independent
}

TEST_CASE("A mask depends on seed, epoch and sequence id alone", "[masking]") {
  const WordPiece word_piece = Vocabulary();
  const Masker masker(word_piece, MaskUnit::kWholeWord);
  MaskedBatch together;
  for (const uint32_t id : {70u, 3u, 9u}) {
    together.batch.Add(kSequence, id);
    masker.MaskSequence({1, Purpose::kMasking, 4}, together.batch.NumSequences() - 1, together);
  }
  const MaskedBatch alone = Mask(masker, 9, 4);
  const auto last = together.batch.Ids(2);
  CHECK(std::vector<int32_t>(last.begin(), last.end()) == alone.batch.ids);
  CHECK(together.labels.size() > alone.labels.size());

  size_t differ_by_epoch = 0, differ_by_seed = 0, differ_by_id = 0;
  for (uint32_t id = 0; id < 200; ++id) {
    const MaskedBatch base = Mask(masker, id);
    differ_by_epoch += Mask(masker, id, 1).positions != base.positions;
    differ_by_seed += Mask(masker, id, 0, 2).positions != base.positions;
    differ_by_id += Mask(masker, id + 1).positions != base.positions;
  }
  CHECK(differ_by_epoch > 100);
  CHECK(differ_by_seed > 100);
  CHECK(differ_by_id > 100);
}

TEST_CASE("A sequence without candidates gets no target", "[masking]") {
  const WordPiece word_piece = Vocabulary();
  MaskedBatch out;
  out.batch.Add(std::vector<int32_t>{2, 1, 1, 3}, 0);
  Masker(word_piece, MaskUnit::kPiece, 1.0).MaskSequence({1, Purpose::kMasking}, 0, out);
  CHECK(out.positions.empty());
  CHECK(out.batch.ids == std::vector<int32_t>{2, 1, 1, 3});
}

TEST_CASE("Masking's settings are checked", "[masking]") {
  const WordPiece word_piece = Vocabulary();
  CHECK_THROWS_AS(Masker(word_piece, MaskUnit::kPiece, 0.0), Error);
  CHECK_THROWS_AS(Masker(word_piece, MaskUnit::kPiece, std::nan("")), Error);
}

}  // namespace
}  // namespace headscope
