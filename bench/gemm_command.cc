#include "bench/gemm_command.h"

#include <fmt/core.h>
#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/gemm_shapes.h"
#include "bench/machine.h"
#include "bench/measurement.h"
#include "bench/roof.h"
#include "model/base/error.h"
#include "model/base/random.h"
#include "model/config.h"
#include "model/ops/gemm.h"
#include "model/ops/simd_target.h"

namespace headscope {
namespace {

struct Options {
  std::string size = "mini";
  std::string isa = "auto";
  size_t threads = 1;
  size_t tokens = 1024;
  size_t vocabulary = 8192;
  size_t repetitions = 15;
};

// A product with operands of its own, run often enough that a measurement takes about a
// millisecond.
class MeasuredProduct {
 public:
  explicit MeasuredProduct(const GemmShape& shape) : shape_(shape) {
    const bool tn = shape.form == GemmForm::kTN, nt = shape.form == GemmForm::kNT;
    a_rows_ = tn ? shape.k : shape.m;
    b_rows_ = nt ? shape.n : shape.k;
    Fill(a_, a_rows_ * shape.a_stride, 1);
    Fill(b_, b_rows_ * shape.b_stride, 2);
    c_.resize(shape.m * shape.c_stride);
    calls_ = static_cast<size_t>(std::max(1.0, 3e7 / shape.Flops()));
  }

  // GFLOP/s of one burst of calls.
  double Run(Compute& compute) {
    const bool tn = shape_.form == GemmForm::kTN, nt = shape_.form == GemmForm::kNT;
    const ConstMatrix a(a_.data(), a_rows_, tn ? shape_.m : shape_.k, shape_.a_stride);
    const ConstMatrix b(b_.data(), b_rows_, nt ? shape_.k : shape_.n, shape_.b_stride);
    const Matrix c(c_.data(), shape_.m, shape_.n, shape_.c_stride);
    const double start = WallSeconds();
    for (size_t i = 0; i < calls_; ++i) {
      if (shape_.serial) {
        GemmSerial(compute, 0, shape_.form, a, b, c);
      } else {
        Gemm(compute, shape_.form, a, b, c);
      }
    }
    const double seconds = WallSeconds() - start;
    return shape_.Flops() * static_cast<double>(calls_) / seconds / 1e9;
  }

 private:
  static void Fill(std::vector<float>& values, size_t count, uint64_t seed) {
    values.resize(count);
    const RandomStream stream{seed, Purpose::kTest};
    for (size_t i = 0; i < count; ++i) values[i] = static_cast<float>(stream.Uniform(i) - 0.5);
  }

  GemmShape shape_;
  size_t a_rows_, b_rows_, calls_;
  std::vector<float> a_, b_, c_;
};

// Medians over repetitions in which roof, ours and OpenBLAS are measured one after another.
struct Result {
  double ours, openblas, ratio, share;
};

// Repetitions that lost more than 5% of their time to other processes are dropped and counted in
// `dropped`.
Result Measure(const GemmShape& shape, ThreadPool& pool, size_t repetitions, size_t& dropped) {
  ThreadPool single(1);
  ThreadPool& used = shape.serial ? single : pool;
  Compute ours(used), openblas(used, GemmBackend::kOpenBlas);
  MeasuredProduct product(shape);
  product.Run(ours);
  product.Run(openblas);
  std::vector<double> our_speed, openblas_speed, ratios, shares;
  const size_t most = 20 * repetitions;
  for (size_t i = 0; i < most && ratios.size() < repetitions; ++i) {
    const double wall = WallSeconds(), cpu = ProcessCpuSeconds();
    const double roof = MeasureFmaRoof(used);
    const double x = product.Run(ours), y = product.Run(openblas);
    if (WasDisturbed(WallSeconds() - wall, ProcessCpuSeconds() - cpu,
                     static_cast<double>(used.NumThreads()))) {
      ++dropped;
      continue;
    }
    our_speed.push_back(x);
    openblas_speed.push_back(y);
    ratios.push_back(x / y);
    shares.push_back(x / roof);
  }
  return {Median(our_speed), Median(openblas_speed), Median(ratios), Median(shares)};
}

void RunBenchGemm(const Options& options) {
  SelectSimdTarget(options.isa);
  const ModelConfig size = ModelConfigOfSize(options.size, options.vocabulary);
  ThreadPool pool(options.threads);
  fmt::print("{}, {}, {} thread(s), size {}, {} tokens, GFLOP/s\n", CpuName(), ActiveSimdTarget(),
             options.threads, options.size, options.tokens);
  fmt::print("{:<18} form {:>5} {:>5} {:>5} {:>9} {:>9} {:>7} {:>8}\n", "product", "m", "n", "k",
             "headscope", "OpenBLAS", "ratio", "of roof");
  double log_ratio = 0, log_share = 0;
  size_t measured = 0, dropped = 0;
  for (const GemmShape& shape : TrainingStepShapes(size.hidden_size, size.num_attention_heads,
                                                   options.tokens, options.vocabulary)) {
    const Result result = Measure(shape, pool, options.repetitions, dropped);
    fmt::print("{:<18}  {}  {:>5} {:>5} {:>5} {:>9.1f} {:>9.1f} {:>7.3f} {:>7.1f}%\n", shape.name,
               GemmFormName(shape.form), shape.m, shape.n, shape.k, result.ours, result.openblas,
               result.ratio, 100 * result.share);
    if (std::isnan(result.ratio)) continue;
    log_ratio += std::log(result.ratio);
    log_share += std::log(result.share);
    ++measured;
  }
  if (measured == 0) Fail("no repetition was free of other processes: measure on an idle machine");
  const double n = static_cast<double>(measured);
  fmt::print(
      "geometric mean of {} products: {:.3f} of OpenBLAS, {:.1f}% of the roof; {} repetitions "
      "dropped\n",
      measured, std::exp(log_ratio / n), 100 * std::exp(log_share / n), dropped);
}

}  // namespace

void AddBenchGemmCommand(const Command& bench) {
  const auto options = std::make_shared<Options>();
  const Command command = bench.Subcommand(
      "gemm", "matrix products of a training step: ours, OpenBLAS and the machine's FMA roof");
  command.Option("--size", options->size, "model size by name, as in train")
      .OneOf(ModelSizeNames());
  command.Option("--isa", options->isa, "SIMD target, or auto");
  command.Option("--threads", options->threads, "threads");
  command.Option("--tokens", options->tokens, "tokens per step");
  command.Option("--vocab-size", options->vocabulary, "pieces in the vocabulary");
  command.Option("--repetitions", options->repetitions, "repetitions per product");
  command.OnRun([options] { RunBenchGemm(*options); });
}

}  // namespace headscope
