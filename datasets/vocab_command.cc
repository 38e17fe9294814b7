#include "datasets/vocab_command.h"

#include <fmt/core.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "datasets/text_corpus.h"
#include "datasets/wordpiece_trainer.h"
#include "model/base/file.h"

namespace headscope {
namespace {

struct VocabFlags {
  std::vector<std::string> corpus;
  size_t size = 8192;
  size_t min_frequency = 2;
  std::string out;
  bool cased = false;
};

void RunVocab(const VocabFlags& flags) {
  const TextCorpus corpus(flags.corpus);
  WordPieceTrainerOptions options;
  options.size = flags.size;
  options.min_frequency = flags.min_frequency;
  options.lower_case = !flags.cased;
  const bool is_watched = isatty(STDERR_FILENO) != 0;
  const auto progress = [&](const VocabularyProgress& now) {
    if (!is_watched) return;
    fmt::print(stderr, "\r{:>6.1f} MB of text, {:>7} different words, {:>6} pieces",
               static_cast<double>(now.bytes) / 1e6, now.words, now.pieces);
  };
  const std::vector<std::string> pieces = TrainWordPiece(corpus, options, progress);
  if (is_watched) fmt::print(stderr, "\n");
  std::string text;
  for (const std::string& piece : pieces) text += piece + "\n";
  WriteFileAtomically(flags.out, text);
  fmt::print("{}: {} pieces\n", flags.out, pieces.size());
  if (pieces.size() < flags.size) {
    fmt::print("fewer than the {} asked for: no pair of pieces is left that occurs {} times\n",
               flags.size, flags.min_frequency);
  }
}

}  // namespace

void AddVocabCommand(const Command& data) {
  auto flags = std::make_shared<VocabFlags>();
  const Command command = data.Subcommand("vocab", "Learn a WordPiece vocabulary from plain text");
  command.Option("--corpus", flags->corpus, "Text files, or folders of *.txt").Required();
  command.Option("--size", flags->size, "Number of pieces, the special ones included");
  command.Option("--out", flags->out, "The vocabulary: one piece a line").Required();
  command.Option("--min-frequency", flags->min_frequency,
                 "Pairs of pieces that occur less often are not joined");
  command.Switch("--cased", flags->cased, "Keep case and accents");
  command.OnRun([flags] { RunVocab(*flags); });
}

}  // namespace headscope
