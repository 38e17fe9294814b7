#include "datasets/synth_command.h"

#include <fmt/core.h>

#include <cstdint>
#include <memory>
#include <string>
#include <tuple>

#include "datasets/conllu_writer.h"
#include "datasets/example_writer.h"
#include "datasets/planted_task.h"
#include "datasets/synthetic_flags.h"
#include "datasets/synthetic_language.h"
#include "model/base/file.h"

namespace headscope {
namespace {

struct SynthSettings {
  uint64_t documents = 0;  // 0: by words
  uint64_t words = 100000, seed = 1, first = 0;
  std::string out, text, task;
  SyntheticOptions options;
};

// The three splits of a planted task into the folder `out`.
void WritePlanted(const SynthSettings& settings) {
  const PlantedOptions options = ParsePlantedName(settings.task);
  const std::unique_ptr<PlantedTask> task = MakePlantedTask(options);
  MakeDirectory(settings.out);
  for (const auto& [name, split, count] : {std::tuple{"train", PlantedSplit::kTrain, options.train},
                                           std::tuple{"dev", PlantedSplit::kDev, options.dev},
                                           std::tuple{"test", PlantedSplit::kTest, options.test}}) {
    const std::string lines = ToJsonLines(MakePlantedSet(*task, split, count));
    const std::string path = fmt::format("{}/{}.jsonl", settings.out, name);
    WriteFileAtomically(path, lines);
    fmt::print("{}: {} examples, SHA-256 {}\n", path, count, Sha256(lines));
  }
}

void WriteSynthetic(const SynthSettings& settings) {
  const SyntheticLanguage language(settings.seed, settings.options);
  std::string conllu, text;
  uint64_t documents = 0, sentences = 0, words = 0;
  while (settings.documents > 0 ? documents < settings.documents : words < settings.words) {
    const Document document = language.MakeDocument(settings.first + documents);
    ++documents;
    sentences += document.sentences.size();
    for (const Sentence& sentence : document.sentences) words += sentence.words.size();
    conllu += ToConllu(document);
    // A blank line between documents.
    if (!settings.text.empty()) text += (text.empty() ? "" : "\n") + PlainText(document);
  }
  WriteFileAtomically(settings.out, conllu);
  fmt::print("{}: {} documents, {} sentences, {} words, SHA-256 {}\n", settings.out, documents,
             sentences, words, Sha256(conllu));
  if (settings.text.empty()) return;
  WriteFileAtomically(settings.text, text);
  fmt::print("{}: the same as text\n", settings.text);
}

}  // namespace

void AddSynthCommand(const Command& data) {
  const auto settings = std::make_shared<SynthSettings>();
  const Command synth = data.Subcommand(
      "synth",
      "Write documents of the synthetic language with gold syntax and coreference, or a planted "
      "task on it");
  synth.Footer(fmt::format(
      "Planted tasks: {}.\nKnobs follow the name: --task "
      "synth:relational:agreement,attractors=5,train=4000. lexical has redundancy (cue words of a "
      "text); agreement and pronoun have attractors; recall and induction have pairs; shortcuts "
      "have rate (share of texts that a trigger decides) and clean (it does in the test set only); "
      "all have train, dev, test (examples) and seed.\nEach line of OUT/train.jsonl, dev.jsonl and "
      "test.jsonl has text, label, query (the word that is classified; without it the text is), "
      "evidence (every minimal set of words whose counterfactuals change the label, by their "
      "places between blanks), and the counterfactual partner with its label; the partner is the "
      "neighbouring line.",
      PlantedTaskNames()));
  const Flag documents =
      synth.Option("--documents", settings->documents, "Number of documents").Positive();
  synth.Option("--tokens", settings->words, "Whole documents until at least so many words")
      .Positive()
      .Excludes(documents);
  synth.Option("--seed", settings->seed, "Seed; another seed gives other documents");
  synth.Option("--first", settings->first, "Index of the first document");
  const Flag task =
      synth.Option("--task", settings->task, "A planted task (see below), as JSON Lines")
          .Excludes(documents);
  synth
      .Option("--out", settings->out,
              "CoNLL-U file to write; with --task the folder of its three splits")
      .Required();
  synth.Option("--text", settings->text, "Plain text to write as well, one sentence a line");
  AddSyntheticFlags(synth, settings->options);
  synth.OnRun([settings, task] {
    if (task.Given()) return WritePlanted(*settings);
    WriteSynthetic(*settings);
  });
}

}  // namespace headscope
