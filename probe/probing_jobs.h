// The fits that a study is made of: each probe at each layer of each encoder, on each target, with
// each seed.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "probe/encoder_views.h"
#include "probe/probing_rows.h"
#include "probe/probing_study.h"

namespace headscope {

// One fit (or online code) of one layer.
struct ProbingJob {
  CellKey cell;
  FitRequest fit;
  size_t request = 0;        // whose
  size_t feature_layer = 0;  // index into the layers that are in memory
};

// "pos/linear/random/labels/2/seed 1", of a code "… code".
std::string KeyOf(const std::string& study, const ProbingJob& job);

// The layers that are asked for, ascending. Throws Error for one that the model does not have.
std::vector<size_t> LayersOf(const ModelConfig& config, const ProbingOptions& options);
std::vector<size_t> AllLayers(const ModelConfig& config, std::span<const StudyRequest> requests);

// The views of all requests, the trained encoder's first.
std::vector<EncoderView> AllViews(std::span<const StudyRequest> requests);

// What all requests ask of a view's vectors at a layer, or of its attention, or of distances;
// nothing of those whose layer is yet to be chosen.
std::vector<ProbingJob> JobsOf(std::span<const StudyRequest> requests, const ModelConfig& config,
                               const EncoderView& view, ProbeInput input, size_t layer);

// The jobs that `pending` counts (indices) in groups to be fitted at once: the fits of one probe to
// one layer that take less time together, a few at a time, as what stops between them should not
// wait long; the rest one by one. The groups that take longest by `cost` come first.
std::vector<std::vector<size_t>> GroupJobs(
    std::span<const StudyRequest> requests, std::span<const ProbingJob> jobs,
    std::span<const size_t> pending,
    const std::function<double(size_t request, const std::string& probe)>& cost);

}  // namespace headscope
