// What matching the heads of several models finds, for people and programs.
#pragma once

#include <string>
#include <vector>

#include "probe/head_matching.h"
#include "probe/head_results.h"

namespace headscope {

struct ModelPair {
  size_t a = 0, b = 0;          // of MatchResults::models
  bool against_random = false;  // b is a fresh model of a's shape, not one of the models
  HeadMatch match;
};

struct MatchResults {
  ProbeFacts facts;
  std::vector<ModelFacts> models;
  DataFacts dev, test;
  uint64_t dev_rows = 0, test_rows = 0;
  size_t permutations = 0;
  std::vector<ModelPair> pairs;
};

std::string MatchTablesText(const MatchResults& results);
std::string MatchJson(const MatchResults& results);

}  // namespace headscope
