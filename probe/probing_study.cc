#include "probe/probing_study.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <tuple>

#include "model/attention_regime.h"
#include "model/base/error.h"
#include "probe/encoder_views.h"
#include "probe/online_code.h"
#include "probe/pair_view.h"
#include "probe/probe_streams.h"
#include "probe/probing_rows.h"

namespace headscope {
namespace {

// One fit (or online code) of one layer.
struct Job {
  CellKey cell;
  FitRequest request;
  size_t feature_layer = 0;  // index into the layers that are in memory
};

std::vector<uint64_t> Seeds(uint64_t first, size_t count) {
  std::vector<uint64_t> seeds(count);
  for (size_t k = 0; k < count; ++k) seeds[k] = first + k;
  return seeds;
}

// Everything asked of one view's layer, or of its attention, or of distances.
std::vector<Job> JobsOf(const ProbingTask& task, const ProbingOptions& options,
                        const EncoderView& view, ProbeInput input, size_t layer) {
  std::vector<Job> jobs;
  for (const std::string& probe : options.probes) {
    if (task.InputOf(probe) != input) continue;
    const auto add = [&](ProbeTarget target, bool code, const std::vector<uint64_t>& seeds) {
      for (const uint64_t seed : seeds) {
        jobs.push_back({{probe, view.kind, target, layer, code}, {probe, target, seed}, 0});
      }
    };
    if (view.kind != EncoderKind::kTrained) {
      if (input == ProbeInput::kDistances) continue;  // no encoder's
      add(ProbeTarget::kLabels, false, {view.seed});
      continue;
    }
    add(ProbeTarget::kLabels, false,
        Seeds(options.seed, task.IsDeterministic(probe) ? 1 : options.seeds));
    if (task.HasControl()) {
      add(ProbeTarget::kControl, false, Seeds(options.seed, options.seeds));
    }
    add(ProbeTarget::kShuffledLabels, false, Seeds(options.seed, options.draws));
    if (!options.online_code || !task.HasCode()) continue;
    add(ProbeTarget::kLabels, true, Seeds(options.seed, options.draws));
    add(ProbeTarget::kControl, true, Seeds(options.seed, options.draws));
  }
  return jobs;
}

std::vector<EncoderView> ViewsOf(const ProbingOptions& options) {
  std::vector<EncoderView> views{{EncoderKind::kTrained, options.seed}};
  for (const uint64_t seed : Seeds(options.seed, options.draws)) {
    views.push_back({EncoderKind::kRandom, seed});
    views.push_back({EncoderKind::kShuffledWords, seed});
    views.push_back({EncoderKind::kPermutedWeights, seed});
  }
  return views;
}

std::vector<size_t> LayersOf(const ModelConfig& config, const ProbingOptions& options) {
  std::vector<size_t> layers = options.layers;
  if (layers.empty()) {
    for (size_t l = 0; l <= config.num_hidden_layers; ++l) layers.push_back(l);
  }
  for (const size_t layer : layers) {
    if (layer > config.num_hidden_layers) {
      Fail("--layers: expected 0 (embeddings) … {}, found {}", config.num_hidden_layers, layer);
    }
  }
  std::sort(layers.begin(), layers.end());
  layers.erase(std::unique(layers.begin(), layers.end()), layers.end());
  return layers;
}

// Layers to a pass, so that their vectors fit the memory.
size_t LayersInMemory(const ProbeCorpus& corpus, const ModelConfig& config,
                      const ProbingOptions& options) {
  const size_t words = corpus.train.NumWords() + corpus.dev.NumWords() + corpus.test.NumWords();
  const size_t bytes = words * config.hidden_size * sizeof(float);
  return std::max<size_t>(1, options.memory_mib * 1024 * 1024 / std::max<size_t>(1, bytes));
}

class Study {
 public:
  Study(ThreadPool& pool, const ProbeCorpus& corpus, const ProbingTask& task,
        const ProbingOptions& options, size_t total, const FitProgress& progress)
      : pool_(pool),
        corpus_(corpus),
        task_(task),
        options_(options),
        total_(total),
        progress_(progress) {}

  // features(k): of the jobs whose feature_layer is k.
  void Run(const std::vector<Job>& jobs, const std::function<LayerFeatures(size_t k)>& features) {
    std::vector<FitOutcome> outcomes(jobs.size());
    pool_.ParallelEach(jobs.size(), [&](size_t j, size_t) {
      ThreadPool alone(1);
      Compute compute(alone, options_.gemm);
      outcomes[j] = Outcome(compute, jobs[j], features(jobs[j].feature_layer));
      const std::lock_guard<std::mutex> lock(mutex_);
      progress_(++done_, total_);
    });
    for (size_t j = 0; j < jobs.size(); ++j) cells_[jobs[j].cell].push_back(outcomes[j]);
  }

  const Cells& Outcomes() const { return cells_; }
  const ProbingTask& Task() const { return task_; }
  const ProbingOptions& Options() const { return options_; }

