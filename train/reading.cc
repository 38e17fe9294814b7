#include "train/reading.h"

#include <algorithm>

#include "datasets/upos.h"
#include "model/base/random.h"

namespace headscope {
namespace {

// Distances beyond are one bin each.
constexpr int32_t kFarthest = 8;
constexpr uint32_t kRootChoice = 2 * kFarthest + 1;

uint32_t DistanceBin(int32_t distance) {
  return static_cast<uint32_t>(std::clamp(distance, -kFarthest, kFarthest) + kFarthest);
}

// The words of a sequence whose pieces are [begin, begin + length) of the corpus, behind [CLS].
struct Sequence {
  uint32_t begin, length;
  PieceSpan Of(const AnnotatedWord& word) const {
    return {1 + word.begin - begin, 1 + word.end - begin};
  }
  std::vector<PieceSpan> Of(std::span<const AnnotatedWord> words) const {
    std::vector<PieceSpan> spans;
    for (const AnnotatedWord& word : words) spans.push_back(Of(word));
    return spans;
  }
  PieceSpan Cls() const { return {0, 1}; }
  PieceSpan Sep() const { return {length + 1, length + 2}; }
  PieceSpan All() const { return {0, length + 2}; }
};

constexpr size_t kPairLooks = 5, kRootLooks = 2;
static_assert(kPairLooks + kRootLooks == kArcLooks && kRootChoice + 1 == kArcKinds);
constexpr size_t kLabelLooks = 11;

// The rows that ask about pairs of some words of a sequence, numbered from 0.
class PairRows {
 public:
  PairRows(const Sequence& sequence, std::span<const PieceSpan> words, Reading& reading)
      : first_(static_cast<uint32_t>(reading.looks.size())),
        n_(static_cast<uint32_t>(words.size())),
        reading_(reading) {
    for (const PieceSpan here : words) {
      for (const PieceSpan there : words) reading.AddLook(here, there);
    }
    for (const PieceSpan word : words) {
      reading.AddLook(word, sequence.Cls());
      reading.AddLook(word, sequence.Sep());
      reading.AddLook(sequence.All(), word);
    }
  }

  // What attention looks like between two words, and what the candidate pays to [CLS] and to [SEP]
  // and gets in all.
  void Add(uint32_t here, uint32_t there, uint32_t plain) {
    AddRow({Pair(here, there), Pair(there, here), Cls(there), Cls(there) + 1, Cls(there) + 2},
           plain);
  }
  // ROOT's looks are apart from words', so that a reader can weigh them otherwise.
  void AddRoot(uint32_t here) {
    std::vector<uint32_t> looks(kPairLooks, Reading::kNoLook);
    looks.push_back(Cls(here));
    looks.push_back(Cls(here) + 1);
    AddRow(looks, kRootChoice);
  }

 private:
  uint32_t Pair(uint32_t from, uint32_t to) const { return first_ + from * n_ + to; }
  uint32_t Cls(uint32_t word) const { return first_ + n_ * n_ + 3 * word; }
  void AddRow(const std::vector<uint32_t>& looks, uint32_t plain) {
    reading_.row_looks.insert(reading_.row_looks.end(), looks.begin(), looks.end());
    reading_.row_looks.resize(reading_.row_looks.size() + reading_.looks_per_row - looks.size(),
                              Reading::kNoLook);
    reading_.plain.push_back(plain);
  }

