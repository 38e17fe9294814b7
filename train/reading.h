// What a reader of attention is asked about a batch: which word's head, which part of speech, which
// antecedent. A question is a softmax over choices, each with a score made from what attention
// looks like between two spans of pieces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "datasets/annotated_corpus.h"
#include "model/base/ragged_batch.h"

namespace headscope {

// What is read:
//   dependencies  which word of the sentence, or ROOT, is the word's head?
//   control       the same, but each word type hangs on itself, on the sentence's first word or on
//                 its last, as was drawn for the type (Hewitt & Liang 2019): to be learned from
//                 attention only as far as it tells words apart
//   distance      the same of arcs as long as the trees', but drawn: an arc has the distance of
//                 another word of its sentence, where that stays inside; to be learned only as far
//                 as attention tells distances
//   coreference   which head of another mention in the sequence is the antecedent, the nearest
//                 before the word of the same entity?
//   pos           which part of speech has the word?
enum class ReadingTarget { kNone, kDependencies, kControl, kDistance, kCoreference, kPos };
const std::vector<std::string>& ReadingTargetNames();  // "", "dependencies", …

// Pieces [begin, end) of a sequence.
struct PieceSpan {
  uint32_t begin = 0, end = 0;
  uint32_t Size() const { return end - begin; }
};
// The attention that the pieces of `from` pay to those of `to`: mean over the one, sum over the
// other (Clark et al. 2019, section 4.1).
struct Look {
  PieceSpan from = {}, to = {};
};

// Rows r = 0 … of choices: each has `looks_per_row` looks into one sequence, from which a reader
// makes `scores_per_row` scores. Question k is a softmax over scores [offsets[k], offsets[k + 1]).
// Many rows share a look (what a word gets in all is asked of it as every word's candidate), so
// that looks are kept once.
struct Reading {
  // There is nothing to look at: a word beyond the sentence's end, what is asked of ROOT only.
  static constexpr uint32_t kNoLook = ~uint32_t{0};

  size_t looks_per_row = 0, scores_per_row = 0;
  std::vector<Look> looks = {};          // of one sequence after the other
  std::vector<uint32_t> look_starts{0};  // [sequences + 1] first look of each
  std::vector<uint32_t> row_looks = {};  // [rows * looks_per_row] indices of looks, or kNoLook
  std::vector<uint32_t> row_starts{0};   // [sequences + 1] first row of each
  std::vector<uint32_t> plain = {};      // [rows * scores_per_row] what is known of a choice
                                         // without attention, an index below NumPlain
  std::vector<uint32_t> offsets{0};      // [questions + 1]
  std::vector<uint32_t> answers = {};    // [questions] place among the choices

  size_t NumRows() const { return row_starts.back(); }
  size_t NumQuestions() const { return answers.size(); }
  // The looks of a row.
  std::span<const uint32_t> LooksOf(size_t row) const {
    return {row_looks.data() + row * looks_per_row, looks_per_row};
  }
  // Rows that are alike without attention: of one distance. Rows of several scores are all alike.
  uint32_t KindOf(size_t row) const { return scores_per_row == 1 ? plain[row] : 0; }

  // Its index, or kNoLook if one of the spans is empty.
  uint32_t AddLook(PieceSpan from, PieceSpan to);
  // All rows behind the last question are the choices of one more.
  void EndQuestion(uint32_t answer);
  // All rows and looks behind the last sequence are of one more.
  void EndSequence();
};

// Of questions about arcs.
inline constexpr size_t kArcLooks = 7, kArcKinds = 18;

// Which of `words` (their pieces in a sequence of `pieces` pieces, [CLS] and [SEP] among them), or
// ROOT, is the head of each? `heads`: 0-based words, their number for ROOT. The rows of a word are
// its choices, ROOT last; a row looks at the word and its choice in both directions, and at what
// the choice pays to [CLS] and [SEP] and gets in all; ROOT's at what the word pays to them. Kinds
// are signed distances in bins, the word itself, ROOT; or, unless `tells_distance`, all other words
// are of one.
void AskForHeads(std::span<const PieceSpan> words, uint32_t pieces, std::span<const uint32_t> heads,
                 bool tells_distance, Reading& reading);

class ReadingTask {
 public:
  // `corpus` must outlive the task; batches are of its pieces. `seed` draws control and distance.
  ReadingTask(ReadingTarget target, const AnnotatedCorpus& corpus, uint64_t seed)
      : target_(target), corpus_(corpus), seed_(seed) {}

  Reading Of(const RaggedBatch& batch) const;

  size_t LooksPerRow() const;
  size_t ScoresPerRow() const;
  // Kinds of choices: signed distances in bins, the word itself, ROOT; or parts of speech.
  size_t NumPlain() const;

 private:
  void AddArcs(const AnnotatedSentence& sentence, uint32_t begin, uint32_t length,
               Reading& reading) const;
  void AddMentions(std::span<const AnnotatedSentence> sentences, uint32_t begin, uint32_t length,
                   Reading& reading) const;
  void AddLabels(const AnnotatedSentence& sentence, uint32_t begin, uint32_t length,
                 Reading& reading) const;
  uint32_t ArcOf(std::span<const AnnotatedWord> words, uint32_t i) const;

  ReadingTarget target_;
  const AnnotatedCorpus& corpus_;
  uint64_t seed_;
};

}  // namespace headscope
