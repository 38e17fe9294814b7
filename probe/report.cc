#include "probe/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "probe/estimate_text.h"
#include "probe/head_atlas_report.h"
#include "probe/head_tables.h"
#include "probe/html_page.h"
#include "probe/importance_tables.h"
#include "probe/svg.h"

namespace headscope {
namespace {

std::string Percent(double fraction) { return fmt::format("{:.1f}", 100 * fraction); }

std::string WithInterval(const Estimate& estimate) {
  return estimate.n == 0 ? "n/a" : EstimateMarkup(estimate);
}

// "NOUN →": the nearest noun to the right.
std::string RuleName(const RelationResult& row) {
  const std::string upos = EscapeMarkup(row.rule_upos);
  return row.rule_to_the_right ? upos + " →" : "← " + upos;
}

std::string Facts(const HeadProbeResults& results) {
  const ModelFacts& model = results.model;
  std::string html = fmt::format(
      "<p>Model <code>{}</code>: {} layers of {} heads, hidden size {}, {} pieces, {} positions, "
      "{:.1f}M "
      "parameters.</p>\n",
      EscapeMarkup(model.directory), model.layers, model.heads, model.hidden_size, model.vocab_size,
      model.positions, static_cast<double>(model.parameters) / 1e6);
  const auto data = [](const char* role, const DataFacts& facts) {
    return fmt::format(
        "<li>{}: <code>{}</code>, {} documents, {} sentences, {} words; {} sentences longer than "
        "the "
        "model's positions were left out</li>\n",
        role, EscapeMarkup(facts.path), facts.documents, facts.sentences, facts.words,
        facts.skipped_sentences);
  };
  html += "<ul>" + data("chosen on", results.dev) + data("scored on", results.test) + "</ul>\n";
  for (const std::string& note : results.notes) html += "<p>" + EscapeMarkup(note) + "</p>\n";
  return html;
}

// `so` becomes code.
std::string WithCode(const std::string& message) {
  std::string html = EscapeMarkup(message);
  bool open = false;
  for (size_t at = html.find('`'); at != std::string::npos; at = html.find('`', at)) {
    html.replace(at, 1, open ? "</code>" : "<code>");
    open = !open;
  }
  return open ? html + "</code>" : html;
}

std::string ContextBanner(const ContextCheck& context) {
  const char* kind = context.state == ContextState::kLearned      ? "good"
                     : context.state == ContextState::kNotLearned ? "bad"
                                                                  : "unknown";
  return fmt::format("<div class=\"banner {}\">{}</div>\n", kind, WithCode(context.message));
}

std::string Curve(const TrainingCurve& curve) {
  const auto points = [](const std::vector<CurvePoint>& from) {
    std::vector<std::pair<double, double>> to;
    for (const CurvePoint& point : from)
      to.emplace_back(static_cast<double>(point.step), point.loss);
    return to;
  };
  if (curve.training.empty() && curve.held_out.empty()) return "";
  return "<h2>Training</h2>\n<p>Masked-LM loss in nats. The twin is the same model with uniform "
         "attention: the distance "
         "between the held-out lines is what attention is worth.</p>\n" +
         LineChart("step", "loss (nats)",
                   {{"training", "#999999", false, points(curve.training)},
                    {"held out", "#0072B2", false, points(curve.held_out)},
                    {"uniform twin", "#D55E00", true, points(curve.twin_held_out)}});
}

std::string ComparisonMarkup(const NullComparison& comparison) {
  return fmt::format("{}{} <span class=\"interval\">[{:+.1f}, {:+.1f}]</span><br>p {}",
                     comparison.Above() ? "<span class=\"win\">&gt;</span> " : "",
                     fmt::format("{:+.1f}", 100 * comparison.difference.value),
                     100 * comparison.difference.low, 100 * comparison.difference.high,
                     EscapeMarkup(PValueText(comparison.p)));
}

std::string Dependencies(const HeadProbeResults& results) {
  std::vector<std::vector<std::string>> rows;
  std::vector<ForestRow> forest;
  for (const RelationResult& row : results.relations) {
    rows.push_back(
        {EscapeMarkup(row.relation), fmt::format("{}", row.accuracy.n), row.head.Name(),
         EscapeMarkup(DirectionName(row.direction)), WithInterval(row.accuracy),
         fmt::format("{:+d}", row.offset), WithInterval(row.offset_accuracy),
         ComparisonMarkup(row.over_offset), RuleName(row), WithInterval(row.rule_accuracy),
         ComparisonMarkup(row.over_rule), WithInterval(row.accuracy_where_rule_wrong),
         row.any_head.head.Name() + "<br>p " + EscapeMarkup(PValueText(row.any_head.p_holm)),
         RangeMarkup(row.random_models), RangeMarkup(row.permuted_models)});
    forest.push_back({row.relation,
                      row.accuracy.value,
                      row.accuracy.low,
                      row.accuracy.high,
                      {{row.offset_accuracy.value, "offset"}, {row.rule_accuracy.value, "rule"}},
                      row.random_models.low,
                      row.random_models.high});
  }
  return fmt::format(
             "<h2>Dependencies</h2>\n<p>For each relation the head and direction that were best on "
             "the "
             "first file, scored on the "
             "second. <code>dep-&gt;head</code>: the dependent's row of attention is largest at "
             "its "
             "head; "
             "<code>head-&gt;dep</code>: the largest entry of its column is at its head. A head is "
             "called syntactic only where it is "
             "above the nearest-UPOS rule; <span class=\"win\">&gt;</span> marks a head above its "
             "null "
             "(paired difference, p two-sided). <i>Any head</i>: whether one of all heads and "
             "directions "
             "is above the offset on the second file, the maximum over them taken in the null too "
             "({} "
             "sign flips). Units of intervals and tests: {}; every p after Holm over the "
             "relations. "
             "All scores in percent. {}</p>\n",
             results.facts.sign_flips, ClustersText(results.clusters),
             EscapeMarkup(RelationSummary(results.relations))) +
         ForestPlot(forest) +
         HtmlTable({"relation", "n", "head", "direction", "accuracy", "offset", "its accuracy",
                    "head less offset", "nearest", "its accuracy", "head less nearest",
                    "head where that is wrong", "any head over offset", "random models",
                    "permuted weights"},
                   rows);
}

std::string OwnHeads(const CoreferenceResults& coreference) {
  std::vector<std::string> header{"mentions", "n"};
  for (const CoreferenceHead& head : coreference.heads) {
    header.push_back(kCandidateSetNames[static_cast<size_t>(head.candidates)]);
    header.push_back("random models");
  }
  std::vector<std::vector<std::string>> rows;
  for (size_t type = 0; type < kNumMentionTypes; ++type) {
    std::vector<std::string> row{kMentionTypeNames[type],
                                 fmt::format("{}", coreference.test_instances[type])};
    for (const CoreferenceHead& head : coreference.heads) {
      row.push_back(head.own_heads[type].Name() + " " + WithInterval(head.own_rows[type].accuracy));
      row.push_back(RangeMarkup(head.own_rows[type].random_models));
    }
    rows.push_back(std::move(row));
  }
  return HtmlTable(header, rows);
}

std::string Coreference(const CoreferenceResults& coreference) {
  std::string html = fmt::format(
      "<h2>Coreference</h2>\n<p>Segments of up to {} pieces; links after the {} scheme; {} "
      "mentions scored in {} documents (95% intervals over {}). "
      "A mention is right when the candidate its head word attends to most is the head word of an "
      "antecedent. One head per candidate set, chosen on the first file over all mentions.</p>\n",
      coreference.segment_pieces, EscapeMarkup(coreference.scheme), coreference.test_mentions,
      coreference.test_documents, ClustersText(coreference.clusters));
  std::vector<std::string> header{"mentions", "n"};
  for (const CoreferenceHead& head : coreference.heads) {
    header.push_back(fmt::format("{}<br>{}", head.head.Name(),
                                 kCandidateSetNames[static_cast<size_t>(head.candidates)]));
    header.push_back("random models");
    header.push_back("permuted weights");
  }
  header.insert(header.end(), kAntecedentRuleNames.begin(), kAntecedentRuleNames.end());
  std::vector<std::vector<std::string>> rows;
  for (size_t type = 0; type < kNumMentionTypes; ++type) {
    std::vector<std::string> row{kMentionTypeNames[type],
                                 fmt::format("{}", coreference.test_instances[type])};
    for (const CoreferenceHead& head : coreference.heads) {
      row.push_back(WithInterval(head.rows[type].accuracy));
      row.push_back(RangeMarkup(head.rows[type].random_models));
      row.push_back(RangeMarkup(head.rows[type].permuted_models));
    }
    for (const auto& rule : coreference.rules) row.push_back(WithInterval(rule[type]));
    rows.push_back(std::move(row));
  }
  return html + HtmlTable(header, rows) +
         "<p>The head that is best on the first file for each row's own mentions:</p>\n" +
         OwnHeads(coreference);
}

std::string PartsOfSpeech(const UposResults& upos) {
  std::string html =
      "<h2>Parts of speech</h2>\n<p>How much more than uniform a head attends from one class of "
      "word to another (1 = "
      "uniform; [CLS], [SEP] and the word itself left out). For each attending class the head and "
      "attended class of the "
      "largest lift on the first file, scored on the second.</p>\n";
  std::vector<std::vector<std::string>> rows;
  std::vector<HeadId> shown;
  for (const UposResult& best : upos.best) {
    rows.push_back(
        {EscapeMarkup(best.attending), fmt::format("{}", best.lift.n), EscapeMarkup(best.attended),
         best.head.Name(), EstimateMarkup(best.lift, 1.0, 1),
         fmt::format("{:.1f} <span class=\"interval\">({:.1f}–{:.1f})</span>",
                     best.random_models.mean, best.random_models.low, best.random_models.high)});
    if (std::find(shown.begin(), shown.end(), best.head) == shown.end()) shown.push_back(best.head);
  }
  html += HtmlTable({"attending", "n", "attended", "head", "lift", "random models"}, rows);
  html +=
      "<p>Rows attend, columns are attended; orange above uniform, blue below, full colour at 8 "
      "times.</p>\n"
      "<div class=\"grid\">\n";
  constexpr size_t kMostMaps = 6;
  if (shown.size() > kMostMaps) shown.resize(kMostMaps);
  for (const UposMatrix& matrix : upos.heads) {
    if (std::find(shown.begin(), shown.end(), matrix.head) == shown.end()) continue;
    html += fmt::format(
        "<figure>{}<figcaption>{}: {}% of its attention goes to other "
        "words</figcaption></figure>\n",
        LiftMap(upos.tags, matrix.lift), matrix.head.Name(), Percent(matrix.word_share));
  }
  return html + "</div>\n";
}

std::string ExampleSection(const ExampleSentence& sentence) {
  std::string html = fmt::format("<h3>{}</h3>\n<p class=\"muted\">{}</p>\n<div class=\"grid\">\n",
                                 EscapeMarkup(sentence.text), EscapeMarkup(sentence.id));
  for (const ExampleMap& map : sentence.maps) {
    AttentionFigure figure{.words = sentence.words,
                           .attention = map.attention,
                           .head_to_dependent = map.direction == Direction::kHeadToDependent};
    for (size_t i = 0; i < sentence.words.size(); ++i) {
      if (sentence.heads[i] == 0) continue;
      figure.arcs.push_back({i, static_cast<size_t>(sentence.heads[i]) - 1, sentence.relations[i],
                             sentence.relations[i] == map.shows});
    }
    html += fmt::format(
        "<figure class=\"scroll\">{}<figcaption>{} ({}), chosen for {}</figcaption></figure>\n",
        AttentionMap(figure), map.head.Name(), EscapeMarkup(DirectionName(map.direction)),
        EscapeMarkup(map.shows));
  }
  return html + "</div>\n";
}

std::string Provenance(const HeadProbeResults& results) {
  const ProbeFacts& facts = results.facts;
  return fmt::format(
      "<h2>How to repeat this</h2>\n<p><code>{}</code></p>\n<p class=\"muted\">headscope "
      "(commit {}), {}, SIMD target {}, "
      "seed {}, {} sign flips, relations with at "
      "least {} instances in "
      "both files.<br>Model SHA-256 {}<br>First file SHA-256 {}<br>Second file SHA-256 {}</p>\n",
      EscapeMarkup(facts.command), EscapeMarkup(facts.commit), EscapeMarkup(facts.compiler),
      EscapeMarkup(facts.simd_target), facts.seed, facts.sign_flips, facts.minimum_instances,
      results.model.sha256, results.dev.sha256, results.test.sha256);
}

}  // namespace

std::string HeadReportBody(const HeadProbeResults& results, const ImportanceResults* importance) {
  std::string html = Facts(results);
  html += ContextBanner(results.context);
  html += Curve(results.curve);
  if (results.context.state != ContextState::kNotLearned) {
    html += Dependencies(results);
    if (results.coreference) html += Coreference(*results.coreference);
    html += PartsOfSpeech(results.upos);
    html += HeadAtlasHtml(results);
    if (importance != nullptr) html += ImportanceHtml(results, *importance);
    if (!results.examples.empty()) {
      html +=
          "<h2>Sentences</h2>\n<p>Rows attend to columns; darker is more (square-root scale; hover "
          "for the weight). Arcs "
          "are the gold tree, head to dependent; the orange ones are the relation the head was "
          "chosen for, and their "
          "cells are outlined.</p>\n";
      for (const ExampleSentence& sentence : results.examples) html += ExampleSection(sentence);
    }
  }
  return html;
}

std::string HeadReportHtml(const HeadProbeResults& results, const ImportanceResults* importance) {
  return HtmlPage("headscope: attention heads", "What the attention heads know",
                  HeadReportBody(results, importance) + Provenance(results));
}

}  // namespace headscope
