#include "probe/dependency_probe.h"

#include <algorithm>
#include <cmath>

namespace headscope {
namespace {

constexpr double kMinimumUniformWeight = 25.0;

HeadId HeadIdOf(size_t head, size_t heads_per_layer) {
  return {head / heads_per_layer, head % heads_per_layer};
}

// The head and attended class of the largest lift of an attending class; false when no entry has
// the weight.
struct UposChoice {
  size_t head = 0, attended = 0;
  double lift = -1.0;
};
bool ChooseUpos(const UposAccumulator& dev, size_t num_heads, size_t attending,
                UposChoice& choice) {
  choice = UposChoice();
  for (size_t head = 0; head < num_heads; ++head) {
    for (size_t b = 0; b < dev.NumTags(); ++b) {
      if (dev.Expected(attending, b) < kMinimumUniformWeight) continue;
      const double lift = dev.Lift(head, attending, b);
      if (lift > choice.lift) choice = {head, b, lift};
    }
  }
  return choice.lift >= 0.0;
}

UposMatrix MakeUposMatrix(const UposAccumulator& upos, size_t head, size_t heads_per_layer) {
  UposMatrix matrix;
  matrix.head = HeadIdOf(head, heads_per_layer);
  matrix.word_share = upos.WordShare(head);
  for (size_t a = 0; a < upos.NumTags(); ++a) {
    for (size_t b = 0; b < upos.NumTags(); ++b) {
      matrix.lift.push_back(upos.Lift(head, a, b));
      matrix.lift_error.push_back(upos.LiftError(head, a, b));
    }
  }
  return matrix;
}

}  // namespace

ProbeNames NamesOf(const Treebank& dev, const Treebank& test) {
  ProbeNames names;
  for (const Treebank* treebank : {&dev, &test}) {
    for (const Document& document : treebank->documents) {
      for (const Sentence& sentence : document.sentences) {
        for (const Word& word : sentence.words) {
          names.tags.Insert(word.upos);
          if (word.head != 0) names.relations.Insert(word.deprel);
        }
      }
    }
  }
  names.relations.Number();
  names.tags.Number();
  return names;
}

ProbeTreebank PrepareTreebank(const Treebank& treebank, const ProbeNames& names,
                              const WordEncoder& encode, size_t max_pieces) {
  ProbeTreebank result;
  result.clusters = Clusters(treebank.documents.size());
  for (size_t d = 0; d < treebank.documents.size(); ++d) {
    for (const Sentence& sentence : treebank.documents[d].sentences) {
      std::vector<std::string> words;
      std::vector<uint32_t> tags;
      for (const Word& word : sentence.words) {
        words.push_back(word.form);
        tags.push_back(names.tags.IndexOf(word.upos));
      }
      WordInput input = encode(words);
      if (input.ids.size() > max_pieces) {
        ++result.skipped_sentences;
        result.skipped_words += words.size();
        continue;
      }
      result.pieces += input.ids.size();
      result.sentences.push_back(&sentence);
      result.arcs.push_back(ArcsOf(sentence, names.relations));
      result.tags.push_back(std::move(tags));
      result.inputs.push_back(std::move(input));
      result.clusters.Add(d);
    }
  }
  return result;
}

DependencyPass ScoreTreebank(ThreadPool& pool, PatternSource& source, const ProbeTreebank& treebank,
                             const ProbeNames& names, const std::vector<HeadChoice>* chosen,
                             const MapVisitor* visitor) {
  const size_t num_heads = source.NumHeads();
  DependencyPass pass{{}, UposAccumulator(num_heads, names.tags.Size()), {}, {}};
  pass.counts.relations = names.relations.Names();
  pass.counts.instances.resize(names.relations.Size());
  pass.counts.counts.resize(names.relations.Size() * num_heads * kNumDirections);
  for (size_t s = 0; s < treebank.sentences.size(); ++s) {
    for (const Arc& arc : treebank.arcs[s]) ++pass.counts.instances[arc.relation];
    pass.upos.AddUniform(treebank.tags[s]);
    if (chosen != nullptr) pass.scores.emplace_back(treebank.arcs[s].size());
  }
  const FlipUnits units(treebank.clusters);
  if (chosen != nullptr) {
    pass.units.assign(units.Count(), std::vector<double>(pass.counts.counts.size()));
  }
  // Everything written below belongs to one head, whose sentences come in order: no sum depends on
  // the threads.
  std::vector<std::vector<double>> maps(pool.NumThreads());
  source.Visit(
      pool, treebank.inputs, [&](size_t thread, size_t head, size_t s, ConstMatrix pattern) {
        const size_t n = treebank.inputs[s].NumWords();
        maps[thread].resize(n * n);
        const BasicMatrix<double> map(maps[thread].data(), n, n);
        WordAttention(pattern, treebank.inputs[s].starts, map);
        const MapMaxima maxima(map);
        for (size_t a = 0; a < treebank.arcs[s].size(); ++a) {
          const Arc& arc = treebank.arcs[s][a];
          for (Direction direction : {Direction::kDependentToHead, Direction::kHeadToDependent}) {
            const double score = maxima.Score(arc, direction);
            const size_t cell =
                (arc.relation * num_heads + head) * kNumDirections + static_cast<size_t>(direction);
            pass.counts.counts[cell] += score;
            if (chosen == nullptr) continue;
            pass.units[units.Of(s)][cell] += score;
            const HeadChoice& choice = (*chosen)[arc.relation];
            if (choice.head == head && choice.direction == direction) pass.scores[s][a] = score;
          }
        }
        pass.upos.AddHead(head, treebank.clusters[s], treebank.tags[s], map);
        if (visitor != nullptr) (*visitor)(head, s, map);
      });
  return pass;
}

std::vector<HeadChoice> ChooseHeads(const HeadCounts& dev) {
  std::vector<HeadChoice> chosen;
  for (size_t r = 0; r < dev.relations.size(); ++r) chosen.push_back(BestHead(dev, r));
  return chosen;
}

DependencyNulls CountNulls(const ProbeTreebank& treebank, const ProbeNames& names) {
  DependencyNulls nulls(names.relations.Size(), names.tags.Size());
  for (size_t s = 0; s < treebank.sentences.size(); ++s) {
    nulls.Add(treebank.arcs[s], treebank.tags[s]);
  }
  return nulls;
}

UposResults UposTable(const ProbeNames& names, const UposAccumulator& dev,
                      const UposAccumulator& test, size_t num_heads, size_t heads_per_layer,
                      size_t minimum_instances) {
  UposResults results;
  results.tags = names.tags.Names();
  for (size_t tag = 0; tag < names.tags.Size(); ++tag) {
    results.counts.push_back(test.Attending(tag));
  }
  for (size_t head = 0; head < num_heads; ++head) {
    results.heads.push_back(MakeUposMatrix(test, head, heads_per_layer));
  }
  for (size_t a = 0; a < names.tags.Size(); ++a) {
    UposChoice choice;
    if (dev.Attending(a) < minimum_instances || test.Attending(a) < minimum_instances) continue;
    if (!ChooseUpos(dev, num_heads, a, choice)) continue;
    const double lift = test.Lift(choice.head, a, choice.attended);
    if (std::isnan(lift)) continue;
    const double error = test.LiftError(choice.head, a, choice.attended);
    UposResult result;
    result.attending = results.tags[a];
    result.attended = results.tags[choice.attended];
    result.head = HeadIdOf(choice.head, heads_per_layer);
    result.dev_lift = choice.lift;
    result.lift = {lift, std::max(0.0, lift - error), lift + error, test.Attending(a)};
    results.best.push_back(std::move(result));
  }
  return results;
}

void AppendRandomModel(const DependencyPass& dev, const DependencyPass& test, NullModel kind,
                       std::vector<RelationResult>& relations, UposResults& upos) {
  const auto& names = dev.counts.relations;
  const size_t num_heads = dev.counts.counts.size() / names.size() / kNumDirections;
  for (RelationResult& row : relations) {
    const size_t r = static_cast<size_t>(
        std::lower_bound(names.begin(), names.end(), row.relation) - names.begin());
    const HeadChoice choice = BestHead(dev.counts, r);
    const size_t cell = (r * num_heads + choice.head) * kNumDirections;
    ScoresOf(kind, row).Add(test.counts.counts[cell + static_cast<size_t>(choice.direction)] /
                            static_cast<double>(test.counts.instances[r]));
  }
  for (UposResult& row : upos.best) {
    const size_t a = static_cast<size_t>(
        std::lower_bound(upos.tags.begin(), upos.tags.end(), row.attending) - upos.tags.begin());
    UposChoice choice;
    ChooseUpos(dev.upos, num_heads, a, choice);
    ScoresOf(kind, row).Add(test.upos.Lift(choice.head, a, choice.attended));
  }
}

}  // namespace headscope
