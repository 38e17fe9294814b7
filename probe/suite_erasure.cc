#include "probe/suite_erasure.h"

#include <fmt/format.h>

#include "probe/erasure_json.h"
#include "probe/erasure_study.h"
#include "probe/erasure_tables.h"
#include "probe/estimate_text.h"
#include "probe/model_facts.h"
#include "probe/suite_clock.h"

namespace headscope {
namespace {

// Each layer takes as long as a sweep: without --full only the middle one is erased.
ErasureOptions OptionsOf(const SuiteContext& context) {
  const SuiteOptions& suite = context.options;
  ErasureOptions options;
  options.seed = suite.seed;
  options.gemm = suite.gemm;
  options.draws = suite.full ? suite.draws : 1;
  options.seeds = suite.full ? suite.seeds : 1;
  if (suite.full) return options;
  options.probes = {"linear"};
  options.layers = {context.model.config.num_hidden_layers / 2};
  return options;
}

// What a linear probe still reads at the last layer, of each layer that LEACE was applied to.
std::vector<SuiteLine> LinesOf(const ErasureResults& results) {
  std::vector<SuiteLine> lines;
  const auto last = static_cast<int>(results.model.layers);
  for (const size_t layer : results.layers) {
    const ErasureRow* row = results.Find(layer, "leace", "pos linear", last, "value");
    if (row == nullptr) continue;
    lines.push_back({"Parts of speech after LEACE: linear (accuracy)",
                     fmt::format("layer {} erased, layer {} read", layer, last),
                     EstimateText(row->estimate), "-", "-", "-", "-",
                     "majority " + EstimateText(results.majority)});
  }
  return lines;
}

}  // namespace

double SecondsOfErasureStudy(const SuiteContext& context) {
  const ModelConfig& config = context.model.config;
  const double words = static_cast<double>(context.WordsOfSweeps());
  const double layers =
      context.options.full ? static_cast<double>(config.num_hidden_layers + 1) : 1.0;
  const double width = static_cast<double>(config.hidden_size);
  const double fits = 130.0 * words / 20000.0 * width / 256.0;
  // Once as they are, then under nothing, LEACE, INLP and two random erasers a draw.
  const double times = 4.0 + 2.0 * static_cast<double>(OptionsOf(context).draws);
  const double read =
      times * (words + static_cast<double>(context.dev.NumWords() + context.test.NumWords()));
  return layers * (fits + SecondsToRead(config, read));
}

SuiteSection RunErasureStudy(const SuiteContext& context) {
  const ErasureOptions options = OptionsOf(context);
  const ProbeCorpus corpus =
      MakeProbeCorpus(context.train, context.dev, context.test, context.encode,
                      {context.model.config.max_position_embeddings,
                       context.options.TrainWordsOfSweeps(), options.seed});
  context.progress("erasing parts of speech");
  ErasureResults results;
  StudyErasure(
      context.pool, context.model, context.word_piece, context.encode, corpus, options,
      [&](size_t done, size_t total) {
        if (done < total) context.progress(fmt::format("erasure {} of {}", done + 1, total));
      },
      results);
  results.concept_name = "pos";
  results.title = "Parts of speech";
  results.model = FactsOf(context.model);
  SuiteSection section;
  section.lines = LinesOf(results);
  section.json = ErasureJson(results);
  section.csvs = {{"erase.csv", ErasureCsv(results)}};
  section.html = ErasureReportBody(results);
  section.text = ErasureTablesText(results);
  return section;
}

}  // namespace headscope
