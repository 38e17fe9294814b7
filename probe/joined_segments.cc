#include "probe/joined_segments.h"

#include <fmt/format.h>

#include <map>

#include "model/base/error.h"

namespace headscope {
namespace {

// Where a sentence of the document went.
struct Place {
  size_t segment, first_word;
};

void AppendSentence(const Sentence& sentence, Sentence& segment) {
  const auto first = static_cast<int>(segment.words.size());
  for (const Word& word : sentence.words) {
    segment.words.push_back(word);
    if (word.head != 0) segment.words.back().head += first;
  }
  segment.text += (segment.text.empty() ? "" : " ") + sentence.text;
}

// Mentions of sentences that were left out are lost.
void MoveMentions(const std::vector<Mention>& mentions, const std::map<size_t, Place>& places,
                  Document& joined) {
  for (Mention mention : mentions) {
    const auto at = places.find(mention.sentence);
    if (at == places.end()) continue;
    mention.sentence = at->second.segment;
    for (size_t* word : {&mention.first, &mention.last, &mention.head}) {
      *word += at->second.first_word;
    }
    joined.mentions.push_back(std::move(mention));
  }
}

Document JoinDocument(const Document& document, std::span<const Segment> segments,
                      CoreferenceScheme scheme) {
  Document joined;
  joined.id = document.id;
  joined.has_coreference = true;
  std::map<size_t, Place> places;
  for (const Segment& segment : segments) {
    Sentence sentence;
    sentence.id = document.sentences[segment.sentences[0]].id;
    sentence.line = document.sentences[segment.sentences[0]].line;
    for (const size_t s : segment.sentences) {
      places[s] = {joined.sentences.size(), sentence.words.size()};
      AppendSentence(document.sentences[s], sentence);
    }
    joined.sentences.push_back(std::move(sentence));
  }
  MoveMentions(SelectMentions(document.mentions, scheme), places, joined);
  return joined;
}

}  // namespace

JoinedTreebank JoinSegments(const Treebank& treebank, const WordEncoder& encode,
                            const JoinOptions& options) {
  const SegmentedTreebank cut =
      SegmentTreebank(treebank, encode, options.segment_pieces, options.max_pieces, options.scheme);
  if (cut.segments.empty()) {
    Fail(
        "{}: expected documents with coreference (a \"# global.Entity\" header) and sentences of "
        "at most {} pieces (the model's positions), found none",
        treebank.path, options.max_pieces);
  }
  JoinedTreebank joined;
  joined.treebank.path = treebank.path;
  joined.skipped_sentences = cut.skipped_sentences;
  for (size_t begin = 0; begin < cut.segments.size();) {
    const size_t d = cut.segments[begin].document;
    size_t end = begin;
    while (end < cut.segments.size() && cut.segments[end].document == d) ++end;
    joined.treebank.documents.push_back(
        JoinDocument(treebank.documents[d], std::span(cut.segments).subspan(begin, end - begin),
                     options.scheme));
    begin = end;
  }
  return joined;
}

Treebank JoinSegments(const Treebank& treebank, const WordEncoder& encode,
                      const JoinOptions& options, std::vector<std::string>& notes) {
  JoinedTreebank joined = JoinSegments(treebank, encode, options);
  if (joined.skipped_sentences > 0) {
    notes.push_back(
        fmt::format("{}: {} sentences are longer than the model's {} positions and were left out",
                    treebank.path, joined.skipped_sentences, options.max_pieces));
  }
  return std::move(joined.treebank);
}

}  // namespace headscope
