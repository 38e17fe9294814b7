// Small treebanks written in a line, and attention patterns put in by hand.
#pragma once

#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "datasets/conllu.h"
#include "probe/pattern_source.h"

namespace headscope {

// "The/DET/2/det dog/NOUN/3/nsubj barks/VERB/0/root", optionally with features as a fifth field.
inline Sentence MakeSentence(const std::string& text) {
  Sentence sentence;
  std::istringstream words(text);
  for (std::string field; words >> field;) {
    std::istringstream fields(field);
    Word word;
    std::string head;
    std::getline(fields, word.form, '/');
    std::getline(fields, word.upos, '/');
    std::getline(fields, head, '/');
    std::getline(fields, word.deprel, '/');
    std::getline(fields, word.feats, '/');
    word.head = std::stoi(head);
    sentence.words.push_back(word);
  }
  sentence.id = sentence.text = text;
  return sentence;
}

inline Treebank MakeTreebank(const std::vector<std::vector<std::string>>& documents) {
  Treebank treebank;
  treebank.path = "planted.conllu";
  for (const auto& sentences : documents) {
    Document document;
    for (const std::string& text : sentences) document.sentences.push_back(MakeSentence(text));
    treebank.documents.push_back(document);
  }
  return treebank;
}

// One piece for every hyphen-separated part of a word: "un-believ-able" has three. Ids are the
// word's length.
inline WordInput EncodeParts(const std::vector<std::string>& words) {
  WordInput input;
  input.ids.push_back(1);
  for (const std::string& word : words) {
    input.starts.push_back(static_cast<uint32_t>(input.ids.size()));
    std::istringstream parts(word);
    for (std::string part; std::getline(parts, part, '-');) {
      input.ids.push_back(static_cast<int32_t>(part.size()));
    }
  }
  input.starts.push_back(static_cast<uint32_t>(input.ids.size()));
  input.ids.push_back(2);
  return input;
}

// Patterns by a function of (head, item, from piece, to piece).
class PlantedPatterns final : public PatternSource {
 public:
  using Value = std::function<float(size_t head, size_t item, size_t from, size_t to)>;
  PlantedPatterns(size_t layers, size_t heads_per_layer, size_t max_pieces, Value value)
      : layers_(layers), heads_(heads_per_layer), max_(max_pieces), value_(std::move(value)) {}
  size_t NumLayers() const override { return layers_; }
  size_t NumHeadsPerLayer() const override { return heads_; }
  size_t MaxPieces() const override { return max_; }
  void Visit(ThreadPool& pool, std::span<const WordInput> inputs,
             const PatternVisitor& visitor) override {
    pool.ParallelEach(NumHeads(), [&](size_t head, size_t thread) {
      for (size_t item = 0; item < inputs.size(); ++item) {
        const size_t length = inputs[item].ids.size();
        std::vector<float> pattern(length * length);
        for (size_t from = 0; from < length; ++from) {
          for (size_t to = 0; to < length; ++to) {
            pattern[from * length + to] = value_(head, item, from, to);
          }
        }
        visitor(thread, head, item, ConstMatrix(pattern.data(), length, length));
      }
    });
  }
  void VisitInputs(ThreadPool&, std::span<const WordInput> inputs,
                   const InputVisitor& visitor) override {
    for (size_t item = 0; item < inputs.size(); ++item) {
      const size_t length = inputs[item].ids.size();
      std::vector<float> memory(NumHeads() * length * length);
      std::vector<ConstMatrix> patterns;
      for (size_t k = 0; k < memory.size(); ++k) {
        memory[k] = value_(k / (length * length), item, k / length % length, k % length);
      }
      for (size_t head = 0; head < NumHeads(); ++head) {
        patterns.emplace_back(memory.data() + head * length * length, length, length);
      }
      visitor(item, patterns);
    }
  }

 private:
  size_t layers_, heads_, max_;
  Value value_;
};

// The same by a function that is asked for anew for the inputs of each pass.
class PlantedPasses : public PatternSource {
 public:
  PlantedPasses(size_t layers, size_t heads_per_layer, size_t max_pieces)
      : layers_(layers), heads_(heads_per_layer), max_(max_pieces) {}
  size_t NumLayers() const override { return layers_; }
  size_t NumHeadsPerLayer() const override { return heads_; }
  size_t MaxPieces() const override { return max_; }
  void Visit(ThreadPool& pool, std::span<const WordInput> inputs,
             const PatternVisitor& visitor) override {
    Planted(inputs).Visit(pool, inputs, visitor);
  }
  void VisitInputs(ThreadPool& pool, std::span<const WordInput> inputs,
                   const InputVisitor& visitor) override {
    Planted(inputs).VisitInputs(pool, inputs, visitor);
  }

 private:
  virtual PlantedPatterns::Value ValueFor(std::span<const WordInput> inputs) = 0;
  PlantedPatterns Planted(std::span<const WordInput> inputs) {
    return {layers_, heads_, max_, ValueFor(inputs)};
  }

  size_t layers_, heads_, max_;
};

}  // namespace headscope
