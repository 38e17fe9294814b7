#include "datasets/example_source.h"

#include "datasets/conll2012.h"
#include "datasets/data_folder.h"
#include "datasets/example_files.h"
#include "datasets/pronoun_sets.h"
#include "datasets/task.h"

namespace headscope {
namespace {

using Visit = std::function<void(const std::string& id, const std::string& text)>;

void VisitExamples(const ExampleSet& set, const Visit& visit) {
  for (const Example& example : set.examples) {
    visit(example.id, example.text);
    if (!example.second_text.empty()) visit(example.id, example.second_text);
  }
}

void VisitDocuments(const CoreferenceSet& set, const Visit& visit) {
  for (const Document& document : set.treebank.documents) {
    for (const Sentence& sentence : document.sentences) visit(sentence.id, sentence.text);
  }
}

}  // namespace

bool IsExampleSource(const std::string& source) {
  const std::string kind = source.substr(0, source.find(':'));
  for (const char* name : {"sst2", "agnews", "reviews", "tsv", "csv", "jsonl", "blimp", "conll2012",
                           "gap", "winogender", "synth"}) {
    if (kind == name) return true;
  }
  return false;
}

void ForEachExampleText(const std::string& source, const std::string& data_flag,
                        const Visit& visit) {
  const size_t colon = source.find(':');
  const std::string kind = source.substr(0, colon);
  const std::string path = colon == std::string::npos ? "" : source.substr(colon + 1);
  if (kind == "blimp") return VisitExamples(ReadMinimalPairs(path), visit);
  if (kind == "conll2012") return VisitDocuments(ReadConll2012(path), visit);
  if (kind == "gap") return VisitDocuments(ReadGap(path), visit);
  if (kind == "winogender") return VisitDocuments(ReadWinogender(path), visit);
  const TaskData task = LoadTask(source, DataFolder(data_flag), {});
  VisitExamples(task.dev, visit);
  VisitExamples(task.test, visit);
}

}  // namespace headscope
