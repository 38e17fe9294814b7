#include "probe/experiment_cells.h"

#include <algorithm>
#include <filesystem>

#include "datasets/conllu_writer.h"
#include "model/base/error.h"
#include "model/base/file.h"
#include "probe/experiment_report.h"
#include "probe/experiment_results.h"
#include "probe/model_measures.h"
#include "probe/synthetic_treebank.h"
#include "tests/support/catch.h"
#include "tests/support/silent_stream.h"
#include "tests/support/temporary_directory.h"

namespace headscope {
namespace {

// Two arms, two seeds, on texts whose label is a word; a masked LM of three steps for one of them.
struct SmallExperiment {
  TemporaryDirectory folder;
  SilentStream silence;
  std::vector<std::string> said;
  size_t asked = 0, stop_after = 0;  // 0: never

  SmallExperiment() {
    const char* const words[] = {"good", "bad", "tree", "house", "river"};
    for (const std::string part : {"train", "dev", "test"}) {
      std::string text = "text\tlabel\n";
      for (int i = 0; i < 40; ++i) {
        text += std::string(words[i % 2]) + " " + words[2 + i % 3] + "\t" +
                (i % 2 == 0 ? "yes" : "no") + "\n";
      }
      WriteFileAtomically(folder.Path(part + ".tsv"), text);
    }
  }

  Experiment Parse(const std::vector<std::string>& settings = {}) const {
    const std::string text =
        "[experiment]\ntitle = \"t\"\nseeds = 2\n[data]\ntask = \"tsv:" + folder.Path("train.tsv") +
        "," + folder.Path("dev.tsv") + "," + folder.Path("test.tsv") +
        "\"\nmax_length = 8\n[model]\nsize = \"nano\"\nvocab_size = 64\n"
        "[schedule]\nepochs = 3\nbatch = 8\nlr = 5e-3\n"
        "[pretraining.base]\nsteps = 3\nlayers = 1\nhidden = 16\nheads = 2\nffn = 16\n"
        "positions = 32\nvocab_size = 200\nsynthetic_documents = 20\nstages = [\"16x64\"]\n"
        "held_out_tokens = 64\n"
        "[arm.plain]\npretrained = false\n[arm.pretrained]\n"
        "[claim.c]\nhypothesis = \"h\"\narm = \"plain\"\nagainst = \"pretrained\"\n";
    return ParseExperiment("small.toml", text, settings);
  }

