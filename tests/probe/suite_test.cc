#include "probe/suite.h"

#include <nlohmann/json.hpp>

#include "model/base/file.h"
#include "probe/fit_journal.h"
#include "probe/section_store.h"
#include "probe/suite_report.h"
#include "tests/probe/small_encoder.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_directory.h"

namespace headscope {
namespace {

struct SuiteRunner {
  Treebank train = RandomTreebank(20, 1), dev = RandomTreebank(10, 2), test = RandomTreebank(10, 3);
  PretrainedModel model = SmallEncoder();
  WordPiece word_piece = PiecesOfForms();
  WordEncoder encode = EncodeForms;
  SuiteOptions options{.studies = {"pos", "structural"}, .seeds = 2, .sweep_words = 60};
  SuiteHooks hooks;
  size_t fits = 0, planned = 0;

  std::vector<SuiteSection> Run(size_t threads) {
    fits = 0;
    ThreadPool pool(threads);
    const SuiteContext context{
        pool, model, word_piece, encode, train, dev, test, options, [](const std::string&) {}};
    hooks.planned = [&](const SuiteClock& clock) { planned = clock.Fits(); };
    hooks.advanced = [&](const SuiteClock& clock) { fits = clock.FitsDone(); };
    return RunSuite(context, ProbingResults(), hooks);
  }
  std::string Json(size_t threads) { return SuiteJson(ProbingResults(), Run(threads)); }
};

TEST_CASE("A suite makes the fits it plans and gives the same bits for any number of threads",
          "[suite]") {
  SuiteRunner runner;
  const std::string expected = runner.Json(1);
  CHECK(runner.fits == runner.planned);
  // Three layers: linear and mlp1 at each with eight fits; at one mlp2 with six and linear of three
  // ranks with two; headline: linear 1 + 2, mlp1 2 + 2; a mix six. Structural: five at each layer,
  // one of each of seven ranks; headline 2.
  CHECK(runner.planned == 3 * 16 + 6 + 3 * 2 + 7 + 6 + 3 * 5 + 7 + 2);
  CHECK(runner.Json(3) == expected);
  const auto json = nlohmann::json::parse(expected);
  CHECK(json.at("pos").at("sweep").at("options").at("train_words") < 120);
  CHECK(json.at("pos").at("headline").at("options").at("train_words") ==
        [&] { return runner.train.NumWords(); }());
  CHECK(json.at("structural").at("sweep").at("options").at("probes").size() == 8);
  // Ranks stand beside their control task, which is what capacity is for.
  size_t of_rank = 0;
  for (const auto& row : json.at("pos").at("sweep").at("rows")) {
    if (row.at("probe") != "linear rank 2" || row.at("metric") != "accuracy") continue;
    CHECK(row.at("encoder") == "trained");
    of_rank += row.at("target") == "labels" || row.at("target") == "control";
  }
  CHECK(of_rank == 2);
  // The headline's layer is the one that the sweep found best on dev.
  for (const auto& chosen : json.at("pos").at("sweep").at("chosen_layers")) {
    if (chosen.at("probe") != "mlp1") continue;
    for (const auto& headline : json.at("pos").at("headline").at("chosen_layers")) {
      if (headline.at("probe") == "mlp1") CHECK(headline.at("layer") == chosen.at("layer"));
    }
  }
  CHECK(json.at("summary").size() == 3);
  // Every contrast compares rows of its own table; that of the mix is there, as its rows are.
  size_t mixes = 0;
  for (const char* part : {"sweep", "headline"}) {
    const auto& results = json.at("pos").at(part);
    CHECK(results.at("contrasts").size() > 0);
    for (const auto& contrast : results.at("contrasts")) {
      const auto score = [&](const char* side) {
        for (const auto& row : results.at("rows")) {
          if (row.at("metric") == contrast.at("metric") &&
              row.at("probe") == contrast.at(side).at("probe") &&
              row.at("encoder") == contrast.at(side).at("encoder") &&
              row.at("target") == contrast.at(side).at("target") &&
              row.at("layer") == contrast.at(side).at("layer")) {
            return row.at("estimate").at("value").get<double>();
          }
        }
        FAIL("no row for " << contrast.dump());
        return 0.0;
      };
      CHECK_THAT(contrast.at("difference").at("value").get<double>(),
                 WithinAbs(score("of") - score("against"), 1e-12));
      mixes += contrast.at("of").at("layer") == -2;
    }
  }
  CHECK(mixes == 1);
}

TEST_CASE("A full suite has all seeds and draws at every layer", "[suite]") {
  SuiteRunner runner;
  runner.options.studies = {"structural"};
  runner.options.full = true;
  runner.options.draws = 2;
  runner.Run(2);
  // At three layers and, of seven ranks, at one: 2 seeds and 2 draws of 4 nulls.
  CHECK(runner.planned == 10 * (3 + 7));
  CHECK(runner.fits == runner.planned);
}

TEST_CASE("An interrupted suite goes on from its journal to the same bits", "[suite]") {
  const TemporaryDirectory temporary;
  const std::string path = temporary.Path("fits.jsonl");
  SuiteRunner runner;
  const std::string expected = runner.Json(2);
  const size_t all = runner.fits;
  {
    FitJournal journal(path, "same", false);
    runner.hooks.journal = &journal;
    size_t asked = 0;
    runner.hooks.stop = [&] { return ++asked > 30; };  // of one fit or a few
    CHECK_THROWS_AS(runner.Run(2), StudyInterrupted);
    CHECK(runner.fits > 20);
    CHECK(runner.fits < 45);
  }
  const size_t done = runner.fits;
  FitJournal journal(path, "same", true);
  CHECK(journal.NumFits() == done);
  runner.hooks.journal = &journal;
  runner.hooks.stop = [] { return false; };
  CHECK(runner.Json(1) == expected);
  // Each fit is in the journal once: none was made twice.
  CHECK(FitJournal(path, "same", true).NumFits() == all);
  const std::string text = ReadFile(path);
  CHECK(static_cast<size_t>(std::count(text.begin(), text.end(), '\n')) == all + 1);
}

TEST_CASE(
    "A suite whose memory does not hold all heads' attention leaves its probes aside and says so",
    "[suite]") {
  SuiteRunner runner;
  runner.options.studies = {"dep"};
  runner.Json(2);
  const size_t with = runner.planned;
  runner.options.memory_mib = 0;
  const auto json = nlohmann::json::parse(runner.Json(2));
  CHECK(runner.fits == runner.planned);
  CHECK(runner.planned < with);
  const auto& sweep = json.at("dep").at("sweep");
  CHECK(sweep.at("options").at("probes").size() == 4);  // bilinear, mlp and two of distances
  CHECK(sweep.at("notes").dump().find("no probes of attention: the maps of 4 heads take 1 MiB, "
                                      "--memory has 0") != std::string::npos);
}

// Words whose forms agree are one entity's, within a document.
void AddMentions(Treebank& treebank) {
  for (Document& document : treebank.documents) {
    document.has_coreference = true;
    for (size_t s = 0; s < document.sentences.size(); ++s) {
      const std::vector<Word>& words = document.sentences[s].words;
      for (size_t w = 0; w < words.size(); ++w) {
        Mention mention;
        mention.sentence = s;
        mention.first = mention.last = mention.head = w;
        mention.entity = words[w].form;
        document.mentions.push_back(std::move(mention));
      }
    }
  }
}

TEST_CASE("Coreference is asked of segments with mentions; where there are none it is said so",
          "[suite]") {
  SuiteRunner runner;
  runner.options.studies = {"coref", "structural"};
  runner.train = RandomTreebank(20, 1, 3);
  runner.dev = RandomTreebank(10, 2, 3);
  runner.test = RandomTreebank(10, 3, 3);
  const auto without = nlohmann::json::parse(runner.Json(2));
  const std::string why = without.at("coref").at("not asked");
  CHECK(why == runner.train.path + " has no coreference (a \"# global.Entity\" header)");
  CHECK(without.at("structural").contains("sweep"));
  CHECK(runner.fits == runner.planned);

  runner.options.studies = {"coref"};
  for (Treebank* treebank : {&runner.train, &runner.dev, &runner.test}) AddMentions(*treebank);
  const auto with = nlohmann::json::parse(runner.Json(2));
  CHECK(runner.fits == runner.planned);
  // linear and mlp1 at three layers with eight fits, mlp2 at one with six; headline 1 + 2, 2 + 2.
  CHECK(runner.planned == 3 * 16 + 6 + 7);
  // Each of two probes: of pairs, and of antecedents.
  CHECK(with.at("summary").size() == 4);
  for (const auto& chosen : with.at("coref").at("sweep").at("chosen_layers")) {
    CHECK(chosen.at("dev") > 0.5);
  }
}

// The first letter of a word's form says what it is to its head, too.
void GiveRelations(Treebank& treebank) {
  for (Document& document : treebank.documents) {
    for (Sentence& sentence : document.sentences) {
      for (Word& word : sentence.words) {
        if (word.head != 0) word.deprel = word.form[0] == 'a' ? "nsubj" : "dep";
      }
    }
  }
}

TEST_CASE("Parts of speech are erased from the middle layer, in a full suite from every layer",
          "[suite]") {
  SuiteRunner runner;
  runner.options.studies = {"erase"};
  for (Treebank* treebank : {&runner.train, &runner.dev, &runner.test}) GiveRelations(*treebank);
  const auto json = nlohmann::json::parse(runner.Json(2));
  CHECK(runner.planned == 0);
  REQUIRE(json.at("summary").size() == 1);
  CHECK(json.at("summary")[0].at("where") == "layer 1 erased, layer 2 read");
  CHECK(json.at("erase").at("options").at("concept") == "pos");
  runner.options.full = true;
  CHECK(nlohmann::json::parse(runner.Json(2)).at("summary").size() == 3);
}

TEST_CASE("A section reads back as it was, for the same identity", "[suite]") {
  const TemporaryDirectory temporary;
  const SuiteSection section{
      "heads",      "Attention heads",        {{"a", "b", "c", "d", "e", "f", "g", "h"}},
      "{\"x\": 1}", {{"heads.csv", "r,n\n"}}, "<p>é</p>",
      "text"};
  SectionStore(temporary.Root(), "same").Save(section);
  const auto again = SectionStore(temporary.Root(), "same").Load("heads");
  REQUIRE(again.has_value());
  CHECK(SuiteJson({}, {*again}) == SuiteJson({}, {section}));
  CHECK(SuiteReportHtml({}, {*again}) == SuiteReportHtml({}, {section}));
  CHECK(again->csvs == section.csvs);
  CHECK_FALSE(SectionStore(temporary.Root(), "other").Load("heads").has_value());
  WriteFileAtomically(temporary.Path("heads.json"), "torn");
  CHECK_FALSE(SectionStore(temporary.Root(), "same").Load("heads").has_value());
}

TEST_CASE("What reading takes follows the encoder's products", "[suite]") {
  ModelConfig base;
  base.num_hidden_layers = 12;
  base.hidden_size = 768;
  base.intermediate_size = 3072;
  // 84,934,656 weights in its layers' matrices, two operations each, 1.3 pieces a word.
  CHECK_THAT(SecondsToRead(base, 1000.0), WithinRel(1300.0 * 2.0 * 84934656.0 / 7e10, 1e-9));
}

TEST_CASE("The clock goes by the plan at first, then by what was seen", "[suite]") {
  SuiteClock clock({{"slow", 2, 40.0}, {"fast", 10, 2.0}, {"own", 0, 20.0}}, 2);
  CHECK(clock.Fits() == 12);
  CHECK_THAT(clock.SecondsLeft(0.0), WithinAbs(60.0, 1e-9));
  clock.Done(1, false);  // too little to judge by
  CHECK_THAT(clock.SecondsLeft(50.0), WithinAbs(59.0, 1e-9));
  clock.Done(0, true);  // took no time
  CHECK_THAT(clock.SecondsLeft(50.0), WithinAbs(39.0, 1e-9));
  clock.Done(0, false);  // 42 core seconds as planned in 84 seconds: half a planned second each
  CHECK_THAT(clock.SecondsLeft(84.0), WithinAbs(38.0 / 0.5, 1e-9));
  CHECK(clock.FitsDone() == 3);
}

}  // namespace
}  // namespace headscope
