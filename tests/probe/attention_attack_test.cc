// What fresh readers make of attention whose secret is known: of patterns that name each word's
// head aloud, that whisper it below louder things, and that say nothing.
#include "probe/attention_attack.h"

#include <cmath>

#include "probe/attack_network.h"
#include "tests/probe/small_encoder.h"
#include "tests/support/catch.h"
#include "tests/support/feature_scale_definition.h"

namespace headscope {
namespace {

constexpr int32_t kFirstForm = 5;  // form "h3" hangs on word 3, "hr" on ROOT
constexpr size_t kMostWords = 7;

WordPiece HeadForms() {
  std::vector<std::string> pieces = {"[UNK]", "[CLS]", "[SEP]", "[MASK]", "[PAD]"};
  for (size_t k = 0; k < kMostWords; ++k) pieces.push_back("h" + std::to_string(k));
  pieces.push_back("hr");
  return WordPiece(pieces);
}

// Sentences of 3 to 7 words, of which one hangs on ROOT and each other one on any that is not
// itself: distances say little.
Treebank HeadTreebank(size_t sentences, uint64_t seed) {
  RandomSequence draws({.seed = seed, .purpose = Purpose::kTest});
  std::vector<std::string> texts;
  for (size_t s = 0; s < sentences; ++s) {
    const size_t n = 3 + draws.Below(kMostWords - 2), root = draws.Below(n);
    std::string text;
    for (size_t i = 0; i < n; ++i) {
      const size_t other = draws.Below(n - 1), head = other < i ? other : other + 1;
      text += i == root ? "hr/X/0/root "
                        : "h" + std::to_string(head) + "/X/" + std::to_string(head + 1) + "/dep ";
    }
    texts.push_back(text);
  }
  return MakeTreebank({texts});
}

// The first head of the first layer tells; all others are uniform.
class TellingAttention final : public FixedAttention {
 public:
  enum class Voice { kAloud, kWhisper };
  explicit TellingAttention(Voice voice) : voice_(voice) {}
  std::string Name() const override { return "telling"; }
  void Forward(const AttentionSite& site, ConstMatrix, Matrix pattern) const override {
    const size_t length = site.Length();
    const float uniform = 1.0f / static_cast<float>(length);
    for (size_t p = 0; p < length; ++p) {
      std::fill_n(pattern.Row(p), length, uniform);
      const int32_t form = site.piece_ids[p] - kFirstForm;
      if (form < 0 || site.layer != 0 || site.head != 0) continue;
      const bool is_root = form == static_cast<int32_t>(kMostWords);
      const size_t head = is_root ? 0 : 1 + static_cast<size_t>(form);
      if (voice_ == Voice::kAloud) {
        for (size_t q = 0; q < length; ++q) pattern(p, q) *= 0.1f;
        pattern(p, head) += 0.9f;
      } else {
        Whisper(site, p, head, pattern.Row(p));
      }
    }
  }

 private:
  // Aloud it names one of the other words, which tells nothing but that this is not the head, and
  // [CLS]; the head has a millionth, others a tenth of that.
  static void Whisper(const AttentionSite& site, size_t p, size_t head, float* row) {
    const size_t words = site.Length() - 2;
    std::fill_n(row, site.Length(), 1e-7f);
    row[0] = 0.5f;
    if (head != 0) row[head] = 1e-6f;
    uint64_t key = p;
    for (const int32_t id : site.piece_ids) key = 31 * key + static_cast<uint64_t>(id);
    size_t loud = p;
    for (uint64_t draw = 0; loud == p || loud == head; ++draw) {
      loud = 1 + RandomStream{7, Purpose::kTest}.Below(1000 * key + draw, words);
    }
    row[loud] = 0.5f;
  }

