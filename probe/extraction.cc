#include "probe/extraction.h"

#include <fmt/ranges.h>

#include <numeric>
#include <string_view>
#include <utility>

#include "datasets/conllu.h"
#include "model/activations.h"
#include "model/attention_regime.h"
#include "model/base/error.h"
#include "model/base/file.h"
#include "model/encoder.h"
#include "model/safetensors_writer.h"

namespace headscope {
namespace {

constexpr size_t kBatchTokens = 512;

ExtractionSentence MakeSentence(size_t index, const Encoding& encoding, const WordPiece& wordpiece,
                                bool has_words) {
  ExtractionSentence sentence;
  sentence.index = index;
  sentence.ids.push_back(wordpiece.Cls());
  sentence.ids.insert(sentence.ids.end(), encoding.ids.begin(), encoding.ids.end());
  sentence.ids.push_back(wordpiece.Sep());
  if (has_words) {
    sentence.word_ids.push_back(-1);
    for (const uint32_t word : encoding.words) {
      sentence.word_ids.push_back(static_cast<int32_t>(word));
    }
    sentence.word_ids.push_back(-1);
  }
  return sentence;
}

void AddSentence(ExtractionSentence sentence, size_t max_length, ExtractionInput& input) {
  if (sentence.ids.size() > max_length) {
    input.too_long.push_back(sentence.index);
  } else {
    input.sentences.push_back(std::move(sentence));
  }
}

void ReadText(const std::string& path, const WordPiece& wordpiece, size_t max_length,
              ExtractionInput& input) {
  const std::string text = ReadFile(path);
  std::string_view rest = text;
  for (size_t line = 0; !rest.empty(); ++line) {
    const size_t end = rest.find('\n');
    const Encoding encoding = wordpiece.Encode(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (encoding.ids.empty()) {
      ++input.num_blank;
    } else {
      AddSentence(MakeSentence(line, encoding, wordpiece, false), max_length, input);
    }
  }
}

void ReadTreebank(const std::string& path, const WordPiece& wordpiece, size_t max_length,
                  ExtractionInput& input) {
  size_t index = 0;
  for (const Document& document : ReadConllu(path).documents) {
    for (const Sentence& sentence : document.sentences) {
      std::vector<std::string> forms;
      for (const Word& word : sentence.words) forms.push_back(word.form);
      const Encoding encoding = wordpiece.EncodeWords(forms);
      AddSentence(MakeSentence(index++, encoding, wordpiece, true), max_length, input);
    }
  }
}

// What HookShape gives for one token, for `length` of them.
std::vector<size_t> Stretched(std::vector<size_t> shape, size_t length) {
  if (shape.size() == 2) return {length, shape[1]};
  return {shape[0], length, length};
}

std::vector<SafetensorsEntry> DeclareTensors(const ModelConfig& config,
                                             const ExtractionInput& input,
                                             const std::vector<std::string>& hooks) {
  std::vector<std::vector<size_t>> shapes;
  for (const std::string& hook : hooks) shapes.push_back(HookShape(config, hook, 1));
  std::vector<SafetensorsEntry> entries;
  for (const ExtractionSentence& sentence : input.sentences) {
    const size_t length = sentence.ids.size();
    const auto add = [&](const std::string& name, const char* dtype, std::vector<size_t> shape) {
      entries.push_back(
          {fmt::format("{}/{}", sentence.index, name), dtype, std::move(shape), 0, 0});
    };
    add("input_ids", "I32", {length});
    if (!sentence.word_ids.empty()) add("word_ids", "I32", {length});
    for (size_t h = 0; h < hooks.size(); ++h) add(hooks[h], "F32", Stretched(shapes[h], length));
  }
  return entries;
}

template <typename T>
std::string_view BytesOf(const T* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size * sizeof(T)};
}

void WriteRows(ConstMatrix matrix, SafetensorsStream& out) {
  for (size_t row = 0; row < matrix.rows; ++row) out.Write(BytesOf(matrix.Row(row), matrix.cols));
}

// The sentences [begin, end) fit one batch.
size_t EndOfBatch(const std::vector<ExtractionSentence>& sentences, size_t begin) {
  size_t end = begin;
  for (size_t tokens = 0; end < sentences.size(); ++end) {
    tokens += sentences[end].ids.size();
    if (tokens > kBatchTokens && end > begin) break;
  }
  return end;
}

// The rows of the masked-LM head are all tokens, so that its activations are cut like the others.
class BatchExtractor {
 public:
  BatchExtractor(Compute& compute, const PretrainedModel& model,
                 const std::vector<std::string>& hooks)
      : compute_(compute),
        model_(model),
        hooks_(hooks),
        encoder_(model.config),
        acts_(model.config, Activations::Mode::kInference, hooks) {
    options_.attention = ControlOf(model.attention);
    for (const std::string& hook : hooks) needs_head_ = needs_head_ || HookIsOfMlmHead(hook);
  }

