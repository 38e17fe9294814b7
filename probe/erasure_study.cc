#include "probe/erasure_study.h"

#include <algorithm>
#include <map>
#include <optional>

#include "model/attention_regime.h"
#include "model/base/error.h"
#include "probe/arc_task.h"
#include "probe/cluster_sums.h"
#include "probe/masked_losses.h"
#include "probe/probe_streams.h"

namespace headscope {
namespace {

constexpr const char* kLossMeasure = "masked-LM loss";

// A probe that is fitted at a layer after an erasure.
struct Measure {
  const ProbingTask* task;
  std::string task_name, probe;
  size_t index;  // into the layers read
  size_t layer;
  std::string Name() const { return task_name + " " + probe; }
};

// One method's erasers: one, or a draw each.
struct Method {
  std::string name;
  std::vector<AffineEraser> erasers;
};

Method WithOneEraser(std::string name, AffineEraser eraser) {
  Method method{std::move(name), {}};
  method.erasers.push_back(std::move(eraser));
  return method;
}

using MeasureKey = std::pair<std::string, int>;                     // measure, layer
using MethodSums = std::map<MeasureKey, std::vector<ClusterSums>>;  // by seed or draw

WordFeatures TrainedFeatures(Compute& compute, const PretrainedModel& model,
                             const WordEncoder& encode, const ProbeSplit& split, size_t layer,
                             const WordFeatureOptions& options) {
  const size_t layers[] = {layer};
  return ExtractWordFeatures(compute, model.config, model.parameters, ViewInputs(split, encode, {}),
                             layers, options);
}

class ErasureStudy {
 public:
  ErasureStudy(ThreadPool& pool, const PretrainedModel& model, const WordPiece& word_piece,
               const WordEncoder& encode, const ProbeCorpus& corpus, const ErasureOptions& options,
               const ErasureProgress& progress, ErasureResults& results)
      : pool_(pool),
        model_(model),
        encode_(encode),
        corpus_(corpus),
        options_(options),
        progress_(progress),
        results_(results),
        concept_task_(corpus, {options.concept_label, options.hidden_units}),
        other_task_(corpus, {OtherLabel(), options.hidden_units}),
        arc_task_(corpus, {}) {
    if (model.config.has_mlm_head && options.loss_sentences > 0) {
      losses_.emplace(
          model, word_piece, encode, corpus.test,
          MaskedLossOptions{options.loss_sentences, options.seed, options.batch_pieces});
      results.loss_sentences = losses_->NumSentences();
    }
    steps_ = results.layers.size() * (4 + 2 * options.draws);
  }

  void EraseLayer(size_t layer) {
    Compute compute(pool_, options_.gemm);
    std::map<std::string, MethodSums> sums;
    const std::vector<Method> methods = MethodsFor(compute, layer);
    for (const Method& method : methods) Run(compute, layer, method, sums[method.name]);
    for (const Method& method : methods) AddRows(layer, method.name, sums);
  }

 private:
  WordLabel OtherLabel() const {
    return options_.concept_label == WordLabel::kRelation ? WordLabel::kUpos : WordLabel::kRelation;
  }
  static const char* NameOf(WordLabel label) {
    return label == WordLabel::kRelation ? "relation" : "pos";
  }
  void Step() { progress_(++done_, steps_); }

  // Fits the erasers on the layer's vectors, as they are.
  std::vector<Method> MethodsFor(Compute& compute, size_t layer) {
    const WordFeatureOptions plain{options_.pooling, options_.batch_pieces,
                                   ControlOf(model_.attention)};
    const WordFeatures train =
        TrainedFeatures(compute, model_, encode_, corpus_.train, layer, plain);
    const WordFeatures dev = TrainedFeatures(compute, model_, encode_, corpus_.dev, layer, plain);
    const WordLabelTask::Labels labels = concept_task_.LabelsOf(ProbeTarget::kLabels, 0);
    const size_t num_labels = concept_task_.Names().size();
    const LabelledMoments moments = MomentsOf(train.Layer(0), labels.train, num_labels);
    const Whitening whitening(moments);
    std::vector<Method> methods;
    methods.push_back(WithOneEraser("none", OrthogonalEraser(moments.mean, {})));
    methods.push_back(WithOneEraser("leace", Leace(moments, whitening)));
    Step();
    InlpResult inlp = ProjectToNullspace(compute, train.Layer(0), labels.train, dev.Layer(0),
                                         labels.dev, num_labels, options_.inlp);
    results_.inlp.push_back({layer, inlp.ranks, inlp.dev_accuracy, inlp.majority});
    methods.push_back(WithOneEraser("inlp", std::move(inlp.eraser)));
    AddRandom(moments, whitening, layer, methods);
    for (const Method& method : methods) {
      double share = 0.0;
      for (const AffineEraser& eraser : method.erasers) {
        share += eraser.ShareOfVariance(moments.covariance);
      }
      results_.methods.push_back({method.name, layer, method.erasers[0].Rank(),
                                  share / static_cast<double>(method.erasers.size())});
    }
    return methods;
  }

