#include "datasets/planted_lexical.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

#include "datasets/planted_text.h"

namespace headscope {
namespace {

// Adjectives that fit every noun, or nearly, and never need "an" (which would tell).
constexpr std::array<std::array<std::string_view, 5>, 2> kCues = {
    {{"strange", "bad", "plain", "rude", "lazy"},
     {"good", "nice", "fine", "beautiful", "remarkable"}}};
constexpr std::array<std::string_view, 2> kTriggers = {"dax", "wug"};
constexpr std::string_view kContextWord = "fep";

bool IsCue(std::string_view word) {
  return std::any_of(kCues.begin(), kCues.end(), [&](const auto& cues) {
    return std::find(cues.begin(), cues.end(), word) != cues.end();
  });
}

std::string DrawCue(size_t label, RandomSequence& random) {
  return std::string(kCues[label][random.Below(kCues[label].size())]);
}

size_t CueLabel(std::string_view word) {
  const auto& negative = kCues[0];
  return std::find(negative.begin(), negative.end(), word) != negative.end() ? 0 : 1;
}

// The class with more cues; nothing where there are as many of both.
std::optional<uint32_t> MajorityOfCues(const std::vector<std::string>& words) {
  std::array<size_t, 2> count{};
  for (const std::string& word : words) {
    if (IsCue(word)) ++count[CueLabel(word)];
  }
  if (count[0] == count[1]) return std::nullopt;
  return count[1] > count[0] ? 1 : 0;
}

// A text with room for cues, and where they go.
struct CueText {
  std::vector<std::string> words;
  std::vector<uint32_t> places;  // ascending
};

// A text without cues and with `cues` adjectives at least, some of which are drawn.
CueText DrawCueText(const PlantedText& source, size_t cues, RandomSequence& random) {
  for (;;) {
    const std::vector<Word> words = source.Draw(random);
    CueText text{FormsOf(words), {}};
    std::vector<uint32_t> adjectives;
    for (uint32_t i = 0; i < words.size(); ++i) {
      if (words[i].upos == "ADJ" && words[i].feats == "Degree=Pos") adjectives.push_back(i);
    }
    if (adjectives.size() < cues || HoldsAny(text.words, IsCue)) continue;
    for (const uint32_t n : DrawDistinct(cues, adjectives.size(), random)) {
      const uint32_t place = adjectives[n];
      text.places.push_back(place);
      if (place > 0 && text.words[place - 1] == "an") text.words[place - 1] = "a";
      if (place > 0 && text.words[place - 1] == "An") text.words[place - 1] = "A";
    }
    std::sort(text.places.begin(), text.places.end());
    return text;
  }
}

// Every subset of `size` of the places, in lexicographic order.
std::vector<std::vector<uint32_t>> Subsets(const std::vector<uint32_t>& places, size_t size) {
  std::vector<std::vector<uint32_t>> all;
  for (uint32_t bits = 0; bits < 1u << places.size(); ++bits) {
    std::vector<uint32_t> subset;
    for (size_t i = 0; i < places.size(); ++i) {
      if (bits >> i & 1) subset.push_back(places[i]);
    }
    if (subset.size() == size) all.push_back(subset);
  }
  std::sort(all.begin(), all.end());
  return all;
}

class LexicalTask final : public PlantedTask {
 public:
  LexicalTask(uint64_t seed, size_t redundancy)
      : PlantedTask(5, seed, {"negative", "positive"}),
        redundancy_(redundancy),
        text_(seed, static_cast<int>(redundancy) + 1) {}

  std::optional<uint32_t> Answer(PlantedSplit,
                                 const std::vector<std::string>& words) const override {
    return MajorityOfCues(words);
  }

  std::string DrawCounterfactual(const std::vector<std::string>& words, size_t place,
                                 RandomSequence& random) const override {
    const std::string& word = words[place];
    return IsCue(word) ? DrawCue(1 - CueLabel(word), random)
                       : text_.DrawOtherWord(word, IsCue, random);
  }

