#include "probe/probing_jobs.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "model/base/error.h"

namespace headscope {
namespace {

std::vector<uint64_t> Seeds(uint64_t first, size_t count) {
  std::vector<uint64_t> seeds(count);
  for (size_t k = 0; k < count; ++k) seeds[k] = first + k;
  return seeds;
}

// Everything asked of one view's layer, or of its attention, or of distances.
std::vector<ProbingJob> JobsOf(const ProbingTask& task, const ProbingOptions& options,
                               const EncoderView& view, ProbeInput input, size_t layer) {
  std::vector<ProbingJob> jobs;
  for (const std::string& probe : options.probes) {
    if (task.InputOf(probe) != input) continue;
    const auto add = [&](ProbeTarget target, bool code, const std::vector<uint64_t>& seeds) {
      for (const uint64_t seed : seeds) {
        jobs.push_back({{probe, view.kind, target, layer, code}, {probe, target, seed}, 0, 0});
      }
    };
    if (view.kind != EncoderKind::kTrained) {
      if (input == ProbeInput::kDistances) continue;  // no encoder's
      add(ProbeTarget::kLabels, false, {view.seed});
      continue;
    }
    const bool is_random = layer == CellKey::kMix || !task.IsDeterministic(probe);
    add(ProbeTarget::kLabels, false, Seeds(options.seed, is_random ? options.seeds : 1));
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

}  // namespace

std::vector<size_t> LayersOf(const ModelConfig& config, const ProbingOptions& options) {
  if (!options.single_layers) return {};
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

std::string KeyOf(const std::string& study, const ProbingJob& job) {
  return fmt::format("{}/{}/{}/{}/{}/seed {}{}", study, job.cell.probe,
                     kEncoderKindNames[static_cast<size_t>(job.cell.encoder)],
                     kProbeTargetNames[static_cast<size_t>(job.cell.target)],
                     static_cast<int>(job.cell.layer), job.fit.seed, job.cell.code ? " code" : "");
}

std::vector<EncoderView> AllViews(std::span<const StudyRequest> requests) {
  ProbingOptions most = requests[0].options;
  for (const StudyRequest& request : requests)
    most.draws = std::max(most.draws, request.options.draws);
  return ViewsOf(most);
}

std::vector<ProbingJob> JobsOf(std::span<const StudyRequest> requests, const ModelConfig& config,
                               const EncoderView& view, ProbeInput input, size_t layer) {
  std::vector<ProbingJob> all;
  for (size_t r = 0; r < requests.size(); ++r) {
    const StudyRequest& request = requests[r];
    if (request.best_of || std::ranges::count(ViewsOf(request.options), view) == 0) continue;
    if (layer == CellKey::kMix) {
      if (!request.options.mix || !request.task->HasMix()) continue;
    } else if (input == ProbeInput::kVectors) {
      const std::vector<size_t> layers = LayersOf(config, request.options);
      if (std::find(layers.begin(), layers.end(), layer) == layers.end()) continue;
    }
    for (ProbingJob& job : JobsOf(*request.task, request.options, view, input, layer)) {
      job.request = r;
      all.push_back(std::move(job));
    }
  }
  return all;
}

std::vector<size_t> AllLayers(const ModelConfig& config, std::span<const StudyRequest> requests) {
  std::set<size_t> layers;
  for (const StudyRequest& request : requests) {
    if (request.best_of) continue;  // one of an earlier request's
    if (request.options.mix) return LayersOf(config, ProbingOptions());
    for (const size_t layer : LayersOf(config, request.options)) layers.insert(layer);
  }
  return {layers.begin(), layers.end()};
}

std::vector<std::vector<size_t>> GroupJobs(
    std::span<const StudyRequest> requests, std::span<const ProbingJob> jobs,
    std::span<const size_t> pending,
    const std::function<double(size_t request, const std::string& probe)>& cost) {
  constexpr size_t kMostTogether = 5;
  std::map<std::tuple<size_t, size_t, std::string>, std::vector<size_t>> alike;
  std::vector<std::vector<size_t>> groups;
  for (const size_t j : pending) {
    const ProbingJob& job = jobs[j];
    if (job.cell.code || !requests[job.request].task->FitsTogether(job.cell.probe)) {
      groups.push_back({j});
    } else {
      alike[{job.request, job.feature_layer, job.cell.probe}].push_back(j);
    }
  }
  for (const auto& [key, all] : alike) {
    const size_t parts = (all.size() + kMostTogether - 1) / kMostTogether;
    for (size_t part = 0; part < parts; ++part) {
      const auto at = [&](size_t k) {
        return all.begin() + static_cast<std::ptrdiff_t>(k * all.size() / parts);
      };
      groups.emplace_back(at(part), at(part + 1));
    }
  }
  const auto cost_of = [&](const std::vector<size_t>& group) {
    const ProbingJob& job = jobs[group[0]];
    return cost(job.request, job.cell.probe) * static_cast<double>(group.size());
  };
  std::ranges::stable_sort(groups,
                           [&](const auto& a, const auto& b) { return cost_of(a) > cost_of(b); });
  return groups;
}

size_t CountFits(const ProbingTask& task, const ModelConfig& config,
                 const ProbingOptions& options) {
  size_t fits = 0;
  for (const EncoderView& view : ViewsOf(options)) {
    const auto jobs = [&](ProbeInput input, size_t layer = 0) {
      return JobsOf(task, options, view, input, layer).size();
    };
    fits += LayersOf(config, options).size() * jobs(ProbeInput::kVectors) +
            jobs(ProbeInput::kAttention) + jobs(ProbeInput::kDistances);
    if (options.mix && task.HasMix()) fits += jobs(ProbeInput::kVectors, CellKey::kMix);
  }
  return fits;
}

std::vector<std::pair<std::string, size_t>> CountFitsByProbe(const ProbingTask& task,
                                                             const ModelConfig& config,
                                                             const ProbingOptions& options) {
  std::vector<std::pair<std::string, size_t>> counts;
  for (const std::string& probe : options.probes) {
    ProbingOptions alone = options;
    alone.probes = {probe};
    counts.emplace_back(probe, CountFits(task, config, alone));
  }
  return counts;
}

}  // namespace headscope
