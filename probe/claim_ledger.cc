#include "probe/claim_ledger.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "model/base/error.h"
#include "model/base/file.h"
#include "probe/experiment_cells.h"

namespace headscope {
namespace {

using Json = nlohmann::ordered_json;

struct LedgerEntry {
  std::string name, hypothesis, rule;
  size_t cells_before;
};

std::vector<LedgerEntry> ReadLedger(const std::string& path) {
  std::vector<LedgerEntry> entries;
  if (!std::filesystem::exists(path)) return entries;
  try {
    const Json ledger = Json::parse(ReadFile(path));
    for (const Json& entry : ledger.at("claims")) {
      entries.push_back(
          {entry.at("name"), entry.at("hypothesis"), entry.at("rule"), entry.at("cells_before")});
    }
  } catch (const nlohmann::json::exception& error) {
    Fail("{}: expected the record of an experiment's claims, found {}", path, error.what());
  }
  return entries;
}

void WriteLedger(const std::string& path, const std::vector<LedgerEntry>& entries) {
  Json claims = Json::array();
  for (const LedgerEntry& entry : entries) {
    claims.push_back({{"name", entry.name},
                      {"hypothesis", entry.hypothesis},
                      {"rule", entry.rule},
                      {"cells_before", entry.cells_before}});
  }
  WriteFileAtomically(path, Json{{"claims", claims}}.dump(1) + "\n");
}

}  // namespace

std::vector<ClaimRecord> RecordClaims(const Experiment& experiment, const std::string& directory) {
  const std::string path = directory + "/claims.json";
  std::vector<LedgerEntry> entries = ReadLedger(path);
  const size_t known = entries.size(), cells = NumCellsThere(experiment, directory);
  std::vector<ClaimRecord> records;
  for (const Claim& claim : experiment.claims) {
    const auto is_this = [&](const LedgerEntry& entry) {
      return entry.name == claim.name && entry.hypothesis == claim.hypothesis &&
             entry.rule == claim.Rule();
    };
    auto found = std::find_if(entries.begin(), entries.end(), is_this);
    if (found == entries.end()) {
      entries.push_back({claim.name, claim.hypothesis, claim.Rule(), cells});
      found = entries.end() - 1;
    }
    const auto versions =
        std::count_if(entries.begin(), entries.end(),
                      [&](const LedgerEntry& entry) { return entry.name == claim.name; });
    records.push_back({found->cells_before, static_cast<size_t>(versions)});
  }
  if (entries.size() > known) WriteLedger(path, entries);
  return records;
}

}  // namespace headscope
