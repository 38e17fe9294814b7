// Swaps of words under a classifier: every text meets its own prediction, and shares are counted
// right.
#include "probe/evidence_swaps.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include "model/bert_parameters.h"
#include "probe/pattern_experiment.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

// A random classifier of the agreement task, whose vocabulary is the task's words, and its first
// test examples.
ExplanationExamples AgreementExamples(size_t count) {
  const std::string name = "synth:relational:agreement";
  const auto task = MakePlantedTask(ParsePlantedName(name));
  std::set<std::string> words;
  for (uint32_t pair = 0; pair < 100; ++pair) {
    for (const std::string& word : task->MakePair(PlantedSplit::kTest, pair).first.words) {
      if (word != "[MASK]") words.insert(word);
    }
  }
  std::vector<std::string> pieces{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
  pieces.insert(pieces.end(), words.begin(), words.end());
  ModelConfig config{.vocab_size = pieces.size(),
                     .hidden_size = 8,
                     .num_hidden_layers = 2,
                     .num_attention_heads = 2,
                     .intermediate_size = 12,
                     .max_position_embeddings = 64};
  config.has_mlm_head = false;
  ParameterSet parameters(std::make_shared<const ParameterLayout>(
      ClassifierLayout(config, task->Labels().size(), ClassifierKind::kToken)));
  InitialiseParameters(0.8f, 3, parameters);
  const ExampleSet set = MakePlantedSet(*task, PlantedSplit::kTest, count);
  ExplanationExamples examples{
      .model =
          {config, task->Labels(), std::move(parameters), "", true, ClassifierKind::kToken, {}},
      .word_piece = std::make_unique<WordPiece>(pieces),
      .task = name,
      .ids = {},
      .groups = {},
      .places = {},
      .set = {},
      .max_length = 64};
  for (size_t i = 0; i < count; ++i) {
    examples.ids.push_back(set.examples[i].id);
    examples.groups.push_back("");
    examples.places.push_back(i);
  }
  examples.set = EncodeExamples(*examples.word_piece, set, 64, Truncation::kHead);
  return examples;
}

TEST_CASE("Swapped texts meet their own predictions", "[explain][planted]") {
  const ExplanationExamples examples = AgreementExamples(6);
  ThreadPool pool(1);
  Compute compute(pool);
  const std::vector<SwapOutcome> outcomes = SwapWords(compute, examples, 1, [](size_t, size_t) {});
  PatternExperiment alone(compute, examples.model, PatternScope::kLastLayer);
  const auto task = MakePlantedTask(ParsePlantedName(examples.task));
  std::vector<uint32_t> own(6);
  std::map<SwapKind, size_t> kinds;
  size_t changes = 0;
  for (const SwapOutcome& outcome : outcomes) {
    ++kinds[outcome.kind];
    if (outcome.kind == SwapKind::kNone) own[outcome.example] = outcome.predicted;
    CHECK(outcome.has_changed == (outcome.predicted != own[outcome.example]));
    changes += outcome.has_changed;
    if (outcome.swap.words.empty()) continue;
    ExampleSet set;
    Example& example = set.examples.emplace_back();
    for (const std::string& word : outcome.swap.words) {
      if (word == "[MASK]") {
        example.query = static_cast<int32_t>(&word - outcome.swap.words.data());
      }
      example.text += (example.text.empty() ? "" : " ") + word;
    }
    const EncodedSet encoded = EncodeExamples(*examples.word_piece, set, 64, Truncation::kHead);
    const std::vector<double> probabilities = alone.Start(encoded.examples[0], 1);
    CHECK(outcome.predicted == (probabilities[1] > probabilities[0] ? 1u : 0u));
    CHECK(task->Answer(PlantedSplit::kTest, outcome.swap.words) == outcome.swap.label);
  }
  CHECK(changes > 0);
  CHECK(kinds[SwapKind::kNone] == 6);
  CHECK(kinds[SwapKind::kPartner] == 6);
  CHECK(kinds[SwapKind::kEvidence] == 6);
  CHECK(kinds[SwapKind::kOther] > 60);
}

TEST_CASE("Shares of swaps are counted by kind and group, pairs as clusters",
          "[explain][planted]") {
  ExplanationExamples examples = AgreementExamples(4);
  examples.groups = {"a", "a", "b", "b"};
  const auto outcome = [](size_t example, SwapKind kind, uint32_t label, uint32_t predicted,
                          bool has_changed) {
    return SwapOutcome{example, kind, {{}, {}, label}, predicted, has_changed};
  };
  const std::vector<SwapOutcome> outcomes{
      outcome(0, SwapKind::kEvidence, 1, 1, true), outcome(1, SwapKind::kEvidence, 0, 1, false),
      outcome(2, SwapKind::kEvidence, 1, 1, true), outcome(3, SwapKind::kEvidence, 0, 1, true),
      outcome(3, SwapKind::kOther, 1, 1, false)};
  ThreadPool pool(1);
  const std::vector<SwapShares> shares = SummariseSwaps(pool, examples, outcomes, 1);
  REQUIRE(shares.size() == 12);
  const SwapShares &all = shares[2], &of_a = shares[6], &others = shares[11];
  CHECK((all.group.empty() && all.kind == SwapKind::kEvidence));
  CHECK(all.changed.n == 4);
  CHECK(all.changed.value == 0.75);
  CHECK(all.right.value == 0.5);
  // Two pairs, of one and two changes: drawn with replacement 1/2, 3/4 or 1.
  CHECK((all.changed.low == 0.5 && all.changed.high == 1.0));
  CHECK((of_a.group == "a" && of_a.kind == SwapKind::kEvidence && of_a.changed.value == 0.5));
  CHECK((others.group == "b" && others.kind == SwapKind::kOther && others.changed.value == 0.0));
  CHECK(others.right.value == 1.0);
}

TEST_CASE("Tasks without planted evidence are refused", "[explain][planted]") {
  ExplanationExamples examples = AgreementExamples(2);
  examples.task = "sst2";
  ThreadPool pool(1);
  Compute compute(pool);
  CHECK_THROWS_WITH(SwapWords(compute, examples, 1, [](size_t, size_t) {}),
                    ContainsSubstring("task sst2: expected a planted task"));
}

}  // namespace
}  // namespace headscope
