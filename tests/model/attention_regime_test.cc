// Each regime is what it says: patterns, their gradients, what is frozen, and what lies beside a
// saved model.
#include "model/attention_regime.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "model/base/random.h"
#include "model/bert_parameters.h"
#include "model/permuted_attention.h"
#include "model/pretrained.h"
#include "model/random_attention.h"
#include "tests/support/catch.h"
#include "tests/support/dual.h"
#include "tests/support/temporary_directory.h"

namespace headscope {
namespace {

constexpr int32_t kCls = 2, kSep = 3;

ModelConfig Model(size_t layers = 4, size_t heads = 4) {
  return {.vocab_size = 30,
          .hidden_size = 8 * heads,
          .num_hidden_layers = layers,
          .num_attention_heads = heads,
          .intermediate_size = 16,
          .max_position_embeddings = 64};
}

AttentionRegime Regime(const std::string& rules, uint64_t seed = 1) {
  return AttentionRegime(rules, {.model = Model(), .seed = seed, .cls = kCls, .sep = kSep});
}

// [CLS] pieces [SEP] pieces [SEP], and its scores.
struct Sentence {
  std::vector<int32_t> ids;
  std::vector<float> values;

  explicit Sentence(size_t length, uint32_t key = 0) : ids(length), values(length * length) {
    const RandomStream stream{9, Purpose::kTest, key};
    for (size_t i = 0; i < length; ++i) ids[i] = 5 + static_cast<int32_t>(stream.Below(i, 25));
    ids.front() = kCls;
    ids.back() = kSep;
    if (length > 8) ids[4] = kSep;
    for (size_t i = 0; i < values.size(); ++i) {
      values[i] = static_cast<float>(2.0 * stream.Normal(1000 + i));
    }
  }
  ConstMatrix Scores() const { return {values.data(), ids.size(), ids.size()}; }
  AttentionSite Site(size_t layer, size_t head) const {
    return {.layer = layer, .head = head, .sequence = 0, .sequence_id = 0, .piece_ids = ids};
  }
};

std::vector<float> Pattern(const AttentionControl& control, const Sentence& sentence,
                           size_t layer = 0, size_t head = 0) {
  const size_t length = sentence.ids.size();
  std::vector<float> pattern(length * length, std::numeric_limits<float>::quiet_NaN());
  control.Forward(sentence.Site(layer, head), sentence.Scores(),
                  Matrix(pattern.data(), length, length));
  return pattern;
}

std::vector<float> Pattern(const std::string& rules, const Sentence& sentence, size_t layer = 0,
                           size_t head = 0) {
  return Pattern(Regime(rules).Control(), sentence, layer, head);
}

double Entropy(const float* row, size_t length) {
  double entropy = 0.0;
  for (size_t j = 0; j < length; ++j) {
    const auto p = static_cast<double>(row[j]);
    if (p > 0.0) entropy -= p * std::log(p);
  }
  return entropy;
}

TEST_CASE("Rows of every regime are distributions", "[attention]") {
  for (const char* rules :
       {"learned", "uniform", "random", "random:scale=9", "random:entropy=0.5", "positional",
        "positional:-1", "positional:3,width=2.5", "positional:first", "positional:last",
        "positional:left", "positional:right", "permuted", "permuted:fixed,specials",
        "frozen-qk"}) {
    const AttentionRegime regime = Regime(rules);
    for (const size_t length : {1u, 2u, 3u, 17u, 64u}) {
      const Sentence sentence(length);
      const std::vector<float> pattern = Pattern(regime.Control(), sentence, 3, 2);
      for (size_t i = 0; i < length; ++i) {
        double sum = 0.0;
        for (size_t j = 0; j < length; ++j) {
          REQUIRE(pattern[i * length + j] >= 0.0f);
          sum += static_cast<double>(pattern[i * length + j]);
        }
        INFO(rules << ", row " << i << " of " << length);
        REQUIRE_THAT(sum, WithinAbs(1.0, 2e-6));
      }
    }
  }
}

TEST_CASE("Uniform rows are 1 / T", "[attention]") {
  const Sentence sentence(7);
  for (const float p : Pattern("uniform", sentence)) CHECK(p == 1.0f / 7.0f);
}

TEST_CASE("Positional patterns have their weight where they say", "[attention]") {
  constexpr size_t kLength = 6;
  const Sentence sentence(kLength);
  const auto peak = [&](const char* rules, size_t row) {
    const std::vector<float> pattern = Pattern(rules, sentence);
    const auto begin = pattern.begin() + static_cast<std::ptrdiff_t>(row * kLength);
    const auto found = std::find(begin, begin + kLength, 1.0f);
    return static_cast<size_t>(found - begin);
  };
  for (size_t i = 0; i < kLength; ++i) {
    CHECK(peak("positional:-1", i) == (i == 0 ? 0 : i - 1));
    CHECK(peak("positional:+2", i) == std::min(i + 2, kLength - 1));
    CHECK(peak("positional:first", i) == 0);
    CHECK(peak("positional:last", i) == kLength - 1);
  }
  const std::vector<float> left = Pattern("positional:left", sentence);
  const std::vector<float> right = Pattern("positional:right", sentence);
  CHECK_THAT(left[3 * kLength + 1], WithinRel(8.0 / 36.0, 1e-6));
  CHECK(left[3 * kLength + 3] == 0.0f);
  CHECK(left[0] == 1.0f);
  for (size_t i = 0; i < kLength; ++i) {
    for (size_t j = 0; j < kLength; ++j) {
      CHECK(left[i * kLength + j] == right[(kLength - 1 - i) * kLength + (kLength - 1 - j)]);
    }
  }
  // Heads in turn: the Gaussian of head 2 stands at i + 1.
  const std::vector<float> turn = Pattern("positional", sentence, 0, 2);
  double sum = 0.0;
  for (size_t j = 0; j < kLength; ++j) sum += std::exp(-0.5 * std::pow(double(j) - 3.0, 2));
  CHECK_THAT(turn[2 * kLength + 5], WithinRel(std::exp(-2.0) / sum, 1e-6));
}

TEST_CASE("Random patterns are fixed by seed, layer and head, and forget the scores",
          "[attention]") {
  const Sentence one(20, 0), other(20, 1);
  CHECK(Pattern("random", one) == Pattern("random", other));
  CHECK(Pattern("random", one, 0, 0) != Pattern("random", one, 0, 1));
  CHECK(Pattern("random", one, 0, 0) != Pattern("random", one, 1, 0));
  CHECK(Pattern(Regime("random", 1).Control(), one) != Pattern(Regime("random", 2).Control(), one));
  CHECK(Pattern(Regime("random:seed=5", 1).Control(), one) ==
        Pattern(Regime("random:seed=5", 2).Control(), one));
  // The logits' scale is the one stated: the standard deviation of log p within rows.
  for (const double scale : {0.5, 2.0}) {
    const Sentence sentence(64);
    const std::vector<float> pattern = Pattern(fmt::format("random:scale={}", scale), sentence);
    double variance = 0.0;
    for (size_t i = 0; i < 64; ++i) {
      double mean = 0.0, squares = 0.0;
      for (size_t j = 0; j < 64; ++j) {
        const double log = std::log(static_cast<double>(pattern[i * 64 + j]));
        mean += log / 64;
        squares += log * log / 63;
      }
      variance += (squares - mean * mean * 64 / 63) / 64;
    }
    CHECK_THAT(std::sqrt(variance), WithinRel(scale, 0.05));
  }
}

TEST_CASE("Random patterns match an entropy at every length", "[attention][slow]") {
  for (const double wanted : {0.3, 0.6, 0.9}) {
    const AttentionRegime regime = Regime(fmt::format("random:entropy={}", wanted));
    for (const size_t length : {2u, 3u, 5u, 8u, 13u, 21u, 32u, 35u, 44u, 50u, 63u, 64u}) {
      const Sentence sentence(length);
      const std::vector<float> pattern = Pattern(regime.Control(), sentence, 1, 3);
      double mean = 0.0;
      for (size_t i = 0; i < length; ++i) {
        mean += Entropy(&pattern[i * length], length) / std::log(double(length)) / double(length);
      }
      INFO("length " << length);
      CHECK_THAT(mean, WithinAbs(wanted, length <= 32 ? 1e-4 : 0.02));
    }
  }
}

TEST_CASE("Permuted rows are permutations of the learned rows", "[attention]") {
  for (const bool specials : {false, true}) {
    for (const bool fixed : {false, true}) {
      std::string rules = "permuted";
      if (fixed || specials) rules += ":";
      if (fixed) rules += "fixed";
      if (fixed && specials) rules += ",";
      if (specials) rules += "specials";
      constexpr size_t kLength = 23;
      const Sentence sentence(kLength);
      const std::vector<float> learned = Pattern("learned", sentence);
      const std::vector<float> permuted = Pattern(rules, sentence);
      size_t moved = 0, specials_moved = 0;
      for (size_t i = 0; i < kLength; ++i) {
        std::vector<float> a(learned.begin() + long(i * kLength),
                             learned.begin() + long((i + 1) * kLength));
        std::vector<float> b(permuted.begin() + long(i * kLength),
                             permuted.begin() + long((i + 1) * kLength));
        for (size_t j = 0; j < kLength; ++j) {
          const bool special = sentence.ids[j] == kCls || sentence.ids[j] == kSep;
          (special ? specials_moved : moved) += a[j] != b[j];
        }
        std::sort(a.begin(), a.end());
        std::sort(b.begin(), b.end());
        REQUIRE(a == b);
      }
      CHECK(moved > 20 * 23 / 2);
      CHECK((specials_moved > 0) == specials);
      // Anew for each sentence, or not.
      const PermutedAttention control({.fixed = fixed, .cls = kCls, .sep = kSep});
      Sentence other = sentence;
      other.ids[7] += 1;
      CHECK((control.PermutationOf(sentence.Site(0, 0), 5) ==
             control.PermutationOf(other.Site(0, 0), 5)) == fixed);
      CHECK(control.PermutationOf(sentence.Site(0, 0), 5) !=
            control.PermutationOf(sentence.Site(0, 1), 5));
      CHECK(control.PermutationOf(sentence.Site(0, 0), 5) !=
            control.PermutationOf(sentence.Site(0, 0), 6));
    }
  }
}

TEST_CASE("The gradient of permuted attention is exact, for a random cotangent", "[attention]") {
  constexpr size_t kLength = 11;
  const Sentence sentence(kLength);
  const PermutedAttention control({.moves_specials = true, .cls = kCls, .sep = kSep, .seed = 3});
  const AttentionSite site = sentence.Site(1, 2);
  const std::vector<double> x(sentence.values.begin(), sentence.values.end());
  std::vector<double> cotangent(x.size());
  std::vector<float> dpattern(x.size());
  const RandomStream stream{4, Purpose::kTest};
  for (size_t i = 0; i < x.size(); ++i) {
    cotangent[i] = dpattern[i] = static_cast<float>(stream.Normal(i));
  }
  const auto definition = [&](const std::vector<Dual>& scores) {
    std::vector<Dual> pattern(scores.size());
    for (size_t i = 0; i < kLength; ++i) {
      const std::vector<uint32_t> target = control.PermutationOf(site, i);
      Dual sum = 0.0;
      for (size_t j = 0; j < kLength; ++j) sum = sum + exp(scores[i * kLength + j]);
      for (size_t j = 0; j < kLength; ++j) {
        pattern[i * kLength + target[j]] = exp(scores[i * kLength + j]) / sum;
      }
    }
    return pattern;
  };
  const std::vector<float> pattern = Pattern(control, sentence, 1, 2);
  std::vector<float> dscores = dpattern;  // in place, as the encoder calls it
  control.Backward(site, ConstMatrix(pattern.data(), kLength, kLength),
                   ConstMatrix(dscores.data(), kLength, kLength),
                   Matrix(dscores.data(), kLength, kLength));
  CHECK(RelativeError(dscores, ExactGradient(definition, x, cotangent)) < 1e-6);
}

TEST_CASE("Rules reach the heads they name, the last one first", "[attention]") {
  const Sentence sentence(9);
  const AttentionRegime regime =
      Regime("uniform positional:first@H0,L2H2-3 learned@L3 random@L0-1H1");
  const auto is = [&](const char* rules, size_t layer, size_t head) {
    return Pattern(regime.Control(), sentence, layer, head) ==
           Pattern(rules, sentence, layer, head);
  };
  CHECK(is("positional:first", 0, 0));
  CHECK(is("random", 0, 1));
  CHECK(is("random", 1, 1));
  CHECK(is("uniform", 1, 2));
  CHECK(is("uniform", 2, 1));
  CHECK(is("positional:first", 2, 3));
  for (size_t head = 0; head < 4; ++head) CHECK(is("learned", 3, head));
  CHECK_FALSE(regime.Control().UsesScores(1));
  CHECK(regime.Control().UsesScores(3));
  CHECK(is("learned", 3, 0));
  CHECK(Pattern("uniform@L1", sentence, 0, 0) == Pattern("learned", sentence));
}

TEST_CASE("Rules that cannot be are refused, each with what was expected", "[attention]") {
  const auto fails = [](const char* rules, const char* with) {
    CHECK_THROWS_WITH(Regime(rules), ContainsSubstring(with));
  };
  fails("", "found nothing");
  fails("unifrom", "expected learned, uniform");
  fails("uniform@", "expected a site");
  fails("uniform@3", "expected a site");
  fails("uniform@L1H", "expected a site");
  fails("uniform@L2-1", "expected a site");
  fails("uniform@L4", "expected layers 0 to 3, found 4");
  fails("uniform@H0-4", "expected heads 0 to 3, found 4");
  fails("uniform@L1H2x", "expected a site");
  fails("random:scale=x", "scale: expected a number");
  fails("random:scale=1,scale=2", "given twice");
  fails("random:entropy=1.5", "entropy: expected a number from 0.01 to 1");
  fails("random:sharp", "unknown argument \"sharp\"");
  fails("random:entropy=runs/model,scale=2", "unknown argument \"scale\"");
  fails("uniform:width=2", "unknown argument \"width\"");
  fails("positional:1.5", "offset: expected a number");
  fails("permuted:", "expected an argument");
  fails("positional@L1 uniform", "leave it no head");
  fails("constant", "expected constant:MODEL");
  fails("supplied@L0", "expected supplied:MODEL");
  fails("supplied:nowhere", "nowhere");
  fails("random-trained:length=1", "length: expected a number from 2");
  fails("flow-mask", "expected flow-mask:ID");
  fails("flow-mask:third", "piece: expected a number");
  fails("flow-mask:30", "expected pieces of a vocabulary of 30, found 30");
}

TEST_CASE("Heads at sites are those that rules would name", "[attention]") {
  const std::vector<bool> named = HeadsAtSites("L0H1,L2H2-3,L3", 4, 4);
  for (size_t i = 0; i < 16; ++i) {
    CHECK(named[i] == (i == 1 || i == 10 || i == 11 || i >= 12));
  }
  CHECK_THROWS_WITH(HeadsAtSites("L4", 4, 4), ContainsSubstring("expected layers 0 to 3, found 4"));
  CHECK_THROWS_WITH(HeadsAtSites("2", 4, 4), ContainsSubstring("expected a site"));
}

TEST_CASE("Random patterns may be as sharp as one weight a row", "[attention]") {
  const RandomLogits logits(64, {3, Purpose::kTest});
  for (const size_t length : {2u, 7u, 31u, 64u}) {
    std::vector<float> values(length * length);
    const Matrix pattern(values.data(), length, length);
    logits.WritePattern(logits.ScaleOf(length, 1.0), pattern);
    for (const float weight : values) CHECK(weight == 1.0f / static_cast<float>(length));
    logits.WritePattern(logits.ScaleOf(length, 0.0), pattern);
    // A row whose two largest logits are all but equal has two weights.
    double mean = 0.0;
    for (size_t i = 0; i < length; ++i) {
      mean += Entropy(pattern.Row(i), length) / std::log(double(length)) / double(length);
    }
    CHECK(mean < 0.004);
  }
}

TEST_CASE("A regime lies beside the model it made and comes back as it was", "[attention]") {
  const TemporaryDirectory folder;
  const ModelConfig config = Model(2, 2);
  ParameterSet parameters(std::make_shared<const ParameterLayout>(BertLayout(config)));
  InitialiseParameters(0.02f, 1, parameters);
  const auto saved = [&](const char* rules) {
    const std::string path = folder.Path(std::to_string(std::string(rules).size()));
    const AttentionRegime regime(rules, {.model = config, .seed = 7, .cls = kCls, .sep = kSep});
    regime.Save(path, parameters);
    SavePretrained(config, parameters, {}, path);
    return LoadPretrained(path);
  };
  CHECK(saved("learned@L0").attention == nullptr);
  CHECK(saved("frozen-qk@L1").attention == nullptr);
  const char* rules = "random:entropy=0.4@L0 permuted@L1H1";
  const PretrainedModel model = saved(rules);
  REQUIRE(model.attention != nullptr);
  CHECK(model.attention->Text() == rules);
  const AttentionRegime regime(rules, {.model = config, .seed = 7, .cls = kCls, .sep = kSep});
  const Sentence sentence(12);
  for (size_t i = 0; i < 4; ++i) {
    CHECK(Pattern(*ControlOf(model.attention), sentence, i / 2, i % 2) ==
          Pattern(regime.Control(), sentence, i / 2, i % 2));
  }
  CHECK_THROWS_WITH(AttentionRegime::Load(model.directory, Model()),
                    ContainsSubstring("attention.json: num_hidden_layers: expected 4"));
}

}  // namespace
}  // namespace headscope
