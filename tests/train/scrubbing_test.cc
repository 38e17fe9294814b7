// Scrubbed attention in a whole training: what is asked is what the documents say, the gradient is
// the slope of what is minimised, and nothing depends on threads or interruptions.
#include "train/scrubbing.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

#include "datasets/synthetic_language.h"
#include "datasets/upos.h"
#include "model/base/file.h"
#include "model/bert_parameters.h"
#include "model/ops/softmax.h"
#include "tests/support/catch.h"
#include "tests/support/silent_stream.h"
#include "tests/support/small_training.h"
#include "tests/support/temporary_directory.h"
#include "train/masked_lm_objective.h"
#include "train/staged_batches.h"
#include "train/training_run.h"

namespace headscope {
namespace {

TrainConfig ScrubConfig(ReadingTarget target, double strength) {
  TrainConfig config;
  config.synthetic_documents = 40;
  config.vocab_size = 400;
  config.layers = 2;
  config.hidden = 24;
  config.heads = 2;
  config.ffn = 32;
  config.positions = 40;
  config.dropout = 0.1;
  config.steps = 12;
  config.stages = {{40, 300, 0}};
  config.lr = 2e-3;
  config.warmup = 2;
  config.log_every = 4;
  config.eval_every = 6;
  config.save_every = 6;
  config.held_out_tokens = 400;
  config.scrub.target = target;
  config.scrub.strength = strength;
  config.Resolve();
  config.Validate();
  return config;
}

TrainingData ScrubData(const TrainConfig& config) {
  return LoadTrainingData(config, "", [](const std::string&) {});
}

// Where the pieces of a sentence lie is found here by spelling words out.
std::string Spelled(const TrainingData& data, uint32_t begin, uint32_t end) {
  std::string text;
  for (uint32_t p = begin; p < end; ++p) {
    const std::string& piece = data.Tokenizer().Piece(data.corpus->Pieces()[p]);
    text += piece.starts_with("##") ? piece.substr(2) : piece;
  }
  return text;
}

std::string Lowered(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

TEST_CASE("The words of an annotated corpus are those of its documents", "[scrub]") {
  const TrainConfig config = ScrubConfig(ReadingTarget::kDependencies, 1.0);
  const TrainingData data = ScrubData(config);
  const auto all = data.annotation->Within(0, static_cast<uint32_t>(data.corpus->Pieces().Size()));
  const SyntheticLanguage language(config.synthetic_seed);
  size_t sentence = 0, spelled = 0, mentions = 0, coreferent = 0;
  for (uint64_t d = 0; d < config.synthetic_documents; ++d) {
    const Document document = language.MakeDocument(d);
    std::map<std::string, uint32_t> entities;
    std::vector<std::span<const AnnotatedWord>> of_document;
    for (const Sentence& wanted : document.sentences) {
      const std::span<const AnnotatedWord> words = data.annotation->Words(all[sentence++]);
      of_document.push_back(words);
      REQUIRE(words.size() == wanted.words.size());
      for (size_t w = 0; w < words.size(); ++w) {
        const Word& word = wanted.words[w];
        if (Spelled(data, words[w].begin, words[w].end) == Lowered(word.form)) ++spelled;
        CHECK(words[w].head == (word.head == 0 ? words.size() : size_t(word.head) - 1));
        CHECK(kUposTags[words[w].upos] == word.upos);
      }
    }
    for (const Mention& mention : document.mentions) {
      const uint32_t entity = of_document[mention.sentence][mention.head].entity;
      const auto [found, is_new] = entities.try_emplace(mention.entity, entity);
      ++mentions;
      if (!is_new) coreferent += found->second == entity;
    }
    CHECK(entities.size() > 0);
  }
  CHECK(sentence == all.size());
  CHECK(data.annotation->NumLeftOut() == 0);
  CHECK(20 * spelled > 19 * size_t{all.back().first});  // the rest has [UNK]
  CHECK(coreferent > mentions / 4);
}

TEST_CASE("A batch is asked what its sentences' trees say", "[scrub]") {
  const TrainConfig config = ScrubConfig(ReadingTarget::kDependencies, 1.0);
  const TrainingData data = ScrubData(config);
  StagedBatches batches(*data.corpus, StagedPlan(config.stages), {.seed = 1});
  const RaggedBatch& batch = batches.At(1).batch;
  const ReadingTask task(ReadingTarget::kDependencies, *data.annotation, 1);
  const Reading reading = task.Of(batch);
  size_t question = 0, row = 0;
  for (size_t s = 0; s < batch.NumSequences(); ++s) {
    const auto pieces = static_cast<uint32_t>(batch.Length(s)) - 2;
    CHECK(reading.row_starts[s] == row);
    for (const auto& sentence : data.annotation->Within(batch.sequence_ids[s], pieces)) {
      const auto words = data.annotation->Words(sentence);
      for (size_t i = 0; i < words.size(); ++i) {
        REQUIRE(reading.answers[question] == words[i].head);
        CHECK(reading.offsets[question] == row);
        for (size_t j = 0; j < words.size(); ++j, ++row) {
          const auto look = [&](size_t k) { return reading.looks.at(reading.LooksOf(row)[k]); };
          CHECK(look(0).from.begin == 1 + words[i].begin - batch.sequence_ids[s]);
          CHECK(look(0).to.end == 1 + words[j].end - batch.sequence_ids[s]);
          CHECK(look(1).from.begin == look(0).to.begin);
          CHECK(look(1).to.end == look(0).from.end);
          CHECK(look(2).from.begin == look(0).to.begin);  // the candidate, to [CLS]
          CHECK(look(2).to.end == 1);
          CHECK(look(3).from.begin == look(0).to.begin);  // to [SEP]
          CHECK(look(3).to.end == batch.Length(s));
          CHECK(look(4).from.Size() == batch.Length(s));  // all, to the candidate
          CHECK(look(4).to.begin == look(0).to.begin);
          CHECK(reading.LooksOf(row)[5] == Reading::kNoLook);
          CHECK(reading.LooksOf(row)[6] == Reading::kNoLook);
        }
        const std::span<const uint32_t> root = reading.LooksOf(row);
        CHECK((root[0] == Reading::kNoLook && root[4] == Reading::kNoLook));
        CHECK(reading.looks.at(root[5]).from.begin == 1 + words[i].begin - batch.sequence_ids[s]);
        CHECK(reading.looks.at(root[5]).to.end == 1);  // [CLS] speaks for ROOT
        CHECK(reading.looks.at(root[6]).to.end == batch.Length(s));
        ++row;
        ++question;
      }
    }
  }
  CHECK(question > 20);
  CHECK(question == reading.NumQuestions());
  CHECK(row == reading.NumRows());
}

TEST_CASE("Controls ask what they are to ask", "[scrub]") {
  const TrainConfig config = ScrubConfig(ReadingTarget::kControl, 1.0);
  const TrainingData data = ScrubData(config);
  StagedBatches batches(*data.corpus, StagedPlan(config.stages), {.seed = 1});
  const RaggedBatch batch = batches.At(1).batch;
  const auto reading_of = [&](ReadingTarget target) {
    return ReadingTask(target, *data.annotation, 1).Of(batch);
  };
  const Reading trees = reading_of(ReadingTarget::kDependencies),
                control = reading_of(ReadingTarget::kControl),
                distance = reading_of(ReadingTarget::kDistance),
                mentions = reading_of(ReadingTarget::kCoreference),
                tags = reading_of(ReadingTarget::kPos);
  REQUIRE(control.NumQuestions() == trees.NumQuestions());
  std::map<uint32_t, uint32_t> behaviours;  // word type -> self, first, last
  size_t question = 0, of_distance = 0, tag = 0;
  for (size_t s = 0; s < batch.NumSequences(); ++s) {
    const auto pieces = static_cast<uint32_t>(batch.Length(s)) - 2;
    for (const auto& sentence : data.annotation->Within(batch.sequence_ids[s], pieces)) {
      const auto words = data.annotation->Words(sentence);
      const auto n = static_cast<uint32_t>(words.size());
      for (uint32_t i = 0; i < n; ++i, ++question) {
        const uint32_t answer = control.answers[question];
        CHECK((answer == i || answer == 0 || answer + 1 == n));
        if (i != 0 && i + 1 != n) {
          const uint32_t behaviour = answer == i ? 0 : answer == 0 ? 1 : 2;
          CHECK(behaviours.try_emplace(words[i].type, behaviour).first->second == behaviour);
        }
        const uint32_t drawn = distance.answers[question];
        bool is_a_distance = drawn == n;
        for (uint32_t w = 0; w < n; ++w) {
          is_a_distance = is_a_distance || (words[w].head != n && words[w].head - w == drawn - i);
        }
        CHECK(is_a_distance);
        of_distance += drawn == words[i].head;
        CHECK(tags.answers[tag++] == words[i].upos);
      }
    }
  }
  CHECK(of_distance < question / 2);
  CHECK(tags.NumRows() == tags.NumQuestions());
  CHECK(mentions.NumQuestions() > 0);
  for (size_t k = 0; k < mentions.NumQuestions(); ++k) {
    CHECK(mentions.offsets[k] + mentions.answers[k] < mentions.offsets[k + 1]);
  }
}

// Of the model's tensors, the reader's held: by central differences along the gradient.
TEST_CASE("Loss and what is read fall along the gradient as their sum's slope says", "[scrub]") {
  TrainConfig config = ScrubConfig(ReadingTarget::kDependencies, 0.8);
  config.dropout = 0.0;
  const TrainingData data = ScrubData(config);
  const ModelConfig model = config.Model(data.Tokenizer().Size());
  Scrubbing scrubbing(model, config.scrub, *data.annotation, 1);
  ParameterLayout layout = BertLayout(model);
  const size_t of_model = layout.TotalSize();
  scrubbing.Declare(layout);
  ParameterSet weights(std::make_shared<const ParameterLayout>(layout));
  InitialiseParameters(0.2f, 3, weights);
  const RandomStream stream{9, Purpose::kTest};
  for (size_t i = of_model; i < weights.Data().size(); ++i) {
    weights.Data()[i] = static_cast<float>(0.3 * stream.Normal(i));
  }
  ThreadPool pool(2);
  Compute compute(pool);
  const Encoder encoder(model);
  const LearnedAttention attention;
  StagedBatches batches(*data.corpus, StagedPlan(config.stages), {.seed = 1});
  const std::vector<MaskedBatch> held_out{batches.At(1)};
  ParameterSet gradients(weights.SharedLayout());
  StagedBatches again(*data.corpus, StagedPlan(config.stages), {.seed = 1});
  MaskedLmObjective training(encoder, attention, 1, again, held_out, &scrubbing);
  training.Accumulate(compute, weights, 1, gradients);
  double squared = 0.0;
  for (size_t i = 0; i < of_model; ++i) {
    squared += static_cast<double>(gradients.Data()[i]) * static_cast<double>(gradients.Data()[i]);
  }
  const auto total_at = [&](double distance) {
    ParameterSet moved(weights.SharedLayout());
    std::copy_n(weights.Data().begin(), moved.Data().size(), moved.Data().begin());
    for (size_t i = 0; i < of_model; ++i) {
      moved.Data()[i] += static_cast<float>(distance) * gradients.Data()[i];
    }
    const double loss = training.Evaluate(compute, moved).Mean();
    const ReaderSums& sums = scrubbing.Sums();
    return loss + 0.8 * sums.divergence / static_cast<double>(sums.questions);
  };
  const double h = 1e-3 / std::sqrt(squared);
  CHECK_THAT((total_at(h) - total_at(-h)) / (2 * h), WithinRel(squared, 1e-2));
  CHECK(scrubbing.Sums().divergence > 0.1);
}

TEST_CASE("Noise has the norm of each pattern's gradient by the scores, and another direction",
          "[scrub]") {
  const TrainConfig config = ScrubConfig(ReadingTarget::kDependencies, 1.5);
  const TrainingData data = ScrubData(config);
  const ModelConfig model = config.Model(data.Tokenizer().Size());
  StagedBatches batches(*data.corpus, StagedPlan(config.stages), {.seed = 1});
  const RaggedBatch batch = batches.At(1).batch;
  ThreadPool pool(1);
  Compute compute(pool);
  const Encoder encoder(model);
  // For each pattern of the batch, what is added to a gradient of zeros, by the scores.
  const auto gradients_of = [&](bool noise, uint64_t step) {
    Scrubbing scrubbing(model, {ReadingTarget::kDependencies, 1.5, noise}, *data.annotation, 1);
    ParameterLayout layout = BertLayout(model);
    scrubbing.Declare(layout);
    ParameterSet weights(std::make_shared<const ParameterLayout>(layout));
    InitialiseParameters(0.2f, 3, weights);
    const Matrix direct = weights.At("attention_reader.direct.weight");
    for (size_t k = 0; k < direct.cols; ++k) direct(0, k) = 1.0f;
    ParameterSet gradients(weights.SharedLayout());
    Activations acts(model, Activations::Mode::kTraining);
    acts.Prepare(batch);
    encoder.Forward(compute, weights, batch, {}, acts);
    const auto add = scrubbing.Accumulate(compute, weights, step, batch, acts, gradients);
    std::vector<std::vector<float>> all;
    for (size_t s = 0; s < batch.NumSequences(); ++s) {
      const size_t length = batch.Length(s);
      const ConstMatrix pattern = acts.Square(Hook::kPattern, 1, 0, s);
      auto& square = all.emplace_back(length * length);
      const Matrix by_pattern(square.data(), length, length);
      add({Hook::kPattern, 1, 0, s}, pattern, by_pattern);
      SoftmaxBackward(pattern, by_pattern, by_pattern);
    }
    return all;
  };
  const auto dot = [](const std::vector<float>& a, const std::vector<float>& b) {
    double sum = 0.0;
    for (size_t k = 0; k < a.size(); ++k) {
      sum += static_cast<double>(a[k]) * static_cast<double>(b[k]);
    }
    return sum;
  };
  const auto own = gradients_of(false, 1), noise = gradients_of(true, 1);
  size_t not_zero = 0;
  for (size_t s = 0; s < own.size(); ++s) {
    if (dot(own[s], own[s]) == 0.0) continue;
    ++not_zero;
    CHECK_THAT(dot(noise[s], noise[s]), WithinRel(dot(own[s], own[s]), 1e-4));
    CHECK(std::abs(dot(own[s], noise[s])) < 0.5 * dot(own[s], own[s]));
  }
  CHECK(not_zero > 2);
  CHECK(gradients_of(true, 1) == noise);
  CHECK(gradients_of(true, 2) != noise);
}

struct ScrubRuns {
  TemporaryDirectory folder;
  SilentStream silence;

  std::string Run(
      const std::string& name, const TrainConfig& config, size_t threads, bool resume = false,
      std::function<bool()> stop = [] { return false; }) {
    const TrainingData data = ScrubData(config);
    RunTraining(config, data, {folder.Path(name), resume, threads, silence.Get(), std::move(stop)});
    return folder.Path(name);
  }
};

TEST_CASE("Scrubbing gives the same bits for every number of threads and interruption",
          "[scrub][same-bits]") {
  ScrubRuns runs;
  for (const bool noise : {false, true}) {
    TrainConfig config = ScrubConfig(ReadingTarget::kDependencies, 2.0);
    config.scrub.noise = noise;
    const std::string name = noise ? "noise" : "scrubbed";
    const std::string expected = HashesOf(runs.Run(name, config, 1));
    CHECK(HashesOf(runs.Run(name + "3", config, 3)) == expected);
    int asked = 0;
    runs.Run(name + "-stopped", config, 2, false, [&] { return asked++ == 7; });
    CHECK(HashesOf(runs.Run(name + "-stopped", config, 1, true)) == expected);
  }
}

TEST_CASE("A reader that only reads leaves the model as it is; one that matters does not",
          "[scrub]") {
  ScrubRuns runs;
  const auto model_of = [&](const std::string& name, const TrainConfig& config) {
    return Sha256OfFile(runs.Run(name, config, 1) + "/model/model.safetensors");
  };
  TrainConfig config = ScrubConfig(ReadingTarget::kNone, 0.0);
  const std::string plain = model_of("plain", config);
  config.scrub.target = ReadingTarget::kDependencies;
  CHECK(model_of("read", config) == plain);
  config.scrub.strength = 2.0;
  const std::string scrubbed = model_of("scrubbed", config);
  CHECK(scrubbed != plain);
  config.scrub.noise = true;
  const std::string noise = model_of("noise", config);
  CHECK(noise != plain);
  CHECK(noise != scrubbed);
  config.scrub.strength = 0.0;
  config.scrub.target = ReadingTarget::kNone;
  CHECK_THROWS_WITH(config.Validate(), ContainsSubstring("what is read"));
}

TEST_CASE("The adversary has the units and the rate that are asked for", "[scrub]") {
  TrainConfig config = ScrubConfig(ReadingTarget::kDependencies, 1.0);
  const TrainingData data = ScrubData(config);
  const auto check = [&](size_t units, float rate) {
    ParameterLayout layout;
    Scrubbing(config.Model(config.vocab_size), config.scrub, *data.annotation, 1).Declare(layout);
    const ParameterSpec& hidden = layout.Find("attention_reader.hidden.weight");
    CHECK(hidden.shape[0] == units);
    CHECK(hidden.rate_scale == rate);
    CHECK(layout.Find("attention_reader.out.weight").shape[1] == units);
    CHECK(layout.Find("attention_reader.direct.weight").rate_scale == rate);
    CHECK(layout.Find("attention_reader.plain").rate_scale == 20.0f);
  };
  check(32, 5.0f);
  config.scrub.units = 7;
  config.scrub.rate = 12.5;
  check(7, 12.5f);
  config.scrub.target = ReadingTarget::kNone;
  config.scrub.strength = config.scrub.rate = 0.0;
  CHECK_THROWS_WITH(config.Validate(), ContainsSubstring("what is read"));
}

TEST_CASE("A model that is scrubbed tells its reader less", "[scrub][slow]") {
  ScrubRuns runs;
  const auto divergence = [&](const std::string& name, double strength) {
    TrainConfig config = ScrubConfig(ReadingTarget::kDistance, strength);
    config.steps = 150;
    config.dropout = 0.0;
    config.init_std = 0.1;  // patterns that tell places from the start
    config.qk_init_scale = 3.0;
    config.sinusoidal_positions = true;
    const TrainingData data = ScrubData(config);
    const TrainingRunResult result = RunTraining(
        config, data, {runs.folder.Path(name), false, 1, runs.silence.Get(), [] { return false; }});
    return result.of_attention.at("reader:divergence");
  };
  const double read = divergence("read", 0.0), scrubbed = divergence("scrubbed", 30.0);
  INFO(read << " " << scrubbed);
  CHECK(read > 0.005);
  CHECK(scrubbed < read / 2);
}

TEST_CASE("Attention is kept at the distance that is asked for", "[scrub][slow]") {
  ScrubRuns runs;
  TrainConfig config = ScrubConfig(ReadingTarget::kNone, 0.0);
  config.steps = 100;
  config.dropout = 0.0;
  const std::string base = runs.Run("base", config, 1);
  const auto distance = [&](const std::string& name, double strength, const std::string& as = "") {
    config.keep_away = {base + "/model", as.empty() ? 30.0 : 0.0, as, strength};
    const TrainingData data = ScrubData(config);
    return RunTraining(config, data,
                       {runs.folder.Path(name), false, 2, runs.silence.Get(), [] { return false; }})
        .of_attention.at("jsd:all");
  };
  // The same seed: without a penalty it is the base again.
  CHECK_THAT(distance("same", 0.0), WithinAbs(0.0, 1e-9));
  config.seed = 2;
  const double kept = distance("kept", 300.0);
  INFO(kept);
  CHECK_THAT(kept, WithinAbs(30.0, 6.0));
  // As far as the one that was kept, from a third start; and as far as the base itself: nowhere.
  config.seed = 3;
  const std::string as = runs.folder.Path("kept") + "/model";
  CHECK_THAT(distance("as far", 300.0, as), WithinAbs(kept, 3.0));
  const double alone = distance("alone", 0.0),
               nowhere = distance("nowhere", 300.0, base + "/model");
  INFO(alone << " " << nowhere);
  CHECK(nowhere < 0.6 * alone);
  config.keep_away.jsd = 20.0;
  CHECK_THROWS_WITH(config.Validate(), ContainsSubstring("no keep_away_jsd"));
  config.keep_away.jsd = 0.0;
  config.keep_away.from.clear();
  CHECK_THROWS_WITH(config.Validate(), ContainsSubstring("name a model"));
  config.vocab_size = 300;
  config.keep_away.strength = 0.0;
  CHECK_THROWS_WITH(distance("other", 0.0), ContainsSubstring("to keep away from"));
}

}  // namespace
}  // namespace headscope
