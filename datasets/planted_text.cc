#include "datasets/planted_text.h"

#include <algorithm>

namespace headscope {

std::vector<Word> PlantedText::Draw(RandomSequence& random) const {
  constexpr uint64_t kFirst = uint64_t{1} << 46;
  const Document document = language_.MakeDocument(kFirst + random.Below(kFirst));
  std::vector<Word> words;
  for (const Sentence& sentence : document.sentences) {
    words.insert(words.end(), sentence.words.begin(), sentence.words.end());
  }
  return words;
}

std::string PlantedText::DrawOtherWord(std::string_view word, bool (*is_of_kind)(std::string_view),
                                       RandomSequence& random) const {
  for (;;) {
    const std::vector<Word> words = Draw(random);
    const std::string& drawn = words[random.Below(words.size())].form;
    if (drawn != word && !HoldsAny({drawn}, is_of_kind)) return drawn;
  }
}

std::vector<std::string> FormsOf(const std::vector<Word>& words) {
  std::vector<std::string> forms;
  for (const Word& word : words) forms.push_back(word.form);
  return forms;
}

bool HoldsAny(const std::vector<std::string>& words, bool (*is_of_kind)(std::string_view)) {
  return std::any_of(words.begin(), words.end(), [&](std::string word) {
    for (char& c : word) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return is_of_kind(word);
  });
}

}  // namespace headscope