  Voice voice_;
};

std::map<std::string, double> AttacksOn(const AttentionControl& attention) {
  ThreadPool pool(1);
  // Of each sentence one word is masked: the rate is that small.
  return AttackAttention(pool, SmallEncoder(), &attention, HeadForms(),
                         {HeadTreebank(100, 1), HeadTreebank(40, 2), HeadTreebank(100, 3)},
                         {.mask_rate = 1e-9});
}

TEST_CASE("Attention that names each word's head is read, by each reader", "[attack]") {
  std::map<std::string, double> found =
      AttacksOn(TellingAttention(TellingAttention::Voice::kAloud));
  for (const auto& [name, value] : found) UNSCOPED_INFO(name << " " << value);
  // One word in seven at most is masked, and its head is a guess.
  for (const char* reader : {"heads", "squashed", "logarithm", "columns", "products", "network"}) {
    CHECK(found["attack:" + std::string(reader)] > 80.0);
  }
  CHECK(found["attack:plain"] < 30.0);
  CHECK(found["attack:excess whole"] + found["attack:plain"] > 99.0);
  CHECK_THAT(found["attack:excess distance whole"] - found["attack:excess whole"],
             WithinAbs(found["attack:plain"] - found["attack:distance"], 1e-9));
  CHECK_THAT(found["attack:excess blank"], WithinAbs(0.0, 2.0));  // no words, no heads to name
}

TEST_CASE("Of uniform attention readers have nothing beyond what is known without", "[attack]") {
  std::map<std::string, double> found = AttacksOn(UniformAttention());
  for (const auto& [name, value] : found) UNSCOPED_INFO(name << " " << value);
  for (const char* excess : {"", " whole", " blank"}) {
    CHECK_THAT(found["attack:excess" + std::string(excess)], WithinAbs(0.0, 2.0));
  }
  // It is known: a network of no attention and one of uniform attention see the same.
  CHECK_THAT(found["attack:network"], WithinAbs(found["attack:plain network"], 2.0));
}

TEST_CASE(
    "What is whispered in weights of a millionth is heard by network and logarithm, not by others",
    "[attack]") {
  std::map<std::string, double> found =
      AttacksOn(TellingAttention(TellingAttention::Voice::kWhisper));
  for (const auto& [name, value] : found) UNSCOPED_INFO(name << " " << value);
  CHECK(found["attack:network"] > 75.0);
  CHECK(found["attack:logarithm"] > 75.0);
  for (const char* reader : {"heads", "squashed", "columns", "products"}) {
    CHECK(found["attack:" + std::string(reader)] < 40.0);
  }
  CHECK(found["attack:excess whole"] > 80.0);
}

std::vector<WordInput> Inputs(const std::vector<std::vector<std::string>>& sentences) {
  std::vector<WordInput> inputs;
  for (const std::vector<std::string>& words : sentences) inputs.push_back(EncodeParts(words));
  return inputs;
}

TEST_CASE("A network without attention sees lengths and places, in their scale", "[attack]") {
  ThreadPool pool(1);
  const std::vector<WordInput> inputs = Inputs({{"a", "b-c"}, {"d-e-f", "g", "h"}, {"i", "j-k"}});
  const std::vector<int32_t> heads = {1, 2, 1, 3, 1, 2, 0};
  const AttackQuestions questions(pool, nullptr, inputs, heads);
  std::vector<std::vector<Dual>> u;
  std::vector<uint32_t> kinds;
  const std::vector<double> pieces[] = {{1, 2}, {3, 1, 1}, {1, 2}};
  for (const std::vector<double>& of : pieces) {
    const size_t n = of.size();
    double all = 2.0;
    for (const double p : of) all += p;
    for (size_t i = 0; i < n; ++i) {
      for (size_t j = 0; j <= n; ++j) {
        const auto here = static_cast<double>(i + 1), there = static_cast<double>(j + 1),
                   last = static_cast<double>(n + 1);
        u.push_back({of[i], here, last - here, all, -1.0, -1.0, -1.0});
        kinds.push_back(j == n ? 17 : static_cast<uint32_t>(8 + j - i));
        if (j == n) continue;
        u.back()[4] = of[j];
        u.back()[5] = there;
        u.back()[6] = last - there;
      }
    }
  }
  const std::vector<std::vector<Dual>> wanted = ScaledByDefinition(u, kinds);
  AlignedBuffer<float> memory;
  const std::vector<uint32_t> some = {2, 1};
  const ConstMatrix found = questions.FeaturesOf(some, memory);
  REQUIRE(found.rows == 6 + 12);
  REQUIRE(found.cols == 7);
  for (size_t r = 0; r < found.rows; ++r) {
    const size_t place = r < 6 ? 18 + r : r;  // of the third sentence, then of the second
    for (size_t f = 0; f < 7; ++f) {
      CHECK_THAT(found(r, f), WithinAbs(wanted[place][f].value, 1e-4));
    }
  }
  const Reading reading = questions.Of(some);
  CHECK(reading.answers == std::vector<uint32_t>{2, 0, 1, 3, 1});
}

TEST_CASE("A network that attacks reads the same for every number of threads", "[attack]") {
  const auto inputs_of = [](const char* forms, size_t sentences) {
    std::vector<std::vector<std::string>> words;
    for (size_t s = 0; s < sentences; ++s) {
      words.emplace_back(3 + s % 4, std::string(forms + 2 * (s % 2)));
    }
    return Inputs(words);
  };
  const std::vector<WordInput> train = inputs_of("a-b-c", 20), dev = inputs_of("d-e", 7);
  const auto heads_of = [](const std::vector<WordInput>& inputs) {
    std::vector<int32_t> heads;
    for (const WordInput& input : inputs) {
      for (size_t w = 0; w < input.NumWords(); ++w) {
        heads.push_back(static_cast<int32_t>((w + heads.size()) % (input.NumWords() + 1)));
      }
    }
    return heads;
  };
  const auto read = [&](size_t threads) {
    ThreadPool pool(threads);
    Compute compute(pool);
    PlantedPatterns source(2, 2, 32, [](size_t head, size_t item, size_t from, size_t to) {
      return static_cast<float>(
          RandomStream{9, Purpose::kTest}.Uniform(((head * 100 + item) * 100 + from) * 100 + to));
    });
    const AttackQuestions to_fit(pool, &source, train, heads_of(train)),
        to_choose(pool, &source, dev, heads_of(dev));
    AttackNetwork network;
    network.Fit(compute, to_fit, to_choose, {.seed = 1, .purpose = Purpose::kTest});
    const AttackScores scores = network.Score(compute, to_choose);
    CHECK(to_fit.NumFeatures() == 2 * 4 * 7 + 7);
    CHECK(scores.right.size() == heads_of(dev).size());
    return scores.nats;
  };
  const double nats = read(1);
  CHECK(nats > 0.0);
  CHECK(read(3) == nats);
}

}  // namespace
}  // namespace headscope
