#include "probe/context_check.h"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "model/base/error.h"
#include "model/base/file.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMetrics = "/metrics.jsonl";

void TakeLoss(const nlohmann::json& line, const char* key, std::vector<CurvePoint>& points) {
  const auto loss = line.find(key);
  if (loss != line.end() && loss->is_number()) {
    points.push_back({line["step"].get<uint64_t>(), loss->get<double>()});
  }
}

}  // namespace

RunLosses ReadRunLosses(const std::string& run) {
  RunLosses losses;
  const std::string path = run + kMetrics;
  if (!fs::exists(path)) return losses;
  const std::string content = ReadFile(path);
  size_t number = 0;
  for (size_t begin = 0; begin < content.size();) {
    const size_t end = content.find('\n', begin);
    if (end == std::string::npos) break;  // a run being written, or torn
    const std::string text = content.substr(begin, end - begin);
    begin = end + 1;
    ++number;
    const nlohmann::json line = nlohmann::json::parse(text, nullptr, false);
    if (!line.is_object() || !line.contains("step") || !line["step"].is_number_unsigned()) {
      Fail("{}:{}: expected a JSON object with a \"step\", found {}", path, number,
           text.substr(0, 80));
    }
    TakeLoss(line, "loss", losses.training);
    TakeLoss(line, "held_out_loss", losses.held_out);
  }
  return losses;
}

std::string RunOfModel(const std::string& model_directory) {
  const fs::path parent = fs::absolute(fs::path(model_directory) / "").parent_path().parent_path();
  if (!fs::exists(parent.string() + kMetrics)) return "";
  const fs::path run = fs::path(model_directory) / ".." / "";
  const std::string name = run.lexically_normal().parent_path().string();  // without the last slash
  return name.empty() ? "." : name;
}

std::string ModelOfPath(const std::string& path) {
  const fs::path inside = fs::path(path) / "model";
  if (!fs::exists(fs::path(path) / "config.json") && fs::exists(inside / "config.json")) {
    return inside.string();
  }
  return path;
}

ContextCheck CompareWithTwin(const std::vector<CurvePoint>& held_out,
                             const std::vector<CurvePoint>& twin_held_out) {
  ContextCheck check;
  check.state = ContextState::kNoTwin;
  for (const CurvePoint& point : held_out) {
    for (const CurvePoint& twin : twin_held_out) {
      if (twin.step != point.step) continue;
      check.step = point.step;
      check.held_out_loss = point.loss;
      check.twin_held_out_loss = twin.loss;
      check.gap = twin.loss - point.loss;
      check.state =
          check.gap >= kContextThreshold ? ContextState::kLearned : ContextState::kNotLearned;
    }
  }
  if (check.state == ContextState::kNoTwin) {
    check.message = "the twin has no held-out loss at any step of this model";
    return check;
  }
  if (check.state == ContextState::kNotLearned && check.step < held_out.back().step) {
    // At its first steps no model is better than its twin.
    check.state = ContextState::kNoTwin;
    check.message = fmt::format(
        "not checked: the twin stands at step {} of {}, where it is {:.3f} nat behind; go on with "
        "`headscope train --resume`",
        check.step, held_out.back().step, check.gap);
    return check;
  }
  check.message = fmt::format(
      "{}: at step {} the held-out loss is {:.3f} nat, {:.3f} {} that of the twin with uniform "
      "attention ({:.3f})",
      check.state == ContextState::kLearned ? "context learned" : "context not learned", check.step,
      check.held_out_loss, check.gap < 0 ? -check.gap : check.gap,
      check.gap < 0 ? "above" : "below", check.twin_held_out_loss);
  if (check.state == ContextState::kNotLearned) {
    check.message += fmt::format("; below {} nat head tables are noise", kContextThreshold);
  }
  return check;
}

ContextCheck CheckContext(const std::string& model_directory, const std::string& twin,
                          bool has_mlm_head, TrainingCurve& curve) {
  ContextCheck check;
  const std::string run = RunOfModel(model_directory);
  if (!run.empty()) {
    RunLosses losses = ReadRunLosses(run);
    curve.training = std::move(losses.training);
    curve.held_out = std::move(losses.held_out);
  }
  if (!has_mlm_head) {
    check.state = ContextState::kNoMlmHead;
    check.message =
        "not checked: the model has no masked-LM head, so there is no held-out loss to compare "
        "with that of a uniform-attention twin";
    return check;
  }
  if (curve.held_out.empty()) {
    check.state = ContextState::kNoLoss;
    check.message =
        "not checked: the model lies in no run directory with held-out losses (metrics.jsonl), so "
        "it cannot be compared with a uniform-attention twin";
    return check;
  }
  std::string twin_run = twin;
  if (twin_run.empty() && fs::exists(run + "/twin" + kMetrics)) twin_run = run + "/twin";
  if (twin_run.empty()) {
    check.state = ContextState::kNoTwin;
    check.message = fmt::format(
        "not checked: no twin; make one with `headscope train --config {0}/config.toml --attention "
        "uniform --out {0}/twin`",
        run);
    return check;
  }
  if (!fs::exists(twin_run + kMetrics)) {
    Fail("--twin: expected a run directory with metrics.jsonl, found none in {}", twin_run);
  }
  curve.twin_held_out = ReadRunLosses(twin_run).held_out;
  check = CompareWithTwin(curve.held_out, curve.twin_held_out);
  check.twin_run = twin_run;
  return check;
}

}  // namespace headscope
