#include "probe/fit_journal.h"

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "model/base/error.h"

namespace headscope {
namespace {

using Json = nlohmann::ordered_json;

std::string HeadLine(const std::string& identity) {
  return Json{{"fits of", identity}}.dump() + "\n";
}

Json OutcomeJson(const std::string& key, const FitOutcome& outcome) {
  // NaN becomes null.
  Json penalty = Json::array();
  if (outcome.scores.penalty) {
    penalty = {outcome.scores.penalty->c, outcome.scores.penalty->at_edge ? 1 : 0};
  }
  return {{"fit", key},
          {"numerators", outcome.scores.numerators},
          {"denominators", outcome.scores.denominators},
          {"dev", outcome.scores.dev},
          {"mix", outcome.scores.mix},
          {"penalty", penalty},
          {"bits", outcome.code.bits},
          {"uniform bits", outcome.code.uniform_bits}};
}

FitOutcome OutcomeOf(const Json& json) {
  FitOutcome outcome;
  outcome.scores.numerators = json.at("numerators").get<std::vector<double>>();
  outcome.scores.denominators = json.at("denominators").get<std::vector<double>>();
  if (!json.at("dev").is_null()) outcome.scores.dev = json.at("dev").get<double>();
  outcome.scores.mix = json.at("mix").get<std::vector<double>>();
  if (const Json& penalty = json.at("penalty"); !penalty.empty()) {
    outcome.scores.penalty = {penalty.at(0).get<double>(), penalty.at(1).get<int>() != 0};
  }
  outcome.code.bits = json.at("bits").get<double>();
  outcome.code.uniform_bits = json.at("uniform bits").get<double>();
  return outcome;
}

// What may be kept of a file: whole lines behind a first one that names the same identity.
std::string KeptText(const std::string& path, const std::string& identity, bool resume) {
  if (!resume || !std::filesystem::exists(path)) return HeadLine(identity);
  const std::string text = ReadFile(path);
  if (!text.starts_with(HeadLine(identity))) return HeadLine(identity);
  return text.substr(0, text.rfind('\n') + 1);
}

std::map<std::string, FitOutcome> ReadFits(const std::string& path, const std::string& text) {
  std::map<std::string, FitOutcome> fits;
  size_t number = 1;
  for (size_t begin = text.find('\n') + 1; begin < text.size();) {
    const size_t end = text.find('\n', begin);
    ++number;
    try {
      const Json json = Json::parse(text.substr(begin, end - begin));
      fits[json.at("fit").get<std::string>()] = OutcomeOf(json);
    } catch (const nlohmann::json::exception&) {
      Fail("{}:{}: expected a fit as a JSON object, found {}", path, number,
           text.substr(begin, std::min<size_t>(end - begin, 80)));
    }
    begin = end + 1;
  }
  return fits;
}

}  // namespace

FitJournal::FitJournal(const std::string& path, const std::string& identity, bool resume)
    : fits_([&] {
        const std::string text = KeptText(path, identity, resume);
        auto fits = ReadFits(path, text);
        WriteFileAtomically(path, text);
        return fits;
      }()),
      lines_(path) {}

const FitOutcome* FitJournal::Find(const std::string& key) const {
  const auto found = fits_.find(key);
  return found == fits_.end() ? nullptr : &found->second;
}

void FitJournal::Add(const std::string& key, const FitOutcome& outcome) {
  const std::lock_guard<std::mutex> lock(mutex_);
  lines_.Append(OutcomeJson(key, outcome).dump());
  lines_.Sync();
}

}  // namespace headscope
