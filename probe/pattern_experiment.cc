#include "probe/pattern_experiment.h"

#include <algorithm>
#include <utility>

#include "model/attention_regime.h"
#include "model/given_attention.h"
#include "probe/flat_pattern.h"
#include "train/classification_objective.h"
#include "train/example_batches.h"

namespace headscope {
namespace {

// The model's own attention below a layer; from it on, given patterns.
class StandIn final : public AttentionControl {
 public:
  StandIn(std::shared_ptr<const AttentionControl> own, size_t first_layer, GivenAttention given)
      : own_(std::move(own)), first_layer_(first_layer), given_(std::move(given)) {}

  void Forward(const AttentionSite& site, ConstMatrix scores, Matrix pattern) const override {
    if (site.layer < first_layer_) return own_->Forward(site, scores, pattern);
    given_.Forward(site, scores, pattern);
  }
  // Called for no layer: what lies below is not asked for.
  void Backward(const AttentionSite&, ConstMatrix, ConstMatrix, Matrix) const override {}
  bool UsesScores(size_t layer) const override {
    return layer < first_layer_ && own_->UsesScores(layer);
  }
  std::string Name() const override { return "given"; }
  std::unique_ptr<AttentionControl> ForBatch(Compute& compute,
                                             const RaggedBatch& batch) const override {
    auto own = own_->ForBatch(compute, batch);
    if (own == nullptr) return nullptr;
    return std::make_unique<StandIn>(std::move(own), first_layer_, given_);
  }

