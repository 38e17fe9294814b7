#include "datasets/task.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "datasets/example_writer.h"
#include "datasets/planted_task.h"
#include "datasets/wiki_sentences.h"
#include "model/base/error.h"
#include "model/base/file.h"
#include "model/base/random.h"

namespace headscope {
namespace {

// Moves a tenth of `from`, drawn under a key of its own, to the end of `to`. Order is kept.
void MoveTenth(uint32_t key, ExampleSet& from, ExampleSet& to) {
  const RandomStream stream{0, Purpose::kShuffling, key, 1};
  const auto n = static_cast<uint32_t>(from.examples.size());
  const std::vector<uint32_t> order = RandomPermutation(stream, n);
  std::vector<bool> moves(n, false);
  for (uint32_t i = 0; i < n / 10; ++i) moves[order[i]] = true;
  std::vector<Example> kept;
  for (uint32_t i = 0; i < n; ++i) {
    (moves[i] ? to.examples : kept).push_back(std::move(from.examples[i]));
  }
  from.examples = std::move(kept);
  to.labels = from.labels;
}

class TaskLoader {
 public:
  TaskLoader(const std::string& task, const std::string& folder, const ExampleColumns& columns)
      : folder_(folder), columns_(columns) {
    data_.name = task;
  }

  TaskData Load() {
    const std::string& task = data_.name;
    const size_t colon = task.find(':');
    const std::string kind = task.substr(0, colon);
    const std::string rest = colon == std::string::npos ? "" : task.substr(colon + 1);
    if (task == "sst2" || task == "sst2:phrases") {
      LoadSst2(rest == "phrases");
    } else if (task == "sst2+wiki") {
      LoadSst2(false);
      AddWikiSentences(2, "wikitext-2/train.txt", data_.train);
      AddWikiSentences(3, "wikitext-2/valid.txt", data_.dev);
      AddWikiSentences(4, "wikitext-2/test.txt", data_.test);
    } else if (task == "agnews" || task == "agnews:world-business") {
      LoadAgNews(rest == "world-business");
    } else if (task == "reviews") {
      LoadReviews();
    } else if (kind == "synth") {
      LoadPlanted();
    } else if ((kind == "tsv" || kind == "csv" || kind == "jsonl") && !rest.empty()) {
      LoadTables(rest);
    } else {
      Fail("task: expected {}, found \"{}\"", TaskNames(), task);
    }
    Check();
    return std::move(data_);
  }

 private:
  std::string Note(const std::string& path) {
    data_.files.emplace_back(path, Sha256OfFile(path));
    return path;
  }

  std::string InFolder(const std::string& name) const {
    const std::string path = folder_ + "/" + name;
    if (!std::filesystem::exists(path)) {
      Fail(
          "{}: expected the data of task {} there, found nothing; name the folder with --data or "
          "HEADSCOPE_DATA, or fetch it: headscope data fetch {} --data {}",
          path, data_.name, name.substr(0, name.find('/')), folder_);
    }
    return path;
  }

  void LoadSst2(bool phrases) {
    const auto read = [&](const char* file, const char* text, ExampleSet& set) {
      const std::string path = Note(InFolder(file));
      set = ReadExamples(path, {.text = text, .label = "label"});
      RenumberLabels({"0", "1"}, {"negative", "positive"}, false, path, set);
    };
    if (phrases) {
      read("sst2/train-phrases.tsv", "phrase", data_.train);
    } else {
      read("sst2/train.tsv", "sentence", data_.train);
    }
    read("sst2/dev.tsv", "sentence", data_.dev);
    read("sst2/test.tsv", "sentence", data_.test);
  }

  void AddWikiSentences(uint32_t key, const char* file, ExampleSet& set) {
    std::vector<std::string> sentences =
        WikiSentences(Note(InFolder(file)), set.examples.size(), key);
    for (size_t i = 0; i < sentences.size(); ++i) {
      set.examples[i].second_text = std::move(sentences[i]);
    }
  }

  void LoadAgNews(bool world_business) {
    std::string train = folder_ + "/ag-news/train.csv";
    if (!std::filesystem::exists(train)) {
      train = InFolder("ag-news/train-subset.csv");
      data_.notes.push_back("trained on train-subset.csv: the whole train.csv is not there");
    }
    data_.train = ReadAgNews(Note(train));
    const std::string test = Note(InFolder("ag-news/test.csv"));
    data_.test = ReadAgNews(test);
    if (world_business) {
      const std::vector<std::string> two{"World", "Business"};
      RenumberLabels(two, two, true, train, data_.train);
      RenumberLabels(two, two, true, test, data_.test);
    }
    MakeDev();
  }

