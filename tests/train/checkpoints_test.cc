#include "train/checkpoints.h"

#include <filesystem>

#include "model/base/error.h"
#include "model/base/file.h"
#include "tests/support/catch.h"
#include "tests/support/small_training.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;

std::vector<uint64_t> StepsOf(const std::string& plan, uint64_t last) {
  std::vector<uint64_t> steps;
  for (uint64_t step = 0; step <= last; ++step) {
    if (CheckpointPlan(plan).IsDue(step, last)) steps.push_back(step);
  }
  return steps;
}

TEST_CASE("Snapshots are planned at powers of two, or every so often", "[checkpoints]") {
  CHECK(StepsOf("", 100).empty());
  CHECK(StepsOf("log", 20) == std::vector<uint64_t>{0, 1, 2, 4, 8, 16, 20});
  CHECK(StepsOf("every:7", 20) == std::vector<uint64_t>{0, 7, 14, 20});
  const std::vector<uint64_t> steps = StepsOf("log", 3000);
  // From 512 on the half ways too: 512 sqrt 2 = 724.08, 1024 sqrt 2 = 1448.15, 2896.31.
  CHECK(std::vector<uint64_t>(steps.end() - 7, steps.end()) ==
        std::vector<uint64_t>{512, 724, 1024, 1448, 2048, 2896, 3000});
  for (const char* wrong : {"linear", "every:", "every:0", "every:5x", "every:-1", "log "}) {
    CHECK_THROWS_WITH(CheckpointPlan(wrong), ContainsSubstring("expected log or every:N"));
  }
}

TEST_CASE("A snapshot appears whole or not at all, and one that is there stays", "[checkpoints]") {
  const TemporaryDirectory temporary;
  struct Kill {};
  CHECK_THROWS_AS(SaveCheckpoint(temporary.Root(), 8,
                                 [&](const std::string& folder) {
                                   MakeDirectory(folder);
                                   WriteFileAtomically(folder + "/a", "half");
                                   throw Kill();
                                 }),
                  Kill);
  CHECK_THROWS_WITH(ListCheckpoints(temporary.Root()), ContainsSubstring("found none"));
  const auto save = [&](uint64_t step, const char* text) {
    SaveCheckpoint(temporary.Root(), step, [&](const std::string& folder) {
      MakeDirectory(folder);
      WriteFileAtomically(folder + "/b", text);
    });
  };
  save(8, "first");
  save(8, "again");
  save(16, "later");
  save(2, "earlier");
  const std::vector<Checkpoint> found = ListCheckpoints(temporary.Root());
  REQUIRE(found.size() == 3);
  CHECK(found[0].step == 2);
  CHECK(found[2].step == 16);
  CHECK(ReadFile(found[1].model + "/b") == "first");
  CHECK_FALSE(fs::exists(found[1].model + "/a"));
}

std::string HashOfStep(const std::string& run, uint64_t step) {
  return Sha256OfFile(run + "/checkpoints/step-" + std::to_string(step) +
                      "/model/model.safetensors");
}

TEST_CASE("A training keeps its snapshots, which change nothing, and a resume goes on with them",
          "[checkpoints]") {
  SmallTraining training;
  const std::string without = training.Run("without", 1);
  training.config.checkpoints = "log";
  const std::string run = training.Run("run", 2);
  CHECK(Sha256OfFile(run + "/model/model.safetensors") ==
        Sha256OfFile(without + "/model/model.safetensors"));
  CHECK(HashOfStep(run, 30) == Sha256OfFile(run + "/model/model.safetensors"));
  const std::vector<Checkpoint> found = ListCheckpoints(run);
  CHECK(found.size() == 7);  // 0, 1, 2, 4, 8, 16, 30
  for (const char* file : {"config.json", "vocab.txt"}) {
    CHECK(ReadFile(found[3].model + "/" + file) == ReadFile(run + "/model/" + file));
  }
  CHECK(HashOfStep(run, 8) != HashOfStep(run, 16));
  // Killed behind step 8's state, on the way to step 16.
  struct Kill {};
  int asked = 0;
  CHECK_THROWS_AS(training.Run("killed", 1, false,
                               [&]() -> bool {
                                 if (asked++ == 13) throw Kill();
                                 return false;
                               }),
                  Kill);
  const std::string killed = training.Run("killed", 1, true);
  for (const uint64_t step : {0u, 1u, 8u, 16u, 30u}) {
    CHECK(HashOfStep(killed, step) == HashOfStep(run, step));
  }
}

}  // namespace
}  // namespace headscope