 private:
  std::shared_ptr<const AttentionControl> own_;
  size_t first_layer_;
  GivenAttention given_;
};

std::vector<std::string> PatternNames(const ModelConfig& config) {
  std::vector<std::string> names;
  for (size_t l = 0; l < config.num_hidden_layers; ++l)
    names.push_back(HookName(Hook::kPattern, l));
  return names;
}

}  // namespace

std::shared_ptr<const AttentionControl> OwnAttention(const PretrainedClassifier& model) {
  if (model.attention == nullptr) return std::make_shared<LearnedAttention>();
  return {model.attention, &model.attention->Control()};
}

struct PatternExperiment::Batch {
  LabelledBatch labelled;
};

PatternExperiment::PatternExperiment(Compute& compute, const PretrainedClassifier& model,
                                     PatternScope scope)
    : compute_(compute),
      model_(model),
      scope_(scope),
      first_layer_(scope == PatternScope::kAllLayers ? 0 : model.config.num_hidden_layers - 1),
      encoder_(model.config),
      head_(model.config, model.labels.size(), model.kind),
      acts_(model.config, Activations::Mode::kTraining, PatternNames(model.config)),
      norms_(model.config, model.parameters),
      unused_gradients_(model.parameters.SharedLayout()),
      batch_(std::make_unique<Batch>()) {
  example_.examples.resize(1);
}

PatternExperiment::~PatternExperiment() = default;

void PatternExperiment::ListRows(size_t target) {
  rows_.clear();
  const size_t layers = model_.config.num_hidden_layers;
  for (size_t l = first_layer_; l < layers; ++l) {
    for (size_t h = 0; h < model_.config.num_attention_heads; ++h) {
      if (l + 1 == layers) {
        rows_.push_back({l, h, target});
        continue;
      }
      for (size_t i = 0; i < length_; ++i) rows_.push_back({l, h, i});
    }
  }
}

size_t PatternExperiment::Offset(size_t copy, size_t layer, size_t head) const {
  const size_t layers = model_.config.num_hidden_layers - first_layer_;
  const size_t heads = model_.config.num_attention_heads;
  return ((copy * layers + layer - first_layer_) * heads + head) * length_ * length_;
}

Matrix PatternExperiment::Square(std::vector<float>& memory, size_t copy, size_t layer,
                                 size_t head) const {
  return {memory.data() + Offset(copy, layer, head), length_, length_};
}

std::span<const float> PatternExperiment::Original(const PatternRow& row) const {
  return {original_.data() + Offset(0, row.layer, row.head) + row.row * length_, length_};
}

bool PatternExperiment::IsFlat() const {
  return std::all_of(rows_.begin(), rows_.end(), [this](const PatternRow& row) {
    return headscope::IsFlat(ConstMatrix(Original(row).data(), 1, length_));
  });
}

std::span<const double> PatternExperiment::ValueNorms(const PatternRow& row) const {
  const size_t of_head = (row.layer - first_layer_) * model_.config.num_attention_heads + row.head;
  return {value_norms_.data() + of_head * length_, length_};
}

std::span<float> PatternExperiment::Pattern(size_t copy, const PatternRow& row) {
  return {patterns_.data() + Offset(copy, row.layer, row.head) + row.row * length_, length_};
}

std::span<const float> PatternExperiment::Pattern(size_t copy, const PatternRow& row) const {
  return {patterns_.data() + Offset(copy, row.layer, row.head) + row.row * length_, length_};
}

std::span<const float> PatternExperiment::Gradient(size_t copy, const PatternRow& row) const {
  return {gradients_.data() + Offset(copy, row.layer, row.head) + row.row * length_, length_};
}

void PatternExperiment::ForwardBatch(size_t copies, const AttentionControl* control) {
  const std::vector<uint32_t> places(copies, 0);
  LabelledBatch& labelled = batch_->labelled;
  labelled = MakeLabelledBatch(example_, places);
  ForwardOptions options;
  options.attention = control;
  acts_.Prepare(labelled.batch);
  encoder_.Forward(compute_, model_.parameters, labelled.batch, options, acts_);
  logits_ =
      head_.Forward(compute_, model_.parameters, labelled.batch, labelled.queries, options, acts_);
}

std::vector<double> PatternExperiment::Probabilities() {
  Predictions predictions{.num_labels = logits_.cols, .labels = {}, .probabilities = {}};
  AppendSoftmax(logits_, predictions);
  return std::move(predictions.probabilities);
}

std::vector<double> PatternExperiment::Start(const EncodedExample& example, size_t copies) {
  example_.examples[0] = example;
  length_ = example.ids.size();
  unused_gradients_.SetZero();  // what adds up over many passes must stay finite
  copies_ = copies;
  ListRows(example.query);
  ForwardBatch(1, ControlOf(model_.attention));
  const size_t size = Offset(1, first_layer_, 0);
  original_.resize(size);
  for (size_t l = first_layer_; l < model_.config.num_hidden_layers; ++l) {
    for (size_t h = 0; h < model_.config.num_attention_heads; ++h) {
      const Matrix pattern = acts_.Square(Hook::kPattern, l, h, 0);
      std::copy_n(pattern.data, length_ * length_, Square(original_, 0, l, h).data);
    }
  }
  MeasureValueNorms();
  patterns_.clear();
  for (size_t c = 0; c < copies; ++c) {
    patterns_.insert(patterns_.end(), original_.begin(), original_.end());
  }
  gradients_.assign(copies * size, 0.0f);
  return Probabilities();
}

void PatternExperiment::MeasureValueNorms() {
  const size_t width = model_.config.HeadSize();
  value_norms_.clear();
  for (size_t l = first_layer_; l < model_.config.num_hidden_layers; ++l) {
    const ConstMatrix values = acts_.Rows(Hook::kV, l);
    for (size_t h = 0; h < model_.config.num_attention_heads; ++h) {
      for (size_t j = 0; j < length_; ++j) {
        value_norms_.push_back(norms_.Norm(l, h, values.Row(j) + h * width));
      }
    }
  }
}

std::vector<double> PatternExperiment::Run() {
  const StandIn control(OwnAttention(model_), first_layer_,
                        GivenAttention([this](size_t layer, size_t head, size_t copy) {
                          return ConstMatrix(Square(patterns_, copy, layer, head));
                        }));
  ForwardBatch(copies_, &control);
  probabilities_ = Probabilities();
  return probabilities_;
}

void PatternExperiment::Backward(std::span<const double> dprobabilities) {
  const size_t labels = logits_.cols;
  for (size_t c = 0; c < copies_; ++c) {
    double mean = 0.0;
    for (size_t k = 0; k < labels; ++k) {
      mean += probabilities_[c * labels + k] * dprobabilities[c * labels + k];
    }
    for (size_t k = 0; k < labels; ++k) {
      logits_(c, k) = static_cast<float>(probabilities_[c * labels + k] *
                                         (dprobabilities[c * labels + k] - mean));
    }
  }
  // No pattern depends on scores here: from the first layer on they are given, and what lies below
  // is not asked for.
  const StandIn control(std::make_shared<UniformAttention>(), 0, GivenAttention({}));
  ForwardOptions options;
  options.attention = &control;
  const RaggedBatch& batch = batch_->labelled.batch;
  std::vector<float> memory(batch.NumTokens() * model_.config.hidden_size);
  const Matrix dx(memory.data(), batch.NumTokens(), model_.config.hidden_size);
  head_.Backward(compute_, model_.parameters, batch, options, acts_, logits_, dx,
                 unused_gradients_);
  const Encoder::PatternGradient keep = [this](const HookPoint& at, ConstMatrix, Matrix dpattern) {
    if (at.layer < first_layer_) return;
    const Matrix kept = Square(gradients_, at.sequence, at.layer, at.head);
    for (size_t i = 0; i < length_; ++i) std::copy_n(dpattern.Row(i), length_, kept.Row(i));
  };
  encoder_.Backward(compute_, model_.parameters, batch, options, acts_, dx, unused_gradients_,
                    &keep);
}

}  // namespace headscope
