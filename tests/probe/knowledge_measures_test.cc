// What is read off a model of the language: the questions are the documents', and attention that
// says nothing is not asked.
#include "probe/knowledge_measures.h"

#include <algorithm>
#include <memory>

#include "datasets/wordpiece_trainer.h"
#include "model/bert_parameters.h"
#include "probe/mention_arcs.h"
#include "probe/synthetic_treebank.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

struct KnowledgeFixture {
  AttackCorpus corpus{SyntheticTreebank(4, 4), SyntheticTreebank(2, 3), SyntheticTreebank(3, 3)};
  WordPiece word_piece;
  ModelConfig config;
  std::unique_ptr<ParameterSet> parameters;
  ThreadPool pool{2};

  KnowledgeFixture() : word_piece(Vocabulary()) {
    config = ModelConfigOfSize("nano", word_piece.Size());
    config.hidden_size = 16;
    config.intermediate_size = 16;
    config.max_position_embeddings = 128;
    parameters =
        std::make_unique<ParameterSet>(std::make_shared<const ParameterLayout>(BertLayout(config)));
    InitialiseParameters(0.2f, 1, *parameters);
  }
  std::vector<std::string> Vocabulary() const {
    std::string text;
    for (const Document& document : corpus.train.documents) text += PlainText(document);
    return TrainWordPiece(TextCorpus::FromMemory("language", text), {.size = 300});
  }
};

TEST_CASE("The mentions of a segment are arcs to their nearest antecedents", "[knowledge]") {
  KnowledgeFixture f;
  Compute compute(f.pool);
  const auto encode = [&](const std::vector<std::string>& words) {
    return EncodeWordInput(f.word_piece, words);
  };
  const SegmentedTreebank treebank =
      SegmentTreebank(f.corpus.test, encode, 128, 128, CoreferenceScheme::kGum);
  MentionArcs arcs(compute, f.config, *f.parameters, treebank, 1, nullptr);
  const ArcRows rows = arcs.Rows();
  size_t anaphors = 0;
  for (const uint32_t s : rows.sentences) {
    const auto n = static_cast<int32_t>(rows.Length(s));
    for (int32_t m = 0; m < n; ++m) {
      const int32_t head = rows.heads[rows.starts[s] + static_cast<size_t>(m)];
      CHECK((head < m || head == n));
      anaphors += head != n;
    }
  }
  CHECK(anaphors == treebank.num_anaphors);
  size_t taken = 0;
  for (const Segment& segment : treebank.segments) {
    if (segment.anaphors.empty()) continue;
    const uint32_t begin = rows.starts[taken++];
    // All mentions before the last anaphor are its candidates.
    const std::vector<uint32_t>& words = segment.anaphors.back().candidates;
    const auto place = [&](uint32_t word) {
      return std::lower_bound(words.begin(), words.end(), word) - words.begin();
    };
    for (const Anaphor& anaphor : segment.anaphors) {
      const auto at = begin + static_cast<uint32_t>(place(anaphor.word));
      CHECK(rows.heads[at] == place(anaphor.antecedents.back()));
    }
  }
  CHECK(anaphors > 20);
  const std::vector<int32_t> gold(rows.heads.begin(), rows.heads.end());
  CHECK(arcs.NumRight(gold) == anaphors);
  std::vector<int32_t> roots, selves;
  for (const uint32_t s : rows.sentences) {
    for (int32_t m = 0; m < static_cast<int32_t>(rows.Length(s)); ++m) {
      roots.push_back(static_cast<int32_t>(rows.Length(s)));
      selves.push_back(m);
    }
  }
  CHECK(arcs.NumRight(roots) == 0);
  CHECK(arcs.NumRight(selves) == 0);
}

TEST_CASE("Attention that prefers no piece is not asked; hidden states and nulls are",
          "[knowledge][slow]") {
  KnowledgeFixture f;
  const auto measure = [&](const AttentionControl* attention, size_t threads) {
    ThreadPool pool(threads);
    return MeasureKnowledge(pool, f.config, *f.parameters, attention, f.word_piece, f.corpus);
  };
  const UniformAttention uniform;
  const auto flat = measure(&uniform, 2), learned = measure(nullptr, 1);
  CHECK(flat.size() == 6);
  CHECK(learned.size() == 9);
  CHECK(measure(nullptr, 3) == learned);
  for (const char* name : {"null:UPOS", "null:UAS", "null:coref"}) {
    CHECK(flat.at(name) == learned.at(name));  // no model has a part in it
    CHECK(flat.at(name) > 10.0);
  }
  CHECK_FALSE(flat.contains("attention:UAS"));
  // Words of a random encoder still tell their class.
  CHECK(learned.at("states:UPOS") > 40.0);
}

}  // namespace
}  // namespace headscope