  std::optional<std::vector<Cell>> Run(const Experiment& experiment) {
    said.clear();
    asked = 0;
    return RunCells(experiment, {.directory = folder.Path("out"),
                                 .data_folder = "",
                                 .threads = 1,
                                 .out = silence.Get(),
                                 .report = [&](const std::string& line) { said.push_back(line); },
                                 .stop = [&] { return ++asked == stop_after; }});
  }
  size_t CellsBegun() const {
    size_t begun = 0;
    for (const std::string& line : said) begun += line.find(", cell ") != std::string::npos;
    return begun;
  }
};

TEST_CASE("Cells are run once, go on after an interruption, and give the same figures",
          "[experiment]") {
  SmallExperiment small;
  const Experiment experiment = small.Parse();
  // Stopped in the pretraining, then in the third cell.
  small.stop_after = 17;
  CHECK_FALSE(small.Run(experiment));
  const size_t done = DoneCells(experiment, small.folder.Path("out")).size();
  CHECK(done < 4);
  small.stop_after = 0;
  const auto cells = small.Run(experiment);
  REQUIRE(cells);
  REQUIRE(cells->size() == 4);
  CHECK(small.CellsBegun() == 4 - done);
  CHECK(std::filesystem::exists(small.folder.Path("out/plain/seed-2/model/model.safetensors")));

  const auto again = small.Run(experiment);
  REQUIRE(again);
  CHECK(small.CellsBegun() == 0);
  const auto json = [&](const std::vector<Cell>& from) {
    return ExperimentJson({experiment, from, Decide(experiment.claims, from)});
  };
  CHECK(json(*again) == json(*cells));

  // Uninterrupted, elsewhere: the same bytes.
  SmallExperiment other;
  std::filesystem::remove_all(small.folder.Path("out"));
  small.stop_after = 0;
  const auto fresh = small.Run(experiment);
  REQUIRE(fresh);
  CHECK(json(*fresh) == json(*cells));
  // The label is a word.
  for (const Cell& cell : *fresh) {
    if (cell.arm != "plain") continue;  // the language of the masked LM has other words
    CAPTURE(cell.arm, cell.seed);
    CHECK(cell.measures.at("accuracy") > 90.0);
  }
}

TEST_CASE("Claims are on record before the cells that they are about", "[experiment]") {
  SmallExperiment small;
  const std::string out = small.folder.Path("out");
  MakeDirectory(out);
  Experiment experiment = small.Parse();
  REQUIRE(RecordClaims(experiment, out).size() == 1);
  REQUIRE(small.Run(experiment));
  // As it was; then with a rule that was thought of afterwards; then as it was again.
  CHECK(RecordClaims(experiment, out)[0].cells_before == 0);
  experiment.claims[0].margin = 20;
  experiment.claims.push_back(experiment.claims[0]);
  experiment.claims[1].name = "late";
  for (const ClaimRecord& record : RecordClaims(experiment, out)) CHECK(record.cells_before == 4);
  experiment.claims = small.Parse().claims;
  const std::vector<ClaimRecord> records = RecordClaims(experiment, out);
  CHECK(records[0].cells_before == 0);
  CHECK(records[0].versions == 2);
  const std::vector<Cell> cells = DoneCells(experiment, out);
  const ExperimentResults results{experiment, cells, Decide(experiment.claims, cells), records};
  CHECK_THAT(ExperimentReportHtml({.title = "t",
                                   .question = "",
                                   .method = "",
                                   .parts = {results},
                                   .command = "",
                                   .build = ""}),
             ContainsSubstring("Rule, on record before any cell was run (one of 2 versions): "));
  CHECK_THAT(ExperimentManifest({}, cells), ContainsSubstring("\": 4"));
  WriteFileAtomically(out + "/claims.json", "{}");
  CHECK_THROWS_WITH(RecordClaims(experiment, out), ContainsSubstring("claims.json: expected"));
}

TEST_CASE("Cells use the models of other arms of the same seed", "[experiment][slow]") {
  SmallExperiment small;
  const std::string text = small.Parse().text;
  const std::string arms = text.substr(0, text.find("[pretraining.base]")) +
                           "[arm.base]\n[arm.other]\nseed_offset = 5\ncompare_with = \"<base>\"\n"
                           "[arm.adversary]\nadversary_of = \"<base>\"\nlambda = 0.1\n"
                           "[arm.guided]\npositions = false\n"
                           "attention = \"positional:0@L0 supplied:<adversary>,mean@L1\"\n"
                           "[claim.c]\nhypothesis = \"h\"\nmeasure = \"jsd:L1\"\n"
                           "arm = \"adversary\"\nagainst = \"other\"\nexpect = \"higher\"\n";
  const Experiment experiment = ParseExperiment("adversaries.toml", arms);
  const auto cells = small.Run(experiment);
  REQUIRE(cells);
  REQUIRE(cells->size() == 8);
  for (const Cell& cell : *cells) {
    const bool compared = cell.arm == "other" || cell.arm == "adversary";
    CHECK(cell.measures.contains("tvd") == compared);
    CHECK(cell.measures.contains("jsd:L1") == compared);
    const std::string config =
        ReadFile(small.folder.Path("out/" + cell.arm + "/seed-" + std::to_string(cell.seed)) +
                 "/config.toml");
    const std::string base = "out/base/seed-" + std::to_string(cell.seed) + "/model\"";
    CHECK((config.find(base) != std::string::npos) == compared);
    if (cell.arm == "other") {
      CHECK(config.find("seed = " + std::to_string(cell.seed + 5)) != std::string::npos);
      CHECK(cell.measures.at("jsd:L1") > 0.0);
    }
    if (cell.arm == "guided") {
      CHECK(config.find("supplied:" + small.folder.Path("out/adversary/seed-")) !=
            std::string::npos);
    }
  }
  const ExperimentResults results{experiment, *cells, Decide(experiment.claims, *cells)};
  const MeasureMatrix matrix = MatrixOf(results);
  REQUIRE(matrix.rows.size() == 4);
  const auto column = [&](const char* measure) {
    const auto at = std::find(matrix.measures.begin(), matrix.measures.end(), measure);
    REQUIRE(at != matrix.measures.end());
    return static_cast<size_t>(at - matrix.measures.begin());
  };
  CHECK_FALSE(matrix.rows[0][column("tvd")]);
  REQUIRE(matrix.rows[2][column("tvd")]);
  CHECK(matrix.rows[2][column("tvd")]->n == 2);
  CHECK(matrix.rows[3][column("accuracy")]);
}

TEST_CASE("What needs the model is measured where it is asked for", "[experiment][slow]") {
  SmallExperiment small;
  const std::string text = small.Parse().text;
  const std::string head = text.substr(0, text.find("[pretraining.base]"));
  const std::string arms =
      "[arm.learned]\n[arm.uniform]\nattention = \"uniform\"\n[claim.c]\n"
      "hypothesis = \"h\"\narm = \"uniform\"\nagainst = \"learned\"\n";
  const auto without = small.Run(ParseExperiment("measures.toml", head + arms));
  REQUIRE(without);
  CHECK_FALSE((*without)[0].measures.contains("tau:loo"));
  std::string asking = head;
  asking.insert(asking.find("seeds = 2"), "measures = [\"accuracy\", \"tau:loo\"]\n");
  const Experiment experiment = ParseExperiment("measures.toml", asking + arms);
  CHECK(DoneCells(experiment, small.folder.Path("out")).empty());  // what is there is not enough
  const auto cells = small.Run(experiment);
  REQUIRE(cells);
  for (const Cell& cell : *cells) {
    CHECK(cell.measures.contains("tau:loo") == (cell.arm == "learned"));
    CHECK(cell.measures.contains("tau:gradient-loo"));
    CHECK(cell.families == std::set<std::string>{"tau"});
  }
  for (size_t i = 0; i < 4; ++i) {
    CHECK((*cells)[i].measures.at("accuracy") == (*without)[i].measures.at("accuracy"));
  }
  CHECK(DoneCells(experiment, small.folder.Path("out")).size() == 4);

  // Trees, of a few documents: where attention prefers something.
  const ModelMeasures trees({"trees"}, 1, {.agreement_examples = 0, .documents = 2});
  FinetuneData data;
  const auto measured = [&](const char* run) {
    const std::string folder = small.folder.Path(run);
    data.word_piece = std::make_unique<WordPiece>(WordPiece::FromFile(folder + "/vocab.txt"));
    return trees.Of(folder, data);
  };
  const auto of_learned = measured("out/learned/seed-1/model");
  CHECK(of_learned.at("trees:UUAS") > 0.0);
  CHECK(of_learned.at("trees:UUAS") < 100.0);
  CHECK(of_learned.contains("trees:UAS"));
  CHECK(measured("out/uniform/seed-1/model").empty());
}

TEST_CASE("Models are asked about the documents of the treebank that is named", "[experiment]") {
  SmallExperiment small;
  const std::string text = small.Parse().text;
  std::string asking = text.substr(0, text.find("[pretraining.base]")) +
                       "[arm.learned]\n[claim.c]\nhypothesis = \"h\"\narm = \"learned\"\n"
                       "against = \"50\"\n";
  asking.insert(asking.find("seeds = 2"), "measures = [\"accuracy\", \"trees:UAS\"]\n");
  const auto parse = [&](const std::vector<std::string>& settings = {}) {
    return ParseExperiment("asking.toml", asking, settings);
  };
  REQUIRE(small.Run(parse()));
  CHECK(DoneCells(parse(), small.folder.Path("out")).size() == 2);
  CHECK(DoneCells(parse({"treebank=gum"}), small.folder.Path("out")).empty());

  // A "GUM" that has the language's own documents: every other one of four, of all of two.
  const auto measured = [&](const ModelMeasureOptions& options) {
    const std::string model = small.folder.Path("out/learned/seed-1/model");
    FinetuneData data;
    data.word_piece = std::make_unique<WordPiece>(WordPiece::FromFile(model + "/vocab.txt"));
    return ModelMeasures({"trees"}, 1, options).Of(model, data);
  };
  const ModelMeasureOptions of_gum{.agreement_examples = 0,
                                   .documents = 6,
                                   .treebank = MeasuredTreebank::kGum,
                                   .data_folder = small.folder.Path("")};
  CHECK_THROWS_WITH(measured(of_gum), ContainsSubstring("en_gum-ud-train.conllu"));
  for (const auto& [part, seed] :
       std::map<std::string, uint64_t>{{"dev", 2}, {"test", 3}, {"train", 4}}) {
    std::string written;
    const Treebank others = SyntheticTreebank(9 + seed, 2);
    const Treebank language = SyntheticTreebank(seed, 2);
    for (size_t k = 0; k < 2; ++k) {
      written += ToConllu(language.documents[k]);
      if (part != "train") written += ToConllu(others.documents[k]);
    }
    WriteFileAtomically(small.folder.Path("en_gum-ud-" + part + ".conllu"), written);
  }
  CHECK(measured(of_gum) == measured({.agreement_examples = 0, .documents = 2}));
}

TEST_CASE("Cells are measured example by example where that is asked for and defined",
          "[experiment][slow]") {
  SmallExperiment small;
  const std::string text = small.Parse().text;
  std::string asking = text.substr(0, text.find("[pretraining.base]")) +
                       "[arm.learned]\n[arm.uniform]\nattention = \"uniform\"\n[claim.c]\n"
                       "hypothesis = \"h\"\nmeasure = \"permute:flips\"\narm = \"learned\"\n"
                       "against = \"50\"\n";
  asking.insert(asking.find("seeds = 2"), "measures = [\"accuracy\", \"permute:tvd\"]\n");
  const auto parse = [&](const std::vector<std::string>& settings = {}) {
    return ParseExperiment("asking.toml", asking, settings);
  };
  const auto cells = small.Run(parse());
  REQUIRE(cells);
  for (const Cell& cell : *cells) {
    CHECK(cell.measures.contains("permute:tvd") == (cell.arm == "learned"));
    CHECK(cell.measures.contains("permute:flips") == (cell.arm == "learned"));
    CHECK_FALSE(cell.measures.contains("permute:tvd all"));
    CHECK_FALSE(cell.measures.contains("instance:jsd"));
    CHECK(cell.families == std::set<std::string>{"permute"});
  }
  // No document has a part in it.
  CHECK(DoneCells(parse({"treebank=gum"}), small.folder.Path("out")).size() == 4);
}

TEST_CASE("More seeds add cells to those that are done", "[experiment]") {
  SmallExperiment small;
  REQUIRE(small.Run(small.Parse()));
  const auto more = small.Run(small.Parse({"seeds=3"}));
  REQUIRE(more);
  CHECK(more->size() == 6);
  CHECK(small.CellsBegun() == 2);
}

TEST_CASE("Cells of other settings are refused, not mixed in", "[experiment]") {
  SmallExperiment small;
  REQUIRE(small.Run(small.Parse()));
  CHECK_THROWS_WITH(small.Run(small.Parse({"lr=1e-4"})),
                    ContainsSubstring("cell.json: expected a cell of this experiment"));
  WriteFileAtomically(small.folder.Path("out/plain/seed-1/cell.json"), "{\"arm\": 1}");
  CHECK_THROWS_WITH(small.Run(small.Parse()),
                    ContainsSubstring("cell.json: expected the figures of a cell"));
}

}  // namespace
}  // namespace headscope
