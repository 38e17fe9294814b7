// `probe heads` as a study of `probe all`.
#pragma once

#include "probe/suite_study.h"

namespace headscope {

SuiteSection RunHeadsStudy(const SuiteContext& context);
double SecondsOfHeadsStudy(const SuiteContext& context);

}  // namespace headscope