  // As many dimensions of the whitened space as LEACE takes, and of the space itself as INLP does.
  void AddRandom(const LabelledMoments& moments, const Whitening& whitening, size_t layer,
                 std::vector<Method>& methods) const {
    if (options_.draws == 0) return;
    Method like_leace{"random leace", {}}, like_inlp{"random inlp", {}};
    for (size_t draw = 0; draw < options_.draws; ++draw) {
      const auto stream = [&](uint32_t which) {
        return ProbeStream(options_.seed + draw, ProbeSite::kErasure,
                           2 * static_cast<uint32_t>(layer) + which);
      };
      like_leace.erasers.push_back(
          RandomWhitenedEraser(moments, whitening, methods[1].erasers[0].Rank(), stream(0)));
      like_inlp.erasers.push_back(
          RandomOrthogonalEraser(moments.mean, methods[2].erasers[0].Rank(), stream(1)));
    }
    methods.push_back(std::move(like_leace));
    methods.push_back(std::move(like_inlp));
  }

  // The layers whose vectors are read when `layer` is erased: itself and later ones.
  std::vector<size_t> ReadLayers(size_t layer) const {
    const size_t last = model_.config.num_hidden_layers;
    std::vector<size_t> layers{layer};
    for (size_t l = options_.every_later_layer ? layer + 1 : std::max(layer + 1, last); l <= last;
         ++l) {
      layers.push_back(l);
    }
    return layers;
  }

  // What is fitted at the layers read: at the first, which is erased, the concept by all probes;
  // linearly the other labels, bilinearly arcs, and at later layers the concept.
  std::vector<Measure> MeasuresFor(std::span<const size_t> layers) const {
    const std::string own = NameOf(options_.concept_label), other = NameOf(OtherLabel());
    std::vector<Measure> measures;
    for (const std::string& probe : options_.probes) {
      measures.push_back({&concept_task_, own, probe, 0, layers[0]});
    }
    for (size_t k = 0; k < layers.size(); ++k) {
      if (k > 0) measures.push_back({&concept_task_, own, "linear", k, layers[k]});
      measures.push_back({&other_task_, other, "linear", k, layers[k]});
      measures.push_back({&arc_task_, "arcs", "bilinear", k, layers[k]});
    }
    return measures;
  }

  void Run(Compute& compute, size_t layer, const Method& method, MethodSums& sums) {
    const std::vector<size_t> layers = ReadLayers(layer);
    for (size_t draw = 0; draw < method.erasers.size(); ++draw) {
      const Intervention erase = ErasingLayer(compute, method.erasers[draw], layer);
      const ViewFeatures features(
          compute, model_, encode_, corpus_, {}, layers,
          {options_.pooling, options_.batch_pieces, ControlOf(model_.attention), &erase});
      FitAll(layers, features, method.erasers.size() > 1 ? draw : kAllSeeds, sums);
      if (losses_) sums[{kLossMeasure, -1}].push_back(losses_->Under(compute, &erase));
      Step();
    }
  }

