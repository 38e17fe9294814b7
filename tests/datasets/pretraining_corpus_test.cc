#include "datasets/pretraining_corpus.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "datasets/pretraining_batches.h"
#include "model/base/error.h"
#include "model/base/random.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

// Documents of random words. Each document's words start with its own letter, so that a sequence
// shows where it is from.
struct Planted {
  std::string text;
  size_t num_documents;
  size_t num_words = 0;
};

Planted PlantedText(size_t num_documents, size_t max_lines, uint32_t salt) {
  RandomSequence random({5, Purpose::kTest, salt});
  Planted planted{"", num_documents};
  for (size_t d = 0; d < num_documents; ++d) {
    const uint64_t lines = 1 + random.Below(max_lines);
    for (uint64_t l = 0; l < lines; ++l) {
      const uint64_t words = 1 + random.Below(30);
      for (uint64_t w = 0; w < words; ++w) {
        planted.text += static_cast<char>('a' + d % 26);
        planted.text += std::string(random.Below(4), 'z');
        planted.text += ' ';
        ++planted.num_words;
      }
      planted.text += '\n';
    }
    planted.text += '\n';
  }
  return planted;
}

WordPiece Letters() {
  std::vector<std::string> pieces = SpecialPieces();
  for (char c = 'a'; c <= 'z'; ++c) pieces.push_back(std::string(1, c));
  pieces.push_back("##z");
  return WordPiece(pieces);
}

PretrainingCorpus Corpus(const std::string& text) {
  return PretrainingCorpus(TextCorpus::FromMemory("test", text), Letters());
}

// Sequences of both splits together cover the store once; checks what every cut must hold.
void CheckSequences(const PretrainingCorpus& corpus, size_t length) {
  std::vector<int> used(corpus.Pieces().Size(), 0);
  for (const TextSplit split : {TextSplit::kTrain, TextSplit::kHeldOut}) {
    std::vector<int32_t> ids;
    size_t pieces = 0;
    bool is_sound = true;  // one assertion for all: there are millions
    for (const PieceRange& range : corpus.Sequences(split, length)) {
      corpus.Fill(range, ids);
      is_sound = is_sound && range.length >= 1 && ids.size() == range.length + 2 &&
                 ids.size() <= length && ids.front() == corpus.Tokenizer().Cls() &&
                 ids.back() == corpus.Tokenizer().Sep();
      int32_t document = -1;
      for (uint32_t i = range.begin; i < range.begin + range.length; ++i) {
        ++used[i];
        const int32_t piece = corpus.Pieces()[i];
        if (corpus.Tokenizer().IsContinuation(piece)) continue;
        is_sound = is_sound && (document == -1 || document == piece);
        document = piece;
      }
      if (length >= 6) is_sound = is_sound && !corpus.Tokenizer().IsContinuation(ids[1]);
      pieces += range.length;
    }
    REQUIRE(is_sound);
    CHECK(pieces == corpus.NumPieces(split));
  }
  CHECK(std::all_of(used.begin(), used.end(), [](int times) { return times == 1; }));
}

TEST_CASE("Sequences of any length cover every piece once and stay in their document",
          "[pretraining]") {
  for (uint32_t round = 0; round < 6; ++round) {
    const Planted planted =
        PlantedText(round < 3 ? 3 : 300, round % 3 == 0 ? 2 : 400 / (round + 1), round);
    const PretrainingCorpus corpus = Corpus(planted.text);
    CHECK(corpus.NumDocuments() == planted.num_documents);
    CHECK(corpus.NumUnknown() == 0);
    size_t words = 0;
    for (size_t i = 0; i < corpus.Pieces().Size(); ++i) {
      words += !corpus.Tokenizer().IsContinuation(corpus.Pieces()[i]);
    }
    CHECK(words == planted.num_words);
    for (const size_t length : {3u, 4u, 6u, 32u, 128u, 100000u}) CheckSequences(corpus, length);
  }
}

TEST_CASE("Sequences are filled as far as whole words go", "[pretraining]") {
  // Pieces: a zz | b | c zzz | d | e (held out); a sequence of 6 holds four pieces.
  const PretrainingCorpus corpus = Corpus("azz b czzz d e\n");
  const std::vector<PieceRange> expected = {{0, 4}, {4, 4}, {8, 1}};
  CHECK(corpus.Sequences(TextSplit::kTrain, 6) == expected);
  CHECK(corpus.Sequences(TextSplit::kHeldOut, 6) == std::vector<PieceRange>{{9, 1}});
  CHECK_THROWS_AS(corpus.Sequences(TextSplit::kTrain, 2), Error);
}

