#include "probe/word_label_task.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "model/base/elementary.h"
#include "model/base/error.h"
#include "probe/linear_probe.h"
#include "probe/online_code.h"
#include "probe/probe_streams.h"

namespace headscope {
namespace {

// Empty for a word without one.
std::string LabelOf(const Word& word, WordLabel label) {
  if (label == WordLabel::kUpos) return word.upos;
  if (label == WordLabel::kXpos) return word.xpos;
  return word.head == 0 ? "" : word.deprel.substr(0, word.deprel.find(':'));
}

template <typename Visit>
void ForEachWord(const ProbeSplit& split, const Visit& visit) {
  for (const Sentence* sentence : split.sentences) {
    for (const Word& word : sentence->words) visit(word);
  }
}

// The labelled words of [begin, end).
void AppendLabelled(const std::vector<int32_t>& labels, uint32_t begin, uint32_t end,
                    std::vector<uint32_t>& rows) {
  for (uint32_t w = begin; w < end; ++w) {
    if (labels[w] >= 0) rows.push_back(w);
  }
}

std::vector<uint32_t> Labelled(const std::vector<int32_t>& labels) {
  std::vector<uint32_t> rows;
  AppendLabelled(labels, 0, static_cast<uint32_t>(labels.size()), rows);
  return rows;
}

std::vector<uint32_t> LabelledOf(const std::vector<int32_t>& labels, const ProbeSplit& split,
                                 std::span<const uint32_t> sentences) {
  std::vector<uint32_t> rows;
  for (const uint32_t s : sentences) {
    AppendLabelled(labels, split.starts[s], split.starts[s + 1], rows);
  }
  return rows;
}

std::vector<int32_t> Permuted(const std::vector<int32_t>& labels, const RandomStream& stream) {
  const std::vector<uint32_t> rows = Labelled(labels);
  const std::vector<uint32_t> order = RandomPermutation(stream, static_cast<uint32_t>(rows.size()));
  std::vector<int32_t> permuted = labels;
  for (size_t i = 0; i < rows.size(); ++i) permuted[rows[i]] = labels[rows[order[i]]];
  return permuted;
}

// Each word of the file and the word it hangs on; the root on itself.
std::vector<RowPair> ArcsOf(const ProbeSplit& split) {
  std::vector<RowPair> arcs;
  for (size_t s = 0; s < split.NumSentences(); ++s) {
    for (const Word& word : split.sentences[s]->words) {
      const auto own = static_cast<uint32_t>(arcs.size());
      const auto head = static_cast<uint32_t>(word.head);
      arcs.push_back({own, head == 0 ? own : split.starts[s] + head - 1});
    }
  }
  return arcs;
}

// The largest entry; the first of equals.
int32_t Mode(const std::vector<size_t>& counts) {
  return static_cast<int32_t>(std::max_element(counts.begin(), counts.end()) - counts.begin());
}

}  // namespace

std::vector<FittedWordProbe> FitWordProbes(
    Compute& compute, const std::function<std::unique_ptr<Probe>()>& make, const ProbeRows& train,
    const ProbeRows& dev, std::span<const FitRequest> requests,
    const std::function<FileLabels(const FitRequest&)>& labels_of) {
  const auto labelled = [](ProbeRows rows, const std::vector<int32_t>& labels) {
    rows.labels = labels;
    return rows;
  };
  std::vector<FittedWordProbe> all;
  for (const FitRequest& request : requests) all.push_back({labels_of(request), make()});
  std::vector<LinearFit> linear;
  for (size_t r = 0; r < requests.size(); ++r) {
    const FileLabels& labels = all[r].labels;
    if (auto* probe = dynamic_cast<LinearProbe*>(all[r].probe.get())) {
      linear.push_back({probe, labels.train, labelled(dev, labels.dev)});
    } else {
      all[r].probe->Fit(compute, labelled(train, labels.train), labelled(dev, labels.dev),
                        ProbeStream(requests[r].seed, ProbeSite::kFit));
    }
  }
  LinearProbe::FitTogether(compute, train, linear);
  for (FittedWordProbe& fitted : all) {
    const ProbeRows rows = labelled(dev, fitted.labels.dev);
    fitted.dev = static_cast<double>(ScoreProbe(compute, *fitted.probe, rows).NumRight(rows)) /
                 static_cast<double>(rows.rows.size());
    const auto* probe = dynamic_cast<const LinearProbe*>(fitted.probe.get());
    if (probe != nullptr && probe->HadChoice()) {
      fitted.penalty = {probe->ChosenC(), probe->ChoseEdge()};
    }
  }
  return all;
}

WordLabelTask::WordLabelTask(const ProbeCorpus& corpus, const WordLabelOptions& options)
    : corpus_(corpus), options_(options) {
  std::map<std::string, int32_t> numbers;
  for (const ProbeSplit* split : {&corpus.train, &corpus.dev, &corpus.test}) {
    ForEachWord(*split, [&](const Word& word) { numbers[LabelOf(word, options.label)] = -1; });
  }
  for (auto& [name, number] : numbers) {
    if (name.empty()) continue;
    number = static_cast<int32_t>(names_.size());
    names_.push_back(name);
  }
  if (names_.size() < 2) {
    Fail("{}: expected words with labels of two kinds or more, found {}", corpus.train.facts.path,
         names_.empty() ? "none" : names_[0]);
  }
  const auto number = [&](const ProbeSplit& split, std::vector<int32_t>& labels) {
    ForEachWord(split, [&](const Word& word) {
      labels.push_back(numbers.at(LabelOf(word, options.label)));
    });
  };
  number(corpus.train, labels_.train);
  number(corpus.dev, labels_.dev);
  number(corpus.test, labels_.test);
  if (options.label == WordLabel::kRelation) {
    arcs_ = {ArcsOf(corpus.train), ArcsOf(corpus.dev), ArcsOf(corpus.test)};
  }
}

WordLabelTask::Labels WordLabelTask::ControlLabels(uint64_t seed) const {
  const RandomStream stream = ProbeStream(seed, ProbeSite::kControl);
  const std::vector<uint32_t> labelled = Labelled(labels_.train);
  std::vector<int32_t> of_type;
  for (size_t type = 0; type < corpus_.num_types; ++type) {
    // The label of a random word of train: the empirical distribution.
    of_type.push_back(labels_.train[labelled[stream.Below(type, labelled.size())]]);
  }
  const auto of_split = [&](const ProbeSplit& split, std::vector<int32_t> labels) {
    for (const uint32_t w : Labelled(labels)) labels[w] = of_type[split.types[w]];
    return labels;
  };
  return {of_split(corpus_.train, labels_.train), of_split(corpus_.dev, labels_.dev),
          of_split(corpus_.test, labels_.test)};
}

WordLabelTask::Labels WordLabelTask::LabelsOf(ProbeTarget target, uint64_t seed) const {
  if (target == ProbeTarget::kControl) return ControlLabels(seed);
  if (target == ProbeTarget::kLabels) return labels_;
  return {Permuted(labels_.train, ProbeStream(seed, ProbeSite::kLabels, 0)),
          Permuted(labels_.dev, ProbeStream(seed, ProbeSite::kLabels, 1)), labels_.test};
}

FitScores WordLabelTask::Score(std::span<const uint32_t> rows, std::span<const int32_t> predicted,
                               std::span<const int32_t> labels) const {
  const ProbeSplit& test = corpus_.test;
  FitScores scores;
  scores.numerators.resize(test.clusters.Count() * 2);
  scores.denominators.resize(test.clusters.Count() * 2);
  size_t sentence = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    while (rows[i] >= test.starts[sentence + 1]) ++sentence;
    const double right = predicted[i] == labels[rows[i]] ? 1.0 : 0.0;
    const bool unseen = corpus_.seen_in_train[test.types[rows[i]]] == 0;
    for (size_t metric = 0; metric < (unseen ? 2u : 1u); ++metric) {
      scores.numerators[test.clusters[sentence] * 2 + metric] += right;
      scores.denominators[test.clusters[sentence] * 2 + metric] += 1.0;
    }
  }
  return scores;
}