  void Run(std::span<const ExtractionSentence> sentences, SafetensorsStream& out) {
    batch_.Clear();
    for (size_t s = 0; s < sentences.size(); ++s) {
      batch_.Add(sentences[s].ids, static_cast<uint32_t>(s));
    }
    acts_.Prepare(batch_, needs_head_ ? batch_.NumTokens() : 0);
    encoder_.Forward(compute_, model_.parameters, batch_, options_, acts_);
    if (needs_head_) {
      std::vector<uint32_t> rows(batch_.NumTokens());
      std::iota(rows.begin(), rows.end(), 0u);
      encoder_.MlmForward(compute_, model_.parameters, rows, options_, acts_);
    }
    for (size_t s = 0; s < sentences.size(); ++s) Write(sentences[s], s, out);
  }

 private:
  void Write(const ExtractionSentence& sentence, size_t s, SafetensorsStream& out) {
    out.Write(BytesOf(sentence.ids.data(), sentence.ids.size()));
    out.Write(BytesOf(sentence.word_ids.data(), sentence.word_ids.size()));
    for (const std::string& hook : hooks_) {
      const Matrix value = acts_.At(hook, s);
      WriteRows(
          HookIsOfMlmHead(hook) ? value.RowRange(batch_.offsets[s], batch_.offsets[s + 1]) : value,
          out);
    }
  }

  Compute& compute_;
  const PretrainedModel& model_;
  const std::vector<std::string>& hooks_;
  Encoder encoder_;
  ForwardOptions options_;
  Activations acts_;
  RaggedBatch batch_;
  bool needs_head_ = false;
};

}  // namespace

ExtractionInput ReadExtractionInput(const std::string& path, const WordPiece& wordpiece,
                                    size_t max_length) {
  ExtractionInput input;
  if (path.ends_with(".conllu")) {
    ReadTreebank(path, wordpiece, max_length, input);
  } else {
    ReadText(path, wordpiece, max_length, input);
  }
  if (input.sentences.empty()) {
    Fail("{}: expected sentences of up to {} pieces, found none ({} blank lines, {} longer)", path,
         max_length, input.num_blank, input.too_long.size());
  }
  return input;
}

ExtractionSummary ExtractActivations(
    Compute& compute, const PretrainedModel& model, const ExtractionInput& input,
    const std::vector<std::string>& hooks, const std::string& path,
    const std::function<void(size_t done, size_t total)>& progress) {
  std::vector<SafetensorsEntry> entries = DeclareTensors(model.config, input, hooks);
  ExtractionSummary summary;
  summary.num_tensors = entries.size();
  SafetensorsMetadata metadata = DefaultSafetensorsMetadata();
  metadata["gemm"] =
      compute.Backend() == GemmBackend::kOpenBlas ? "openblas, not bit-reproducible" : "headscope";
  metadata["skipped_longer_than_positions"] = fmt::format("{}", fmt::join(input.too_long, ","));
  SafetensorsStream out(path, std::move(entries), metadata);
  summary.num_bytes = out.TotalBytes();

  BatchExtractor extractor(compute, model, hooks);
  const std::span<const ExtractionSentence> sentences = input.sentences;
  for (size_t begin = 0; begin < sentences.size();) {
    const size_t end = EndOfBatch(input.sentences, begin);
    extractor.Run(sentences.subspan(begin, end - begin), out);
    for (size_t s = begin; s < end; ++s) summary.num_tokens += sentences[s].ids.size();
    begin = end;
    progress(begin, sentences.size());
  }
  out.Commit();
  return summary;
}

}  // namespace headscope
