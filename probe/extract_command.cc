#include "probe/extract_command.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "datasets/wordpiece.h"
#include "model/activations.h"
#include "model/base/error.h"
#include "model/pretrained.h"
#include "probe/compute_flags.h"
#include "probe/extraction.h"
#include "probe/work_progress.h"

namespace headscope {
namespace {

struct ExtractFlags {
  std::string model, input, out;
  std::vector<std::string> hooks{"hook_full_embed", "blocks.*.hook_normalized_resid_post",
                                 "blocks.*.attn.hook_pattern"};
  bool list = false;
  ComputeFlags compute;
};

// "blocks.0.attn.hook_pattern  [12, T, T]"
void PrintHooks(const ModelConfig& config, const std::vector<std::string>& hooks) {
  size_t width = 0;
  for (const std::string& hook : hooks) width = std::max(width, hook.size());
  for (const std::string& hook : hooks) {
    const std::vector<size_t> shape = HookShape(config, hook, 1);
    const std::string text =
        shape.size() == 3 ? fmt::format("[{}, T, T]", shape[0]) : fmt::format("[T, {}]", shape[1]);
    fmt::print("{:{}}  {}\n", hook, width, text);
  }
}

void PrintSummary(const ExtractionInput& input, const ExtractionSummary& summary,
                  const std::string& out) {
  fmt::print("{}: {} sentences, {} pieces, {} tensors, {:.1f} MB\n", out, input.sentences.size(),
             summary.num_tokens, summary.num_tensors, static_cast<double>(summary.num_bytes) / 1e6);
  if (input.num_blank != 0) fmt::print("{} blank lines have no tensors\n", input.num_blank);
  if (!input.too_long.empty()) {
    fmt::print("skipped, longer than the model's positions: {} (sentence {})\n",
               input.too_long.size(), fmt::join(input.too_long, ", "));
  }
}

void RunExtract(const ExtractFlags& flags, bool hooks_given) {
  if (!flags.list && flags.input.empty()) Fail("--input is required, or --list");
  if (!flags.list && flags.out.empty()) Fail("--out is required, or --list");
  const PretrainedModel model = LoadPretrained(flags.model);
  if (flags.list) {
    PrintHooks(model.config, hooks_given ? MatchHookNames(model.config, flags.hooks)
                                         : AllHookNames(model.config));
    return;
  }
  const std::vector<std::string> hooks = MatchHookNames(model.config, flags.hooks);
  const WordPiece wordpiece = WordPiece::FromFile(model.VocabPath(), model.lower_case);
  const ExtractionInput input =
      ReadExtractionInput(flags.input, wordpiece, model.config.max_position_embeddings);
  flags.compute.SelectTarget();
  ThreadPool pool(flags.compute.threads);
  Compute compute(pool, flags.compute.Backend());
  ExtractionSummary summary;
  {
    WorkProgress progress("sentences");
    summary = ExtractActivations(compute, model, input, hooks, flags.out, std::ref(progress));
  }
  PrintSummary(input, summary, flags.out);
}

}  // namespace

void AddExtractCommand(const Command& app) {
  const Command command = app.Subcommand(
      "extract", "write a model's activations on every line or sentence of a file, for Python");
  auto flags = std::make_shared<ExtractFlags>();
  command.Option("--model", flags->model, "folder with model.safetensors, config.json, vocab.txt")
      .Required();
  command.Option("--input", flags->input,
                 "FILE.conllu (a treebank), or a text, one sentence a line");
  command.Option("--out", flags->out, "safetensors file to write: tensors \"SENTENCE/HOOK\"");
  const Flag hooks = command
                         .Option("--hooks", flags->hooks,
                                 "activations by name, comma-separated, * and ? match (see --list)")
                         .SplitAt(',');
  command.Switch("--list", flags->list, "print the names and shapes of the activations");
  flags->compute.AddTo(command);
  command.OnRun([flags, hooks] { RunExtract(*flags, hooks.Given()); });
}

}  // namespace headscope
