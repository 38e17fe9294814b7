#include "probe/probing_study.h"

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>

#include "model/attention_regime.h"
#include "model/base/error.h"
#include "probe/encoder_views.h"
#include "probe/fit_journal.h"
#include "probe/online_code.h"
#include "probe/pair_view.h"
#include "probe/probe_streams.h"
#include "probe/probing_contrasts.h"
#include "probe/probing_jobs.h"
#include "probe/probing_rows.h"

namespace headscope {
namespace {

// Layers to a pass, so that their vectors fit the memory.
size_t LayersInMemory(const ProbeCorpus& corpus, const ModelConfig& config,
                      const ProbingOptions& options) {
  const size_t words = corpus.train.NumWords() + corpus.dev.NumWords() + corpus.test.NumWords();
  const size_t bytes = words * config.hidden_size * sizeof(float);
  return std::max<size_t>(1, options.memory_mib * 1024 * 1024 / std::max<size_t>(1, bytes));
}

using FeaturesOfLayer = std::function<LayerFeatures(size_t k)>;

// The layer of each probe of vectors that is best on dev, on average over seeds.
std::vector<ChosenLayer> ChooseLayers(const Cells& cells) {
  std::map<std::string, ChosenLayer> best;
  for (const auto& [key, outcomes] : cells) {
    if (key.encoder != EncoderKind::kTrained || key.target != ProbeTarget::kLabels || key.code ||
        key.layer == CellKey::kNoLayer || key.layer == CellKey::kMix) {
      continue;
    }
    double dev = 0.0;
    for (const FitOutcome& outcome : outcomes) dev += outcome.scores.dev;
    dev /= static_cast<double>(outcomes.size());
    const auto [place, is_first] =
        best.try_emplace(key.probe, ChosenLayer{key.probe, key.layer, dev});
    if (!is_first && dev > place->second.dev) place->second = {key.probe, key.layer, dev};
  }
  std::vector<ChosenLayer> chosen;
  for (const auto& [probe, layer] : best) chosen.push_back(layer);
  return chosen;
}

class Study {
 public:
  Study(ThreadPool& pool, const ProbeCorpus& corpus, std::span<const StudyRequest> requests,
        const StudyHooks& hooks)
      : pool_(pool),
        corpus_(corpus),
        requests_(requests.begin(), requests.end()),
        hooks_(hooks),
        cells_(requests.size()) {}

  // Runs the jobs that the journal does not have. make_features() is called if there are any:
  // features(k) are those of the jobs whose feature_layer is k.
  void Run(const std::vector<ProbingJob>& jobs,
           const std::function<FeaturesOfLayer()>& make_features) {
    std::vector<FitOutcome> outcomes(jobs.size());
    const std::vector<size_t> pending = TakeFromJournal(jobs, outcomes);
    if (!pending.empty()) {
      if (hooks_.stop()) throw StudyInterrupted();
      const FeaturesOfLayer features = make_features();
      bool interrupted = false;
      const std::vector<std::vector<size_t>> groups =
          GroupJobs(requests_, jobs, pending, hooks_.cost);
      pool_.ParallelEach(groups.size(), [&](size_t g, size_t) {
        if (Stops(interrupted)) return;
        ThreadPool alone(1);
        Compute compute(alone, Options().gemm);
        Work(compute, jobs, groups[g], features(jobs[groups[g][0]].feature_layer), outcomes);
      });
      if (interrupted) throw StudyInterrupted();
    }
    for (size_t j = 0; j < jobs.size(); ++j) {
      cells_[jobs[j].request][jobs[j].cell].push_back(outcomes[j]);
    }
  }

  // Gives the requests whose layer is that of another request's best probe this layer, and returns
  // which they are: when what the trained encoder is asked at once is done.
  std::vector<size_t> SettleLayers() {
    std::vector<size_t> settled;
    for (size_t r = 0; r < requests_.size(); ++r) {
      if (!requests_[r].best_of) continue;
      const StudyRequest::BestOf from = *requests_[r].best_of;
      requests_[r].options.layers = {0};
      for (const ChosenLayer& chosen : ChooseLayers(cells_[from.request])) {
        if (chosen.probe == from.probe) requests_[r].options.layers = {chosen.layer};
      }
      requests_[r].best_of.reset();
      settled.push_back(r);
    }
    return settled;
  }

  const Cells& Outcomes(size_t request) const { return cells_[request]; }
  std::span<const StudyRequest> Requests() const { return requests_; }
  const ProbingOptions& Options() const { return requests_[0].options; }

 private:
  bool Stops(bool& interrupted) {
    const std::lock_guard<std::mutex> lock(mutex_);
    interrupted = interrupted || hooks_.stop();
    return interrupted;
  }

