#include "datasets/show_command.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <map>
#include <memory>
#include <set>
#include <string>

#include "datasets/conll2012.h"
#include "datasets/data_folder.h"
#include "datasets/defects.h"
#include "datasets/example_columns_flags.h"
#include "datasets/pronoun_sets.h"
#include "datasets/split.h"
#include "datasets/task.h"
#include "model/base/error.h"

namespace headscope {
namespace {

struct ShowFlags {
  std::string source;
  std::string data;
  size_t examples = 2;
  ExampleColumns columns;
};

// "query she; evidence {Anna} {she}; partner Clara  '…'".
void ShowEvidence(const ExampleSet& set, const Example& example) {
  const std::vector<std::string_view> words = Split(example.text, ' ');
  if (!example.group.empty()) fmt::print("      group {}\n", example.group);
  if (example.query >= 0) {
    fmt::print("      query {} {}\n", example.query, words[static_cast<size_t>(example.query)]);
  }
  fmt::print("      evidence");
  for (const std::vector<uint32_t>& places : example.evidence) {
    std::vector<std::string> named;
    for (const uint32_t place : places) named.push_back(fmt::format("{} {}", place, words[place]));
    fmt::print(" {{{}}}", fmt::join(named, ", "));
  }
  fmt::print("\n      partner {}  {}\n", set.labels[static_cast<size_t>(example.partner_label)],
             example.partner);
}

void ShowExamples(const ExampleSet& set, size_t count) {
  for (size_t i = 0; i < std::min(count, set.examples.size()); ++i) {
    const Example& example = set.examples[i];
    const std::string label =
        example.label < 0 ? "" : set.labels[static_cast<size_t>(example.label)] + "  ";
    // Planted texts whole: their evidence is by places.
    fmt::print("  {}  {}{}\n", example.id, label,
               example.evidence.empty() ? Quoted(example.text) : example.text);
    if (!example.second_text.empty()) fmt::print("      {}\n", Quoted(example.second_text));
    if (!example.evidence.empty()) ShowEvidence(set, example);
  }
}

void ShowSplit(const char* name, const ExampleSet& set, size_t examples) {
  fmt::print("{:<5}  {} examples", name, set.examples.size());
  const std::vector<size_t> counts = set.LabelCounts();
  for (size_t i = 0; i < counts.size(); ++i) fmt::print("  {} {}", set.labels[i], counts[i]);
  fmt::print("  (read: {})\n", set.report.ToString());
  ShowExamples(set, examples);
}

void ShowTask(const ShowFlags& flags) {
  const TaskData task = LoadTask(flags.source, DataFolder(flags.data), flags.columns);
  for (const auto& [path, hash] : task.files) fmt::print("{}  {}\n", hash.substr(0, 16), path);
  ShowSplit("train", task.train, flags.examples);
  ShowSplit("dev", task.dev, flags.examples);
  ShowSplit("test", task.test, flags.examples);
  for (const std::string& note : task.notes) fmt::print("note: {}\n", note);
}

void ShowPairs(const std::string& path, size_t examples) {
  const ExampleSet set = ReadMinimalPairs(path);
  std::set<std::string> paradigms;
  for (const Example& example : set.examples) paradigms.insert(example.group);
  fmt::print("{} minimal pairs of {} paradigms (read: {})\n", set.examples.size(), paradigms.size(),
             set.report.ToString());
  ShowExamples(set, examples);
}

void ShowMentions(const Document& document) {
  for (const Mention& mention : document.mentions) {
    const std::vector<Word>& words = document.sentences[mention.sentence].words;
    std::string text;
    for (size_t i = mention.first; i <= mention.last; ++i) {
      text += fmt::format("{}{}{}", i == mention.first ? "" : " ", i == mention.head ? "*" : "",
                          words[i].form);
    }
    fmt::print("    entity {}  {}\n", mention.entity, Quoted(text));
  }
}

void ShowCoreference(const CoreferenceSet& set, size_t examples) {
  size_t mentions = 0, chains = 0;
  for (const Document& document : set.treebank.documents) {
    std::set<std::string_view> entities;
    for (const Mention& mention : document.mentions) entities.insert(mention.entity);
    mentions += document.mentions.size();
    chains += entities.size();
  }
  fmt::print("{} documents, {} sentences, {} words, {} mentions, {} chains (read: {})\n",
             set.treebank.documents.size(), set.treebank.NumSentences(), set.treebank.NumWords(),
             mentions, chains, set.report.ToString());
  for (size_t i = 0; i < std::min(examples, set.treebank.documents.size()); ++i) {
    const Document& document = set.treebank.documents[i];
    fmt::print("  {}  {}\n", document.id, Quoted(document.sentences[0].text));
    if (document.mentions.size() <= 10) ShowMentions(document);
  }
}

void RunShow(const ShowFlags& flags) {
  const size_t colon = flags.source.find(':');
  const std::string kind = flags.source.substr(0, colon);
  const std::string path = colon == std::string::npos ? "" : flags.source.substr(colon + 1);
  if (kind == "blimp") return ShowPairs(path, flags.examples);
  if (kind == "conll2012") return ShowCoreference(ReadConll2012(path), flags.examples);
  if (kind == "gap") return ShowCoreference(ReadGap(path), flags.examples);
  if (kind == "winogender") return ShowCoreference(ReadWinogender(path), flags.examples);
  ShowTask(flags);
}

}  // namespace

void AddShowCommand(const Command& data) {
  auto flags = std::make_shared<ShowFlags>();
  const Command command = data.Subcommand("show", "Read a data set; count what it holds and lacks");
  command
      .Option(
          "SET", flags->source,
          fmt::format("{}; or blimp:PATH, conll2012:PATH, gap:FILE, winogender:FILE", TaskNames()))
      .Required();
  command.Option("--data", flags->data,
                 "Folder of the corpora; default HEADSCOPE_DATA, ../shared/data or data");
  command.Option("--examples", flags->examples, "How many to print of each part");
  AddColumnFlags(command, flags->columns);
  command.OnRun([flags] { RunShow(*flags); });
}

}  // namespace headscope
