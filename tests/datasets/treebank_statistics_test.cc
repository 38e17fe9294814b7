#include "datasets/treebank_statistics.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "datasets/conllu.h"
#include "datasets/statistics_tables.h"
#include "tests/datasets/conllu_sample.h"
#include "tests/support/catch.h"
#include "tests/support/locations.h"

namespace headscope {
namespace {

TreebankStatistics Count(const std::string& content) {
  TreebankStatistics statistics("sample");
  for (const Document& document : ParseConllu("f", content).documents) statistics.Add(document);
  return statistics;
}

std::string WordLine(int id, const char* form, const char* upos, int head, const char* deprel,
                     const char* feats = "_", const char* misc = "_") {
  return fmt::format("{}\t{}\t{}\t{}\t_\t{}\t{}\t{}\t_\t{}\n", id, form, form, upos, feats, head,
                     deprel, misc);
}

TEST_CASE("A sample is counted as by hand", "[stats]") {
  const TreebankStatistics statistics = Count(kConlluSample);
  CHECK(statistics.Totals().documents == 2);
  CHECK(statistics.Totals().sentences == 3);
  CHECK(statistics.Totals().words == 30);
  CHECK(statistics.Totals().multiword_tokens == 2);
  CHECK(statistics.Totals().empty_nodes == 1);
  CHECK(statistics.Totals().longest_sentence == 12);
  CHECK(statistics.UposCounts()[UposIndex("PUNCT")] == 7);
  CHECK(statistics.UposCounts()[UposIndex("VERB")] == 3);
  CHECK(statistics.UposCounts()[UposIndex("SYM")] == 0);
  CHECK(statistics.Coreference().Totals().mentions == 11);
  CHECK(statistics.Coreference().Totals().chains == 5);
}

TEST_CASE("A look-up is right on the most frequent tag; a stray second tag is no ambiguity",
          "[stats]") {
  // "saw": 2 VERB, 1 NOUN; "the": 3 DET; "run": 99 VERB, 1 NOUN.
  PosLookup lookup;
  const auto verb = static_cast<uint32_t>(UposIndex("VERB"));
  const auto noun = static_cast<uint32_t>(UposIndex("NOUN"));
  const auto det = static_cast<uint32_t>(UposIndex("DET"));
  lookup.Add(std::vector<uint32_t>{0, 0, 0, 1, 1, 1},
             std::vector<uint32_t>{verb, verb, noun, det, det, det});
  for (int i = 0; i < 100; ++i) {
    lookup.Add(std::vector<uint32_t>{2}, std::vector<uint32_t>{i == 7 ? noun : verb});
  }
  CHECK(lookup.NumWords() == 106);
  CHECK(lookup.NumRight() == 2 + 3 + 99);
  CHECK(lookup.NumAmbiguous() == 3);
}

TEST_CASE("Relations have their offsets, rules and crossing arcs", "[stats]") {
  // a hearing is scheduled on the issue today (McDonald et al. 2005): "on" hangs on "hearing".
  const std::string crossing =
      WordLine(1, "a", "DET", 2, "det") + WordLine(2, "hearing", "NOUN", 4, "nsubj:pass") +
      WordLine(3, "is", "AUX", 4, "aux:pass") + WordLine(4, "scheduled", "VERB", 0, "root") +
      WordLine(5, "on", "ADP", 7, "case") + WordLine(6, "the", "DET", 7, "det") +
      WordLine(7, "issue", "NOUN", 2, "nmod") + WordLine(8, "today", "NOUN", 4, "obl:tmod") + "\n";
  const TreebankStatistics statistics = Count(crossing);
  CHECK(statistics.Dependencies().NonProjectiveArcs() == 1);
  CHECK(statistics.Dependencies().NonProjectiveSentences() == 1);
  const auto relations = statistics.Dependencies().Relations();
  REQUIRE(relations.size() == 7);
  CHECK(relations[0].relation == "det");
  CHECK(relations[0].n == 2);
  CHECK(relations[0].offset.offset == 1);
  CHECK(relations[0].offset.count == 2);
  CHECK(relations[0].rule.count == 2);
  CHECK(kUposTags[relations[0].rule.rule.tag] == "NOUN");
  CHECK(relations[0].rule.rule.to_the_right);
  CHECK(relations[2].relation == "case");  // of equals by name: aux:pass, case, …
  CHECK(relations[2].offset.offset == 2);
}

TEST_CASE("Neighbours across a sentence's edge tell nothing", "[stats]") {
  // The noun decides its verb. Of three sentences two have the verb at the best offset, +1; in the
  // third the noun ends the sentence, and the next one begins with the same noun.
  std::string content;
  for (int i = 0; i < 90; ++i) {
    const bool is_bread = i / 3 % 2 == 0;
    const char *noun = is_bread ? "bread" : "milk", *verb = is_bread ? "eat" : "drink";
    content += i % 3 == 0
                   ? WordLine(1, verb, "VERB", 0, "root") + WordLine(2, noun, "NOUN", 1, "obj")
                   : WordLine(1, noun, "NOUN", 2, "obj") + WordLine(2, verb, "VERB", 0, "root");
    content += "\n";
  }
  const auto relations = Count(content).Dependencies().Relations();
  const auto obj = std::find_if(relations.begin(), relations.end(),
                                [](const auto& row) { return row.relation == "obj"; });
  REQUIRE(obj != relations.end());
  CHECK(obj->offset.offset == 1);
  CHECK(obj->offset.count == 60);
  // One bit, and the correction of (2 + 2 - 2 - 1) / 2N nats.
  CHECK_THAT(obj->with_head.bits, WithinAbs(1.0 + 1.0 / (2 * 90 * 0.6931), 1e-3));
  // One bit two times of three; 2 + 3 - 4 - 1 = 0 to correct.
  CHECK(obj->with_offset.n == 90);
  CHECK_THAT(obj->with_offset.bits, WithinAbs(2.0 / 3.0, 1e-3));
}

TEST_CASE("Tables and JSON say the same", "[stats]") {
  const TreebankStatistics statistics = Count(kConlluSample);
  const std::vector<InputStatistics> inputs = {InputStatistics(statistics),
                                               InputStatistics(statistics)};
  const std::string text = StatisticsText(inputs, 1);
  CHECK_THAT(text, ContainsSubstring("     30      30\n"));
  CHECK_THAT(text, ContainsSubstring("1 = sample\n2 = sample\n"));
  CHECK_THAT(text, ContainsSubstring("punct"));
  const std::string json = StatisticsJson(inputs);
  CHECK_THAT(json, ContainsSubstring("\"words\": 30"));
  CHECK_THAT(json, ContainsSubstring("\"mentions\": 11"));
  CHECK(StatisticsText(inputs, 1000).find("\npunct") == std::string::npos);
}

// The tables in the corpora's own READMEs.
struct CorpusFacts {
  const char* folder;
  uint64_t documents, sentences, words, multiword_tokens, empty_nodes, longest,
      non_projective_sentences, non_projective_arcs, nouns, punctuation, pronouns, dets, nsubj,
      cases;
};

TEST_CASE("GUM and EWT are counted as their READMEs count them", "[stats][corpora][slow]") {
  const auto expected = GENERATE(values<CorpusFacts>({
      {"gum", 217, 12147, 211920, 3588, 115, 134, 363, 432, 35512, 28956, 17818, 17332, 15480,
       19573},
      {"ewt", 1174, 16622, 254821, 3327, 43, 159, 434, 520, 43156, 29768, 23044, 20098, 19892,
       21400},
  }));
  const std::string folder = SharedPath(std::string("data/ud-english-") + expected.folder);
  if (folder.empty()) {
    WARN("skipped: no ud-english-" << expected.folder << " in ../shared/data");
    return;
  }
  TreebankStatistics statistics(expected.folder);
  for (const char* split : {"train", "dev", "test"}) {
    VisitConllu(fmt::format("{}/en_{}-ud-{}.conllu", folder, expected.folder, split),
                [&](const Document& document) { statistics.Add(document); });
  }
  CHECK(statistics.Totals().documents == expected.documents);
  CHECK(statistics.Totals().sentences == expected.sentences);
  CHECK(statistics.Totals().words == expected.words);
  CHECK(statistics.Totals().multiword_tokens == expected.multiword_tokens);
  CHECK(statistics.Totals().empty_nodes == expected.empty_nodes);
  CHECK(statistics.Totals().longest_sentence == expected.longest);
  CHECK(statistics.Dependencies().NonProjectiveSentences() == expected.non_projective_sentences);
  CHECK(statistics.Dependencies().NonProjectiveArcs() == expected.non_projective_arcs);
  const auto upos = [&](const char* tag) { return statistics.UposCounts()[UposIndex(tag)]; };
  CHECK(upos("NOUN") == expected.nouns);
  CHECK(upos("PUNCT") == expected.punctuation);
  CHECK(upos("PRON") == expected.pronouns);
  CHECK(upos("DET") == expected.dets);
  for (const RelationStatistics& row : statistics.Dependencies().Relations()) {
    if (row.relation == "nsubj") CHECK(row.n == expected.nsubj);
    if (row.relation == "case") CHECK(row.n == expected.cases);
  }
  if (std::string(expected.folder) != "gum") return;
  const CoreferenceStatistics::Counts& counts = statistics.Coreference().Totals();
  CHECK(counts.documents == 217);
  CHECK(counts.mentions == 59489);
  CHECK(counts.chains == 31024);
  CHECK(counts.singletons == 22754);
  CHECK(counts.pronominal == 14707);
  CHECK(counts.personal == 13380);
  CHECK(counts.third_person == 5896);
  CHECK(counts.pronominal_with_earlier == 13301);
}

}  // namespace
}  // namespace headscope
