// Importance of heads and the joint table: for a terminal, in results.json and in the report.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "probe/head_results.h"
#include "probe/importance.h"

namespace headscope {

const char* ImportanceProtocolName(ImportanceProtocol protocol);
ImportanceProtocol ParseImportanceProtocol(const std::string& name);  // "paper" or "released"

std::string ImportanceTableText(const HeadProbeResults& results,
                                const ImportanceResults& importance);
std::string ImportanceHtml(const HeadProbeResults& results, const ImportanceResults& importance);
nlohmann::ordered_json ImportanceJson(const HeadProbeResults& results,
                                      const ImportanceResults& importance);

}  // namespace headscope
