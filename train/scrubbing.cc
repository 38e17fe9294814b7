#include "train/scrubbing.h"

#include <cmath>
#include <vector>

#include "model/base/profiler.h"
#include "model/base/random.h"
#include "model/ops/softmax.h"

namespace headscope {
namespace {

constexpr uint32_t kFirstNoiseSite = 256;  // behind the sites of reading.cc

ReaderShape ShapeFor(const ModelConfig& model, const ScrubbingAim& aim, const ReadingTask& task) {
  ReaderShape shape{.layers = model.num_hidden_layers,
                    .heads = model.num_attention_heads,
                    .looks = task.LooksPerRow(),
                    .scores = task.ScoresPerRow(),
                    .plain = task.NumPlain()};
  if (aim.units > 0) shape.units = aim.units;
  if (aim.rate > 0.0) shape.rate = static_cast<float>(aim.rate);
  return shape;
}

// Frobenius norm of what a gradient by a pattern is behind the softmax, by the scores. The gradient
// by the pattern itself is largest where weights are next to nothing, and that the softmax does not
// pass on.
double NormByScores(ConstMatrix pattern, std::vector<float> gradient) {
  const Matrix by_scores(gradient.data(), pattern.rows, pattern.cols);
  SoftmaxBackward(pattern, by_scores, by_scores);
  double sum = 0.0;
  for (const float x : gradient) sum += static_cast<double>(x) * static_cast<double>(x);
  return std::sqrt(sum);
}

}  // namespace

Scrubbing::Scrubbing(const ModelConfig& model, const ScrubbingAim& aim,
                     const AnnotatedCorpus& corpus, uint64_t seed)
    : model_(model),
      aim_(aim),
      seed_(seed),
      task_(aim.target, corpus, seed),
      reader_(ShapeFor(model, aim, task_)) {}

void Scrubbing::Declare(ParameterLayout& layout) const {
  reader_.Declare(model_.initializer_range, layout);
}

Encoder::PatternGradient Scrubbing::Accumulate(Compute& compute, const ParameterSet& parameters,
                                               uint64_t step, const RaggedBatch& batch,
                                               Activations& acts, ParameterSet& gradients) {
  const ProfileSpan span(compute.TimeProfiler(), "reader of attention");
  reading_ = task_.Of(batch);
  reader_.Read(compute, parameters, reading_, batch, acts);
  reader_.LearnBackward(compute, parameters, gradients);
  if (aim_.strength == 0.0 || reading_.NumRows() == 0) return {};
  reader_.DivergenceBackward(compute, parameters, aim_.strength);
  return [this, step, &batch](const HookPoint& at, ConstMatrix pattern, Matrix dpattern) {
    if (aim_.noise) {
      AddNoise(at, step, batch.sequence_ids[at.sequence], pattern, dpattern);
    } else {
      reader_.AddPatternGradient(at, dpattern);
    }
  };
}

void Scrubbing::AddNoise(const HookPoint& at, uint64_t step, uint32_t sequence_id,
                         ConstMatrix pattern, Matrix dpattern) const {
  const size_t size = dpattern.rows * dpattern.cols;
  std::vector<float> own(size), noise(size);
  reader_.AddPatternGradient(at, Matrix(own.data(), dpattern.rows, dpattern.cols));
  const double wanted = NormByScores(pattern, own);
  if (wanted == 0.0) return;
  const auto site =
      static_cast<uint32_t>(kFirstNoiseSite + at.layer * model_.num_attention_heads + at.head);
  const RandomStream stream{seed_, Purpose::kReading, static_cast<uint32_t>(step), site};
  const uint64_t first = static_cast<uint64_t>(sequence_id) << 32;
  for (size_t i = 0; i < size; ++i) noise[i] = static_cast<float>(stream.Normal(first + i));
  const double drawn = NormByScores(pattern, noise);
  if (drawn == 0.0) return;  // a pattern whose rows are each one weight passes nothing on
  const auto scale = static_cast<float>(wanted / drawn);
  for (size_t i = 0; i < dpattern.rows; ++i) {
    for (size_t j = 0; j < dpattern.cols; ++j) {
      dpattern(i, j) += scale * noise[i * dpattern.cols + j];
    }
  }
}

void Scrubbing::Evaluate(Compute& compute, const ParameterSet& parameters, const RaggedBatch& batch,
                         Activations& acts) {
  reading_ = task_.Of(batch);
  sums_.Add(reader_.Read(compute, parameters, reading_, batch, acts));
}

void Scrubbing::EvaluateWhole(Compute& compute, const ParameterSet& parameters,
                              const RaggedBatch& batch, Activations& acts) {
  reading_ = task_.Of(batch);
  of_whole_.Add(reader_.Read(compute, parameters, reading_, batch, acts));
}

std::map<std::string, double> Scrubbing::Measures() const {
  std::map<std::string, double> measures;
  const auto add = [&](const ReaderSums& sums, const std::string& suffix) {
    if (sums.questions == 0) return;
    const auto questions = static_cast<double>(sums.questions);
    measures["reader:accuracy" + suffix] = 100.0 * sums.reader_right / questions;
    measures["reader:plain" + suffix] = 100.0 * sums.plain_right / questions;
    measures["reader:divergence" + suffix] = sums.divergence / questions;
  };
  add(sums_, "");
  add(of_whole_, " whole");
  return measures;
}

std::map<std::string, uint64_t> Scrubbing::Counts() const {
  const auto whole = [](double count) { return static_cast<uint64_t>(count + 0.5); };
  return {{"questions", sums_.questions},
          {"read from attention", whole(sums_.reader_right)},
          {"read from distance", whole(sums_.plain_right)}};
}

}  // namespace headscope
