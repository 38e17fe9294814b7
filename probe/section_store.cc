#include "probe/section_store.h"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "model/base/file.h"

namespace headscope {
namespace {

using Json = nlohmann::ordered_json;

}  // namespace

SectionStore::SectionStore(std::string folder, std::string identity)
    : folder_(std::move(folder)), identity_(std::move(identity)) {
  MakeDirectory(folder_);
}

void SectionStore::Save(const SuiteSection& section) const {
  Json lines = Json::array();
  for (const SuiteLine& line : section.lines) {
    lines.push_back({line.what, line.where, line.score, line.control, line.selectivity,
                     line.embeddings, line.random, line.without_context});
  }
  const Json json = {{"of", identity_},      {"name", section.name}, {"title", section.title},
                     {"lines", lines},       {"json", section.json}, {"csvs", section.csvs},
                     {"html", section.html}, {"text", section.text}};
  WriteFileAtomically(PathOf(section.name), json.dump());
}

std::optional<SuiteSection> SectionStore::Load(const std::string& name) const {
  if (!std::filesystem::exists(PathOf(name))) return std::nullopt;
  try {
    const Json json = Json::parse(ReadFile(PathOf(name)));
    if (json.at("of") != identity_) return std::nullopt;
    SuiteSection section{json.at("name"), json.at("title"), {}, json.at("json"), json.at("csvs"),
                         json.at("html"), json.at("text")};
    for (const Json& line : json.at("lines")) {
      const auto cells = line.get<std::array<std::string, 8>>();
      section.lines.push_back(
          {cells[0], cells[1], cells[2], cells[3], cells[4], cells[5], cells[6], cells[7]});
    }
    return section;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

}  // namespace headscope
