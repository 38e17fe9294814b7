// The reader of attention: its gradients are exact, for its own tensors and for the patterns.
#include "train/attention_reader.h"

#include <cmath>
#include <memory>

#include "model/base/random.h"
#include "tests/support/catch.h"
#include "tests/support/dual.h"
#include "tests/support/feature_scale_definition.h"

namespace headscope {
namespace {

constexpr size_t kReaderLayers = 2, kReaderHeads = 2, kReaderUnits = 3;

ModelConfig TwoByTwo() {
  ModelConfig model = ModelConfigOfSize("nano", 20);
  model.num_hidden_layers = kReaderLayers;
  model.num_attention_heads = kReaderHeads;
  model.max_position_embeddings = 8;
  return model;
}

// Sequences of 4 and 5 pieces; words of several pieces, looks at nothing, questions of 2 and 3
// choices with kinds in common.
struct ReaderFixture {
  ModelConfig model = TwoByTwo();
  ThreadPool pool{2};
  Compute compute{pool};
  RaggedBatch batch;
  Reading reading{.looks_per_row = 2, .scores_per_row = 1};
  Activations acts{model, Activations::Mode::kTraining};
  AttentionReader reader{{.layers = kReaderLayers,
                          .heads = kReaderHeads,
                          .looks = 2,
                          .scores = 1,
                          .plain = 3,
                          .units = kReaderUnits}};
  std::unique_ptr<ParameterSet> tensors, gradients;

