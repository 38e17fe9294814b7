#include "probe/pos_task.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "model/base/elementary.h"
#include "model/base/error.h"
#include "probe/linear_probe.h"
#include "probe/probe_streams.h"

namespace headscope {
namespace {

const std::string& TagOf(const Word& word, bool xpos) { return xpos ? word.xpos : word.upos; }

template <typename Visit>
void ForEachWord(const ProbeSplit& split, const Visit& visit) {
  for (const Sentence* sentence : split.sentences) {
    for (const Word& word : sentence->words) visit(word);
  }
}

std::vector<uint32_t> AllRows(size_t n) {
  std::vector<uint32_t> rows(n);
  std::iota(rows.begin(), rows.end(), 0u);
  return rows;
}

std::vector<uint32_t> WordsOf(const ProbeSplit& split, std::span<const uint32_t> sentences) {
  std::vector<uint32_t> rows;
  for (const uint32_t s : sentences) {
    for (uint32_t w = split.starts[s]; w < split.starts[s + 1]; ++w) rows.push_back(w);
  }
  return rows;
}

std::vector<int32_t> Permuted(const std::vector<int32_t>& labels, const RandomStream& stream) {
  std::vector<int32_t> permuted;
  for (const uint32_t i : RandomPermutation(stream, static_cast<uint32_t>(labels.size()))) {
    permuted.push_back(labels[i]);
  }
  return permuted;
}

// The largest entry; the first of equals.
int32_t Mode(const std::vector<size_t>& counts) {
  return static_cast<int32_t>(std::max_element(counts.begin(), counts.end()) - counts.begin());
}

}  // namespace

std::unique_ptr<Probe> MakeWordProbe(const std::string& name, size_t num_labels,
                                     size_t hidden_units) {
  if (name == "linear") return std::make_unique<LinearProbe>(num_labels);
  if (name != "mlp1" && name != "mlp2") {
    Fail("--probe: expected linear, mlp1 or mlp2, found {}", name);
  }
  MlpProbeOptions options;
  options.hidden_layers = name == "mlp1" ? 1 : 2;
  options.hidden = hidden_units;
  return std::make_unique<MlpProbe>(num_labels, options);
}

PosTask::PosTask(const ProbeCorpus& corpus, const PosTaskOptions& options)
    : corpus_(corpus), options_(options) {
  std::map<std::string, int32_t> numbers;
  for (const ProbeSplit* split : {&corpus.train, &corpus.dev, &corpus.test}) {
    ForEachWord(*split, [&](const Word& word) { numbers[TagOf(word, options.xpos)] = 0; });
  }
  for (auto& [tag, number] : numbers) {
    number = static_cast<int32_t>(tags_.size());
    tags_.push_back(tag);
  }
  if (tags_.size() < 2) {
    Fail("{}: expected words of two parts of speech or more, found {}", corpus.train.facts.path,
         tags_.empty() ? "none" : tags_[0]);
  }
  const auto number = [&](const ProbeSplit& split, std::vector<int32_t>& labels) {
    ForEachWord(split,
                [&](const Word& word) { labels.push_back(numbers.at(TagOf(word, options.xpos))); });
  };
  number(corpus.train, labels_.train);
  number(corpus.dev, labels_.dev);
  number(corpus.test, labels_.test);
}

PosTask::Labels PosTask::ControlLabels(uint64_t seed) const {
  const RandomStream stream = ProbeStream(seed, ProbeSite::kControl);
  std::vector<int32_t> of_type;
  for (size_t type = 0; type < corpus_.num_types; ++type) {
    // The tag of a random word of train: the empirical distribution.
    of_type.push_back(labels_.train[stream.Below(type, labels_.train.size())]);
  }
  Labels labels;
  for (const uint32_t type : corpus_.train.types) labels.train.push_back(of_type[type]);
  for (const uint32_t type : corpus_.dev.types) labels.dev.push_back(of_type[type]);
  for (const uint32_t type : corpus_.test.types) labels.test.push_back(of_type[type]);
  return labels;
}

PosTask::Labels PosTask::LabelsOf(ProbeTarget target, uint64_t seed) const {
  if (target == ProbeTarget::kControl) return ControlLabels(seed);
  if (target == ProbeTarget::kLabels) return labels_;
  return {Permuted(labels_.train, ProbeStream(seed, ProbeSite::kLabels, 0)),
          Permuted(labels_.dev, ProbeStream(seed, ProbeSite::kLabels, 1)), labels_.test};
}

FitScores PosTask::Score(std::span<const int32_t> predicted,
                         std::span<const int32_t> labels) const {
  const ProbeSplit& test = corpus_.test;
  FitScores scores;
  scores.numerators.resize(test.num_clusters * 2);
  scores.denominators.resize(test.num_clusters * 2);
  for (size_t s = 0; s < test.NumSentences(); ++s) {
    for (size_t w = test.starts[s]; w < test.starts[s + 1]; ++w) {
      const double right = predicted[w] == labels[w] ? 1.0 : 0.0;
      const bool unseen = corpus_.seen_in_train[test.types[w]] == 0;
      for (size_t metric = 0; metric < (unseen ? 2u : 1u); ++metric) {
        scores.numerators[test.clusters[s] * 2 + metric] += right;
        scores.denominators[test.clusters[s] * 2 + metric] += 1.0;
      }
    }
  }
  return scores;
}

FitScores PosTask::Fit(Compute& compute, const LayerFeatures& features,
                       const FitRequest& request) const {
  const Labels labels = LabelsOf(request.target, request.seed);
  const std::vector<uint32_t> train = AllRows(labels.train.size());
  const std::vector<uint32_t> dev = AllRows(labels.dev.size());
  const std::vector<uint32_t> test = AllRows(labels.test.size());
  const auto probe = MakeWordProbe(request.probe, tags_.size(), options_.hidden_units);
  probe->Fit(compute, {features.train, labels.train, train}, {features.dev, labels.dev, dev},
             ProbeStream(request.seed, ProbeSite::kFit));
  return Score(ScoreProbe(compute, *probe, {features.test, labels.test, test}).predicted,
               labels.test);
}

std::vector<TaskBaseline> PosTask::Baselines() const {
  std::vector<size_t> tag_counts(tags_.size());
  std::vector<std::vector<size_t>> type_counts(corpus_.num_types,
                                               std::vector<size_t>(tags_.size()));
  for (size_t w = 0; w < labels_.train.size(); ++w) {
    ++tag_counts[static_cast<size_t>(labels_.train[w])];
    ++type_counts[corpus_.train.types[w]][static_cast<size_t>(labels_.train[w])];
  }
  const std::vector<int32_t> majority(labels_.test.size(), Mode(tag_counts));
  std::vector<int32_t> look_up = majority;
  for (size_t w = 0; w < look_up.size(); ++w) {
    const uint32_t type = corpus_.test.types[w];
    if (corpus_.seen_in_train[type] != 0) look_up[w] = Mode(type_counts[type]);
  }
  return {{"majority", ProbeTarget::kLabels, Score(majority, labels_.test)},
          {"look-up", ProbeTarget::kLabels, Score(look_up, labels_.test)}};
}

double PosTask::UniformBits(std::span<const uint32_t> sentences) const {
  return static_cast<double>(WordsOf(corpus_.train, sentences).size()) *
         Log(static_cast<double>(tags_.size())) / Log(2.0);
}

double PosTask::CodeNats(Compute& compute, const LayerFeatures& features, const FitRequest& request,
                         std::span<const uint32_t> fitted, std::span<const uint32_t> coded) const {
  const Labels labels = LabelsOf(request.target, request.seed);
  const std::vector<uint32_t> train = WordsOf(corpus_.train, fitted);
  const std::vector<uint32_t> block = WordsOf(corpus_.train, coded);
  const std::vector<uint32_t> dev = AllRows(labels.dev.size());
  const auto probe = MakeWordProbe(request.probe, tags_.size(), options_.hidden_units);
  probe->Fit(compute, {features.train, labels.train, train}, {features.dev, labels.dev, dev},
             ProbeStream(request.seed, ProbeSite::kFit));
  const ProbeScores scores = ScoreProbe(compute, *probe, {features.train, labels.train, block});
  return scores.MeanNats() * static_cast<double>(block.size());
}

}  // namespace headscope
