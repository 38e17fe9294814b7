#include "probe/suite_study.h"

#include "probe/arc_task.h"
#include "probe/structural_task.h"
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
          .sweep = {{"linear", 0.20}, {"mlp1", 0.18}},
          .at_best = {{"mlp2", 0.20}},
          .mix = {{"linear", 0.20}},
          .headline = {{"linear", 0.12}, {"mlp1", 0.12}}};
}

SuiteStudy Relations() {
  return {.name = "relation",
          .title = "Relations of arcs",
          .make_task = WordLabels(WordLabel::kRelation),
          .sweep = {{"linear", 0.40}},
          .at_best = {{"mlp1", 0.25}},
          .mix = {{"linear", 0.40}},
          .headline = {{"linear", 0.25}}};
}

SuiteStudy Dependencies() {
  return {.name = "dep",
          .title = "Dependency arcs",
          .make_task = [](const ProbeCorpus& corpus) -> std::unique_ptr<ProbingTask> {
            return std::make_unique<ArcTask>(corpus, ArcProbeOptions());
          },
          .sweep = {{"bilinear", 0.16},
                    {"attention", 0.18},
                    {"attention+words", 0.18},
                    {"distances", 0.01},
                    {"distances+words", 0.03}},
          .at_best = {{"mlp", 0.40}},
          .mix = {{"bilinear", 0.20}},
          .headline = {{"bilinear", 0.12}}};
}

SuiteStudy Structure() {
  return {.name = "structural",
          .title = "Trees in the geometry of vectors",
          .make_task = [](const ProbeCorpus& corpus) -> std::unique_ptr<ProbingTask> {
            return std::make_unique<StructuralTask>(corpus);
          },
          .sweep = {{"rank64", 0.30}},
          .at_best = {{"rank1", 0.2},
                      {"rank2", 0.2},
                      {"rank4", 0.2},
                      {"rank8", 0.2},
                      {"rank16", 0.2},
                      {"rank32", 0.25},
                      {"rank128", 0.4}},
          .headline = {{"rank64", 0.25}}};
}

}  // namespace

std::vector<SuiteStudy> SuiteStudies() {
  return {
      Heads(), PartsOfSpeech(), Relations(), Dependencies(), Structure(),
  };
}

}  // namespace headscope