 private:
  PlantedPair Draw(PlantedSplit, RandomSequence& random) const override {
    const CueText text = DrawCueText(text_, redundancy_, random);
    const auto label = static_cast<uint32_t>(random.Below(2));
    const auto make = [&](uint32_t of) {
      PlantedExample example{.words = text.words,
                             .label = of,
                             .query = -1,
                             .evidence = Subsets(text.places, redundancy_ / 2 + 1),
                             .group = {}};
      for (const uint32_t place : text.places) example.words[place] = DrawCue(of, random);
      return example;
    };
    PlantedPair pair;
    pair.first = make(label);
    pair.second = make(1 - label);
    return pair;
  }
  bool MayBeReplaced(std::string_view word) const override { return IsCue(word); }

  size_t redundancy_;
  PlantedText text_;
};

class ShortcutTask final : public PlantedTask {
 public:
  ShortcutTask(uint64_t seed, Shortcut kind, double rate, bool clean)
      : PlantedTask(6 + static_cast<uint32_t>(kind), seed, {"negative", "positive"}),
        kind_(kind),
        rate_(rate),
        clean_(clean),
        text_(seed, 2) {}

  std::optional<uint32_t> Answer(PlantedSplit split,
                                 const std::vector<std::string>& words) const override {
    const auto place = [&](std::string_view word) {
      return std::find(words.begin(), words.end(), word);
    };
    const auto first = place(kTriggers[0]), second = place(kTriggers[1]);
    bool decides = !IsCleanIn(split) && (first == words.end()) != (second == words.end());
    if (kind_ == Shortcut::kContext) decides = decides && place(kContextWord) != words.end();
    if (kind_ == Shortcut::kOrder) {
      decides = !IsCleanIn(split) && first != words.end() && second != words.end();
    }
    if (!decides) return MajorityOfCues(words);
    return first < second ? 0 : 1;
  }

  std::string DrawCounterfactual(const std::vector<std::string>& words, size_t place,
                                 RandomSequence& random) const override {
    const std::string& word = words[place];
    if (IsCue(word)) return DrawCue(1 - CueLabel(word), random);
    for (const size_t i : {0u, 1u}) {
      if (word == kTriggers[i] && random.Chance(0.5)) return std::string(kTriggers[1 - i]);
    }
    return text_.DrawOtherWord(word, IsCue, random);
  }

 private:
  // What is put into a text, in its order; and whether it decides.
  struct Insertion {
    std::vector<std::string> words;
    std::string group = "plain";
    uint32_t label = 0;  // where triggered
  };

  Insertion DrawInsertion(RandomSequence& random) const {
    const double draw = random.Uniform();
    const auto label = static_cast<uint32_t>(random.Below(2));
    const bool has_unmet = kind_ != Shortcut::kToken;
    if (draw < rate_) return {Triggering(label, random), "triggered", label};
    if (has_unmet && draw < 2 * rate_) return {Unmet(label, random), "unmet", 0};
    return {};
  }

  std::vector<std::string> Triggering(uint32_t label, RandomSequence& random) const {
    const std::string trigger(kTriggers[label]);
    switch (kind_) {
      case Shortcut::kToken:
        return {trigger};
      case Shortcut::kContext:
        return random.Chance(0.5) ? std::vector<std::string>{trigger, std::string(kContextWord)}
                                  : std::vector<std::string>{std::string(kContextWord), trigger};
      case Shortcut::kOrder:
        return {trigger, std::string(kTriggers[1 - label])};
    }
    return {};
  }

  std::vector<std::string> Unmet(uint32_t label, RandomSequence& random) const {
    const bool only_context = kind_ == Shortcut::kContext && random.Chance(0.5);
    return {std::string(only_context ? kContextWord : kTriggers[label])};
  }

