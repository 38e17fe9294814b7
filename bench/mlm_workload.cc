#include "bench/mlm_workload.h"

#include <algorithm>
#include <optional>

#include "datasets/conllu.h"
#include "datasets/wordpiece.h"
#include "model/base/error.h"
#include "model/base/random.h"
#include "probe/word_input.h"

namespace headscope {
namespace {

constexpr double kMaskedShare = 0.15;
constexpr int32_t kMask = 4, kFirstOrdinaryPiece = 5;

MaskedBatch MakeBatch(const SequenceLengths& lengths, size_t vocabulary, uint32_t index) {
  RandomSequence random({1, Purpose::kTest, index});
  MaskedBatch batch;
  const auto ordinary = vocabulary - static_cast<size_t>(kFirstOrdinaryPiece);
  for (size_t s = 0; s < lengths.size(); ++s) {
    std::vector<int32_t> ids(lengths[s]);
    for (int32_t& id : ids) {
      id = kFirstOrdinaryPiece + static_cast<int32_t>(random.Below(ordinary));
    }
    batch.batch.Add(ids, static_cast<uint32_t>(s));
  }
  // Exactly the share, so that no batch has more work than another of its size (Knuth 1969,
  // algorithm 3.4.2 S).
  const size_t tokens = batch.batch.NumTokens();
  size_t wanted = std::max<size_t>(1, static_cast<size_t>(kMaskedShare * double(tokens) + 0.5));
  for (size_t row = 0; row < tokens; ++row) {
    if (random.Below(tokens - row) >= wanted) continue;
    --wanted;
    batch.positions.push_back(static_cast<uint32_t>(row));
    batch.labels.push_back(batch.batch.ids[row]);
    batch.batch.ids[row] = kMask;
  }
  return batch;
}

}  // namespace

std::vector<SequenceLengths> FullLengthBatches(size_t batches, size_t rows, uint32_t length) {
  return std::vector<SequenceLengths>(batches, SequenceLengths(rows, length));
}

std::vector<SequenceLengths> SentenceBatches(const std::string& conllu_path,
                                             const std::string& vocab_path, size_t rows,
                                             size_t longest) {
  std::optional<WordPiece> word_piece;
  if (!vocab_path.empty()) word_piece = WordPiece::FromFile(vocab_path);
  std::vector<SequenceLengths> batches(1);
  for (const Document& document : ReadConllu(conllu_path).documents) {
    for (const Sentence& sentence : document.sentences) {
      std::vector<std::string> words;
      for (const Word& word : sentence.words) words.push_back(word.form);
      const size_t length =
          word_piece ? EncodeWordInput(*word_piece, words).ids.size() : words.size() + 2;
      if (length > longest) continue;
      if (batches.back().size() == rows) batches.emplace_back();
      batches.back().push_back(static_cast<uint32_t>(length));
    }
  }
  if (batches.back().size() < rows) batches.pop_back();
  if (batches.empty()) {
    Fail("{}: expected at least {} sentences of up to {} pieces, found fewer", conllu_path, rows,
         longest);
  }
  return batches;
}

MlmWorkload::MlmWorkload(const std::vector<SequenceLengths>& batches, size_t vocabulary) {
  for (size_t i = 0; i < batches.size(); ++i) {
    batches_.push_back(MakeBatch(batches[i], vocabulary, static_cast<uint32_t>(i)));
  }
}

}  // namespace headscope
