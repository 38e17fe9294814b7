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
  PieceSpan Cls() const { return {0, 1}; }
  PieceSpan Sep() const { return {length + 1, length + 2}; }
  PieceSpan All() const { return {0, length + 2}; }
};

constexpr size_t kPairLooks = 5, kRootLooks = 2;
constexpr size_t kLabelLooks = 11;

void AddRow(const std::vector<Look>& looks, uint32_t plain, Reading& reading) {
  reading.looks.insert(reading.looks.end(), looks.begin(), looks.end());
  reading.looks.resize(reading.looks.size() + reading.looks_per_row - looks.size());
  reading.plain.push_back(plain);
}

// What attention looks like between two words, and what the candidate pays to [CLS] and to [SEP]
// and gets in all.
void AddPair(const Sequence& sequence, PieceSpan here, PieceSpan there, uint32_t plain,
             Reading& reading) {
  AddRow({{here, there},
          {there, here},
          {there, sequence.Cls()},
          {there, sequence.Sep()},
          {sequence.All(), there}},
         plain, reading);
}

// ROOT's looks are apart from words', so that a reader can weigh them otherwise.
void AddRoot(const Sequence& sequence, PieceSpan here, Reading& reading) {
  std::vector<Look> looks(kPairLooks);
  looks.push_back({here, sequence.Cls()});
  looks.push_back({here, sequence.Sep()});
  AddRow(looks, kRootChoice, reading);
}

void EndQuestion(uint32_t answer, Reading& reading) {
  reading.offsets.push_back(static_cast<uint32_t>(reading.plain.size()));
  reading.answers.push_back(answer);
}

enum ReadingSite : uint32_t { kControlSite, kDistanceSite };

}  // namespace

const std::vector<std::string>& ReadingTargetNames() {
  static const std::vector<std::string> names = {"",         "dependencies", "control",
                                                 "distance", "coreference",  "pos"};
  return names;
}

size_t ReadingTask::LooksPerRow() const {
  if (target_ == ReadingTarget::kPos) return kLabelLooks;
  return target_ == ReadingTarget::kCoreference ? kPairLooks : kPairLooks + kRootLooks;
}
size_t ReadingTask::ScoresPerRow() const {
  return target_ == ReadingTarget::kPos ? kUposTags.size() : 1;
}
size_t ReadingTask::NumPlain() const {
  return target_ == ReadingTarget::kPos ? kUposTags.size() : kRootChoice + 1;
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
  const Sequence sequence{begin, length};
  const std::span<const AnnotatedWord> words = corpus_.Words(sentence);
  const auto n = static_cast<uint32_t>(words.size());
  for (uint32_t i = 0; i < n; ++i) {
    const PieceSpan here = sequence.Of(words[i]);
    for (uint32_t j = 0; j < n; ++j) {
      const PieceSpan there = sequence.Of(words[j]);
      const bool tells_distance = target_ != ReadingTarget::kDistance;
      const auto distance = static_cast<int32_t>(j) - static_cast<int32_t>(i);
      const uint32_t plain = tells_distance || i == j ? DistanceBin(distance) : 0;
      AddPair(sequence, here, there, plain, reading);
    }
    AddRoot(sequence, here, reading);
    EndQuestion(ArcOf(words, i), reading);
  }
}

void ReadingTask::AddMentions(std::span<const AnnotatedSentence> sentences, uint32_t begin,
                              uint32_t length, Reading& reading) const {
  const Sequence sequence{begin, length};
  std::vector<const AnnotatedWord*> mentions;
  for (const AnnotatedSentence& sentence : sentences) {
    for (const AnnotatedWord& word : corpus_.Words(sentence)) {
      if (word.entity != 0) mentions.push_back(&word);
    }
  }
  for (size_t i = 2; i < mentions.size(); ++i) {  // with one candidate there is no question
    size_t antecedent = i;
    for (size_t j = 0; j < i; ++j) {
      if (mentions[j]->entity == mentions[i]->entity) antecedent = j;
    }
    if (antecedent == i) continue;
    const PieceSpan here = sequence.Of(*mentions[i]);
    for (size_t j = 0; j < i; ++j) {
      const PieceSpan there = sequence.Of(*mentions[j]);
      AddPair(sequence, here, there, DistanceBin(static_cast<int32_t>(j) - static_cast<int32_t>(i)),
              reading);
    }
    EndQuestion(static_cast<uint32_t>(antecedent), reading);
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
    reading.looks.insert(reading.looks.end(), {{here, at(i - 2)},
                                               {here, at(i - 1)},
                                               {here, here},
                                               {here, at(i + 1)},
                                               {here, at(i + 2)},
                                               {here, sequence.Cls()},
                                               {here, sequence.Sep()},
                                               {at(i - 1), here},
                                               {at(i + 1), here},
                                               {sequence.Cls(), here},
                                               {sequence.All(), here}});
    for (uint32_t tag = 0; tag < kUposTags.size(); ++tag) reading.plain.push_back(tag);
    EndQuestion(word.upos, reading);
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
    reading.row_starts.push_back(
        static_cast<uint32_t>(reading.looks.size() / reading.looks_per_row));
  }
  return reading;
}

}  // namespace headscope
