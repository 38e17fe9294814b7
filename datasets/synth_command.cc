#include "datasets/synth_command.h"

#include <fmt/core.h>

#include <cstdint>
#include <memory>
#include <string>

#include "datasets/conllu_writer.h"
#include "datasets/synthetic_flags.h"
#include "datasets/synthetic_language.h"
#include "model/base/file.h"

namespace headscope {
namespace {

struct SynthSettings {
  uint64_t documents = 0;  // 0: by words
  uint64_t words = 100000, seed = 1, first = 0;
  std::string out, text;
  SyntheticOptions options;
};

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
      "synth", "Write documents of the synthetic language with gold syntax and coreference");
  const Flag documents =
      synth.Option("--documents", settings->documents, "Number of documents").Positive();
  synth.Option("--tokens", settings->words, "Whole documents until at least so many words")
      .Positive()
      .Excludes(documents);
  synth.Option("--seed", settings->seed, "Seed; another seed gives other documents");
  synth.Option("--first", settings->first, "Index of the first document");
  synth.Option("--out", settings->out, "CoNLL-U file to write").Required();
  synth.Option("--text", settings->text, "Plain text to write as well, one sentence a line");
  AddSyntheticFlags(synth, settings->options);
  synth.OnRun([settings] { WriteSynthetic(*settings); });
}

}  // namespace headscope