std::unique_ptr<Probe> WordLabelTask::MakeProbe(const std::string& name,
                                                size_t mixed_layers) const {
  return MakeWordProbe(name, names_.size(), options_.hidden_units, mixed_layers,
                       options_.label == WordLabel::kRelation ? 2 : 1);
}

FitScores WordLabelTask::Fit(Compute& compute, const LayerFeatures& features,
                             const FitRequest& request) const {
  return FitTogether(compute, features, {&request, 1})[0];
}

std::vector<FitScores> WordLabelTask::FitTogether(Compute& compute, const LayerFeatures& features,
                                                  std::span<const FitRequest> requests) const {
  // The same words have a label, whichever it is.
  const std::vector<uint32_t> fitted = Labelled(labels_.train), scored = Labelled(labels_.test);
  const std::vector<uint32_t> chosen_on = Labelled(labels_.dev);
  std::vector<FitScores> all;
  for (const FittedWordProbe& fit : FitWordProbes(
           compute, [&] { return MakeProbe(requests[0].probe, features.mixed_layers); },
           {features.train, {}, fitted, {arcs_.train}}, {features.dev, {}, chosen_on, {arcs_.dev}},
           requests,
           [&](const FitRequest& request) { return LabelsOf(request.target, request.seed); })) {
    const ProbeScores scores =
        ScoreProbe(compute, *fit.probe, {features.test, fit.labels.test, scored, {arcs_.test}});
    FitScores result = Score(scored, scores.predicted, fit.labels.test);
    result.mix = fit.probe->MixWeights();
    result.dev = fit.dev;
    result.penalty = fit.penalty;
    all.push_back(std::move(result));
  }
  return all;
}

