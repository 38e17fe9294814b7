#include "model/mean_pattern.h"

#include <algorithm>

namespace headscope {
namespace {

float Mean(double sum, size_t count) {
  return count == 0 ? 0.0f : static_cast<float>(sum / static_cast<double>(count));
}

}  // namespace

MeanPattern::MeanPattern(size_t length)
    : length_(length),
      body_((length - 1) * (length - 1)),
      sep_column_(length - 1),
      sep_row_(length - 1),
      longer_(length - 1) {}

void MeanPattern::Add(ConstMatrix pattern) {
  const size_t last = pattern.rows - 1;
  for (size_t i = 0; i < last; ++i) {
    ++longer_[i];
    for (size_t j = 0; j < last; ++j) Body(i, j) += static_cast<double>(pattern(i, j));
    sep_column_[i] += static_cast<double>(pattern(i, last));
    sep_row_[i] += static_cast<double>(pattern(last, i));
  }
  sep_self_ += static_cast<double>(pattern(last, last));
  ++sequences_;
}

void MeanPattern::Write(Matrix body, Matrix sep) const {
  for (size_t i = 0; i + 1 < length_; ++i) {
    for (size_t j = 0; j + 1 < length_; ++j) {
      body(i, j) = Mean(body_[i * (length_ - 1) + j], longer_[std::max(i, j)]);
    }
    sep(0, i) = Mean(sep_column_[i], longer_[i]);
    sep(1, i) = Mean(sep_row_[i], longer_[i]);
  }
  sep(2, 0) = Mean(sep_self_, sequences_);
}

void MeasureMeanPatterns(Compute& compute, const std::string& directory, const ModelConfig& model,
                         std::span<const ConstantSite> sites, std::span<const RaggedBatch> sample,
                         ParameterSet& parameters) {
  std::vector<HeadPlace> places;
  std::vector<MeanPattern> means;
  for (const ConstantSite& site : sites) {
    places.push_back(site.place);
    means.emplace_back(site.control->Length());
  }
  VisitPatterns(compute, directory, model, sites.front().control->Length(), places, sample,
                [&](size_t i, ConstMatrix pattern) { means[i].Add(pattern); });
  for (size_t i = 0; i < sites.size(); ++i) {
    means[i].Write(parameters.At(sites[i].control->BodyTensor()),
                   parameters.At(sites[i].control->SepTensor()));
  }
}

}  // namespace headscope
