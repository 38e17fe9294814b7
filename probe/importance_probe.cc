#include "probe/importance_probe.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "model/attention_regime.h"
#include "probe/clusters.h"
#include "probe/holm.h"
#include "probe/mask_gradient.h"
#include "probe/masked_sentences.h"
#include "probe/rank_correlation.h"
#include "probe/ratio_accumulator.h"

namespace headscope {
namespace {

constexpr double kMaskRate = 0.15;
constexpr size_t kHeadsTold = 16;          // in a line of progress
constexpr uint32_t kRandomOrderSite = 42;  // of RandomStream

// Some of a file's sentences, masked.
struct MaskedFile {
  std::vector<MaskedBatch> batches;
  Clusters clusters;         // [sentences of the file that fit the model]
  std::vector<size_t> used;  // clusters of those with something to predict

  ClusterFacts Facts() const {
    const std::set<size_t> distinct(used.begin(), used.end());
    return {clusters.Facts().name, distinct.size()};
  }
};

// The mean over sentences of `losses`, less that of `baseline` (null: nothing).
RatioAccumulator MeanLoss(const MaskedFile& file, const std::vector<double>& losses,
                          const std::vector<double>* baseline = nullptr) {
  RatioAccumulator mean;
  for (size_t k = 0; k < losses.size(); ++k) {
    mean.Add(file.used[k], losses[k] - (baseline == nullptr ? 0.0 : (*baseline)[k]), 1.0);
  }
  return mean;
}

// Losses of the test sentences with some heads gone.
class Ablation {
 public:
  Ablation(Compute& compute, const PretrainedModel& model, const MaskedFile& file)
      : compute_(compute),
        config_(model.config),
        file_(file),
        model_(model.config, model.parameters, ControlOf(model.attention),
               Activations::Mode::kInference) {}

  std::vector<double> LossesWithout(const std::vector<char>& removed) {
    const Intervention intervention = WithoutHeads(config_, removed);
    std::vector<double> losses;
    for (const MaskedBatch& masked : file_.batches)
      model_.Run(compute_, masked, &intervention, losses);
    return losses;
  }

  // The loss after taking heads in order, at up to kMostCurvePoints numbers of heads.
  std::vector<PruningPoint> Curve(const std::vector<size_t>& order) {
    const size_t points = std::min(order.size(), kMostCurvePoints);
    std::vector<PruningPoint> curve;
    std::vector<char> removed(order.size(), 0);
    for (size_t point = 0, taken = 0; point <= points; ++point) {
      for (; taken < point * order.size() / points; ++taken) removed[order[taken]] = 1;
      curve.push_back({taken, MeanLoss(file_, LossesWithout(removed)).Interval()});
    }
    return curve;
  }

  const MaskedFile& File() const { return file_; }

 private:
  Compute& compute_;
  const ModelConfig& config_;
  const MaskedFile& file_;
  SentenceLosses model_;
};

std::vector<size_t> AscendingOrder(const std::vector<HeadImportance>& heads) {
  std::vector<size_t> order(heads.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return heads[a].normalised < heads[b].normalised; });
  return order;
}

void MeasureAblations(Ablation& ablation, const Progress& progress, ImportanceResults& results) {
  std::vector<char> removed(results.heads.size(), 0);
  const std::vector<double> whole = ablation.LossesWithout(removed);
  results.loss = MeanLoss(ablation.File(), whole).Interval();
  results.test_sentences = whole.size();
  std::vector<double> p_values;
  const size_t heads = results.heads.size();
  for (size_t head = 0; head < heads; ++head) {
    if (head % kHeadsTold == 0) {
      progress(fmt::format("ablation of each of heads {} to {} of {}", head + 1,
                           std::min(heads, head + kHeadsTold), heads));
    }
    removed[head] = 1;
    const RatioAccumulator rise =
        MeanLoss(ablation.File(), ablation.LossesWithout(removed), &whole);
    removed[head] = 0;
    results.heads[head].ablation = rise.Interval();
    p_values.push_back(rise.TwoSidedP());
  }
  const std::vector<double> adjusted = HolmAdjusted(p_values);
  for (size_t head = 0; head < adjusted.size(); ++head) {
    results.heads[head].ablation_p = adjusted[head];
  }
}

MaskedFile MaskFile(const Treebank& treebank, const WordPiece& word_piece, size_t max_pieces,
                    const ImportanceOptions& options) {
  MaskedFile file{{}, Clusters(treebank.documents.size()), {}};
  std::vector<WordInput> inputs;
  for (size_t d = 0; d < treebank.documents.size(); ++d) {
    for (const Sentence& sentence : treebank.documents[d].sentences) {
      std::vector<std::string> words;
      for (const Word& word : sentence.words) words.push_back(word.form);
      WordInput input = EncodeWordInput(word_piece, words);
      if (input.ids.size() > max_pieces) continue;
      inputs.push_back(std::move(input));
      file.clusters.Add(d);
    }
  }
  const Masker masker(word_piece, MaskUnit::kWholeWord, kMaskRate);
  file.batches =
      MaskSentences(inputs, options.sentences, masker, options.seed, options.batch_pieces);
  for (const uint32_t input : InputsWithTargets(file.batches)) {
    file.used.push_back(file.clusters[input]);
  }
  return file;
}

// The relation and direction that a head is best at beside the relation's offset, on dev.
struct BestRelation {
  const RelationResult* relation = nullptr;
  size_t direction = 0;
  double test_excess = 0.0;
};

double Accuracy(const HeadCounts& counts, size_t relation, size_t head, size_t direction) {
  const size_t num_heads = counts.counts.size() / counts.relations.size() / kNumDirections;
  return counts.counts[(relation * num_heads + head) * kNumDirections + direction] /
         static_cast<double>(counts.instances[relation]);
}

BestRelation BestRelationOf(const HeadProbeResults& results, size_t head) {
  BestRelation best;
  double largest = 0.0;
  for (const RelationResult& row : results.relations) {
    const auto at = std::find(results.dev_counts.relations.begin(),
                              results.dev_counts.relations.end(), row.relation);
    const auto r = static_cast<size_t>(at - results.dev_counts.relations.begin());
    for (size_t direction = 0; direction < kNumDirections; ++direction) {
      const double excess =
          Accuracy(results.dev_counts, r, head, direction) - row.offset_dev_accuracy;
      if (best.relation != nullptr && excess <= largest) continue;
      largest = excess;
      best = {&row, direction,
              Accuracy(results.test_counts, r, head, direction) - row.offset_accuracy.value};
    }
  }
  return best;
}

}  // namespace