 private:
  FitOutcome Outcome(Compute& compute, const Job& job, const LayerFeatures& features) const {
    if (!job.cell.code) return {task_.Fit(compute, features, job.request), {}};
    const OnlineCodeParts parts{[&](Sentences sentences) { return task_.UniformBits(sentences); },
                                [&](Sentences fitted, Sentences coded) {
                                  return task_.CodeNats(compute, features, job.request, fitted,
                                                        coded);
                                }};
    return {{},
            MeasureOnlineCode(corpus_.train.NumSentences(),
                              ProbeStream(job.request.seed, ProbeSite::kOnlineCode), parts)};
  }

  ThreadPool& pool_;
  const ProbeCorpus& corpus_;
  const ProbingTask& task_;
  const ProbingOptions& options_;
  size_t total_, done_ = 0;
  const FitProgress& progress_;
  std::mutex mutex_;
  Cells cells_;
};

WordFeatureOptions FeatureOptions(const PretrainedModel& model, const ProbingOptions& options) {
  return {options.pooling, options.batch_pieces, ControlOf(model.attention)};
}

// What probes read off the vectors of every layer.
void StudyVectors(Study& study, ThreadPool& pool, const PretrainedModel& model,
                  const WordEncoder& encode, const ProbeCorpus& corpus,
                  const std::vector<size_t>& layers) {
  const ProbingOptions& options = study.Options();
  const size_t at_once = LayersInMemory(corpus, model.config, options);
  Compute compute(pool, options.gemm);
  for (const EncoderView& view : ViewsOf(options)) {
    for (size_t begin = 0; begin < layers.size(); begin += at_once) {
      const std::span<const size_t> group =
          std::span(layers).subspan(begin, std::min(at_once, layers.size() - begin));
      std::vector<Job> jobs;
      for (size_t k = 0; k < group.size(); ++k) {
        for (Job& job : JobsOf(study.Task(), options, view, ProbeInput::kVectors, group[k])) {
          job.feature_layer = k;
          jobs.push_back(std::move(job));
        }
      }
      if (jobs.empty()) continue;
      const ViewFeatures features(compute, model, encode, corpus, view, group,
                                  FeatureOptions(model, options));
      study.Run(jobs, [&](size_t k) { return features.Layer(k); });
    }
  }
}

// What they read off attention and distances.
void StudyPairs(Study& study, ThreadPool& pool, const PretrainedModel& model,
                const WordEncoder& encode, const ProbeCorpus& corpus) {
  const ProbingOptions& options = study.Options();
  Compute compute(pool, options.gemm);
  std::optional<WordVectors> words;
  const auto run = [&](const std::vector<Job>& jobs, const auto& make_pairs) {
    if (jobs.empty()) return;
    if (!words) words.emplace(model, encode, corpus);
    const CorpusPairs pairs = make_pairs();
    study.Run(jobs, [&](size_t) { return words->With(pairs); });
  };
  for (const EncoderView& view : ViewsOf(options)) {
    const auto jobs = [&](ProbeInput input) {
      return JobsOf(study.Task(), options, view, input, CellKey::kNoLayer);
    };
    run(jobs(ProbeInput::kAttention), [&] {
      return AttentionOf(compute, model, encode, corpus, view, FeatureOptions(model, options),
                         options.memory_mib);
    });
    run(jobs(ProbeInput::kDistances), [&] { return DistancesOf(corpus); });
  }
}

}  // namespace

size_t CountFits(const ProbingTask& task, const ModelConfig& config,
                 const ProbingOptions& options) {
  size_t fits = 0;
  for (const EncoderView& view : ViewsOf(options)) {
    const auto jobs = [&](ProbeInput input) {
      return JobsOf(task, options, view, input, 0).size();
    };
    fits += LayersOf(config, options).size() * jobs(ProbeInput::kVectors) +
            jobs(ProbeInput::kAttention) + jobs(ProbeInput::kDistances);
  }
  return fits;
}

void ProbeEncoder(ThreadPool& pool, const PretrainedModel& model, const WordEncoder& encode,
                  const ProbeCorpus& corpus, const ProbingTask& task, const ProbingOptions& options,
                  const FitProgress& progress, ProbingResults& results) {
  const std::vector<size_t> layers = LayersOf(model.config, options);
  Study study(pool, corpus, task, options, CountFits(task, model.config, options), progress);
  StudyVectors(study, pool, model, encode, corpus, layers);
  StudyPairs(study, pool, model, encode, corpus);
  results.metrics = task.Metrics();
  results.metric_groups = task.MetricGroups();
  for (std::string& note : task.Notes()) results.notes.push_back(std::move(note));
  results.probes = options.probes;
  results.layers = layers;
  results.seeds = options.seeds;
  results.draws = options.draws;
  results.train = corpus.train.facts;
  results.dev = corpus.dev.facts;
  results.test = corpus.test.facts;
  results.train_words = corpus.train.NumWords();
  results.clusters =
      corpus.test.facts.documents >= ProbeCorpus::kFewestDocuments ? "documents" : "sentences";
  results.num_clusters = corpus.test.num_clusters;
  results.rows = ProbingRows(task, study.Outcomes());
}

}  // namespace headscope
