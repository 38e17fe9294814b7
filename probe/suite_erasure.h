// The study of `probe all` in which parts of speech are erased from each layer.
#pragma once

#include "probe/suite_study.h"

namespace headscope {

double SecondsOfErasureStudy(const SuiteContext& context);
SuiteSection RunErasureStudy(const SuiteContext& context);

}  // namespace headscope