std::vector<TaskBaseline> WordLabelTask::Baselines() const {
  std::vector<size_t> counts(names_.size());
  std::vector<std::vector<size_t>> of_type(corpus_.num_types, std::vector<size_t>(names_.size()));
  for (const uint32_t w : Labelled(labels_.train)) {
    ++counts[static_cast<size_t>(labels_.train[w])];
    ++of_type[corpus_.train.types[w]][static_cast<size_t>(labels_.train[w])];
  }
  const std::vector<uint32_t> rows = Labelled(labels_.test);
  const std::vector<int32_t> majority(rows.size(), Mode(counts));
  std::vector<int32_t> look_up = majority;
  for (size_t i = 0; i < rows.size(); ++i) {
    const std::vector<size_t>& type = of_type[corpus_.test.types[rows[i]]];
    if (std::any_of(type.begin(), type.end(), [](size_t n) { return n > 0; })) {
      look_up[i] = Mode(type);
    }
  }
  return {{"majority", ProbeTarget::kLabels, Score(rows, majority, labels_.test)},
          {"look-up", ProbeTarget::kLabels, Score(rows, look_up, labels_.test)}};
}

double WordLabelTask::UniformBits(std::span<const uint32_t> sentences) const {
  return static_cast<double>(LabelledOf(labels_.train, corpus_.train, sentences).size()) *
         Log(static_cast<double>(names_.size())) / Log(2.0);
}

double WordLabelTask::CodeNats(Compute& compute, const LayerFeatures& features,
                               const FitRequest& request, std::span<const uint32_t> fitted,
                               std::span<const uint32_t> coded) const {
  const Labels labels = LabelsOf(request.target, request.seed);
  const std::vector<uint32_t> rows = LabelledOf(labels.train, corpus_.train, fitted);
  const std::vector<uint32_t> block = LabelledOf(labels.train, corpus_.train, coded);
  // A first block of one sentence may have no label at all.
  if (rows.empty()) return UniformBits(coded) * Log(2.0);
  const std::vector<uint32_t> chosen_on = DevRowsOfBlock(Labelled(labels.dev), rows.size());
  const auto probe = MakeProbe(request.probe, features.mixed_layers);
  probe->Fit(compute, {features.train, labels.train, rows, {arcs_.train}},
             {features.dev, labels.dev, chosen_on, {arcs_.dev}},
             ProbeStream(request.seed, ProbeSite::kFit));
  const ProbeScores scores =
      ScoreProbe(compute, *probe, {features.train, labels.train, block, {arcs_.train}});
  return scores.MeanNats() * static_cast<double>(block.size());
}

}  // namespace headscope