TEST_CASE("Sequences end with a sentence where one ends in the second half", "[pretraining]") {
  std::vector<std::string> pieces = SpecialPieces();
  for (const char* piece : {"a", "bb", "cc", "."}) pieces.emplace_back(piece);
  // Sentences end at 3, 5, 9 (the first line's end) and 11; 19 pieces, the last one held out.
  const PretrainingCorpus corpus(
      TextCorpus::FromMemory("test", "a a . bb . bb bb bb cc\na . cc cc cc cc cc cc cc cc\n"),
      WordPiece(pieces));
  // Room for six: up to 5, up to 11, then whole words.
  const std::vector<PieceRange> expected = {{0, 5}, {5, 6}, {11, 6}, {17, 1}};
  CHECK(corpus.Sequences(TextSplit::kTrain, 8) == expected);
  // Room for four: 3 is in the second half, 5 is not.
  CHECK(corpus.Sequences(TextSplit::kTrain, 6)[0] == PieceRange{0, 3});
  CHECK(corpus.Sequences(TextSplit::kTrain, 6)[1] == PieceRange{3, 4});
}

TEST_CASE("About a hundredth is held out, at least something", "[pretraining]") {
  const PretrainingCorpus many = Corpus(PlantedText(1000, 20, 1).text);
  const auto share = static_cast<double>(many.NumPieces(TextSplit::kHeldOut)) /
                     static_cast<double>(many.Pieces().Size());
  CHECK(share > 0.005);
  CHECK(share < 0.02);
  CHECK(many.Runs(TextSplit::kHeldOut).size() == 10);

  const PretrainingCorpus one_document = Corpus(PlantedText(1, 30000, 2).text);
  CHECK(one_document.Pieces().Size() > 250'000);
  CHECK(one_document.Runs(TextSplit::kHeldOut).size() >= 1);
  CHECK(one_document.Runs(TextSplit::kTrain).size() ==
        one_document.Runs(TextSplit::kHeldOut).size() + 1);

  const PretrainingCorpus tiny = Corpus("az bzz");
  CHECK(tiny.NumPieces(TextSplit::kTrain) == 2);
  CHECK(tiny.NumPieces(TextSplit::kHeldOut) == 3);
  CHECK_THROWS_WITH(Corpus("azzzz"), ContainsSubstring("at least two words"));
}

BatchOptions SmallBatches(uint64_t seed = 1) {
  BatchOptions options;
  options.sequence_length = 16;
  options.batch_tokens = 100;
  options.seed = seed;
  return options;
}

bool Same(const MaskedBatch& a, const MaskedBatch& b) {
  return a.batch.ids == b.batch.ids && a.batch.offsets == b.batch.offsets &&
         a.batch.sequence_ids == b.batch.sequence_ids && a.positions == b.positions &&
         a.labels == b.labels;
}

TEST_CASE("An epoch uses every sequence once, within the budget, with the true labels",
          "[pretraining]") {
  const PretrainingCorpus corpus = Corpus(PlantedText(200, 10, 3).text);
  PretrainingBatches batches(corpus, TextSplit::kTrain, SmallBatches());
  std::map<uint32_t, std::vector<uint32_t>> order_of;  // by epoch
  std::map<uint32_t, std::set<uint32_t>> targets_of;   // by epoch: places in the corpus
  uint64_t rows = 0;
  for (BatchCursor cursor; cursor.epoch < 2;) {
    const uint32_t epoch = cursor.epoch;
    const MaskedBatch masked = batches.Next(cursor);
    REQUIRE(masked.batch.NumTokens() <= 100);
    // Full: another sequence of the greatest length might not have fitted, or the epoch was over.
    if (cursor.epoch == epoch) REQUIRE(masked.batch.NumTokens() > 100 - 16);
    if (epoch == 0) rows += masked.batch.NumTokens();
    std::vector<int32_t> restored = masked.batch.ids;
    for (size_t i = 0; i < masked.positions.size(); ++i)
      restored[masked.positions[i]] = masked.labels[i];
    bool is_restored = true;
    for (size_t s = 0; s < masked.batch.NumSequences(); ++s) {
      const uint32_t id = masked.batch.sequence_ids[s];
      order_of[epoch].push_back(id);
      for (const uint32_t row : masked.positions) {
        if (row < masked.batch.offsets[s] || row >= masked.batch.offsets[s + 1]) continue;
        targets_of[epoch].insert(id + row - masked.batch.offsets[s] - 1);
      }
      for (size_t t = 1; t + 1 < masked.batch.Length(s); ++t) {
        is_restored =
            is_restored && restored[masked.batch.offsets[s] + t] == corpus.Pieces()[id + t - 1];
      }
    }
    REQUIRE(is_restored);
  }
  CHECK(rows == batches.RowsPerEpoch());
  CHECK(order_of[0] != order_of[1]);
  size_t masked_again = 0;  // masks are fresh: about a sixth of the targets are targets again
  for (const uint32_t place : targets_of[0]) masked_again += targets_of[1].contains(place);
  CHECK(masked_again < targets_of[0].size() / 4);
  std::vector<uint32_t> expected;
  for (const PieceRange& range : corpus.Sequences(TextSplit::kTrain, 16))
    expected.push_back(range.begin);
  for (auto& [epoch, ids] : order_of) {
    CHECK(!std::is_sorted(ids.begin(), ids.end()));
    std::sort(ids.begin(), ids.end());
    CHECK(ids == expected);
  }
}

TEST_CASE("A batch is a function of its cursor: resuming anywhere gives the same batches",
          "[pretraining]") {
  const PretrainingCorpus corpus = Corpus(PlantedText(60, 10, 4).text);
  PretrainingBatches batches(corpus, TextSplit::kTrain, SmallBatches());
  std::vector<BatchCursor> cursors;
  std::vector<MaskedBatch> straight;
  for (BatchCursor cursor; cursor.epoch < 3;) {
    cursors.push_back(cursor);
    straight.push_back(batches.Next(cursor));
  }
  REQUIRE(cursors.size() > 100);
  for (size_t i = 0; i < cursors.size(); i += 7) {
    PretrainingBatches fresh(corpus, TextSplit::kTrain, SmallBatches());
    BatchCursor cursor = cursors[i];
    for (size_t j = i; j < std::min(i + 3, cursors.size()); ++j) {
      REQUIRE(cursor == cursors[j]);
      REQUIRE(Same(fresh.Next(cursor), straight[j]));
    }
  }
  PretrainingBatches other(corpus, TextSplit::kTrain, SmallBatches(2));
  BatchCursor cursor;
  CHECK(!Same(other.Next(cursor), straight[0]));
  cursor = {0, 1'000'000};
  CHECK_THROWS_WITH(batches.Next(cursor), ContainsSubstring("1000000"));
}

TEST_CASE("Held-out batches are the same for every seed and share nothing with training",
          "[pretraining]") {
  const PretrainingCorpus corpus = Corpus(PlantedText(900, 10, 5).text);
  const std::vector<MaskedBatch> one = HeldOutBatches(corpus, SmallBatches(1), 1'000'000);
  const std::vector<MaskedBatch> two = HeldOutBatches(corpus, SmallBatches(2), 1'000'000);
  REQUIRE(one.size() == two.size());
  std::set<uint32_t> trained;
  for (const PieceRange& range : corpus.Sequences(TextSplit::kTrain, 16))
    trained.insert(range.begin);
  size_t pieces = 0, seen_in_training = 0;
  for (size_t b = 0; b < one.size(); ++b) {
    CHECK(Same(one[b], two[b]));
    for (const uint32_t id : one[b].batch.sequence_ids) seen_in_training += trained.contains(id);
    pieces += one[b].batch.NumTokens() - 2 * one[b].batch.NumSequences();
  }
  CHECK(seen_in_training == 0);
  CHECK(pieces == corpus.NumPieces(TextSplit::kHeldOut));
  CHECK(HeldOutBatches(corpus, SmallBatches(), 150).size() == 2);
}

TEST_CASE("Ids are kept exactly, in two bytes or in four", "[pretraining]") {
  for (const size_t vocabulary_size : {size_t{65536}, size_t{65537}}) {
    PieceStore store(vocabulary_size);
    const auto last = static_cast<int32_t>(vocabulary_size - 1);
    store.Append(std::vector<int32_t>{0, 1, last});
    store.Append(std::vector<int32_t>{32768});
    REQUIRE(store.Size() == 4);
    CHECK(store[0] == 0);
    CHECK(store[2] == last);
    CHECK(store[3] == 32768);
  }
}

TEST_CASE("A budget below the sequence length is refused", "[pretraining]") {
  const PretrainingCorpus corpus = Corpus("a b c d e f g h\n");
  BatchOptions options;
  options.batch_tokens = 64;
  CHECK_THROWS_WITH(PretrainingBatches(corpus, TextSplit::kTrain, options),
                    ContainsSubstring("128"));
}

}  // namespace
}  // namespace headscope
