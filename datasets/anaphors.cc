#include "datasets/anaphors.h"

#include <algorithm>

namespace headscope {
namespace {

void InsertAscending(std::vector<uint32_t>& ascending, uint32_t value) {
  const auto at = std::lower_bound(ascending.begin(), ascending.end(), value);
  if (at == ascending.end() || *at != value) ascending.insert(at, value);
}

bool IsNominal(const Word& word) { return word.upos == "NOUN" || word.upos == "PROPN"; }

void Classify(const Word& word, bool nominal_antecedent,
              std::array<bool, kNumMentionTypes>& types) {
  const auto set = [&](MentionType type, bool value) { types[static_cast<size_t>(type)] = value; };
  const bool pronoun = word.upos == "PRON";
  const bool third_person = HasFeature(word.feats, "Person=3");
  set(MentionType::kAll, true);
  set(MentionType::kPronoun, pronoun);
  set(MentionType::kThirdPerson, pronoun && third_person);
  set(MentionType::kOtherPronoun, pronoun && !third_person);
  set(MentionType::kProper, word.upos == "PROPN");
  set(MentionType::kNominal, word.upos == "NOUN");
  set(MentionType::kOther, !pronoun && !IsNominal(word));
  set(MentionType::kPronounOfNominal, pronoun && nominal_antecedent);
}

}  // namespace

std::vector<Anaphor> AnaphorsOf(const std::vector<PlacedMention>& mentions) {
  std::vector<Anaphor> anaphors;
  for (const PlacedMention& mention : mentions) {
    Anaphor anaphor;
    anaphor.word = mention.word;
    anaphor.mention = static_cast<size_t>(&mention - mentions.data());
    bool nominal_antecedent = false;
    for (const PlacedMention& other : mentions) {
      if (other.word >= mention.word) continue;
      InsertAscending(anaphor.candidates, other.word);
      if (other.mention->entity != mention.mention->entity) continue;
      InsertAscending(anaphor.antecedents, other.word);
      nominal_antecedent = nominal_antecedent || IsNominal(*other.head_word);
    }
    if (anaphor.antecedents.empty()) continue;
    Classify(*mention.head_word, nominal_antecedent, anaphor.types);
    anaphors.push_back(std::move(anaphor));
  }
  std::stable_sort(anaphors.begin(), anaphors.end(),
                   [](const Anaphor& a, const Anaphor& b) { return a.word < b.word; });
  return anaphors;
}

bool IsAntecedent(const Anaphor& anaphor, uint32_t word) {
  return std::binary_search(anaphor.antecedents.begin(), anaphor.antecedents.end(), word);
}

bool NearestMentionIsRight(const Anaphor& anaphor) {
  return IsAntecedent(anaphor, anaphor.candidates.back());
}

std::string LowerAscii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool HasFeature(std::string_view feats, std::string_view pair) {
  for (;;) {
    const size_t end = feats.find('|');
    if (feats.substr(0, end) == pair) return true;
    if (end == std::string_view::npos) return false;
    feats.remove_prefix(end + 1);
  }
}

}  // namespace headscope