  void Work(Compute& compute, const std::vector<ProbingJob>& jobs, const std::vector<size_t>& group,
            const LayerFeatures& features, std::vector<FitOutcome>& outcomes) {
    const ProbingJob& first = jobs[group[0]];
    if (group.size() == 1) {
      outcomes[group[0]] = Outcome(compute, first, features);
    } else {
      std::vector<FitRequest> fits;
      for (const size_t j : group) fits.push_back(jobs[j].fit);
      std::vector<FitScores> scores =
          requests_[first.request].task->FitTogether(compute, features, fits);
      for (size_t k = 0; k < group.size(); ++k) outcomes[group[k]].scores = std::move(scores[k]);
    }
    for (const size_t j : group) Tell(jobs[j], &outcomes[j]);
  }

  // The jobs that are left.
  std::vector<size_t> TakeFromJournal(const std::vector<ProbingJob>& jobs,
                                      std::vector<FitOutcome>& outcomes) {
    std::vector<size_t> pending;
    for (size_t j = 0; j < jobs.size(); ++j) {
      const FitOutcome* done =
          hooks_.journal == nullptr
              ? nullptr
              : hooks_.journal->Find(KeyOf(requests_[jobs[j].request].name, jobs[j]));
      if (done == nullptr) {
        pending.push_back(j);
        continue;
      }
      CheckSize(jobs[j], *done);
      outcomes[j] = *done;
      Tell(jobs[j], nullptr);
    }
    return pending;
  }

  // A journal of another build may have other metrics.
  void CheckSize(const ProbingJob& job, const FitOutcome& found) const {
    const StudyRequest& request = requests_[job.request];
    if (job.cell.code) return;
    const size_t expected = corpus_.test.clusters.Count() * request.task->Metrics().size();
    if (found.scores.numerators.size() == expected) return;
    Fail("the journal's fit {}: expected {} counts, found {}; begin anew, without --resume",
         KeyOf(request.name, job), expected, found.scores.numerators.size());
  }

