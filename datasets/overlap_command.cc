#include "datasets/overlap_command.h"

#include <fmt/core.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "datasets/conllu.h"
#include "datasets/example_source.h"
#include "datasets/ngram_overlap.h"
#include "datasets/text_corpus.h"
#include "model/base/error.h"

namespace headscope {
namespace {

struct OverlapFlags {
  std::string text;
  std::vector<std::string> probes;
  size_t n = 13;
  std::string data;
};

void AddTreebank(const std::string& path, NgramOverlap& overlap) {
  for (const Document& document : ReadConllu(path).documents) {
    for (const Sentence& sentence : document.sentences) {
      overlap.AddProbeUnit(sentence.text, sentence.id);
    }
    overlap.EndProbeDocument();
  }
}

void AddCorpus(const std::string& path, NgramOverlap& overlap) {
  size_t number = 0;
  TextCorpus({path}).ForEachParagraph([&](const Paragraph& paragraph) {
    if (paragraph.starts_document && number > 0) overlap.EndProbeDocument();
    overlap.AddProbeUnit(paragraph.text, fmt::format("{}, paragraph {}", path, ++number));
  });
  overlap.EndProbeDocument();
}

void AddExamples(const std::string& source, const std::string& data, NgramOverlap& overlap) {
  ForEachExampleText(source, data, [&](const std::string& id, const std::string& text) {
    overlap.AddProbeUnit(text, id);
    overlap.EndProbeDocument();
  });
}

void AddProbe(const OverlapFlags& flags, const std::string& probe, NgramOverlap& overlap) {
  if (probe.ends_with(".conllu")) return AddTreebank(probe, overlap);
  if (IsExampleSource(probe)) return AddExamples(probe, flags.data, overlap);
  AddCorpus(probe, overlap);
}

OverlapCounts CountOverlap(const OverlapFlags& flags, const std::string& probe) {
  NgramOverlap overlap(flags.n);
  AddProbe(flags, probe, overlap);
  const TextCorpus text({flags.text});
  const bool is_watched = isatty(STDERR_FILENO) != 0;
  uint64_t shown = 0;
  text.ForEachParagraph([&](const Paragraph& paragraph) {
    if (paragraph.starts_document) overlap.EndTextDocument();
    overlap.AddText(paragraph.text);
    if (!is_watched || paragraph.bytes_read < shown + (1 << 20)) return;
    shown = paragraph.bytes_read;
    fmt::print(stderr, "\r{:.0f} of {:.0f} MB", static_cast<double>(shown) / 1e6,
               static_cast<double>(text.NumBytes()) / 1e6);
  });
  if (is_watched) fmt::print(stderr, "\r\x1b[K");
  return overlap.Count();
}

void RunOverlap(const OverlapFlags& flags) {
  for (const std::string& probe : flags.probes) {
    const OverlapCounts counts = CountOverlap(flags, probe);
    fmt::print(
        "{}: {} of {} {}-grams also stand in {} ({} words); {} of {} units have a word in "
        "one\n",
        probe, counts.shared_runs, counts.runs, flags.n, flags.text, counts.text_words,
        counts.shared_units, counts.units);
    for (const std::string& example : counts.examples) fmt::print("  {}\n", example);
  }
}

}  // namespace

void AddOverlapCommand(const Command& data) {
  auto flags = std::make_shared<OverlapFlags>();
  const Command command = data.Subcommand(
      "overlap", "Count runs of 13 words that a pretraining text shares with probe sets");
  command.Option("TEXT", flags->text, "Pretraining text: a file, or a folder of *.txt").Required();
  command
      .Option("PROBE", flags->probes,
              "Probe sets: .conllu files, tasks and sets as `data show` reads them, or plain "
              "text. Units are sentences, examples or paragraphs")
      .Required();
  command.Option("--n", flags->n, "Words of a run").Range(1, 1000);
  command.Option("--data", flags->data, "Folder of the corpora (see data fetch)");
  command.OnRun([flags] { RunOverlap(*flags); });
}

}  // namespace headscope