  ReaderFixture() {
    batch.Add(std::vector<int32_t>{2, 7, 8, 3}, 0);
    batch.Add(std::vector<int32_t>{2, 7, 8, 9, 3}, 1);
    AddPair({1, 2}, {2, 3}, 0);
    AddPair({1, 2}, {0, 1}, 1);
    AddRoot({1, 2});
    reading.EndQuestion(1);
    AddPair({2, 3}, {1, 2}, 1);
    AddPair({2, 3}, {3, 4}, 0);
    reading.EndQuestion(0);
    reading.EndSequence();
    AddPair({1, 3}, {3, 4}, 0);
    AddPair({1, 3}, {1, 3}, 1);
    AddRoot({1, 3});
    reading.EndQuestion(0);
    AddPair({3, 4}, {1, 3}, 1);
    AddPair({3, 4}, {4, 5}, 0);
    reading.EndQuestion(1);
    reading.EndSequence();
    ParameterLayout layout;
    reader.Declare(0.02f, layout);
    tensors = std::make_unique<ParameterSet>(std::make_shared<const ParameterLayout>(layout));
    gradients = std::make_unique<ParameterSet>(tensors->SharedLayout());
    const RandomStream stream{5, Purpose::kTest};
    for (size_t i = 0; i < tensors->Data().size(); ++i) {
      tensors->Data()[i] = static_cast<float>(stream.Normal(i));
    }
    acts.Prepare(batch);
    uint64_t draw = 0;
    ForEachPattern([&](size_t, size_t, size_t, Matrix pattern) {
      for (size_t k = 0; k < pattern.rows * pattern.cols; ++k) {
        pattern.data[k] = static_cast<float>(RandomStream{6, Purpose::kTest}.Uniform(draw++));
      }
    });
  }
  void AddPair(PieceSpan a, PieceSpan b, uint32_t plain) {
    AddLook(a, b);
    AddLook(b, a);
    reading.plain.push_back(plain);
  }
  void AddRoot(PieceSpan a) {
    AddLook(a, {});
    AddLook(a, {0, 1});
    reading.plain.push_back(2);
  }
  // One that the sequence has is shared.
  void AddLook(PieceSpan a, PieceSpan b) {
    for (uint32_t i = reading.look_starts.back(); i < reading.looks.size(); ++i) {
      const Look& look = reading.looks[i];
      if (look.from.begin == a.begin && look.from.end == a.end && look.to.begin == b.begin &&
          look.to.end == b.end) {
        reading.row_looks.push_back(i);
        return;
      }
    }
    reading.row_looks.push_back(reading.AddLook(a, b));
  }
  template <typename Visit>
  void ForEachPattern(const Visit& visit) {
    for (size_t l = 0; l < kReaderLayers; ++l) {
      for (size_t h = 0; h < kReaderHeads; ++h) {
        for (size_t s = 0; s < 2; ++s) visit(l, h, s, acts.Square(Hook::kPattern, l, h, s));
      }
    }
  }
  // All patterns, one after the other, in the order of ForEachPattern.
  std::vector<double> Patterns() {
    std::vector<double> all;
    ForEachPattern([&](size_t, size_t, size_t, ConstMatrix pattern) {
      for (size_t k = 0; k < pattern.rows * pattern.cols; ++k) {
        all.push_back(static_cast<double>(pattern.data[k]));
      }
    });
    return all;
  }
  ReaderSums Read() { return reader.Read(compute, *tensors, reading, batch, acts); }
};

// The definition, in the order of attention_reader.h; `t` the tensors, `a` the patterns.
struct Answers {
  Dual reader_nats = 0.0, plain_nats = 0.0, divergence = 0.0;  // means over questions
};

constexpr size_t kFeatures = kReaderLayers * kReaderHeads * 2;

// u of every row [rows][features]; below 0: nothing to look at.
std::vector<std::vector<Dual>> Attention(const ReaderFixture& f, const std::vector<Dual>& a) {
  const size_t lengths[] = {4, 5};
  std::vector<std::vector<Dual>> u;
  for (size_t r = 0; r < f.reading.NumRows(); ++r) {
    const size_t s = r < f.reading.row_starts[1] ? 0 : 1;
    u.emplace_back();
    for (size_t head = 0; head < kReaderLayers * kReaderHeads; ++head) {
      const Dual* pattern = a.data() + head * (16 + 25) + (s == 0 ? 0 : 16);
      for (size_t k = 0; k < 2; ++k) {
        const uint32_t id = f.reading.LooksOf(r)[k];
        if (id == Reading::kNoLook) {
          u.back().push_back(Dual(-1.0));
          continue;
        }
        const Look& look = f.reading.looks[id];
        Dual sum = 0.0;
        for (size_t p = look.from.begin; p < look.from.end; ++p) {
          for (size_t q = look.to.begin; q < look.to.end; ++q) {
            sum = sum + pattern[p * lengths[s] + q];
          }
        }
        const auto pieces = static_cast<double>(look.from.end - look.from.begin);
        u.back().push_back(sum * Dual(static_cast<double>(lengths[s]) / pieces));
      }
    }
  }
  return u;
}

Answers Define(const ReaderFixture& f, const std::vector<Dual>& t, const std::vector<Dual>& a) {
  const std::vector<std::vector<Dual>> features =
      ScaledByDefinition(Attention(f, a), f.reading.plain);
  std::vector<Dual> scores, plain;
  for (size_t r = 0; r < f.reading.NumRows(); ++r) {
    const std::vector<Dual>& x = features[r];
    const Dual* weight = t.data();
    const Dual* bias = weight + kReaderUnits * kFeatures;
    const Dual* out = bias + kReaderUnits;
    const Dual* direct = out + kReaderUnits;
    const Dual* table = direct + kFeatures;
    Dual score = table[f.reading.plain[r]];
    for (size_t k = 0; k < kFeatures; ++k) score = score + direct[k] * x[k];
    for (size_t u = 0; u < kReaderUnits; ++u) {
      Dual pre = bias[u];
      for (size_t k = 0; k < kFeatures; ++k) pre = pre + weight[u * kFeatures + k] * x[k];
      score = score + out[u] * Dual(0.5) * pre * (Dual(1.0) + erf(pre / Dual(std::sqrt(2.0))));
    }
    scores.push_back(score);
    plain.push_back(table[3 + f.reading.plain[r]]);
  }
  const auto log_softmax = [&](const std::vector<Dual>& of, size_t begin, size_t end, size_t at) {
    Dual sum = 0.0;
    for (size_t k = begin; k < end; ++k) sum = sum + exp(of[k]);
    return of[at] - log(sum);
  };
  Answers answers;
  for (size_t q = 0; q < 4; ++q) {
    const size_t begin = f.reading.offsets[q], end = f.reading.offsets[q + 1];
    const size_t gold = begin + f.reading.answers[q];
    answers.reader_nats = answers.reader_nats - log_softmax(scores, begin, end, gold) / Dual(4.0);
    answers.plain_nats = answers.plain_nats - log_softmax(plain, begin, end, gold) / Dual(4.0);
    for (size_t k = begin; k < end; ++k) {
      const Dual p = log_softmax(scores, begin, end, k), e = log_softmax(plain, begin, end, k);
      answers.divergence = answers.divergence + exp(p) * (p - e) / Dual(4.0);
    }
  }
  return answers;
}

std::vector<Dual> Duals(const std::vector<double>& values) {
  return {values.begin(), values.end()};
}

std::vector<double> Doubles(std::span<const float> values) {
  return {values.begin(), values.end()};
}

TEST_CASE("A reader of attention answers as its definition says", "[scrub]") {
  ReaderFixture f;
  const ReaderSums sums = f.Read();
  const Answers wanted = Define(f, Duals(Doubles(f.tensors->Data())), Duals(f.Patterns()));
  REQUIRE(sums.questions == 4);
  CHECK_THAT(sums.reader_nats / 4, WithinRel(wanted.reader_nats.value, 1e-5));
  CHECK_THAT(sums.plain_nats / 4, WithinRel(wanted.plain_nats.value, 1e-6));
  CHECK_THAT(sums.divergence / 4, WithinRel(wanted.divergence.value, 1e-5));
}

TEST_CASE("A reader that has learnt nothing is right as often as a guess", "[scrub]") {
  ReaderFixture f;
  f.tensors->SetZero();
  const ReaderSums sums = f.Read();
  CHECK_THAT(sums.reader_right, WithinAbs(1.0 / 3 + 1.0 / 2 + 1.0 / 3 + 1.0 / 2, 1e-12));
  CHECK(sums.plain_right == sums.reader_right);
}

TEST_CASE("A reader's gradient by its tensors equals exact differentiation", "[scrub]") {
  ReaderFixture f;
  f.Read();
  f.reader.LearnBackward(f.compute, *f.tensors, *f.gradients);
  const std::vector<Dual> patterns = Duals(f.Patterns());
  const auto definition = [&](const std::vector<Dual>& t) {
    const Answers answers = Define(f, t, patterns);
    return std::vector<Dual>{answers.reader_nats, answers.plain_nats};
  };
  const std::vector<double> wanted =
      ExactGradient(definition, Doubles(f.tensors->Data()), {1.0, 1.0});
  const std::vector<float> found(f.gradients->Data().begin(), f.gradients->Data().end());
  CHECK(RelativeError(found, wanted) < 1e-5);
}

TEST_CASE("The gradient of what is read, by the patterns, equals exact differentiation",
          "[scrub]") {
  ReaderFixture f;
  f.Read();
  f.reader.DivergenceBackward(f.compute, *f.tensors, 1.7);
  std::vector<float> found;
  f.ForEachPattern([&](size_t l, size_t h, size_t s, Matrix pattern) {
    std::vector<float> square(pattern.rows * pattern.cols);
    f.reader.AddPatternGradient({Hook::kPattern, l, h, s},
                                Matrix(square.data(), pattern.rows, pattern.cols));
    found.insert(found.end(), square.begin(), square.end());
  });
  const std::vector<Dual> tensors = Duals(Doubles(f.tensors->Data()));
  const auto definition = [&](const std::vector<Dual>& a) {
    return std::vector<Dual>{Define(f, tensors, a).divergence};
  };
  CHECK(RelativeError(found, ExactGradient(definition, f.Patterns(), {1.7})) < 1e-5);
}

}  // namespace
}  // namespace headscope
