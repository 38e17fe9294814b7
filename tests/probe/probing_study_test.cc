#include "probe/probing_study.h"

#include <fmt/format.h>

#include <cmath>

#include "model/base/error.h"
#include "probe/encoder_views.h"
#include "probe/fit_journal.h"
#include "probe/probing_files.h"
#include "probe/probing_report.h"
#include "probe/probing_rows.h"
#include "probe/probing_tables.h"
#include "probe/word_label_task.h"
#include "tests/probe/small_encoder.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_directory.h"

namespace headscope {
namespace {

struct Files {
  Treebank train = RandomTreebank(20, 1), dev = RandomTreebank(10, 2), test = RandomTreebank(10, 3);
  ProbeCorpus corpus = MakeProbeCorpus(train, dev, test, EncodeForms, {.max_pieces = 16});
};

ProbingOptions SmallOptions() {
  ProbingOptions options;
  options.probes = {"linear", "mlp1"};
  options.seeds = options.draws = 2;
  options.batch_pieces = 64;
  return options;
}

ProbingResults Run(const ProbingOptions& options, size_t threads, size_t* calls = nullptr) {
  const Files files;
  const WordLabelTask task(files.corpus, {.label = WordLabel::kUpos, .hidden_units = 8});
  ThreadPool pool(threads);
  ProbingResults results;
  results.task = "pos";
  results.title = "Parts of speech";
  const PretrainedModel model = SmallEncoder();
  size_t last = 0;
  ProbeEncoder(
      pool, model, EncodeForms, files.corpus, task, options,
      [&](size_t done, size_t total) {
        CHECK(done == ++last);
        CHECK(total == CountFits(task, model.config, options));
      },
      results);
  CHECK(last == CountFits(task, model.config, options));
  if (calls != nullptr) *calls = last;
  return results;
}

TEST_CASE("A study is a function of model, data and options alone", "[probe][probing_study]") {
  const std::string expected = ProbingJson(Run(SmallOptions(), 1));
  CHECK(ProbingJson(Run(SmallOptions(), 3)) == expected);
  ProbingOptions one_layer_at_once = SmallOptions();
  one_layer_at_once.memory_mib = 0;
  CHECK(ProbingJson(Run(one_layer_at_once, 1)) == expected);
  ProbingOptions other = SmallOptions();
  other.seed = 9;
  CHECK(ProbingJson(Run(other, 1)) != expected);
}

TEST_CASE("A study has every cell that it promises", "[probe][probing_study]") {
  size_t fits = 0;
  const ProbingResults results = Run(SmallOptions(), 1, &fits);
  // Linear: labels 1, control 2, shuffled labels 2, codes 4; MLP: one more; 2 random, 2 permuted,
  // 2 shuffled.
  CHECK(fits == 3 * (9 + 10 + 2 * 6));
  CHECK(results.clusters.name == "documents");
  CHECK(results.clusters.count == 10);
  for (const char* probe : {"linear", "mlp1"}) {
    for (const int layer : {0, 1, 2}) {
      const auto seeds = [&](const char* encoder, const char* target, const char* metric) {
        const ProbingRow* row = results.Find(probe, encoder, target, layer, metric);
        return row == nullptr ? 0 : row->by_seed.size();
      };
      CHECK(seeds("trained", "labels", "accuracy") == (std::string(probe) == "linear" ? 1 : 2));
      CHECK(seeds("trained", "control", "accuracy") == 2);
      CHECK(seeds("trained", "labels - control", "selectivity") == 2);
      CHECK(seeds("trained", "shuffled labels", "accuracy") == 2);
      CHECK(seeds("random", "labels", "accuracy") == 2);
      CHECK(seeds("permuted weights", "labels", "accuracy") == 2);
      CHECK(seeds("shuffled words", "labels", "accuracy") == 2);
      CHECK(seeds("trained", "labels", "code bits") == 2);
      CHECK(seeds("trained", "control", "code bits") == 2);
      CHECK(seeds("trained", "labels", "control / labels") == 2);
    }
  }
  CHECK(results.Find("look-up", "none", "labels", -1, "accuracy") != nullptr);
  const std::string text = ProbingTablesText(results);
  for (const char* column :
       {"accuracy", "control", "selectivity", "random encoder", "permuted weights",
        "shuffled words", "shuffled labels", "compression", "look-up"}) {
    CHECK_THAT(text, ContainsSubstring(column));
  }
}

TEST_CASE("A layer that dev chooses in an earlier request gives the fits of one that was named",
          "[probe][probing_study]") {
  const Files files;
  const WordLabelTask task(files.corpus, {.label = WordLabel::kUpos, .hidden_units = 8});
  const PretrainedModel model = SmallEncoder();
  ThreadPool pool(1);
  ProbingOptions options = SmallOptions();
  options.probes = {"linear"};
  const StudyRequest sweep{"sweep", &task, options};
  const auto run = [&](const StudyRequest& further, size_t memory_mib) {
    std::vector<StudyRequest> requests = {sweep, further};
    requests[0].options.memory_mib = memory_mib;
    std::vector<ProbingResults> results(2);
    ProbeEncoder(pool, model, EncodeForms, files.corpus, requests, StudyHooks(), results);
    return results;
  };
  options.probes = {"mlp1"};
  StudyRequest chosen{"chosen", &task, options}, named = chosen;
  chosen.best_of = {0, "linear"};
  const std::vector<ProbingResults> seen = run(chosen, 64);
  const int best = seen[0].ChosenLayerOf("linear");
  named.options.layers = {static_cast<size_t>(best)};
  const std::string expected = ProbingJson(run(named, 64)[1]);
  CHECK(seen[1].layers == named.options.layers);
  CHECK(ProbingJson(seen[1]) == expected);
  CHECK(ProbingJson(run(chosen, 0)[1]) == expected);  // one layer at a time
  // The wrong layer would show.
  named.options.layers = {static_cast<size_t>(best == 0 ? 1 : 0)};
  CHECK(ProbingJson(run(named, 64)[1]) != expected);
}

TEST_CASE("A journal's fit that has other metrics than the task is refused by its name",
          "[probe][probing_study]") {
  const TemporaryDirectory temporary;
  const std::string path = temporary.Path("fits.jsonl");
  {
    FitJournal journal(path, "a", false);
    FitOutcome old;  // one metric of ten documents; the task has two
    old.scores.numerators.assign(10, 1.0);
    old.scores.denominators.assign(10, 1.0);
    journal.Add("pos/linear/trained/labels/0/seed 1", old);
  }
  const Files files;
  const WordLabelTask task(files.corpus, {.label = WordLabel::kUpos, .hidden_units = 8});
  ProbingOptions options = SmallOptions();
  options.probes = {"linear"};
  const StudyRequest request{"pos", &task, options};
  FitJournal resumed(path, "a", true);
  StudyHooks hooks;
  hooks.journal = &resumed;
  ThreadPool pool(1);
  ProbingResults results;
  CHECK_THROWS_WITH(
      ProbeEncoder(pool, SmallEncoder(), EncodeForms, files.corpus, {&request, 1}, hooks,
                   {&results, 1}),
      ContainsSubstring(
          "pos/linear/trained/labels/0/seed 1: expected 20 counts, found 10; begin anew"));
}

TEST_CASE("A layer that the model does not have is refused before anything is fitted",
          "[probe][probing_study]") {
  ProbingOptions options = SmallOptions();
  options.layers = {1, 3};
  const Files files;
  const WordLabelTask task(files.corpus, {});
  CHECK_THROWS_WITH(CountFits(task, SmallEncoder().config, options),
                    ContainsSubstring("expected 0 (embeddings) … 2, found 3"));
}

// Two clusters of ten words, a metric and its weight in ten words.
FitOutcome Outcome(double a, double b, double bits) { return {{{a, b}, {10, 10}}, {bits, 100}}; }

class OneMetric final : public ProbingTask {
 public:
  std::vector<std::string> Metrics() const override { return {"accuracy"}; }
  bool IsDeterministic(const std::string&) const override { return true; }
  FitScores Fit(Compute&, const LayerFeatures&, const FitRequest&) const override { return {}; }
  std::vector<TaskBaseline> Baselines() const override { return {}; }
  double UniformBits(Sentences) const override { return 0; }
  double CodeNats(Compute&, const LayerFeatures&, const FitRequest&, Sentences,
                  Sentences) const override {
    return 0;
  }
};

TEST_CASE("Selectivity pairs one fit with every control task, by cluster",
          "[probe][probing_study]") {
  CellKey labels{"linear", EncoderKind::kTrained, ProbeTarget::kLabels, 1, false};
  CellKey control = labels;
  control.target = ProbeTarget::kControl;
  CellKey code = labels, control_code = control;
  code.code = control_code.code = true;
  const Cells cells = {{labels, {Outcome(9, 7, 0)}},
                       {control, {Outcome(5, 3, 0), Outcome(4, 2, 0)}},
                       {code, {Outcome(0, 0, 20), Outcome(0, 0, 25)}},
                       {control_code, {Outcome(0, 0, 40), Outcome(0, 0, 100)}}};
  ProbingResults results;
  results.rows = ProbingRows(OneMetric(), cells);
  const auto row = [&](const char* target, const char* metric) {
    return *results.Find("linear", "trained", target, 1, metric);
  };
  CHECK_THAT(row("labels", "accuracy").estimate.value, WithinAbs(0.8, 1e-12));
  const ProbingRow selectivity = row("labels - control", "selectivity");
  CHECK_THAT(selectivity.by_seed.at(0), WithinAbs(0.4, 1e-12));
  CHECK_THAT(selectivity.by_seed.at(1), WithinAbs(0.5, 1e-12));
  CHECK_THAT(selectivity.estimate.value, WithinAbs(0.45, 1e-12));
  // The clusters differ by 0.2 in both and not at all in their difference: only seeds vary.
  CHECK(row("control", "accuracy").estimate.high - row("control", "accuracy").estimate.low >
        selectivity.estimate.high - selectivity.estimate.low);
  CHECK(row("labels", "compression").by_seed == std::vector<double>{5, 4});
  CHECK(row("labels", "control / labels").by_seed == std::vector<double>{2, 4});
}

TEST_CASE("An encoder on shuffled words gives each word a vector of its own",
          "[probe][probing_study]") {
  const Files files;
  PretrainedModel model = SmallEncoder();
  // Without positions the order of words changes nothing in the embeddings.
  const Matrix positions = model.parameters.At("bert.embeddings.position_embeddings.weight");
  std::fill_n(positions.data, positions.rows * positions.cols, 0.0f);
  ThreadPool pool(1);
  Compute compute(pool);
  const std::vector<size_t> layers{0, 2};
  const auto view = [&](EncoderKind kind, uint64_t seed) {
    return ViewFeatures(compute, model, EncodeForms, files.corpus, {kind, seed}, layers, {});
  };
  const auto largest_difference = [](ConstMatrix a, ConstMatrix b) {
    float largest = 0.0f;
    for (size_t i = 0; i < a.rows; ++i) {
      for (size_t j = 0; j < a.cols; ++j) {
        largest = std::max(largest, std::abs(a(i, j) - b(i, j)));
      }
    }
    return largest;
  };
  const ViewFeatures trained = view(EncoderKind::kTrained, 1);
  const ViewFeatures shuffled = view(EncoderKind::kShuffledWords, 1);
  const ViewFeatures random = view(EncoderKind::kRandom, 1), again = view(EncoderKind::kRandom, 2);
  CHECK(largest_difference(trained.Layer(0).test, shuffled.Layer(0).test) < 1e-6f);
  // Without positions a BERT is blind to order altogether: sums in another order, no more.
  CHECK(largest_difference(trained.Layer(1).test, shuffled.Layer(1).test) < 1e-4f);
  CHECK(largest_difference(trained.Layer(1).test, random.Layer(1).test) > 0.1f);
  CHECK(largest_difference(random.Layer(1).test, again.Layer(1).test) > 0.1f);
  PretrainedModel with_positions = SmallEncoder();
  std::swap(model, with_positions);
  CHECK(largest_difference(view(EncoderKind::kTrained, 1).Layer(0).test,
                           view(EncoderKind::kShuffledWords, 1).Layer(0).test) > 0.01f);
}

TEST_CASE("Hostile names cannot add markup to a probing report", "[probe][probing_study]") {
  const auto elements = [](const std::string& name) {
    ProbingResults results;
    results.metrics = {"accuracy"};
    results.probes = {"linear"};
    results.layers = {0, 1};
    results.title = results.model.directory = results.train.path = results.facts.command = name;
    results.notes = {name};
    results.rows = {{"linear", "trained", "labels", 0, "accuracy", {0.5, 0.4, 0.6, 1}, {0.5}, 10},
                    {"linear", "trained", "labels", 1, "accuracy", {0.6, 0.5, 0.7, 1}, {0.6}, 10}};
    const std::string html = ProbingReportHtml(results);
    CHECK_THAT(html, ContainsSubstring("<svg"));
    return std::count(html.begin(), html.end(), '<');
  };
  CHECK(elements("<script>alert(1)</script>") == elements("plain"));
}

TEST_CASE("Probes of several capacities at one layer are rows of one table, with their penalties",
          "[probe][probing_study]") {
  ProbingOptions options = SmallOptions();
  options.probes = {"linear", "linear rank 1", "linear C 0.03"};
  options.layers = {1};
  options.draws = 0;
  const ProbingResults results = Run(options, 2);
  const std::vector<ProbingTable> tables = ProbingTables(results);
  REQUIRE(tables.size() == 3);  // and contrasts, baselines
  CHECK(tables[0].title == "at one layer");
  REQUIRE(tables[0].rows.size() == 3);
  CHECK(tables[0].rows[1][0] == "linear rank 1, layer 1");
  REQUIRE(tables[0].header.back() == "C");
  CHECK_THAT(tables[0].rows[0].back(), ContainsSubstring("0."));
  CHECK(tables[0].rows[2].back() == "-");  // nothing was chosen
  const ProbingRow* edge = results.Find("linear", "trained", "labels", 1, "C at the edge");
  REQUIRE(edge != nullptr);
  CHECK((tables[0].rows[0].back().find("(edge)") != std::string::npos) ==
        (edge->estimate.value == 1.0));
  // One direction holds less than all: three tags of which no two are opposite.
  const auto value = [&](const char* probe, const char* target, const char* metric) {
    const ProbingRow* row = results.Find(probe, "trained", target, 1, metric);
    REQUIRE(row != nullptr);
    return row->estimate.value;
  };
  CHECK_THAT(value("linear rank 1", "labels - control", "selectivity"),
             WithinAbs(value("linear rank 1", "labels", "accuracy") -
                           value("linear rank 1", "control", "accuracy"),
                       1e-12));
  CHECK_THAT(ProbingReportHtml(results), ContainsSubstring("linear rank 1"));
}

}  // namespace
}  // namespace headscope