  // A draw has one seed of its own; what is not drawn has all seeds where the probe is random.
  static constexpr size_t kAllSeeds = ~size_t{0};
  void FitAll(std::span<const size_t> layers, const ViewFeatures& features, size_t draw,
              MethodSums& sums) {
    struct Job {
      const Measure* measure;
      uint64_t seed;
    };
    const std::vector<Measure> measures = MeasuresFor(layers);
    std::vector<Job> jobs;
    for (const Measure& measure : measures) {
      const bool once = draw != kAllSeeds || measure.task->IsDeterministic(measure.probe);
      for (size_t s = 0; s < (once ? 1 : options_.seeds); ++s) {
        jobs.push_back({&measure, options_.seed + (draw == kAllSeeds ? s : draw)});
      }
    }
    std::vector<ClusterSums> outcomes(jobs.size());
    pool_.ParallelEach(jobs.size(), [&](size_t j, size_t) {
      ThreadPool alone(1);
      Compute compute(alone, options_.gemm);
      const Measure& measure = *jobs[j].measure;
      outcomes[j] =
          HeadlineOf(measure.task->Fit(compute, features.Layer(measure.index),
                                       {measure.probe, ProbeTarget::kLabels, jobs[j].seed}),
                     measure.task->Metrics().size());
    });
    for (size_t j = 0; j < jobs.size(); ++j) {
      const Measure& measure = *jobs[j].measure;
      sums[{measure.Name(), static_cast<int>(measure.layer)}].push_back(std::move(outcomes[j]));
    }
  }

  void AddRows(size_t layer, const std::string& method,
               const std::map<std::string, MethodSums>& sums) {
    for (const auto& measured : sums.at(method)) {
      const MeasureKey& key = measured.first;  // names: a binding cannot be captured (clang 14)
      const std::vector<ClusterSums>& own = measured.second;
      const auto add = [&](const std::string& kind, const std::vector<ClusterSums>* less) {
        SeededEstimate found = EstimateOf(own, less);
        ErasureRow row{layer,
                       method,
                       key.first,
                       key.second,
                       kind,
                       found.estimate,
                       std::move(found.by_seed),
                       found.instances};
        results_.rows.push_back(std::move(row));
      };
      add("value", nullptr);
      if (method != "none") add("change", &sums.at("none").at(key));
      const auto random = sums.find("random " + method);
      if (random != sums.end()) add("beyond random", &random->second.at(key));
    }
  }

  ThreadPool& pool_;
  const PretrainedModel& model_;
  const WordEncoder& encode_;
  const ProbeCorpus& corpus_;
  const ErasureOptions& options_;
  const ErasureProgress& progress_;
  ErasureResults& results_;
  WordLabelTask concept_task_, other_task_;
  ArcTask arc_task_;
  std::optional<MaskedLosses> losses_;
  size_t done_ = 0, steps_ = 0;
};

std::vector<size_t> ErasedLayers(const ModelConfig& config, const ErasureOptions& options) {
  std::vector<size_t> layers = options.layers;
  for (size_t l = 0; options.layers.empty() && l <= config.num_hidden_layers; ++l) {
    layers.push_back(l);
  }
  std::sort(layers.begin(), layers.end());
  layers.erase(std::unique(layers.begin(), layers.end()), layers.end());
  if (layers.back() > config.num_hidden_layers) {
    Fail("--layers: expected 0 (embeddings) … {}, found {}", config.num_hidden_layers,
         layers.back());
  }
  return layers;
}

}  // namespace

Intervention ErasingLayer(Compute& compute, const AffineEraser& eraser, size_t layer) {
  return [&compute, &eraser, layer](const HookPoint& point, Matrix value) {
    if (point.hook == HookOfLayer(layer) && point.layer == BlockOfLayer(layer)) {
      eraser.Apply(compute, value);
    }
  };
}

void StudyErasure(ThreadPool& pool, const PretrainedModel& model, const WordPiece& word_piece,
                  const WordEncoder& encode, const ProbeCorpus& corpus,
                  const ErasureOptions& options, const ErasureProgress& progress,
                  ErasureResults& results) {
  results.layers = ErasedLayers(model.config, options);
  ErasureStudy study(pool, model, word_piece, encode, corpus, options, progress, results);
  for (const size_t layer : results.layers) study.EraseLayer(layer);
  results.train = corpus.train.facts;
  results.dev = corpus.dev.facts;
  results.test = corpus.test.facts;
  results.train_words = corpus.train.NumWords();
  results.draws = options.draws;
  results.clusters = corpus.test.clusters.Facts();
  const WordLabelTask task(corpus, {options.concept_label, options.hidden_units});
  results.majority =
      EstimateOf({HeadlineOf(task.Baselines()[0].scores, task.Metrics().size())}).estimate;
  if (!model.config.has_mlm_head) {
    results.notes.emplace_back("no masked-LM head: what erasure does to the masked LM is n/a");
  }
}

}  // namespace headscope