  void LoadReviews() {
    const std::string path = Note(InFolder("movie-reviews-2k/reviews.tsv"));
    ExampleSet all =
        ReadExamples(path, {.text = "text", .label = "label", .id = "id", .group = "fold"});
    RenumberLabels({"0", "1"}, {"negative", "positive"}, false, path, all);
    data_.train.labels = data_.dev.labels = data_.test.labels = all.labels;
    data_.train.report = all.report;
    for (Example& example : all.examples) {
      ExampleSet& set = example.group == "9"   ? data_.test
                        : example.group == "8" ? data_.dev
                                               : data_.train;
      set.examples.push_back(std::move(example));
    }
    data_.notes.push_back("folds 0-7 train, 8 dev, 9 test");
  }

  void LoadTables(const std::string& paths) {
    std::vector<std::string> files;
    for (size_t begin = 0; begin <= paths.size();) {
      const size_t end = std::min(paths.find(',', begin), paths.size());
      files.push_back(paths.substr(begin, end - begin));
      begin = end + 1;
    }
    if (files.size() > 3) Fail("task: expected TRAIN[,DEV[,TEST]], found {} files", files.size());
    ExampleSet* const sets[] = {&data_.train, &data_.dev, &data_.test};
    for (size_t i = 0; i < files.size(); ++i) *sets[i] = ReadTable(Note(files[i]));
    const std::vector<std::string> labels = SortedLabels(data_.train.labels);
    for (size_t i = 0; i < files.size(); ++i) {
      RenumberLabels(labels, labels, false, files[i], *sets[i]);
    }
    if (files.size() < 3) {
      MoveTenth(1, data_.train, data_.test);
      data_.notes.push_back("no test set was given: a tenth of the training set");
    }
    if (files.size() < 2) MakeDev();
  }

  void LoadPlanted() {
    const PlantedOptions options = ParsePlantedName(data_.name);
    const std::unique_ptr<PlantedTask> task = MakePlantedTask(options);
    data_.train = MakePlantedSet(*task, PlantedSplit::kTrain, options.train);
    data_.dev = MakePlantedSet(*task, PlantedSplit::kDev, options.dev);
    data_.test = MakePlantedSet(*task, PlantedSplit::kTest, options.test);
    const std::string all =
        ToJsonLines(data_.train) + ToJsonLines(data_.dev) + ToJsonLines(data_.test);
    data_.files.emplace_back(data_.name, headscope::Sha256(all));
  }

  ExampleSet ReadTable(const std::string& path) const {
    const std::string kind = data_.name.substr(0, data_.name.find(':'));
    const RecordFormat format = kind == "tsv"   ? RecordFormat::kTsv
                                : kind == "csv" ? RecordFormat::kCsv
                                                : RecordFormat::kJsonLines;
    std::ifstream stream = OpenData(path);
    return ReadExamples(stream, path, format, columns_);
  }

  void MakeDev() {
    MoveTenth(0, data_.train, data_.dev);
    data_.notes.push_back("no dev set was given: a tenth of the training set");
  }

  void Check() {
    data_.labels = data_.train.labels;
    if (data_.labels.size() < 2) {
      Fail("task {}: expected at least two labels, found {}", data_.name, data_.labels.size());
    }
    for (const auto& [set, name] : {std::pair{&data_.train, "training"},
                                    std::pair{&data_.dev, "dev"}, std::pair{&data_.test, "test"}}) {
      if (set->examples.empty())
        Fail("task {}: expected {} examples, found none", data_.name, name);
    }
  }

  const std::string& folder_;
  const ExampleColumns& columns_;
  TaskData data_;
};

}  // namespace

std::string TaskData::Sha256() const {
  std::string text = name + "\n";
  for (const auto& [path, hash] : files) text += hash + "\n";
  return headscope::Sha256(text);
}

TaskData LoadTask(const std::string& task, const std::string& data_folder,
                  const ExampleColumns& columns) {
  return TaskLoader(task, data_folder, columns).Load();
}

std::string TaskNames() {
  return std::string(
             "sst2, sst2:phrases, sst2+wiki, agnews, agnews:world-business, reviews, tsv:, csv:, "
             "jsonl: and "
             "TRAIN[,DEV[,TEST]], or ") +
         PlantedTaskNames() + " (data synth --help)";
}

}  // namespace headscope
