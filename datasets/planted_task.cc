#include "datasets/planted_task.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/base/file.h"

namespace headscope {
namespace {

std::string Joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

Example ToExample(const PlantedExample& planted, const PlantedExample& partner, std::string id) {
  return {.id = std::move(id),
          .text = Joined(planted.words),
          .label = static_cast<int32_t>(planted.label),
          .group = planted.group,
          .query = planted.query,
          .evidence = planted.evidence,
          .partner = Joined(partner.words),
          .partner_label = static_cast<int32_t>(partner.label)};
}

}  // namespace

PlantedSplit PlantedTask::SplitOf(const PlantedExample& example) const {
  std::vector<std::string> fixed;
  for (const std::string& word : example.words) {
    if (!MayBeReplaced(word)) fixed.push_back(word);
  }
  std::sort(fixed.begin(), fixed.end());
  const char digit = Sha256(Joined(fixed))[0];
  return digit < '4'   ? PlantedSplit::kDev     // 0 to 3
         : digit < '8' ? PlantedSplit::kTest    // 4 to 7
                       : PlantedSplit::kTrain;  // 8, 9, a to f
}

PlantedPair PlantedTask::MakePair(PlantedSplit split, uint32_t index) const {
  // Bit 15 of the site keeps apart from documents, whose index is below 2^47.
  const uint32_t site = 0x8000u | static_cast<uint32_t>(split) << 8 | id_;
  RandomSequence random(RandomStream{seed_, Purpose::kSynthetic, index, site});
  for (;;) {
    PlantedPair pair = Draw(split, random);
    if (SplitOf(pair.first) != split) continue;
    for (PlantedExample* example : {&pair.first, &pair.second}) {
      std::sort(example->evidence.begin(), example->evidence.end());
    }
    return pair;
  }
}

ExampleSet MakePlantedSet(const PlantedTask& task, PlantedSplit split, uint64_t count) {
  constexpr const char* kNames[] = {"train", "dev", "test"};
  ExampleSet set;
  set.labels = task.Labels();
  set.report.rows = count;
  for (uint64_t i = 0; i < count; i += 2) {
    const PlantedPair pair = task.MakePair(split, static_cast<uint32_t>(i / 2));
    const auto id = [&](uint64_t place) {
      return fmt::format("{}-{}", kNames[static_cast<size_t>(split)], place);
    };
    set.examples.push_back(ToExample(pair.first, pair.second, id(i)));
    if (i + 1 < count) set.examples.push_back(ToExample(pair.second, pair.first, id(i + 1)));
  }
  return set;
}

}  // namespace headscope
