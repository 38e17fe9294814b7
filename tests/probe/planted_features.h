// Three files, and vectors of their words that a test fills in.
#pragma once

#include <utility>
#include <vector>

#include "probe/probing_task.h"
#include "tests/probe/small_encoder.h"

namespace headscope {

struct PlantedFeatures {
  Treebank train, dev, test;
  ProbeCorpus corpus;
  std::vector<float> values[3];

  PlantedFeatures(Treebank a, Treebank b, Treebank c)
      : train(std::move(a)),
        dev(std::move(b)),
        test(std::move(c)),
        corpus(MakeProbeCorpus(train, dev, test, EncodeForms, {.max_pieces = 64})) {}

  // value(split, word of the split, column)
  template <typename Value>
  LayerFeatures Features(size_t width, const Value& value) {
    const ProbeSplit* splits[] = {&corpus.train, &corpus.dev, &corpus.test};
    for (size_t s = 0; s < 3; ++s) {
      values[s].clear();
      for (size_t w = 0; w < splits[s]->NumWords(); ++w) {
        for (size_t j = 0; j < width; ++j) values[s].push_back(value(*splits[s], w, j));
      }
    }
    const auto matrix = [&](size_t s) {
      return ConstMatrix(values[s].data(), splits[s]->NumWords(), width);
    };
    return {matrix(0), matrix(1), matrix(2)};
  }
};

}  // namespace headscope
