// Everything `probe heads` finds out, as plain data: filled by head_probe, printed by head_tables,
// written to results.json by results, drawn by the report. Nothing here computes.
//
// Heads are named L2H8: layer and head, both 0-based. Directions: a head in direction
// kDependentToHead predicts, for the dependent i, argmax_j A[i, j]; in direction kHeadToDependent,
// argmax_j A[j, i].
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "datasets/anaphors.h"
#include "probe/estimate.h"
#include "probe/head_atlas.h"
#include "probe/null_models.h"

namespace headscope {

struct HeadId {
  size_t layer = 0;
  size_t head = 0;
  std::string Name() const { return "L" + std::to_string(layer) + "H" + std::to_string(head); }
  bool operator==(const HeadId&) const = default;
};

enum class Direction : size_t { kDependentToHead, kHeadToDependent };
inline constexpr size_t kNumDirections = 2;
inline const char* DirectionName(Direction direction) {
  return direction == Direction::kDependentToHead ? "dep->head" : "head->dep";
}

// ---- Dependencies
// ----------------------------------------------------------------------------------------------------

// The chosen head beside a null, on the same words of test.
inline constexpr double kAboveLevel = 0.05;
struct NullComparison {
  Estimate difference;  // the head's accuracy less the null's, paired
  double p = 1.0;       // two-sided, adjusted by Holm over the relations of the table
  bool Above() const { return p < kAboveLevel && difference.value > 0.0; }
};

// Is any head better than the best offset on test? The one with the largest statistic, and its p
// with the maximum over heads and directions taken in the null too (maximum_null.h).
struct BestOfAllHeads {
  HeadId head;
  Direction direction = Direction::kDependentToHead;
  double p = 1.0;
  double p_holm = 1.0;  // over the relations of the table, too
};

// One row of the dependency table: a relation with enough instances in both files.
struct RelationResult {
  std::string relation;  // full UD name: "nsubj:pass"
  uint64_t dev_n = 0;
  // The best head and direction on dev …
  HeadId head;
  Direction direction = Direction::kDependentToHead;
  double dev_accuracy = 0.0;
  Estimate accuracy;  // … scored on test
  // Null 1: the head is always `offset` words to the right (negative: left), -8 … +8, chosen on
  // dev.
  int offset = 0;
  double offset_dev_accuracy = 0.0;
  Estimate offset_accuracy;
  // Null 2: the head is the nearest word of this class on this side, chosen on dev; none there
  // counts as wrong.
  std::string rule_upos;
  bool rule_to_the_right = false;
  double rule_dev_accuracy = 0.0;
  Estimate rule_accuracy;
  Estimate
      accuracy_where_rule_wrong;  // the chosen head on the test words for which the rule is wrong
  // Null 3: the same best-of-all-heads choice on random models.
  RandomModelScores random_models = {}, permuted_models = {};
  NullComparison over_offset = {}, over_rule = {};
  BestOfAllHeads any_head = {};
  uint64_t clusters = 0;  // of test that have the relation
};

// counts[(relation * num_heads + layer * heads_per_layer + head) * 2 + direction]: correct
// predictions; fractions come from ties (a tie of k words scores 1 / k).
struct HeadCounts {
  std::vector<std::string> relations;  // every relation of either file but root, bytewise order
  std::vector<uint64_t> instances;     // [relations]
  std::vector<double> counts;
};

// ---- Parts of speech
// -------------------------------------------------------------------------------------------------

// Attending x attended UPOS of one head on the test file. With p_ij = A_ij / sum_{k != i} A_ik over
// the words of a sentence (CLS, SEP and the word itself left out), lift[a, b] = sum_{i in a, j in
// b} p_ij / sum_{i in a, j in b, j != i} 1 / (n - 1): 1 is what uniform attention gives. Entries
// without any pair are NaN (null in JSON).
struct UposMatrix {
  HeadId head;
  double word_share = 0.0;   // mean over words of sum_{k != i} A_ik: what does not go to CLS, SEP
                             // and the word itself
  std::vector<double> lift;  // [tags * tags], row = attending
  std::vector<double> lift_error;  // 95% half-width
};

// One row of the part-of-speech table: for words of one class, the head and attended class of the
// largest lift on dev, scored on test.
struct UposResult {
  std::string attending, attended;
  HeadId head;
  double dev_lift = 0.0;
  Estimate lift;  // n = attending words
  RandomModelScores random_models = {}, permuted_models = {};
};

struct UposResults {
  std::vector<std::string> tags;  // UPOS tags seen in either file, bytewise order
  std::vector<uint64_t> counts;   // [tags] words of the test file
  std::vector<UposMatrix> heads;  // every head, layer by layer
  std::vector<UposResult> best;   // by attending tag
};

// ---- Coreference
// -----------------------------------------------------------------------------------------------------

// Which words the argmax runs over.
enum class CandidateSet : size_t { kAllWords, kPrecedingWords, kPrecedingMentionHeads };
inline constexpr size_t kNumCandidateSets = 3;
inline constexpr std::array<const char*, kNumCandidateSets> kCandidateSetNames = {
    "all words", "preceding words", "preceding mention heads"};

// One row of the coreference table.
struct CoreferenceRow {
  MentionType type = MentionType::kAll;
  Estimate accuracy;  // n = mentions
  RandomModelScores random_models = {}, permuted_models = {};
};

// One candidate set: the head that is best on dev over all types …
struct CoreferenceHead {
  CandidateSet candidates = CandidateSet::kAllWords;
  HeadId head;
  double dev_accuracy = 0.0;
  std::vector<CoreferenceRow> rows;  // by type
  // … and for each type the head that is best on dev for that type.
  std::vector<HeadId> own_heads;
  std::vector<CoreferenceRow> own_rows;
};

struct CoreferenceResults {
  std::string scheme;  // "ontonotes" or "gum"
  size_t segment_pieces = 128;
  uint64_t dev_mentions = 0, test_mentions = 0;  // that count
  uint64_t dev_segments = 0, test_segments = 0;
  uint64_t dev_documents = 0, test_documents = 0;
  uint64_t dev_skipped_sentences = 0,
           test_skipped_sentences = 0;  // longer than the model's positions
  ClusterFacts clusters;                // of test: documents, or segments where they are few
  std::vector<CoreferenceHead> heads;   // by candidate set
  // rules[rule][type]: what rules name without a model; naming none counts as wrong.
  std::array<std::vector<Estimate>, kNumAntecedentRules> rules;
  std::vector<uint64_t> dev_instances, test_instances;  // by type
  // counts[(head * 3 + candidate set) * 8 + type], head = layer * heads_per_layer + head.
  std::vector<double> dev_counts, test_counts;
};

// ---- Examples
// --------------------------------------------------------------------------------------------------------

// One head's word-level attention on an example sentence.
struct ExampleMap {
  HeadId head;
  Direction direction = Direction::kDependentToHead;
  std::string shows;  // the relation it was chosen for on dev: "obj", or "coreference"
  std::vector<float>
      attention;  // [words * words], row = attending; CLS and SEP dropped, diagonal 0
};

struct ExampleSentence {
  std::string id, text;
  std::vector<std::string> words, upos, relations;
  std::vector<int> heads;  // 1-based gold head of each word, 0 for the root
  std::vector<ExampleMap> maps;
};

// ---- Training curve and context check
// --------------------------------------------------------------------------------

struct CurvePoint {
  uint64_t step = 0;
  double loss = 0.0;
};

// How far the model's held-out loss lies below that of a twin trained for the same steps with
// uniform attention. Below kContextThreshold nat, attention has learned nothing that shows, and the
// head tables are noise.
inline constexpr double kContextThreshold = 0.3;
enum class ContextState {
  kLearned,
  kNotLearned,  // print "context not learned" in place of the head tables
  kNoTwin,      // nothing to compare with: say how to make one
  kNoLoss,      // the model lies in no run directory with held-out losses
  kNoMlmHead,   // an encoder without a masked-LM head has no such loss
};
struct ContextCheck {
  ContextState state = ContextState::kNoLoss;
  std::string message;  // one or two sentences for people
  std::string twin_run;
  uint64_t step = 0;  // the last step at which both have a held-out loss
  double held_out_loss = 0.0, twin_held_out_loss = 0.0;
  double gap = 0.0;  // twin - model, nats
};

struct TrainingCurve {
  std::vector<CurvePoint>
      training;  // RUN/metrics.jsonl; empty when the model lies in no run directory
  std::vector<CurvePoint> held_out;
  std::vector<CurvePoint> twin_held_out;
};

// ---- Facts
// -----------------------------------------------------------------------------------------------------------

struct ModelFacts {
  std::string directory, sha256;  // of model.safetensors
  size_t layers = 0, heads = 0, hidden_size = 0, vocab_size = 0, positions = 0;
  uint64_t parameters = 0;
  bool has_mlm_head = true;
};

struct DataFacts {
  std::string path, sha256;
  uint64_t documents = 0, sentences = 0, words = 0;
  uint64_t skipped_sentences = 0;  // longer than the model's positions
  uint64_t skipped_words = 0;
  uint64_t pieces = 0;  // of the scored sentences, CLS and SEP counted
};

struct ProbeFacts {
  std::string commit, compiler, simd_target;
  size_t threads = 1;  // printed, but not part of results.json: it changes no number
  uint64_t seed = 1;
  size_t sign_flips = 10000;
  std::vector<uint64_t> random_model_seeds;
  size_t minimum_instances = 100;
  std::string read = "words";  // what stands where the attending word is read, or "masks"
  std::string command;         // what was typed
};

struct HeadProbeResults {
  ProbeFacts facts;
  ModelFacts model;
  DataFacts dev, test;
  ClusterFacts clusters;  // of test
  ContextCheck context;
  TrainingCurve curve;
  std::vector<RelationResult> relations;  // by falling test count
  HeadCounts dev_counts, test_counts;     // same relations in both
  UposResults upos;
  std::optional<CoreferenceResults> coreference;  // absent where either file has none
  HeadAtlas atlas;
  std::vector<ExampleSentence> examples;
  std::vector<std::string> notes;  // what a reader must know: sentences left out, …
};

}  // namespace headscope
