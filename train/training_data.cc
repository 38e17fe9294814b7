#include "train/training_data.h"

#include <fmt/ranges.h>

#include <filesystem>

#include "datasets/synthetic_language.h"
#include "datasets/wordpiece_trainer.h"
#include "model/base/file.h"

namespace headscope {
namespace {

SyntheticLanguage EmbeddedLanguage(const TrainConfig& config) {
  return SyntheticLanguage(config.synthetic_seed, {.persistence = config.synthetic_persistence});
}

TextCorpus OpenText(const TrainConfig& config) {
  if (!config.corpus.empty()) return TextCorpus(config.corpus);
  const SyntheticLanguage language = EmbeddedLanguage(config);
  std::string text;
  for (uint64_t i = 0; i < config.synthetic_documents; ++i) {
    text += PlainText(language.MakeDocument(i)) + "\n";
  }
  return TextCorpus::FromMemory("the synthetic language", std::move(text));
}

WordPiece MakeTokenizer(const TrainConfig& config, const std::string& saved_vocab,
                        const TextCorpus& text,
                        const std::function<void(const std::string&)>& report) {
  if (!config.vocab.empty()) return WordPiece::FromFile(config.vocab);
  if (std::filesystem::exists(saved_vocab)) return WordPiece::FromFile(saved_vocab);
  report(fmt::format("learning a vocabulary of {} pieces", config.vocab_size));
  return WordPiece(TrainWordPiece(text, {.size = config.vocab_size}));
}

// Trees, parts of speech and coreference of the embedded language's pieces.
std::unique_ptr<AnnotatedCorpus> Annotate(const TrainConfig& config,
                                          const PretrainingCorpus& corpus) {
  auto annotation = std::make_unique<AnnotatedCorpus>(corpus);
  const SyntheticLanguage language = EmbeddedLanguage(config);
  for (uint64_t i = 0; i < config.synthetic_documents; ++i) {
    annotation->Add(language.MakeDocument(i));
  }
  return annotation;
}

}  // namespace

TrainingData LoadTrainingData(const TrainConfig& config, const std::string& saved_vocab,
                              const std::function<void(const std::string&)>& report) {
  TrainingData data;
  const TextCorpus text = OpenText(config);
  report(fmt::format("corpus: {} files, {:.1f} MB", text.Files().size(),
                     static_cast<double>(text.NumBytes()) / 1e6));
  data.corpus_hash = text.Sha256();
  if (!config.corpus.empty()) {
    for (const std::string& path : text.Files()) data.files.emplace_back(path, Sha256OfFile(path));
  }
  const WordPiece tokenizer = MakeTokenizer(config, saved_vocab, text, report);
  data.vocabulary_hash = Sha256(fmt::format("{}\n", fmt::join(tokenizer.Pieces(), "\n")));
  data.corpus = std::make_unique<PretrainingCorpus>(text, tokenizer);
  report(fmt::format("{} pieces to train on, {} held out, {} documents, vocabulary {}",
                     data.corpus->NumPieces(TextSplit::kTrain),
                     data.corpus->NumPieces(TextSplit::kHeldOut), data.corpus->NumDocuments(),
                     tokenizer.Size()));
  if (config.scrub.target != ReadingTarget::kNone) {
    data.annotation = Annotate(config, *data.corpus);
    report(fmt::format("{} annotated sentences, {} left out", data.annotation->NumSentences(),
                       data.annotation->NumLeftOut()));
  }
  return data;
}

}  // namespace headscope
