#include "probe/match_command.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <memory>

#include "datasets/conllu.h"
#include "model/attention_regime.h"
#include "model/base/error.h"
#include "model/base/file.h"
#include "model/base/written_command.h"
#include "model/pretrained.h"
#include "probe/compute_flags.h"
#include "probe/context_check.h"
#include "probe/match_results.h"
#include "probe/model_facts.h"
#include "probe/output_folder.h"
#include "probe/random_encoder.h"
#include "probe/results.h"
#include "probe/work_progress.h"

namespace headscope {
namespace {

constexpr size_t kMatchBatchPieces = 2048;

struct MatchFlags {
  std::vector<std::string> models;
  std::string dev, test, out;
  size_t rows = 4000, permutations = 1000, random_models = 1;
  uint64_t seed = 1;
  ComputeFlags compute;
};

// Sentences of a file, evenly spread, of about so many pieces in all.
struct MatchText {
  std::vector<WordInput> inputs;
  std::vector<uint32_t> documents;
  uint64_t rows = 0;
};

MatchText TextOf(const Treebank& treebank, const WordPiece& word_piece, size_t max_pieces,
                 size_t rows, DataFacts& facts) {
  facts.path = treebank.path;
  facts.documents = treebank.documents.size();
  facts.sentences = treebank.NumSentences();
  facts.words = treebank.NumWords();
  const size_t stride = 1 + facts.words / rows;
  MatchText text;
  size_t s = 0;
  for (uint32_t d = 0; d < treebank.documents.size(); ++d) {
    for (const Sentence& sentence : treebank.documents[d].sentences) {
      if (s++ % stride != 0) continue;
      std::vector<std::string> words;
      for (const Word& word : sentence.words) words.push_back(word.form);
      WordInput input = EncodeWordInput(word_piece, words);
      if (input.ids.size() > max_pieces) {
        ++facts.skipped_sentences;
        continue;
      }
      facts.pieces += input.ids.size();
      text.rows += input.ids.size() - 2;
      text.inputs.push_back(std::move(input));
      text.documents.push_back(d);
    }
  }
  if (text.inputs.empty()) {
    Fail("{}: expected sentences of at most {} pieces (the models' positions), found none",
         treebank.path, max_pieces);
  }
  return text;
}

// The models, which must cut text into the same pieces.
std::vector<PretrainedModel> LoadModels(const std::vector<std::string>& paths) {
  if (paths.size() < 2) Fail("--models: expected two or more, found {}", paths.size());
  std::vector<PretrainedModel> models;
  for (const std::string& path : paths) {
    models.push_back(LoadPretrained(ModelOfPath(path)));
    if (Sha256OfFile(models.back().VocabPath()) == Sha256OfFile(models[0].VocabPath()) &&
        models.back().lower_case == models[0].lower_case) {
      continue;
    }
    Fail("--models: expected models that read the same pieces, found that {} and {} do not",
         models[0].VocabPath(), models.back().VocabPath());
  }
  return models;
}

std::unique_ptr<PatternSource> SourceOf(const PretrainedModel& model,
                                        const ParameterSet& parameters, GemmBackend gemm) {
  return std::make_unique<EncoderPatterns>(model.config, parameters, kMatchBatchPieces, gemm,
                                           ControlOf(model.attention));
}

class Matching {
 public:
  Matching(const MatchFlags& flags, ThreadPool& pool, const MatchText& dev, const MatchText& test)
      : flags_(flags), pool_(pool), dev_(dev), test_(test) {}

  HeadMatch Of(const PretrainedModel& a, const PretrainedModel& b, const ParameterSet& weights) {
    const auto first = SourceOf(a, a.parameters, flags_.compute.Backend());
    const auto second = SourceOf(b, weights, flags_.compute.Backend());
    if (first->NumHeads() > second->NumHeads()) {
      Fail("--models: expected {} to have no more heads than {}, found {} and {}", a.directory,
           b.directory, first->NumHeads(), second->NumHeads());
    }
    const auto compare = [&](const MatchText& text) {
      return CompareHeads(pool_, *first, *second, text.inputs, text.documents);
    };
    return MatchHeads(compare(dev_), compare(test_), first->NumHeadsPerLayer(),
                      second->NumHeadsPerLayer(), flags_.permutations, flags_.seed);
  }

