// A classification task: three splits of examples with the same labels.
//
//   sst2                      data folder's sst2/train.tsv, dev.tsv, test.tsv (Socher et al. 2013)
//   sst2:phrases              the same, trained on every labelled constituent of the training trees
//   sst2+wiki                 sst2's texts, each beside an unrelated sentence of wikitext-2/
//                             train.txt, valid.txt, test.txt (SST+Wiki of Pruthi et al. 2020)
//   agnews                    ag-news/train.csv (else train-subset.csv) and test.csv
//                             (Zhang et al. 2015)
//   agnews:world-business     its classes 1 and 3 only: the task of Jain & Wallace (2019)
//   reviews                   movie-reviews-2k/reviews.tsv (Pang & Lee 2004): folds 0-7, 8, 9
//   tsv:TRAIN[,DEV[,TEST]]    tables with named columns; likewise csv: and jsonl:
//   synth:…                   planted tasks on the synthetic language: planted_task.h
//
// Where there is no dev set it is a tenth of the training set; where there is no test set, another.
// They are drawn by a key of their own, so that they are the same for every seed of a training.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "datasets/example.h"
#include "datasets/example_files.h"

namespace headscope {

struct TaskData {
  std::string name;
  std::vector<std::string> labels;
  ExampleSet train, dev, test;
  std::vector<std::pair<std::string, std::string>> files;  // path and SHA-256
  std::vector<std::string> notes;  // splits that were made here, and the like

  bool HasPairs() const { return train.HasPairs(); }
  // Whether one word of each text is classified, not the text.
  bool AsksForWords() const { return train.AsksForWords(); }
  std::string Sha256() const;  // of name and files: the data's identity in a run
};

// `columns` names the columns of tsv:, csv: and jsonl: tasks. Throws Error for an unknown task,
// files that are missing or unsound, fewer than two labels, and a split left empty.
TaskData LoadTask(const std::string& task, const std::string& data_folder,
                  const ExampleColumns& columns);

// The names that LoadTask knows, for --help.
std::string TaskNames();

}  // namespace headscope