  // Of a fit just done, or (null) of one that was found.
  void Tell(const ProbingJob& job, const FitOutcome* outcome) {
    if (outcome != nullptr && hooks_.journal != nullptr) {
      hooks_.journal->Add(KeyOf(requests_[job.request].name, job), *outcome);
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    hooks_.progress({job.request, job.cell.probe, outcome == nullptr});
  }

  FitOutcome Outcome(Compute& compute, const ProbingJob& job, const LayerFeatures& features) const {
    const ProbingTask& task = *requests_[job.request].task;
    if (!job.cell.code) return {task.Fit(compute, features, job.fit), {}};
    const OnlineCodeParts parts{[&](Sentences sentences) { return task.UniformBits(sentences); },
                                [&](Sentences fitted, Sentences coded) {
                                  return task.CodeNats(compute, features, job.fit, fitted, coded);
                                }};
    return {{},
            MeasureOnlineCode(corpus_.train.NumSentences(),
                              ProbeStream(job.fit.seed, ProbeSite::kOnlineCode), parts)};
  }

  ThreadPool& pool_;
  const ProbeCorpus& corpus_;
  std::vector<StudyRequest> requests_;
  const StudyHooks& hooks_;
  std::mutex mutex_;
  std::vector<Cells> cells_;  // of each request
};

WordFeatureOptions FeatureOptions(const PretrainedModel& model, const ProbingOptions& options) {
  return {options.pooling, options.batch_pieces, ControlOf(model.attention)};
}

void CheckMixFits(std::span<const StudyRequest> requests, const ProbeCorpus& corpus,
                  const ModelConfig& config) {
  for (const StudyRequest& request : requests) {
    if (!request.options.mix || MixFits(corpus, config, requests[0].options)) continue;
    Fail("--layers mix: expected room for {} layers, found --memory {} with room for {}",
         config.num_hidden_layers + 1, requests[0].options.memory_mib,
         LayersInMemory(corpus, config, requests[0].options));
  }
}

// What probes read off the vectors of every layer.
void StudyVectors(Study& study, ThreadPool& pool, const PretrainedModel& model,
                  const WordEncoder& encode, const ProbeCorpus& corpus) {
  const std::vector<size_t> layers = AllLayers(model.config, study.Requests());
  const size_t at_once = LayersInMemory(corpus, model.config, study.Options());
  CheckMixFits(study.Requests(), corpus, model.config);
  VectorReader reader(pool, model, encode, corpus, FeatureOptions(model, study.Options()),
                      study.Options().gemm);
  const auto ask = [&](const EncoderView& view, const std::function<bool(size_t request)>& asks) {
    for (size_t begin = 0; begin < layers.size(); begin += at_once) {
      const std::span<const size_t> group =
          std::span(layers).subspan(begin, std::min(at_once, layers.size() - begin));
      std::vector<ProbingJob> jobs;
      const auto add = [&](size_t layer, size_t k) {
        for (ProbingJob& job :
             JobsOf(study.Requests(), model.config, view, ProbeInput::kVectors, layer)) {
          if (!asks(job.request)) continue;
          job.feature_layer = k;
          jobs.push_back(std::move(job));
        }
      };
      for (size_t k = 0; k < group.size(); ++k) {
        add(group[k], k);
      }
      if (group.size() == layers.size()) add(CellKey::kMix, group.size());
      study.Run(jobs, [&]() -> FeaturesOfLayer {
        return [features = reader.Read(view, group), count = group.size()](size_t k) {
          return k == count ? features->AllLayers() : features->Layer(k);
        };
      });
    }
  };
  const std::vector<EncoderView> views = AllViews(study.Requests());
  for (size_t v = 0; v < views.size(); ++v) {
    ask(views[v], [](size_t) { return true; });
    if (v > 0) continue;
    // The first view is the trained encoder's, which the others' layers are chosen by.
    const std::vector<size_t> settled = study.SettleLayers();
    if (settled.empty()) continue;
    ask(views[v], [&](size_t request) { return std::ranges::count(settled, request) > 0; });
  }
}

// What they read off attention and distances.
void StudyPairs(Study& study, ThreadPool& pool, const PretrainedModel& model,
                const WordEncoder& encode, const ProbeCorpus& corpus) {
  const ProbingOptions& options = study.Options();
  Compute compute(pool, options.gemm);
  std::shared_ptr<const WordVectors> words;
  const auto run = [&](const EncoderView& view, ProbeInput input, const auto& make_pairs) {
    study.Run(JobsOf(study.Requests(), model.config, view, input, CellKey::kNoLayer),
              [&]() -> FeaturesOfLayer {
                if (!words) words = std::make_shared<const WordVectors>(model, encode, corpus);
                auto pairs = std::make_shared<const CorpusPairs>(make_pairs());
                return [pairs, words](size_t) { return words->With(*pairs); };
              });
  };
  for (const EncoderView& view : AllViews(study.Requests())) {
    run(view, ProbeInput::kAttention, [&] {
      return AttentionOf(compute, model, encode, corpus, view, FeatureOptions(model, options),
                         options.memory_mib);
    });
    run(view, ProbeInput::kDistances, [&] { return DistancesOf(corpus); });
  }
}

void FillResults(const ProbeCorpus& corpus, const ModelConfig& config, const StudyRequest& request,
                 const Cells& cells, ProbingResults& results) {
  const ProbingTask& task = *request.task;
  results.metrics = task.Metrics();
  results.metric_groups = task.MetricGroups();
  for (std::string& note : task.Notes()) results.notes.push_back(std::move(note));
  results.probes = request.options.probes;
  for (const std::string& probe : results.probes) {
    if (task.InputOf(probe) == ProbeInput::kDistances) results.context_free.push_back(probe);
  }
  results.layers = LayersOf(config, request.options);
  results.seeds = request.options.seeds;
  results.draws = request.options.draws;
  results.train = corpus.train.facts;
  results.dev = corpus.dev.facts;
  results.test = corpus.test.facts;
  results.train_words = corpus.train.NumWords();
  results.clusters = corpus.test.clusters.Facts();
  results.rows = ProbingRows(task, cells);
  results.chosen_layers = ChooseLayers(cells);
}

}  // namespace

size_t ReadingPasses(const ProbeCorpus& corpus, const ModelConfig& config,
                     const ProbingOptions& options) {
  const size_t layers = LayersOf(config, options).size();
  const size_t at_once = LayersInMemory(corpus, config, options);
  return (layers + at_once - 1) / at_once;
}

bool MixFits(const ProbeCorpus& corpus, const ModelConfig& config, const ProbingOptions& options) {
  return LayersInMemory(corpus, config, options) > config.num_hidden_layers;
}

void ProbeEncoder(ThreadPool& pool, const PretrainedModel& model, const WordEncoder& encode,
                  const ProbeCorpus& corpus, std::span<const StudyRequest> requests,
                  const StudyHooks& hooks, std::span<ProbingResults> results) {
  Study study(pool, corpus, requests, hooks);
  StudyVectors(study, pool, model, encode, corpus);
  StudyPairs(study, pool, model, encode, corpus);
  for (size_t r = 0; r < requests.size(); ++r) {
    FillResults(corpus, model.config, study.Requests()[r], study.Outcomes(r), results[r]);
  }
}

void ProbeEncoder(ThreadPool& pool, const PretrainedModel& model, const WordEncoder& encode,
                  const ProbeCorpus& corpus, const ProbingTask& task, const ProbingOptions& options,
                  const FitProgress& progress, ProbingResults& results) {
  const size_t total = CountFits(task, model.config, options);
  size_t done = 0;
  StudyHooks hooks;
  hooks.progress = [&](const FitEvent&) { progress(++done, total); };
  const StudyRequest request{"", &task, options};
  ProbeEncoder(pool, model, encode, corpus, {&request, 1}, hooks, {&results, 1});
  results.contrasts = ProbingContrasts(results);
}

}  // namespace headscope
