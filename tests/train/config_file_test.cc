#include "train/config_file.h"

#include <bit>
#include <cmath>
#include <limits>

#include "model/base/error.h"
#include "model/base/random.h"
#include "tests/support/catch.h"
#include "train/train_config.h"

namespace headscope {
namespace {

std::string Written(TrainConfig& config) { return WriteConfig(config.Fields()); }

void Read(const std::string& text, TrainConfig& config) {
  ReadConfig("run.toml", text, config.Fields());
}

std::string MessageOf(const std::string& text) {
  TrainConfig config;
  try {
    Read(text, config);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST_CASE("A config file sets the fields it names and no others", "[config]") {
  TrainConfig config, defaults;
  Read(
      "[schedule]\nlr = 1e-3\nstages = [\"32x512@7\", \"64x1024\"]\ndecay = \"cosine\"\n\n"
      "[data]\ncorpus = [\"a b.txt\", \"c\"]\n[run]\ntwin = true\nseed = 18\n[model]\ndropout = "
      "0\n",
      config);
  CHECK(config.lr == 1e-3);
  CHECK(config.stages == std::vector<Stage>{{32, 512, 7}, {64, 1024, 0}});
  CHECK(config.decay == Decay::kCosine);
  CHECK(config.corpus == std::vector<std::string>{"a b.txt", "c"});
  CHECK(config.twin);
  CHECK(config.seed == 18);
  CHECK(config.dropout == 0.0);
  CHECK(config.layers == defaults.layers);
  CHECK(config.clip == defaults.clip);
}

// A double of any magnitude within [min, max]: random bits of exponent and mantissa.
double AnyNumber(RandomSequence& random, double min, double max) {
  for (;;) {
    const double value = std::abs(std::bit_cast<double>(random.Below(~uint64_t{0})));
    if (value >= min && value <= max) return value;
  }
}

TEST_CASE("Write, read, write gives the same bytes and the same bits, whatever the values",
          "[config]") {
  RandomSequence random({1, Purpose::kTest, 77});
  for (int i = 0; i < 300; ++i) {
    TrainConfig config;
    for (const ConfigField& field : config.Fields()) {
      if (double* const* number = std::get_if<double*>(&field.value)) {
        **number = AnyNumber(random, field.min, field.max);
      } else if (uint64_t* const* integer = std::get_if<uint64_t*>(&field.value)) {
        **integer = static_cast<uint64_t>(field.min) +
                    random.Below(static_cast<uint64_t>(field.max - field.min) + 1);
      } else if (bool* const* flag = std::get_if<bool*>(&field.value)) {
        **flag = random.Chance(0.5);
      }
    }
    for (uint64_t n = random.Below(4); n > 0; --n) {
      std::string path;
      for (uint64_t c = random.Below(12); c > 0; --c) {
        path += "a/\\\"\n\t\x01\x7f'#= [].\xc3\xa9"[random.Below(17)];
      }
      if (path.find('\xc3') == std::string::npos && path.find('\xa9') == std::string::npos) {
        config.corpus.push_back(path + "\xc3\xa9");
      }
    }
    config.decay = static_cast<Decay>(random.Below(4));
    const std::string first = Written(config);
    TrainConfig again;
    Read(first, again);
    REQUIRE(Written(again) == first);
    REQUIRE(std::bit_cast<uint64_t>(again.lr) == std::bit_cast<uint64_t>(config.lr));
    REQUIRE(std::bit_cast<uint64_t>(again.epsilon) == std::bit_cast<uint64_t>(config.epsilon));
    REQUIRE(again.seed == config.seed);
    REQUIRE(again.corpus == config.corpus);
  }
}

TEST_CASE("What a config file must not hold is named with its line", "[config]") {
  CHECK_THAT(MessageOf("[schedule]\nlr = 1e-3\nsteps = 10\nlearning_rate = 3\n"),
             ContainsSubstring("run.toml:4: unknown key \"learning_rate\" in [schedule]") &&
                 ContainsSubstring("warmup"));
  CHECK_THAT(MessageOf("\n[scedule]\nlr = 1e-3\n"),
             ContainsSubstring("run.toml:2: unknown section \"scedule\"") &&
                 ContainsSubstring("schedule"));
  CHECK_THAT(MessageOf("lr = 1e-3\n"), ContainsSubstring("run.toml:1: unknown key \"lr\""));
  CHECK_THAT(MessageOf("schedule = 3\n"),
             ContainsSubstring("run.toml:1: unknown key \"schedule\""));
  CHECK_THAT(MessageOf("[schedule]\n\nlr = \"1e-3\"\n"),
             ContainsSubstring("run.toml:3: expected lr as a number, found a string"));
  CHECK_THAT(MessageOf("[schedule]\nsteps = 10.0\n"),
             ContainsSubstring("run.toml:2: expected steps as an integer, found a number"));
  CHECK_THAT(MessageOf("[schedule]\nsteps = true\n"), ContainsSubstring("found true or false"));
  CHECK_THAT(MessageOf("[run]\ntwin = 1\n"),
             ContainsSubstring("run.toml:2: expected twin as true or false, found an integer"));
  CHECK_THAT(MessageOf("[data]\ncorpus = \"a.txt\"\n"),
             ContainsSubstring("expected corpus as a list of strings, found a string"));
  CHECK_THAT(MessageOf("[data]\ncorpus = [\"a.txt\", 3]\n"), ContainsSubstring("found an integer"));
  CHECK_THAT(
      MessageOf("[data]\nmask = \"words\"\n"),
      ContainsSubstring("run.toml:2: expected mask as one of whole-word, piece, found \"words\""));
  CHECK_THAT(MessageOf("[schedule]\nsteps = 0\n"),
             ContainsSubstring("run.toml:2: expected steps between 1 and"));
  CHECK_THAT(MessageOf("[schedule]\nsteps = -5\n"), ContainsSubstring("found -5"));
  CHECK_THAT(MessageOf("[schedule]\nlr = nan\n"), ContainsSubstring("run.toml:2: expected lr"));
  CHECK_THAT(MessageOf("[schedule]\nlr = inf\n"), ContainsSubstring("run.toml:2: expected lr"));
  CHECK_THAT(MessageOf("[schedule]\nstages = [\"32y7\"]\n"), ContainsSubstring("run.toml:2:"));
  CHECK_THAT(MessageOf("[schedule]\nlr = 1e-3\nlr = 2e-3\n"), ContainsSubstring("run.toml:3:"));
  CHECK_THAT(MessageOf("[schedule]\n\n%%garbage\n"), ContainsSubstring("run.toml:3:"));
  // Where toml++ 3.3 asserts instead of reporting.
  CHECK_THAT(MessageOf("[run]\nseed = 1\nlog_every.\xC2\xA0x = 3\n"),
             ContainsSubstring("run.toml:3:"));
  CHECK_THAT(MessageOf(std::string("[sch\0dule]\n", 11)), ContainsSubstring("run.toml:1:"));
}

TEST_CASE("Random damage to a config file is refused or read, never worse", "[config]") {
  TrainConfig original;
  const std::string text = Written(original);
  RandomSequence random({2, Purpose::kTest, 78});
  size_t refused = 0;
  for (int i = 0; i < 2000; ++i) {
    std::string damaged = text;
    for (uint64_t n = 1 + random.Below(3); n > 0; --n) {
      damaged[random.Below(damaged.size())] = static_cast<char>(random.Below(256));
    }
    const std::string message = MessageOf(damaged);
    if (message != "no error") {
      REQUIRE_THAT(message, ContainsSubstring("run.toml:"));
      ++refused;
    }
  }
  CHECK(refused > 500);
}

}  // namespace
}  // namespace headscope
