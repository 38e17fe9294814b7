#include "datasets/wiki_sentences.h"

#include <algorithm>
#include <string_view>

#include "datasets/text_corpus.h"
#include "model/base/error.h"
#include "model/base/random.h"

namespace headscope {
namespace {

constexpr size_t kFewestWords = 5, kMostWords = 40;

// Collects the sentences of paragraphs.
class Collector {
 public:
  void Add(std::string_view paragraph) {
    for (size_t begin = 0; begin < paragraph.size();) {
      const size_t end = std::min(paragraph.find(' ', begin), paragraph.size());
      if (end > begin) AddWord(paragraph.substr(begin, end - begin));
      begin = end + 1;
    }
    Begin();  // what has no end is no sentence: a heading, an item of a list
  }

  std::vector<std::string> Take() { return std::move(sentences_); }

 private:
  void AddWord(std::string_view word) {
    if (words_ > 0) sentence_ += ' ';
    sentence_ += word;
    ++words_;
    unknown_ = unknown_ || word == "[UNK]";
    if (word != "." && word != "?" && word != "!") return;
    if (!unknown_ && words_ >= kFewestWords && words_ <= kMostWords) {
      sentences_.push_back(sentence_);
    }
    Begin();
  }

  void Begin() {
    sentence_.clear();
    words_ = 0;
    unknown_ = false;
  }

  std::string sentence_;
  size_t words_ = 0;
  bool unknown_ = false;
  std::vector<std::string> sentences_;
};

}  // namespace

std::vector<std::string> WikiSentences(const std::string& path, size_t count, uint32_t key) {
  Collector collector;
  TextCorpus({path}).ForEachParagraph(
      [&](const Paragraph& paragraph) { collector.Add(paragraph.text); });
  std::vector<std::string> all = collector.Take();
  if (all.size() < count) {
    Fail("{}: expected {} sentences of {} to {} words, found {}", path, count, kFewestWords,
         kMostWords, all.size());
  }
  const std::vector<uint32_t> order =
      RandomPermutation({0, Purpose::kShuffling, key, 1}, static_cast<uint32_t>(all.size()));
  std::vector<std::string> drawn;
  for (size_t i = 0; i < count; ++i) drawn.push_back(std::move(all[order[i]]));
  return drawn;
}

}  // namespace headscope