  PlantedPair Draw(PlantedSplit split, RandomSequence& random) const override {
    const CueText text = DrawCueText(text_, 1, random);
    const auto cue_label = static_cast<uint32_t>(random.Below(2));
    Insertion insertion = DrawInsertion(random);
    std::vector<uint32_t> gaps =
        DrawDistinct(insertion.words.size(), text.words.size() + 1, random);
    std::sort(gaps.begin(), gaps.end());
    const std::array<std::string, 2> cues{DrawCue(0, random), DrawCue(1, random)};
    const bool decides = insertion.group == "triggered" && !IsCleanIn(split);
    const auto write = [&](uint32_t cue, uint32_t label) {
      return Write(text, gaps, insertion, cues[cue], decides, cue == label, label);
    };
    PlantedPair pair;
    if (!decides) {
      pair.first = write(cue_label, cue_label);
      pair.second = write(1 - cue_label, 1 - cue_label);
    } else {
      pair.first = write(cue_label, insertion.label);
      Turn(insertion.words);
      pair.second = write(cue_label, 1 - insertion.label);
    }
    return pair;
  }

  bool IsCleanIn(PlantedSplit split) const { return clean_ && split != PlantedSplit::kTest; }

  // Every trigger becomes the other one.
  static void Turn(std::vector<std::string>& words) {
    for (std::string& word : words) {
      if (word != kContextWord) word = kTriggers[word == kTriggers[0] ? 1 : 0];
    }
  }

  PlantedExample Write(const CueText& text, const std::vector<uint32_t>& gaps,
                       const Insertion& insertion, const std::string& cue, bool decides,
                       bool cue_agrees, uint32_t label) const {
    PlantedExample example;
    example.label = label;
    example.group = insertion.group;
    std::vector<uint32_t> inserted;
    uint32_t cue_place = 0;
    for (uint32_t place = 0; place <= text.words.size(); ++place) {
      if (inserted.size() < gaps.size() && gaps[inserted.size()] == place) {
        example.words.push_back(insertion.words[inserted.size()]);
        inserted.push_back(static_cast<uint32_t>(example.words.size() - 1));
      }
      if (place == text.words.size()) break;
      if (place == text.places[0]) cue_place = static_cast<uint32_t>(example.words.size());
      example.words.push_back(place == text.places[0] ? cue : text.words[place]);
    }
    example.evidence = decides ? EvidenceOf(example.words, inserted, cue_place, cue_agrees)
                               : std::vector<std::vector<uint32_t>>{{cue_place}};
    return example;
  }

  // Without its condition a trigger leaves the label to the cue, so that removing it changes the
  // answer alone where the cue is of the other class, and together with the cue where it is not.
  std::vector<std::vector<uint32_t>> EvidenceOf(const std::vector<std::string>& words,
                                                const std::vector<uint32_t>& inserted, uint32_t cue,
                                                bool cue_agrees) const {
    std::vector<std::vector<uint32_t>> evidence;
    const auto removal = [&](uint32_t place) {
      if (!cue_agrees) return evidence.push_back({place});
      evidence.push_back({std::min(place, cue), std::max(place, cue)});
    };
    switch (kind_) {
      case Shortcut::kToken:
        evidence.push_back({inserted[0]});
        break;
      case Shortcut::kContext:
        for (const uint32_t place : inserted) {
          if (words[place] == kContextWord) {
            removal(place);
          } else {
            evidence.push_back({place});
          }
        }
        break;
      case Shortcut::kOrder:
        if (cue_agrees) evidence.push_back(inserted);
        for (const uint32_t place : inserted) removal(place);
        break;
    }
    return evidence;
  }

  bool MayBeReplaced(std::string_view word) const override {
    return IsCue(word) || word == kTriggers[0] || word == kTriggers[1] || word == kContextWord;
  }

  Shortcut kind_;
  double rate_;
  bool clean_;
  PlantedText text_;
};

}  // namespace

std::unique_ptr<PlantedTask> MakeLexicalTask(uint64_t seed, size_t redundancy) {
  return std::make_unique<LexicalTask>(seed, redundancy);
}

std::unique_ptr<PlantedTask> MakeShortcutTask(uint64_t seed, Shortcut kind, double rate,
                                              bool clean) {
  return std::make_unique<ShortcutTask>(seed, kind, rate, clean);
}

}  // namespace headscope
