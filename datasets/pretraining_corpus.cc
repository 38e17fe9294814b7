#include "datasets/pretraining_corpus.h"

#include <algorithm>
#include <limits>

#include "datasets/sentence_ends.h"
#include "model/base/error.h"

namespace headscope {
namespace {

constexpr size_t kFewestStretches = 20;

}  // namespace

PretrainingCorpus::PretrainingCorpus(const TextCorpus& text, const WordPiece& word_piece,
                                     const std::function<void(uint64_t bytes_read)>& progress)
    : word_piece_(word_piece), pieces_(word_piece.Size()) {
  HoldOut(Encode(text, progress));
  if (train_runs_.empty() || held_out_runs_.empty()) {
    Fail("{}: expected at least two words, to hold one out for validation, found {} pieces",
         text.Files()[0], pieces_.Size());
  }
}

std::vector<PretrainingCorpus::Stretch> PretrainingCorpus::Encode(
    const TextCorpus& text, const std::function<void(uint64_t bytes_read)>& progress) {
  const SentenceEnds sentence_ends(word_piece_);
  std::vector<Stretch> stretches;
  const auto end_stretch = [&](bool ends_document) {
    const auto end = static_cast<uint32_t>(pieces_.Size());
    const uint32_t begin = stretches.empty() ? 0 : stretches.back().end;
    if (end > begin) stretches.push_back({end, ends_document});
    if (ends_document && !stretches.empty()) stretches.back().ends_document = true;
  };
  text.ForEachParagraph([&](const Paragraph& paragraph) {
    if (paragraph.starts_document) end_stretch(true);
    const Encoding encoding = word_piece_.Encode(paragraph.text);
    for (const uint32_t end : sentence_ends.Find(encoding.ids)) {
      sentence_ends_.push_back(static_cast<uint32_t>(pieces_.Size()) + end);
    }
    pieces_.Append(encoding.ids);
    for (const int32_t id : encoding.ids) num_unknown_ += id == word_piece_.Unk();
    if (pieces_.Size() > std::numeric_limits<uint32_t>::max()) {
      Fail("{}: expected a corpus of fewer than 2^32 pieces, found more", text.Files()[0]);
    }
    const uint32_t begin = stretches.empty() ? 0 : stretches.back().end;
    if (pieces_.Size() - begin >= kStretch) end_stretch(false);
    if (progress) progress(paragraph.bytes_read);
  });
  end_stretch(true);
  for (const Stretch& stretch : stretches) num_documents_ += stretch.ends_document;
  return stretches;
}

void PretrainingCorpus::HoldOut(const std::vector<Stretch>& stretches) {
  if (stretches.size() < kFewestStretches) return HoldOutEnd(stretches);
  uint32_t begin = 0;
  bool continues = false;
  for (size_t i = 0; i < stretches.size(); ++i) {
    const bool is_held_out = stretches.size() < kHeldOutEvery
                                 ? i + 1 == stretches.size()
                                 : i % kHeldOutEvery == kHeldOutEvery - 1;
    AddRun(is_held_out ? TextSplit::kHeldOut : TextSplit::kTrain, begin, stretches[i].end,
           continues);
    continues = !is_held_out && !stretches[i].ends_document;
    begin = stretches[i].end;
  }
}

// A corpus of few stretches: the last twentieth, from a word's start on.
void PretrainingCorpus::HoldOutEnd(const std::vector<Stretch>& stretches) {
  const auto size = static_cast<uint32_t>(pieces_.Size());
  if (size == 0) return;
  uint32_t cut = size - std::max<uint32_t>(size / 20, 1);
  while (cut > 0 && word_piece_.IsContinuation(pieces_[cut])) --cut;
  uint32_t begin = 0;
  bool continues = false;
  for (const Stretch& stretch : stretches) {
    if (begin < cut) {
      AddRun(TextSplit::kTrain, begin, std::min(cut, stretch.end), continues);
    }
    if (stretch.end > cut) {
      AddRun(TextSplit::kHeldOut, std::max(begin, cut), stretch.end, continues && begin > cut);
    }
    continues = !stretch.ends_document;
    begin = stretch.end;
  }
}

void PretrainingCorpus::AddRun(TextSplit split, uint32_t begin, uint32_t end, bool continues) {
  std::vector<PieceRange>& runs = split == TextSplit::kTrain ? train_runs_ : held_out_runs_;
  if (continues && !runs.empty() && runs.back().begin + runs.back().length == begin) {
    runs.back().length += end - begin;
  } else {
    runs.push_back({begin, end - begin});
  }
}

// Where a sequence that has room for [begin, end) should end.
uint32_t PretrainingCorpus::CutWithin(uint32_t begin, uint32_t end) const {
  const auto next = std::upper_bound(sentence_ends_.begin(), sentence_ends_.end(), end);
  if (next != sentence_ends_.begin() && *(next - 1) > begin + (end - begin) / 2) return *(next - 1);
  uint32_t cut = end;
  while (cut > begin && word_piece_.IsContinuation(pieces_[cut])) --cut;
  return cut > begin ? cut : end;
}

std::vector<PieceRange> PretrainingCorpus::Sequences(TextSplit split, size_t length) const {
  if (length < 3) {
    Fail("sequence length: expected at least 3, room for [CLS], a piece and [SEP], found {}",
         length);
  }
  const uint64_t body = length - 2;
  std::vector<PieceRange> sequences;
  for (const PieceRange& run : Runs(split)) {
    const uint32_t run_end = run.begin + run.length;
    for (uint32_t begin = run.begin; begin < run_end;) {
      auto end = static_cast<uint32_t>(std::min<uint64_t>(begin + body, run_end));
      if (end < run_end) end = CutWithin(begin, end);
      sequences.push_back({begin, end - begin});
      begin = end;
    }
  }
  return sequences;
}

void PretrainingCorpus::Fill(const PieceRange& range, std::vector<int32_t>& ids) const {
  ids.clear();
  ids.push_back(word_piece_.Cls());
  for (uint32_t i = 0; i < range.length; ++i) ids.push_back(pieces_[range.begin + i]);
  ids.push_back(word_piece_.Sep());
}

size_t PretrainingCorpus::NumPieces(TextSplit split) const {
  size_t count = 0;
  for (const PieceRange& run : Runs(split)) count += run.length;
  return count;
}

}  // namespace headscope
