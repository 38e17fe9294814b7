// Law L1 on a whole training: weights, moments and metrics are a function of config, data and seed
// alone.
#include <signal.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "model/base/file.h"
#include "tests/support/catch.h"
#include "tests/support/simd_target.h"
#include "tests/support/small_training.h"
#include "train/interrupt.h"

namespace headscope {
namespace {

// Of the weights and both moments after the training below. Another machine with another CPU checks
// it again; a change of arithmetic, random streams, tokenizer, batches or optimiser changes it, and
// only such a change may.
constexpr std::string_view kCommittedHash =
    "15aa2e970d04cc20487daee09701be6223c1727c89921355f5501b20443e45d8";

// The bytes of all tensors, without the header, which names the config and so the corpus's path.
std::string TensorHash(const std::string& state_path) {
  const std::string bytes = ReadFile(state_path);
  uint64_t header = 0;
  for (int i = 7; i >= 0; --i)
    header = header << 8 | static_cast<unsigned char>(bytes[static_cast<size_t>(i)]);
  return Sha256(std::string_view(bytes).substr(8 + header));
}

TEST_CASE(
    "A training gives the same bits for every number of threads, SIMD target and interruption",
    "[same-bits]") {
  SmallTraining training;
  const std::string reference = training.Run("reference", 1);
  const std::string expected = HashesOf(reference);
  CHECK(TensorHash(reference + "/state/state.safetensors") == kCommittedHash);
  for (const std::string& target : SupportedSimdTargets()) {
    const ScopedSimdTarget scoped(target);
    for (const size_t threads : {1u, 2u, 3u, 5u}) {
      INFO(target << ", " << threads << " threads");
      const std::string name = target + std::to_string(threads);
      CHECK(HashesOf(training.Run(name, threads)) == expected);
    }
  }
}

TEST_CASE("A training that was interrupted anywhere goes on to the same bits", "[same-bits]") {
  SmallTraining training;
  const std::string expected = HashesOf(training.Run("reference", 2));
  const std::vector<std::string> targets = SupportedSimdTargets();
  for (const int stop_after : {0, 1, 4, 10, 16, 17, 18, 29}) {
    INFO("stopped after " << stop_after << " steps");
    const std::string name = "stopped" + std::to_string(stop_after);
    int asked = 0;
    training.Run(name, 3, false, [&] { return asked++ == stop_after; });
    // It goes on with other threads on another target.
    const ScopedSimdTarget scoped(targets.back());
    CHECK(HashesOf(training.Run(name, 1, true)) == expected);
  }
}

TEST_CASE("The held-out set has a share of masks of its own, which the weights do not see",
          "[same-bits]") {
  SmallTraining training;
  const auto weights = [&](const std::string& name) {
    return Sha256OfFile(training.Run(name, 1) + "/model/model.safetensors");
  };
  const auto share = [&](const std::string& name) {
    const LossSum loss = RunTraining(training.config, training.data,
                                     {training.temporary.Path(name), false, 1,
                                      training.silence.Get(), [] { return true; }})
                             .held_out;
    return static_cast<double>(loss.predictions) / static_cast<double>(loss.tokens);
  };
  const std::string expected = weights("reference");
  const double as_in_training = share("as_in_training");
  training.config.held_out_mask_rate = 0.6;
  CHECK(weights("other") == expected);
  CHECK(share("more") > 2 * as_in_training);
}

TEST_CASE("A training that was killed behind its last state goes on to the same bits",
          "[same-bits]") {
  SmallTraining training;
  const std::string expected = HashesOf(training.Run("reference", 2));
  // As if killed at step 21: the state of step 16 is there, and metrics up to step 20.
  struct Kill {};
  int asked = 0;
  CHECK_THROWS_AS(training.Run("killed", 2, false,
                               [&]() -> bool {
                                 if (asked++ == 21) throw Kill();
                                 return false;
                               }),
                  Kill);
  const std::string killed = training.temporary.Path("killed");
  CHECK_THAT(ReadFile(killed + "/metrics.jsonl"), ContainsSubstring("\"step\":20,"));
  CHECK(HashesOf(training.Run("killed", 2, true)) == expected);
}

TEST_CASE("Another seed, dropout, clipping or masking gives other bits", "[same-bits][slow]") {
  SmallTraining training;
  const std::string expected =
      TensorHash(training.Run("reference", 1) + "/state/state.safetensors");
  const TrainConfig original = training.config;
  const auto differs = [&](const std::string& name) {
    INFO(name);
    CHECK(TensorHash(training.Run(name, 1) + "/state/state.safetensors") != expected);
    training.config = original;
  };
  training.config.seed = 2;
  differs("seed");
  training.config.dropout = 0.0;
  differs("dropout");
  training.config.clip = 0.0;
  differs("clip");
  training.config.weight_decay = 0.0;
  differs("decay");
  training.config.mask = MaskUnit::kPiece;
  differs("mask");
  training.config.qk_init_scale = 1.0;
  differs("scale");
}

TEST_CASE("Ctrl-C saves, and the run goes on to the same bits", "[same-bits]") {
  SmallTraining training;
  const std::string expected = HashesOf(training.Run("reference", 1));
  int asked = 0;
  {
    const InterruptGuard interrupt;
    training.Run("stopped", 1, false, [&] {
      if (asked++ == 5) raise(SIGINT);
      return interrupt.Requested();
    });
  }
  CHECK(asked == 6);
  CHECK(HashesOf(training.Run("stopped", 1, true)) == expected);
}

TEST_CASE("A run that diverges names step and tensor and keeps what it had saved", "[same-bits]") {
  SmallTraining training;
  training.config.steps = 2;
  const std::string run = training.Run("run", 1);
  const std::string before = HashesOf(run);
  training.config.steps = 30;
  training.config.warmup = 0;
  training.config.lr = 3e38;
  CHECK_THROWS_WITH(training.Run("diverging", 1),
                    ContainsSubstring("step 2: the loss is") &&
                        ContainsSubstring("first in the weights: bert.embeddings"));
  const std::string diverging = training.temporary.Path("diverging");
  CHECK_THAT(ReadFile(diverging + "/state/state.safetensors").substr(0, 2000),
             ContainsSubstring("\"step\":\"0\""));
  CHECK(HashesOf(run) == before);
}

TEST_CASE("A run goes on only with its own config and data", "[same-bits]") {
  SmallTraining training;
  training.Run("run", 1);
  training.config.lr *= 2;
  CHECK_THROWS_WITH(training.Run("run", 1, true), ContainsSubstring("another run"));
}

}  // namespace
}  // namespace headscope
