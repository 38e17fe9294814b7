#include "probe/claims_page.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "model/base/error.h"
#include "model/base/file.h"
#include "probe/html_page.h"
#include "probe/measure.h"
#include "probe/svg_elements.h"

namespace headscope {
namespace {

using Json = nlohmann::ordered_json;

DecidedClaim ParseClaim(const Json& results, const Json& claim, const std::string& folder) {
  const Json& json = claim.at("difference");
  std::optional<Estimate> difference;
  if (!json.is_null()) {
    difference = Estimate{json.at("value"), json.at("low"), json.at("high"), json.at("n")};
  }
  return {.run = folder,
          .experiment = results.at("name"),
          .title = results.at("title"),
          .source = results.at("source"),
          .caveat = results.at("caveat"),
          .hypothesis = claim.at("hypothesis"),
          .rule = claim.at("rule"),
          .measure = claim.at("measure"),
          .difference = difference,
          .verdict = claim.at("verdict"),
          .cells_before = claim.contains("cells_before")
                              ? std::optional<size_t>(claim.at("cells_before"))
                              : std::nullopt};
}

void ReadResults(const std::filesystem::path& path, ClaimsFound& found) {
  try {
    const Json results = Json::parse(ReadFile(path.string()));
    if (!results.is_object() || !results.contains("claims")) {
      ++found.other_results;
      return;
    }
    for (const Json& claim : results.at("claims")) {
      found.claims.push_back(ParseClaim(results, claim, path.parent_path().string()));
    }
  } catch (const nlohmann::json::exception& error) {
    Fail("{}: expected the results of an experiment, found {}", path.string(), error.what());
  }
}

std::string VerdictCell(const DecidedClaim& claim) {
  const char* const kind = claim.verdict == "supported" ? "good"
                           : claim.verdict == "refuted" ? "bad"
                                                        : "unknown";
  return fmt::format("<span class=\"verdict {}\">{}</span>", kind, EscapeMarkup(claim.verdict));
}

// "-0.3 [-0.9, 0.2] points; 8 seeds".
std::string SeenText(const DecidedClaim& claim) {
  if (!claim.difference) return "n/a: the measure is undefined";
  return fmt::format("{}; {} seeds", DifferenceText(*claim.difference, claim.measure),
                     claim.difference->n);
}

// "on record before any cell".
std::string WhenRecorded(const DecidedClaim& claim) {
  if (!claim.cells_before) return "no record of when";
  if (*claim.cells_before == 0) return "on record before any cell";
  return fmt::format("on record after {} cells", *claim.cells_before);
}

// "5 supported, 1 refuted, 2 inconclusive".
std::string Counts(const std::vector<DecidedClaim>& claims) {
  std::map<std::string, size_t> counts;
  for (const DecidedClaim& claim : claims) ++counts[claim.verdict];
  const size_t undefined = counts["undefined"];
  return fmt::format("{} supported, {} refuted, {} inconclusive{}", counts["supported"],
                     counts["refuted"], counts["inconclusive"],
                     undefined == 0 ? "" : fmt::format(", {} undefined", undefined));
}

std::string SeenCells(const DecidedClaim& claim) {
  return fmt::format(
      "<td>{}</td><td>{}</td><td>{}<br><span class=\"muted\">rule ({}): {}</span></td>",
      VerdictCell(claim), EscapeMarkup(claim.hypothesis), EscapeMarkup(SeenText(claim)),
      WhenRecorded(claim), EscapeMarkup(claim.rule));
}

// Once for all claims of an experiment.
std::string ExperimentCells(const DecidedClaim& claim, size_t claims) {
  return fmt::format(
      "<td rowspan=\"{0}\">{1}<br><span class=\"muted\">{2}: {3}</span></td>"
      "<td rowspan=\"{0}\">{4}</td><td rowspan=\"{0}\">{5}</td>",
      claims, EscapeMarkup(claim.title), EscapeMarkup(claim.experiment), EscapeMarkup(claim.run),
      EscapeMarkup(claim.source), EscapeMarkup(claim.caveat));
}

std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

// difference,low,high,seeds.
std::string CsvDifference(const DecidedClaim& claim) {
  if (!claim.difference) return ",,,0";
  return fmt::format("{},{},{},{}", claim.difference->value, claim.difference->low,
                     claim.difference->high, claim.difference->n);
}

}  // namespace

ClaimsFound FindClaims(const std::vector<std::string>& folders) {
  std::vector<std::filesystem::path> files;
  for (const std::string& folder : folders) {
    if (!std::filesystem::is_directory(folder)) Fail("{}: expected a folder", folder);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (entry.path().filename() == "results.json")
        files.push_back(entry.path().lexically_normal());
    }
  }
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  ClaimsFound found;
  for (const auto& file : files) ReadResults(file, found);
  return found;
}

std::string ClaimsHtml(const ClaimsFound& found, const std::string& command) {
  const std::vector<DecidedClaim>& claims = found.claims;
  std::string rows;
  for (size_t first = 0, last = 0; first < claims.size(); first = last) {
    while (last < claims.size() && claims[last].run == claims[first].run) ++last;
    for (size_t i = first; i < last; ++i) {
      rows += "<tr>" + SeenCells(claims[i]);
      if (i == first) rows += ExperimentCells(claims[i], last - first);
      rows += "</tr>\n";
    }
  }
  const std::string body = fmt::format(
      "<p>Can attention be frozen, moved or hidden without changing what a model says? Each claim "
      "is decided by a rule, beside which stands whether it was on record before any cell was run; "
      "differences are between arms of the same seed, with 95% t-intervals over seeds. {} claims: "
      "{}.</p>\n"
      "<div class=\"scroll\"><table class=\"text\"><thead><tr><th>verdict</th><th>claim</th>"
      "<th>seen</th><th>experiment</th><th>paper</th><th>caveat</th></tr></thead><tbody>\n{}"
      "</tbody></table></div>\n<p><code>{}</code></p>\n",
      claims.size(), Counts(claims), rows, EscapeMarkup(command));
  return HtmlPage("headscope: claims", "The claims of the debate, and what was seen", body);
}

std::string ClaimsCsv(const ClaimsFound& found) {
  std::string csv =
      "verdict,experiment,claim,rule,measure,difference,low,high,seeds,cells_before,source,run\n";
  for (const DecidedClaim& claim : found.claims) {
    csv += fmt::format("{},{},{},{},{},{},{},{},{}\n", claim.verdict, claim.experiment,
                       Quoted(claim.hypothesis), Quoted(claim.rule), claim.measure,
                       CsvDifference(claim),
                       claim.cells_before ? fmt::format("{}", *claim.cells_before) : "",
                       Quoted(claim.source), Quoted(claim.run));
  }
  return csv;
}

std::string ClaimsText(const ClaimsFound& found) {
  std::string text;
  for (const DecidedClaim& claim : found.claims) {
    text += fmt::format("{:<13} {:<20} {}\n{:<13} {:<20} {}\n", claim.verdict, claim.experiment,
                        claim.hypothesis, "", "", SeenText(claim));
  }
  return text + fmt::format("{} claims: {}\n", found.claims.size(), Counts(found.claims));
}

}  // namespace headscope
