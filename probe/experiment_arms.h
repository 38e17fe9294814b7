// The arms of an experiment's file.
#pragma once

#include <span>
#include <vector>

#include "probe/experiment.h"
#include "probe/experiment_setting.h"
#include "train/config_file.h"

namespace headscope {

// Fine-tunings: `base` and what each [arm.NAME] changes of it; begun from [pretraining.base] (over
// which the settings of the pretraining are put), where there is one. Throws Error.
std::vector<Arm> ReadFinetuningArms(const ConfigDocument& document, const FinetuneConfig& base,
                                    std::span<const ExperimentSetting> settings);

// Masked LMs: `base`, which is [pretraining.base], and what each [arm.NAME] changes of it. Throws
// Error.
std::vector<Arm> ReadMaskedLmArms(const ConfigDocument& document, const TrainConfig& base);

}  // namespace headscope
