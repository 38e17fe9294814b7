#include "probe/coreference_scores.h"

#include <algorithm>
#include <map>

#include "datasets/antecedent_rules.h"
#include "model/base/error.h"

namespace headscope {
namespace {

// Fills a segment's words, input and anaphors from its sentences.
void CompleteSegment(const Document& document, const std::vector<Mention>& mentions,
                     const WordEncoder& encode, const NominalLexicon& lexicon, Segment& segment) {
  std::map<size_t, uint32_t> starts;  // sentence -> its first word in the segment
  for (size_t s : segment.sentences) {
    starts[s] = static_cast<uint32_t>(segment.words.size());
    for (const Word& word : document.sentences[s].words) segment.words.push_back(word.form);
  }
  segment.input = encode(segment.words);
  std::vector<PlacedMention> placed;
  std::vector<ObservedMention> observed;
  for (const Mention& mention : mentions) {
    const auto start = starts.find(mention.sentence);
    if (start == starts.end()) continue;
    const Sentence& sentence = document.sentences[mention.sentence];
    const uint32_t word = start->second + static_cast<uint32_t>(mention.head);
    placed.push_back({&mention, &sentence.words[mention.head], word});
    observed.push_back(Observe(sentence, mention, word, lexicon));
  }
  segment.anaphors = AnaphorsOf(placed);
  const AntecedentRules rules(std::move(observed));
  for (const Anaphor& anaphor : segment.anaphors) {
    segment.rules_are_right.push_back(rules.AreRight(anaphor));
  }
}

}  // namespace

CoreferenceScheme ParseCoreferenceScheme(const std::string& name) {
  if (name == "ontonotes") return CoreferenceScheme::kOntoNotes;
  if (name == "gum") return CoreferenceScheme::kGum;
  Fail("--coref: expected ontonotes or gum, found '{}'", name);
}

const char* CoreferenceSchemeName(CoreferenceScheme scheme) {
  return scheme == CoreferenceScheme::kGum ? "gum" : "ontonotes";
}

SegmentedTreebank SegmentTreebank(const Treebank& treebank, const WordEncoder& encode,
                                  size_t segment_pieces, size_t max_pieces,
                                  CoreferenceScheme scheme) {
  SegmentedTreebank result;
  const NominalLexicon lexicon{SyntheticLexicon()};
  for (size_t d = 0; d < treebank.documents.size(); ++d) {
    const Document& document = treebank.documents[d];
    if (!document.has_coreference) continue;
    ++result.num_documents;
    const std::vector<Mention> mentions = SelectMentions(document.mentions, scheme);
    Segment segment;
    size_t pieces = 2;  // CLS and SEP
    const auto finish = [&] {
      if (!segment.sentences.empty()) {
        segment.document = d;
        CompleteSegment(document, mentions, encode, lexicon, segment);
        result.num_anaphors += segment.anaphors.size();
        result.segments.push_back(std::move(segment));
      }
      segment = Segment();
      pieces = 2;
    };
    for (size_t s = 0; s < document.sentences.size(); ++s) {
      std::vector<std::string> words;
      for (const Word& word : document.sentences[s].words) words.push_back(word.form);
      const size_t length = encode(words).ids.size() - 2;
      if (length + 2 > max_pieces) {
        ++result.skipped_sentences;
        finish();
        continue;
      }
      if (pieces + length > std::min(segment_pieces, max_pieces)) finish();
      segment.sentences.push_back(s);
      pieces += length;
    }
    finish();
  }
  result.clusters = Clusters(result.num_documents);
  for (const Segment& segment : result.segments) result.clusters.Add(segment.document);
  return result;
}

double CoreferenceScore(WordMap map, const Anaphor& anaphor, CandidateSet set) {
  const double* row = map.Row(anaphor.word);
  double maximum = -1.0;
  size_t count = 0, right = 0;
  const auto take = [&](uint32_t word) {
    if (row[word] > maximum) {
      maximum = row[word];
      count = right = 0;
    }
    if (row[word] == maximum) {
      ++count;
      right += IsAntecedent(anaphor, word);
    }
  };
  if (set == CandidateSet::kPrecedingMentionHeads) {
    for (uint32_t word : anaphor.candidates) take(word);
  } else {
    const size_t end = set == CandidateSet::kAllWords ? map.cols : anaphor.word;
    for (size_t word = 0; word < end; ++word) take(static_cast<uint32_t>(word));
  }
  return static_cast<double>(right) / static_cast<double>(count);
}

}  // namespace headscope
