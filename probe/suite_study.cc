#include "probe/suite_study.h"

#include <algorithm>

#include "probe/arc_task.h"
#include "probe/coreference_task.h"
#include "probe/joined_segments.h"
#include "probe/structural_task.h"
#include "probe/suite_erasure.h"
#include "probe/suite_heads.h"
#include "probe/word_label_task.h"

namespace headscope {
namespace {

auto WordLabels(WordLabel label) {
  return [label](const ProbeCorpus& corpus) -> std::unique_ptr<ProbingTask> {
    return std::make_unique<WordLabelTask>(corpus, WordLabelOptions{.label = label});
  };
}

SuiteStudy Heads() {
  return {.name = "heads",
          .title = "Attention heads",
          .make_task = {},
          .run = RunHeadsStudy,
          .seconds = SecondsOfHeadsStudy};
}

SuiteStudy PartsOfSpeech() {
  return {.name = "pos",
          .title = "Parts of speech",
          .make_task = WordLabels(WordLabel::kUpos),
          .sweep = {{"linear", 0.07, 0.06}, {"mlp1", 0.10}},
          .at_best = {{"mlp2", 0.10}},
          .capacity = {{"linear rank 2", 0.14, 0.06},
                       {"linear rank 4", 0.12, 0.06},
                       {"linear rank 8", 0.11, 0.06}},
          .mix = {{"linear", 0.12}},
          .headline = {{"linear", 0.04, 0.06}, {"mlp1", 0.07}}};
}

SuiteStudy Relations() {
  return {.name = "relation",
          .title = "Relations of arcs",
          .make_task = WordLabels(WordLabel::kRelation),
          .sweep = {{"linear", 0.25, 0.45}},
          .at_best = {{"mlp1", 0.15}},
          .mix = {{"linear", 0.25}},
          .headline = {{"linear", 0.13, 0.45}}};
}

SuiteStudy Dependencies() {
  return {.name = "dep",
          .title = "Dependency arcs",
          .make_task = [](const ProbeCorpus& corpus) -> std::unique_ptr<ProbingTask> {
            return std::make_unique<ArcTask>(corpus, ArcProbeOptions());
          },
          .sweep = {{"bilinear", 0.06},
                    {"attention", 0.15},
                    {"attention+words", 0.22},
                    {"distances", 0.02},
                    {"distances+words", 0.13}},
          .at_best = {{"mlp", 0.25}},
          .mix = {{"bilinear", 0.12}},
          .headline = {{"bilinear", 0.05}}};
}

SuiteStudy Structure() {
  return {.name = "structural",
          .title = "Trees in the geometry of vectors",
          .make_task = [](const ProbeCorpus& corpus) -> std::unique_ptr<ProbingTask> {
            return std::make_unique<StructuralTask>(corpus);
          },
          .sweep = {{"rank64", 0.09}},
          .capacity = {{"rank1", 0.07},
                       {"rank2", 0.07},
                       {"rank4", 0.07},
                       {"rank8", 0.07},
                       {"rank16", 0.07},
                       {"rank32", 0.08},
                       {"rank128", 0.12}},
          .headline = {{"rank64", 0.09}}};
}

std::string WhyNoCoreference(const SuiteContext& context) {
  for (const Treebank* treebank : {&context.train, &context.dev, &context.test}) {
    if (std::ranges::none_of(treebank->documents, &Document::has_coreference)) {
      return treebank->path + " has no coreference (a \"# global.Entity\" header)";
    }
  }
  return "";
}

SuiteStudy Coreference() {
  const JoinOptions join;
  return {.name = "coref",
          .title = "Coreference",
          .make_task = [](const ProbeCorpus& corpus) -> std::unique_ptr<ProbingTask> {
            return std::make_unique<CoreferenceTask>(corpus, CoreferenceTaskOptions());
          },
          .sweep = {{"linear", 0.03, 0.15}, {"mlp1", 0.05}},
          .at_best = {{"mlp2", 0.05}},
          .headline = {{"linear", 0.01, 0.15}, {"mlp1", 0.04}},
          .options = {{"segment", std::to_string(join.segment_pieces)}},
          .prepare =
              [join](const Treebank& treebank, const WordEncoder& encode, const ModelConfig& config,
                     std::vector<std::string>& notes) {
                return JoinSegments(
                    treebank, encode,
                    {join.segment_pieces, config.max_position_embeddings, join.scheme}, notes);
              },
          .why_not = WhyNoCoreference};
}

SuiteStudy Erasure() {
  return {.name = "erase",
          .title = "Parts of speech erased",
          .make_task = {},
          .run = RunErasureStudy,
          .seconds = SecondsOfErasureStudy};
}

}  // namespace

std::vector<SuiteStudy> SuiteStudies() {
  return {
      Heads(), PartsOfSpeech(), Relations(), Dependencies(), Structure(), Coreference(), Erasure(),
  };
}

}  // namespace headscope