 private:
  const MatchFlags& flags_;
  ThreadPool& pool_;
  const MatchText &dev_, &test_;
};

void MatchAll(const MatchFlags& flags, const std::vector<PretrainedModel>& models, ThreadPool& pool,
              const MatchText& dev, const MatchText& test, MatchResults& results) {
  Matching matching(flags, pool, dev, test);
  const size_t n = models.size(), total = n * (n - 1) / 2 + flags.random_models;
  WorkProgress line("pairs of models");
  size_t done = 0;
  for (size_t a = 0; a < n; ++a) {
    for (size_t b = a + 1; b < n; ++b) {
      results.pairs.push_back(
          {a, b, false, matching.Of(models[a], models[b], models[b].parameters)});
      line(++done, total);
    }
  }
  ParameterSet fresh(models[0].parameters.SharedLayout());
  for (size_t k = 0; k < flags.random_models; ++k) {
    InitialiseLike(models[0], flags.seed + k, fresh);
    results.pairs.push_back({0, 0, true, matching.Of(models[0], models[0], fresh)});
    line(++done, total);
  }
}

void RunMatch(const MatchFlags& flags) {
  const Treebank dev = ReadConllu(flags.dev), test = ReadConllu(flags.test);
  const std::vector<PretrainedModel> models = LoadModels(flags.models);
  const WordPiece word_piece = WordPiece::FromFile(models[0].VocabPath(), models[0].lower_case);
  PrepareOutput(flags.out);
  flags.compute.SelectTarget();
  ThreadPool pool(flags.compute.threads);
  size_t max_pieces = ~size_t{0};
  MatchResults results;
  for (const PretrainedModel& model : models) {
    CheckVocabulary(word_piece, model);
    max_pieces = std::min<size_t>(max_pieces, model.config.max_position_embeddings);
    results.models.push_back(FactsOf(model));
    results.models.back().sha256 = Sha256OfFile(model.directory + "/model.safetensors");
  }
  const MatchText dev_text = TextOf(dev, word_piece, max_pieces, flags.rows, results.dev);
  const MatchText test_text = TextOf(test, word_piece, max_pieces, flags.rows, results.test);
  results.dev_rows = dev_text.rows;
  results.test_rows = test_text.rows;
  results.permutations = flags.permutations;
  MatchAll(flags, models, pool, dev_text, test_text, results);
  results.dev.sha256 = Sha256OfFile(flags.dev);
  results.test.sha256 = Sha256OfFile(flags.test);
  results.facts.seed = flags.seed;
  FillProgramFacts(flags.compute.threads,
                   WrittenCommand("headscope probe match")
                       .Add("--models", flags.models)
                       .Add("--dev", flags.dev)
                       .Add("--test", flags.test)
                       .Add("--out", flags.out)
                       .Add("--rows", flags.rows)
                       .Add("--permutations", flags.permutations)
                       .Add("--random-models", flags.random_models)
                       .Add("--seed", flags.seed)
                       .Text(),
                   results.facts);
  WriteFileAtomically(flags.out + "/results.json", MatchJson(results));
  WriteFileAtomically(flags.out + "/manifest.json", ManifestJson(results.facts));
  fmt::print("{}\nresults: {}/results.json\n", MatchTablesText(results), flags.out);
}

}  // namespace

void AddMatchCommand(const Command& probe) {
  auto flags = std::make_shared<MatchFlags>();
  const Command command = probe.Subcommand(
      "match", "which head of another model is this head: matched by how they attend");
  command
      .Option("--models", flags->models,
              "folders of two or more models, or run directories: each with each that follows")
      .SplitAt(',')
      .Required();
  command.Option("--dev", flags->dev, "CoNLL-U file on whose text heads are matched").Required();
  command.Option("--test", flags->test, "CoNLL-U file on whose text the pairs are scored")
      .Required();
  command.Option("--out", flags->out, "folder for results.json, manifest.json").Required();
  command
      .Option("--rows", flags->rows, "of attention, about, from each file: sentences evenly spread")
      .Range(1, 1e12);
  command.Option("--permutations", flags->permutations, "random bijections").Range(1, 1000000);
  command
      .Option("--random-models", flags->random_models,
              "randomly initialised models that the first is matched with")
      .Range(0, 1000);
  command.Option("--seed", flags->seed, "of the bijections and the random models");
  flags->compute.AddTo(command);
  command.Footer(
      "Heads are matched one to one so that the sum of their Jensen-Shannon distances is least "
      "(Hungarian algorithm). Two trainings that\ndiffer by their seed are matched like any two "
      "models; they must read the same pieces.");
  command.OnRun([flags] { RunMatch(*flags); });
}

}  // namespace headscope
