// A classifier small enough to be differentiated, and a task that a small one learns.
#pragma once

#include <string>
#include <vector>

#include "datasets/example_encoding.h"
#include "model/base/file.h"
#include "model/base/random.h"
#include "model/config.h"
#include "tests/support/temporary_directory.h"

namespace headscope {

inline ModelConfig TwoLayersThreeHeads() {
  ModelConfig model{.vocab_size = 20,
                    .hidden_size = 12,
                    .num_hidden_layers = 2,
                    .num_attention_heads = 3,
                    .intermediate_size = 16,
                    .max_position_embeddings = 12,
                    .hidden_dropout_prob = 0.0f,
                    .attention_probs_dropout_prob = 0.0f};
  model.has_mlm_head = false;
  return model;
}

inline EncodedSet ThreeTexts() {
  EncodedSet set;
  for (const std::vector<int32_t>& ids :
       {std::vector<int32_t>{2, 7, 9, 5, 3}, {2, 7, 8, 7, 11, 12, 3}, {2, 10, 3}}) {
    EncodedExample example;
    example.ids = ids;
    example.label = static_cast<int32_t>(set.examples.size() % 2);
    set.examples.push_back(example);
  }
  return set;
}

// Writes texts in which "bright" (label x) or "gloomy" (label y) stands among other words. Returns
// the task's name.
inline std::string WriteCueWordTask(const TemporaryDirectory& folder, int texts) {
  std::string rows = "text\tlabel\n";
  RandomSequence random({4, Purpose::kTest});
  const char* const fillers[] = {"the", "old", "river", "sees", "a", "stone", "and", "sings"};
  for (int i = 0; i < texts; ++i) {
    const bool good = random.Chance(0.5);
    std::string text;
    const uint64_t length = 3 + random.Below(5), place = random.Below(length);
    for (uint64_t w = 0; w < length; ++w) {
      text +=
          w == place ? (good ? "bright " : "gloomy ") : std::string(fillers[random.Below(8)]) + " ";
    }
    rows += text + "\t" + (good ? "x" : "y") + "\n";
  }
  WriteFileAtomically(folder.Path("task.tsv"), rows);
  return "tsv:" + folder.Path("task.tsv");
}

}  // namespace headscope
