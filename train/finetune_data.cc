#include "train/finetune_data.h"

#include <fmt/ranges.h>

#include <utility>

#include "datasets/wordpiece_trainer.h"
#include "model/attention_regime.h"
#include "model/base/error.h"
#include "model/base/file.h"

namespace headscope {
namespace {

std::string TextOf(const ExampleSet& set) {
  std::string text;
  for (const Example& example : set.examples) {
    text += example.text + "\n";
    if (!example.second_text.empty()) text += example.second_text + "\n";
  }
  return text;
}

void LoadModel(const FinetuneConfig& config, const std::function<void(const std::string&)>& report,
               FinetuneData& data) {
  if (!config.model.empty()) {
    data.pretrained = std::make_unique<PretrainedModel>(LoadPretrained(config.model));
    data.model = data.pretrained->config;
    data.lower_case = data.pretrained->lower_case;
    data.model_hash = Sha256OfFile(config.model + "/model.safetensors");
    data.word_piece = std::make_unique<WordPiece>(
        WordPiece::FromFile(data.pretrained->VocabPath(), data.lower_case));
  } else {
    if (config.vocab.empty()) {
      report(fmt::format("learning a vocabulary of {} pieces", config.vocab_size));
      const TextCorpus text = TextCorpus::FromMemory("the training texts", TextOf(data.task.train));
      data.word_piece =
          std::make_unique<WordPiece>(TrainWordPiece(text, {.size = config.vocab_size}));
    } else {
      data.word_piece = std::make_unique<WordPiece>(WordPiece::FromFile(config.vocab));
    }
    data.model = ModelConfigOfSize(config.size, data.word_piece->Size());
  }
  data.model.has_mlm_head = false;
  data.model.hidden_dropout_prob = data.model.attention_probs_dropout_prob =
      static_cast<float>(config.dropout);
  data.model.Validate();
  data.vocabulary_hash = Sha256(fmt::format("{}\n", fmt::join(data.word_piece->Pieces(), "\n")));
}

EncodedSet Encode(const FinetuneConfig& config, const FinetuneData& data, const char* name,
                  const ExampleSet& set, const std::function<void(const std::string&)>& report) {
  EncodedSet encoded = EncodeExamples(*data.word_piece, set, config.max_length, config.truncation);
  report(fmt::format("{:<5} {} examples; {} cut to {} pieces, which lost {} of {} pieces; {}", name,
                     encoded.examples.size(), encoded.truncated, config.max_length,
                     encoded.pieces_cut, encoded.pieces, set.report.ToString()));
  return encoded;
}

// Fails for rules that this model cannot follow; says so when the model loses its own.
void CheckAttentionOf(const FinetuneConfig& config, const FinetuneData& data,
                      const std::function<void(const std::string&)>& report) {
  const std::string own = data.pretrained == nullptr || data.pretrained->attention == nullptr
                              ? "learned"
                              : data.pretrained->attention->Text();
  if (config.attention == kAttentionOfModel) {
    if (data.pretrained == nullptr) Fail("attention model: expected --model, found nothing");
    return report("attention, as the model was pretrained: " + own);
  }
  CheckAttention(config.attention, data.model.num_hidden_layers, data.model.num_attention_heads);
  if (own != "learned" && own != config.attention) {
    report(
        fmt::format("note: the model was pretrained with attention \"{}\" and goes on with \"{}\" "
                    "(--attention model keeps its own)",
                    own, config.attention));
  }
}

}  // namespace

FinetuneData LoadFinetuneData(const FinetuneConfig& config, const std::string& data_folder,
                              const std::function<void(const std::string&)>& report) {
  FinetuneData data;
  data.task = LoadTask(config.task, data_folder, config.columns);
  for (const std::string& note : data.task.notes) report("note: " + note);
  LoadModel(config, report, data);
  CheckAttentionOf(config, data, report);
  if (config.max_length > data.model.max_position_embeddings) {
    Fail("max_length: expected at most {}, the model's positions, found {}",
         data.model.max_position_embeddings, config.max_length);
  }
  if (data.task.HasPairs() && data.model.type_vocab_size < 2) {
    Fail("task {}: expected a model with two segments for pairs, found {}", config.task,
         data.model.type_vocab_size);
  }
  data.train = Encode(config, data, "train", data.task.train, report);
  data.dev = Encode(config, data, "dev", data.task.dev, report);
  data.test = Encode(config, data, "test", data.task.test, report);
  return data;
}

}  // namespace headscope
