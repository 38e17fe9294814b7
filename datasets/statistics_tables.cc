#include "datasets/statistics_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "datasets/text_table.h"

namespace headscope {
namespace {

using Inputs = std::vector<InputStatistics>;

std::string Percent(uint64_t part, uint64_t whole) {
  if (whole == 0) return "-";
  return fmt::format("{:.1f}", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

std::string Mean(uint64_t sum, uint64_t n) {
  return n == 0 ? "-" : fmt::format("{:.2f}", static_cast<double>(sum) / static_cast<double>(n));
}

// A row per quantity, a column per input.
class SideBySide {
 public:
  SideBySide(const Inputs& inputs, std::string title) : inputs_(inputs), table_(Header(title)) {}
  void Add(const std::string& name,
           const std::function<std::string(const TreebankStatistics&)>& cell) {
    std::vector<std::string> row{name};
    for (const InputStatistics& input : inputs_) row.push_back(cell(*input.statistics));
    table_.Add(std::move(row));
  }
  std::string Text() const { return table_.Text() + "\n"; }

 private:
  std::vector<std::string> Header(const std::string& title) const {
    std::vector<std::string> header{title};
    for (const InputStatistics& input : inputs_) header.push_back(input.statistics->Name());
    return header;
  }
  const Inputs& inputs_;
  TextTable table_;
};

std::string CountsText(const Inputs& inputs) {
  SideBySide table(inputs, "counts");
  const auto count = [&](const char* name, uint64_t TreebankStatistics::Counts::*field) {
    table.Add(name, [&](const auto& s) { return std::to_string(s.Totals().*field); });
  };
  using Counts = TreebankStatistics::Counts;
  count("documents", &Counts::documents);
  count("sentences", &Counts::sentences);
  count("words", &Counts::words);
  count("multiword tokens", &Counts::multiword_tokens);
  count("empty nodes", &Counts::empty_nodes);
  table.Add("types (lower-cased forms)",
            [](const auto& s) { return std::to_string(s.NumTypes()); });
  table.Add("words a sentence",
            [](const auto& s) { return Mean(s.Totals().words, s.Totals().sentences); });
  count("longest sentence", &Counts::longest_sentence);
  table.Add("sentences a document",
            [](const auto& s) { return Mean(s.Totals().sentences, s.Totals().documents); });
  table.Add("non-projective sentences, %", [](const auto& s) {
    return Percent(s.Dependencies().NonProjectiveSentences(), s.Totals().sentences);
  });
  table.Add("non-projective arcs",
            [](const auto& s) { return std::to_string(s.Dependencies().NonProjectiveArcs()); });
  return table.Text();
}

std::string UposText(const Inputs& inputs) {
  SideBySide table(inputs, "UPOS, % of words");
  for (size_t tag = 0; tag < kUposTags.size(); ++tag) {
    table.Add(std::string(kUposTags[tag]),
              [&](const auto& s) { return Percent(s.UposCounts()[tag], s.Totals().words); });
  }
  table.Add("best look-up right, %",
            [](const auto& s) { return Percent(s.Lookup().NumRight(), s.Totals().words); });
  table.Add("ambiguous words, %",
            [](const auto& s) { return Percent(s.Lookup().NumAmbiguous(), s.Totals().words); });
  return table.Text();
}

const RelationStatistics* Find(const InputStatistics& input, const std::string& relation) {
  const auto found = std::find_if(input.relations.begin(), input.relations.end(),
                                  [&](const auto& row) { return row.relation == relation; });
  return found == input.relations.end() ? nullptr : &*found;
}

// Relations frequent enough in some input, by their share in the first that has them.
std::vector<std::string> RelationsShown(const Inputs& inputs, uint64_t minimum) {
  std::vector<std::string> names;
  for (const InputStatistics& input : inputs) {
    for (const RelationStatistics& row : input.relations) {
      if (row.n < minimum) continue;
      if (std::find(names.begin(), names.end(), row.relation) == names.end()) {
        names.push_back(row.relation);
      }
    }
  }
  return names;
}

// One table with a group of columns per input.
std::string RelationText(const Inputs& inputs, const std::vector<std::string>& relations,
                         const std::vector<std::string>& columns,
                         const std::function<std::vector<std::string>(
                             const InputStatistics&, const RelationStatistics&)>& cells) {
  std::vector<std::string> header{"relation"};
  for (size_t i = 0; i < inputs.size(); ++i) {
    for (const std::string& column : columns) {
      header.push_back(inputs.size() == 1 ? column : fmt::format("{}:{}", i + 1, column));
    }
  }
  TextTable table(header);
  for (const std::string& relation : relations) {
    std::vector<std::string> row{relation};
    for (const InputStatistics& input : inputs) {
      const RelationStatistics* const found = Find(input, relation);
      const std::vector<std::string> added =
          found == nullptr ? std::vector<std::string>(columns.size(), "-") : cells(input, *found);
      row.insert(row.end(), added.begin(), added.end());
    }
    table.Add(std::move(row));
  }
  return table.Text() + "\n";
}

std::string RuleName(const NearestRule& rule) {
  const std::string_view tag = rule.tag < kUposTags.size() ? kUposTags[rule.tag] : "other";
  return rule.to_the_right ? fmt::format("{} >", tag) : fmt::format("< {}", tag);
}

std::string DependenciesText(const Inputs& inputs, uint64_t minimum) {
  std::vector<std::string> relations = RelationsShown(inputs, minimum);
  std::string text;
  for (size_t i = 0; i < inputs.size() && inputs.size() > 1; ++i) {
    text += fmt::format("{} = {}\n", i + 1, inputs[i].statistics->Name());
  }
  text +=
      "Relations: share of words; the best fixed offset, and the nearest word of a class (< left, "
      "> right), chosen on these words, with the share of heads they find, %.\n";
  text += RelationText(
      inputs, relations, {"n", "share", "offset", "right", "nearest", "right"},
      [](const InputStatistics& input, const RelationStatistics& row) {
        if (row.relation == "root") {
          return std::vector<std::string>{std::to_string(row.n),
                                          Percent(row.n, input.statistics->Totals().words),
                                          "",
                                          "",
                                          "",
                                          ""};
        }
        return std::vector<std::string>{std::to_string(row.n),
                                        Percent(row.n, input.statistics->Totals().words),
                                        fmt::format("{:+d}", row.offset.offset),
                                        Percent(row.offset.count, row.n),
                                        RuleName(row.rule.rule),
                                        Percent(row.rule.count, row.n)};
      });
  std::erase(relations, "root");
  text +=
      "Mutual information of a dependent's form with its head's form and with the form at the best "
      "offset, bits (plug-in, Miller-Madow); null: the same after shuffling the pairs.\n";
  text += RelationText(inputs, relations, {"head", "null", "offset", "null"},
                       [](const InputStatistics&, const RelationStatistics& row) {
                         std::vector<std::string> cells;
                         for (const double bits : {row.with_head.bits, row.with_head.null,
                                                   row.with_offset.bits, row.with_offset.null}) {
                           cells.push_back(fmt::format("{:.2f}", bits));
                         }
                         return cells;
                       });
  return text;
}

void AddBaselines(SideBySide& table, const std::string& prefix,
                  const CoreferenceBaselines& (CoreferenceStatistics::*of)() const) {
  const auto of_input = [of](const TreebankStatistics& s) -> const CoreferenceBaselines& {
    return (s.Coreference().*of)();
  };
  table.Add(prefix + " with an antecedent",
            [&](const auto& s) { return std::to_string(of_input(s).n); });
  const auto row = [&](const char* name, uint64_t CoreferenceBaselines::*field) {
    table.Add(std::string("  ") + name,
              [&, field](const auto& s) { return Percent(of_input(s).*field, of_input(s).n); });
  };
  row("nearest mention, %", &CoreferenceBaselines::nearest);
  row("nearest agreeing mention, %", &CoreferenceBaselines::nearest_agreeing);
  row("previous subject, %", &CoreferenceBaselines::previous_subject);
  row("same head word, %", &CoreferenceBaselines::same_head_word);
}

void AddResolver(SideBySide& table) {
  table.Add("  exact resolver, %", [](const TreebankStatistics& s) -> std::string {
    if (!s.Resolved()) return "-";
    return Percent(s.Resolved()->right, s.Resolved()->pronouns);
  });
}

std::string CoreferenceText(const Inputs& inputs) {
  SideBySide table(inputs, "coreference");
  using Counts = CoreferenceStatistics::Counts;
  const auto count = [&](const char* name, uint64_t Counts::*field) {
    table.Add(name,
              [field](const auto& s) { return std::to_string(s.Coreference().Totals().*field); });
  };
  count("documents with it", &Counts::documents);
  count("mentions", &Counts::mentions);
  count("chains", &Counts::chains);
  count("  of one mention", &Counts::singletons);
  count("pronominal mentions", &Counts::pronominal);
  count("  personal", &Counts::personal);
  count("  third person", &Counts::third_person);
  count("pronominal, chain begun before", &Counts::pronominal_with_earlier);
  table.Add("pronominal, % of mentions", [](const auto& s) {
    return Percent(s.Coreference().Totals().pronominal, s.Coreference().Totals().mentions);
  });
  table.Add("third person: one candidate, %", [](const auto& s) {
    return Percent(s.Coreference().Totals().one_candidate, s.Coreference().Totals().third_person);
  });
  table.Add("third person: no candidate, %", [](const auto& s) {
    return Percent(s.Coreference().Totals().no_candidate, s.Coreference().Totals().third_person);
  });
  AddBaselines(table, "third person", &CoreferenceStatistics::ThirdPerson);
  AddResolver(table);
  for (const auto& [name, share] :
       {std::pair("  median distance, words", 0.5), std::pair("  99% within, words", 0.99),
        std::pair("  all within, words", 1.0)}) {
    table.Add(name, [share = share](const TreebankStatistics& s) -> std::string {
      if (s.Coreference().ThirdPerson().n == 0) return "-";
      return std::to_string(s.Coreference().DistanceQuantile(share));
    });
  }
  AddBaselines(table, "all anaphors", &CoreferenceStatistics::AllAnaphors);
  return table.Text();
}

}  // namespace

std::string StatisticsText(const std::vector<InputStatistics>& inputs, uint64_t minimum_instances) {
  return CountsText(inputs) + UposText(inputs) + DependenciesText(inputs, minimum_instances) +
         CoreferenceText(inputs);
}

}  // namespace headscope