bool HasImportance(const PretrainedModel& model, std::string& why_not) {
  if (!model.config.has_mlm_head) {
    why_not = "no masked-LM head, so no loss that heads could matter for";
    return false;
  }
  const AttentionControl* const attention = ControlOf(model.attention);
  for (size_t layer = 0; attention != nullptr && layer < model.config.num_hidden_layers; ++layer) {
    if (attention->UsesScores(layer)) continue;
    why_not = fmt::format("the patterns of layer {} do not depend on scores", layer);
    return false;
  }
  return true;
}

ImportanceResults MeasureImportance(const PretrainedModel& model, const WordPiece& word_piece,
                                    const Treebank& dev, const Treebank& test,
                                    const ImportanceOptions& options, ThreadPool& pool,
                                    const Progress& progress) {
  Compute compute(pool, options.gemm);
  const size_t max_pieces = model.config.max_position_embeddings;
  const MaskedFile dev_file = MaskFile(dev, word_piece, max_pieces, options);
  const MaskedFile test_file = MaskFile(test, word_piece, max_pieces, options);
  const size_t heads_per_layer = model.config.num_attention_heads;
  ImportanceResults results;
  results.protocol = options.protocol;
  results.dev_clusters = dev_file.Facts();
  results.test_clusters = test_file.Facts();
  progress("mask gradients of the heads");
  const MaskGradients gradients =
      MeasureMaskGradients(compute, model.config, model.parameters, ControlOf(model.attention),
                           dev_file.batches, dev_file.clusters);
  results.dev_sentences = static_cast<uint64_t>(gradients.sentences);
  const std::vector<double> normalised =
      NormalisedImportance(gradients, heads_per_layer, options.protocol);
  for (size_t head = 0; head < normalised.size(); ++head) {
    results.heads.push_back({gradients.by_sentence[head].Interval(),
                             normalised[head],
                             {},
                             1.0,
                             gradients.value_norms[head].Interval()});
  }
  Ablation ablation(compute, model, test_file);
  MeasureAblations(ablation, progress, results);
  progress("pruning curve, least important heads first");
  const std::vector<size_t> order = AscendingOrder(results.heads);
  results.least_first = ablation.Curve(order);
  progress("pruning curve, most important heads first");
  results.most_first = ablation.Curve({order.rbegin(), order.rend()});
  std::vector<size_t> random;
  for (uint32_t head : RandomPermutation({options.seed, Purpose::kProbe, 0, kRandomOrderSite},
                                         static_cast<uint32_t>(order.size()))) {
    random.push_back(head);
  }
  progress("pruning curve, heads in random order");
  results.random_order = ablation.Curve(random);
  return results;
}

JointTable MakeJointTable(const HeadProbeResults& results, const ImportanceResults& importance) {
  JointTable table;
  std::array<std::vector<double>, kNumJointScores> columns;
  for (size_t head = 0; head < importance.heads.size(); ++head) {
    const BestRelation best = BestRelationOf(results, head);
    const HeadImportance& measured = importance.heads[head];
    const auto& uuas = results.atlas.trees.heads[static_cast<size_t>(TreeMeasure::kUuas)];
    JointRow row;
    row.relation = best.relation == nullptr ? "" : best.relation->relation;
    row.direction = best.direction;
    row.scores = {best.test_excess, uuas[head].value, measured.gradient.value,
                  measured.ablation.value, measured.value_norm.value};
    for (size_t k = 0; k < kNumJointScores; ++k) columns[k].push_back(row.scores[k]);
    table.heads.push_back(std::move(row));
  }
  for (size_t a = 0; a < kNumJointScores; ++a) {
    for (size_t b = 0; b < kNumJointScores; ++b) {
      table.correlations.push_back(SpearmanCorrelation(columns[a], columns[b]));
    }
  }
  return table;
}

}  // namespace headscope
