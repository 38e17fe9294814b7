// A task that a small classifier learns, and its trainings.
#pragma once

#include <string>

#include "model/base/file.h"
#include "model/base/random.h"
#include "tests/support/silent_stream.h"
#include "tests/support/temporary_directory.h"
#include "train/finetune_run.h"

namespace headscope {

// Writes texts in which "bright" (label x) or "gloomy" (label y) stands among other words. Returns
// the task's name.
inline std::string WriteCueWordTask(const TemporaryDirectory& folder, int texts) {
  std::string rows = "text\tlabel\n";
  RandomSequence random({4, Purpose::kTest});
  const char* const fillers[] = {"the", "old", "river", "sees", "a", "stone", "and", "sings"};
  for (int i = 0; i < texts; ++i) {
    const bool good = random.Chance(0.5);
    std::string text;
    const uint64_t length = 3 + random.Below(5), place = random.Below(length);
    for (uint64_t w = 0; w < length; ++w) {
      text +=
          w == place ? (good ? "bright " : "gloomy ") : std::string(fillers[random.Below(8)]) + " ";
    }
    rows += text + "\t" + (good ? "x" : "y") + "\n";
  }
  WriteFileAtomically(folder.Path("task.tsv"), rows);
  return "tsv:" + folder.Path("task.tsv");
}

// Fine-tunings of nano encoders from scratch on that task, each in a folder of its name.
struct CueWordRuns {
  TemporaryDirectory folder;
  SilentStream silence;
  FinetuneConfig config;

  CueWordRuns(int texts, size_t epochs, size_t batch) {
    config.task = WriteCueWordTask(folder, texts);
    config.size = "nano";
    config.vocab_size = 100;
    config.dropout = 0.0;
    config.lr = 2e-3;
    config.epochs = epochs;
    config.batch = batch;
  }
  FinetuneResult Run(const std::string& name) {
    const FinetuneData data = LoadFinetuneData(config, "", [](const std::string&) {});
    return RunFinetune(config, data,
                       {folder.Path(name), false, 1, silence.Get(), [] { return false; }});
  }
};

}  // namespace headscope
