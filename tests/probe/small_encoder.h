// A small random encoder and a small language for it, whose tags are its words' first letters.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "datasets/wordpiece.h"
#include "model/base/random.h"
#include "model/bert_parameters.h"
#include "model/pretrained.h"
#include "probe/coreference_scores.h"
#include "tests/probe/planted_treebank.h"

namespace headscope {

inline PretrainedModel SmallEncoder(float range = 0.5f) {
  ModelConfig config;
  config.vocab_size = 64;
  config.hidden_size = 8;
  config.num_hidden_layers = 2;
  config.num_attention_heads = 2;
  config.intermediate_size = 16;
  config.max_position_embeddings = 16;
  ParameterSet parameters(std::make_shared<const ParameterLayout>(BertLayout(config)));
  InitialiseParameters(range, 3, parameters);
  return {config, std::move(parameters), "", true, {}};
}

// [CLS] one piece per word [SEP]; the piece is a number of the form's letters.
inline WordInput EncodeForms(const std::vector<std::string>& words) {
  WordInput input;
  input.ids.push_back(1);
  for (const std::string& word : words) {
    input.starts.push_back(static_cast<uint32_t>(input.ids.size()));
    int32_t id = 0;
    for (const char c : word) id = (id * 7 + c) % 60;
    input.ids.push_back(3 + id);
  }
  input.starts.push_back(static_cast<uint32_t>(input.ids.size()));
  input.ids.push_back(2);
  return input;
}

// As EncodeForms numbers pieces: [CLS] is 1, [SEP] 2.
inline WordPiece PiecesOfForms() {
  std::vector<std::string> pieces = {"[UNK]", "[CLS]", "[SEP]"};
  while (pieces.size() < 62) pieces.push_back("p" + std::to_string(pieces.size()));
  pieces.push_back("[MASK]");
  pieces.push_back("[PAD]");
  return WordPiece(pieces);
}

// Documents of three sentences of one to six words; form "a12" is a NOUN, "b…" a VERB, "c…" an ADJ.
// Every word hangs on its left neighbour.
inline Treebank RandomTreebank(size_t documents, uint64_t seed, size_t forms = 12) {
  const std::vector<std::string> tags = {"NOUN", "VERB", "ADJ"};
  RandomSequence draws({.seed = seed, .purpose = Purpose::kTest});
  std::vector<std::vector<std::string>> texts;
  for (size_t d = 0; d < documents; ++d) {
    texts.emplace_back();
    for (size_t s = 0; s < 3; ++s) {
      std::string text;
      const size_t length = 1 + draws.Below(6);
      for (size_t w = 0; w < length; ++w) {
        const size_t tag = draws.Below(3);
        text += std::string(w == 0 ? "" : " ") + static_cast<char>('a' + tag) +
                std::to_string(draws.Below(forms)) + "/" + tags[tag] + "/" + std::to_string(w) +
                (w == 0 ? "/root" : "/dep");
      }
      texts.back().push_back(text);
    }
  }
  return MakeTreebank(texts);
}

}  // namespace headscope