  uint32_t first_, n_;
  Reading& reading_;
};

enum ReadingSite : uint32_t { kControlSite, kDistanceSite };

}  // namespace

uint32_t Reading::AddLook(PieceSpan from, PieceSpan to) {
  if (from.Size() == 0 || to.Size() == 0) return kNoLook;
  looks.push_back({from, to});
  return static_cast<uint32_t>(looks.size()) - 1;
}

void AskForHeads(std::span<const PieceSpan> words, uint32_t pieces, std::span<const uint32_t> heads,
                 bool tells_distance, Reading& reading) {
  const auto n = static_cast<uint32_t>(words.size());
  PairRows rows(Sequence{0, pieces - 2}, words, reading);
  for (uint32_t i = 0; i < n; ++i) {
    for (uint32_t j = 0; j < n; ++j) {
      const auto distance = static_cast<int32_t>(j) - static_cast<int32_t>(i);
      rows.Add(i, j, tells_distance || i == j ? DistanceBin(distance) : 0);
    }
    rows.AddRoot(i);
    reading.EndQuestion(heads[i]);
  }
}

void Reading::EndQuestion(uint32_t answer) {
  offsets.push_back(static_cast<uint32_t>(plain.size()));
  answers.push_back(answer);
}

void Reading::EndSequence() {
  look_starts.push_back(static_cast<uint32_t>(looks.size()));
  row_starts.push_back(static_cast<uint32_t>(row_looks.size() / looks_per_row));
}

const std::vector<std::string>& ReadingTargetNames() {
  static const std::vector<std::string> names = {"",         "dependencies", "control",
                                                 "distance", "coreference",  "pos"};
  return names;
}

size_t ReadingTask::LooksPerRow() const {
  if (target_ == ReadingTarget::kPos) return kLabelLooks;
  return target_ == ReadingTarget::kCoreference ? kPairLooks : kArcLooks;
}
size_t ReadingTask::ScoresPerRow() const {
  return target_ == ReadingTarget::kPos ? kUposTags.size() : 1;
}
size_t ReadingTask::NumPlain() const {
  return target_ == ReadingTarget::kPos ? kUposTags.size() : kArcKinds;
}

// 0-based word of the sentence, its length for ROOT.
uint32_t ReadingTask::ArcOf(std::span<const AnnotatedWord> words, uint32_t i) const {
  const auto n = static_cast<uint32_t>(words.size());
  if (target_ == ReadingTarget::kControl) {
    const RandomStream stream{seed_, Purpose::kReading, 0, kControlSite};
    const uint64_t behaviour = stream.Below(words[i].type, 3);
    return behaviour == 0 ? i : behaviour == 1 ? 0 : n - 1;
  }
  if (target_ == ReadingTarget::kDistance) {
    const RandomStream stream{seed_, Purpose::kReading, 0, kDistanceSite};
    const auto other = static_cast<uint32_t>(stream.Below(words[i].begin, n));
    if (words[other].head == n) return n;
    const uint32_t head = i + words[other].head - other;  // wraps round where it is negative
    return head < n ? head : n;
  }
  return words[i].head;
}

void ReadingTask::AddArcs(const AnnotatedSentence& sentence, uint32_t begin, uint32_t length,
                          Reading& reading) const {
  const std::span<const AnnotatedWord> words = corpus_.Words(sentence);
  std::vector<uint32_t> heads;
  for (uint32_t i = 0; i < words.size(); ++i) heads.push_back(ArcOf(words, i));
  AskForHeads(Sequence{begin, length}.Of(words), length + 2, heads,
              target_ != ReadingTarget::kDistance, reading);
}

void ReadingTask::AddMentions(std::span<const AnnotatedSentence> sentences, uint32_t begin,
                              uint32_t length, Reading& reading) const {
  const Sequence sequence{begin, length};
  std::vector<AnnotatedWord> mentions;
  for (const AnnotatedSentence& sentence : sentences) {
    for (const AnnotatedWord& word : corpus_.Words(sentence)) {
      if (word.entity != 0) mentions.push_back(word);
    }
  }
  PairRows rows(sequence, sequence.Of(mentions), reading);
  for (uint32_t i = 2; i < mentions.size(); ++i) {  // with one candidate there is no question
    uint32_t antecedent = i;
    for (uint32_t j = 0; j < i; ++j) {
      if (mentions[j].entity == mentions[i].entity) antecedent = j;
    }
    if (antecedent == i) continue;
    for (uint32_t j = 0; j < i; ++j) {
      rows.Add(i, j, DistanceBin(static_cast<int32_t>(j) - static_cast<int32_t>(i)));
    }
    reading.EndQuestion(antecedent);
  }
}

void ReadingTask::AddLabels(const AnnotatedSentence& sentence, uint32_t begin, uint32_t length,
                            Reading& reading) const {
  const Sequence sequence{begin, length};
  const std::span<const AnnotatedWord> words = corpus_.Words(sentence);
  const auto n = static_cast<int64_t>(words.size());
  const auto at = [&](int64_t i) {
    return i >= 0 && i < n ? sequence.Of(words[static_cast<size_t>(i)]) : PieceSpan{};
  };
  for (int64_t i = 0; i < n; ++i) {
    const AnnotatedWord& word = words[static_cast<size_t>(i)];
    if (word.upos == kUposTags.size()) continue;
    const PieceSpan here = at(i);
    const Look looks[kLabelLooks] = {
        {here, at(i - 2)}, {here, at(i - 1)},      {here, here},           {here, at(i + 1)},
        {here, at(i + 2)}, {here, sequence.Cls()}, {here, sequence.Sep()}, {at(i - 1), here},
        {at(i + 1), here}, {sequence.Cls(), here}, {sequence.All(), here}};
    for (const Look& look : looks) {
      reading.row_looks.push_back(reading.AddLook(look.from, look.to));
    }
    for (uint32_t tag = 0; tag < kUposTags.size(); ++tag) reading.plain.push_back(tag);
    reading.EndQuestion(word.upos);
  }
}

Reading ReadingTask::Of(const RaggedBatch& batch) const {
  Reading reading{.looks_per_row = LooksPerRow(), .scores_per_row = ScoresPerRow()};
  for (size_t s = 0; s < batch.NumSequences(); ++s) {
    const uint32_t begin = batch.sequence_ids[s];
    const auto length = static_cast<uint32_t>(batch.Length(s)) - 2;
    const auto sentences = corpus_.Within(begin, length);
    if (target_ == ReadingTarget::kCoreference) {
      AddMentions(sentences, begin, length, reading);
    } else {
      for (const AnnotatedSentence& sentence : sentences) {
        if (target_ == ReadingTarget::kPos) {
          AddLabels(sentence, begin, length, reading);
        } else {
          AddArcs(sentence, begin, length, reading);
        }
      }
    }
    reading.EndSequence();
  }
  return reading;
}

}  // namespace headscope
