#include "bench/gemm_command.h"

#include <fmt/core.h>

#include <charconv>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "bench/clock_flag.h"
#include "bench/gemm_report.h"
#include "bench/gemm_shapes.h"
#include "bench/onednn.h"
#include "bench/product_speed.h"
#include "bench/provenance.h"
#include "model/base/error.h"
#include "model/base/file.h"
#include "model/config.h"
#include "model/ops/gemm_openblas.h"
#include "model/ops/simd_target.h"

namespace headscope {
namespace {

struct GemmBench {
  std::vector<std::string> sizes = {"tiny", "mini", "small"};
  std::vector<std::string> vocabularies = {"8192", "30522"};
  std::string isa = "auto", json;
  size_t threads = 1;
  size_t tokens = 1024;
  size_t repetitions = 15;
  double seconds = 1e9;
  ClockFlag clock;
};

ProductSpeedOptions SpeedOptions(const GemmBench& options) {
  ProductSpeedOptions result;
  result.repetitions = options.repetitions;
  result.clock = options.clock.Get();
  return result;
}

std::vector<size_t> Vocabularies(const GemmBench& options) {
  std::vector<size_t> sizes;
  for (const std::string& text : options.vocabularies) {
    size_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (error != std::errc() || end != text.data() + text.size() || size == 0 || size > 1 << 20) {
      Fail("--vocab-size: expected 1 to {}, found {}", 1 << 20, text);
    }
    sizes.push_back(size);
  }
  return sizes;
}

std::vector<GemmMeasurement> Measure(const GemmBench& options, const OneDnn* onednn) {
  const std::vector<size_t> vocabularies = Vocabularies(options);
  std::vector<GemmMeasurement> measurements;
  for (const std::string& size : options.sizes) {
    const ModelConfig model = ModelConfigOfSize(size, vocabularies.front());
    for (GemmShape& shape : TrainingStepShapes(model, options.tokens, vocabularies)) {
      measurements.push_back({size, std::move(shape), {}});
    }
  }
  ThreadPool pool(options.threads);
  const double end = WallSeconds() + options.seconds;
  fmt::print("{}", GemmTableHead());
  for (size_t i = 0; i < measurements.size(); ++i) {
    GemmMeasurement& measurement = measurements[i];
    ProductSpeedOptions speed = SpeedOptions(options);
    // An equal share of the time that is left.
    speed.seconds = (end - WallSeconds()) / static_cast<double>(measurements.size() - i);
    measurement.speed = MeasureProduct(measurement.shape, pool, onednn, speed);
    fmt::print("{}", GemmTableRow(measurement));
    std::fflush(stdout);
  }
  return measurements;
}

void RunBenchGemm(const GemmBench& options) {
  options.clock.Check(options.threads);
  SelectSimdTarget(options.isa);
  std::string why;
  const std::optional<OneDnn> onednn = OneDnn::Load(why);
  const std::string onednn_version = onednn ? onednn->Version() : "absent: " + why;
  fmt::print("{}\n{}; oneDNN {}\n{} tokens; GFLOP/s of {} time, medians of {} repetitions\n",
             ProvenanceLine(options.threads), OpenBlasVersion(), onednn_version, options.tokens,
             options.clock.Name(), options.repetitions);
  const auto measurements = Measure(options, onednn ? &*onednn : nullptr);
  fmt::print("{}", GemmSummaryText(measurements));
  if (options.json.empty()) return;
  nlohmann::ordered_json json = ProvenanceJson(options.threads);
  json["openblas"] = OpenBlasVersion();
  json["onednn"] = onednn_version;
  json["tokens"] = options.tokens;
  json["clock"] = options.clock.Name();
  json.update(GemmJson(measurements));
  WriteFileAtomically(options.json, json.dump(2) + "\n");
}

}  // namespace

void AddBenchGemmCommand(const Command& bench) {
  const auto options = std::make_shared<GemmBench>();
  const Command command = bench.Subcommand(
      "gemm",
      "matrix products of a training step: ours, OpenBLAS, oneDNN (where installed) and the "
      "machine's FMA roof, in turn");
  command.Option("--size", options->sizes, "model sizes by name, as in train")
      .OneOf(ModelSizeNames());
  command.Option("--isa", options->isa, "SIMD target, or auto");
  command.Option("--threads", options->threads, "threads (attention's products use one)")
      .Range(1, 1024);
  command.Option("--tokens", options->tokens, "tokens per step").Range(8, 1 << 20);
  command.Option("--vocab-size", options->vocabularies,
                 "pieces in the vocabulary of the masked-LM head, one or several");
  command.Option("--repetitions", options->repetitions, "repetitions per product").Range(1, 10000);
  AddSecondsOption(command, options->seconds);
  options->clock.AddTo(command);
  command.Option("--json", options->json, "writes everything measured to this file too");
  command.OnRun([options] { RunBenchGemm(*options); });
}

}  // namespace headscope
