#include "probe/context_check.h"

#include <filesystem>

#include "model/base/file.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

// A folder of this test's own, removed at the end.
class RunFolder {
 public:
  RunFolder() : path_(std::filesystem::temp_directory_path() / "headscope-context-check") {
    std::filesystem::remove_all(path_);
    MakeDirectory((path_ / "model").string());
  }
  ~RunFolder() { std::filesystem::remove_all(path_); }
  std::string Model() const { return (path_ / "model").string(); }
  std::string Path(const std::string& name) const { return (path_ / name).string(); }
  void Write(const std::string& name, const std::string& text) const {
    MakeDirectory(std::filesystem::path(Path(name)).parent_path().string());
    WriteFileAtomically(Path(name), text);
  }

 private:
  std::filesystem::path path_;
};

constexpr const char* kMetrics =
    "{\"step\":0,\"held_out_loss\":9.0}\n{\"step\":50,\"tokens\":100,\"loss\":7.5}\n"
    "{\"step\":100,\"held_out_loss\":6.0}\n{\"step\":200,\"held_out_loss\":5.0}\n{\"step\":250,"
    "\"lo";

TEST_CASE("Held-out losses are compared at the last common step", "[probe]") {
  const std::vector<CurvePoint> model = {{0, 9.0}, {100, 6.0}, {200, 5.0}, {300, 4.5}};
  const ContextCheck far = CompareWithTwin(model, {{0, 9.0}, {200, 5.75}});
  CHECK(far.state == ContextState::kLearned);
  CHECK(far.step == 200);
  CHECK(far.gap == 0.75);
  const ContextCheck near = CompareWithTwin(model, {{300, 4.75}});
  CHECK(near.state == ContextState::kNotLearned);
  CHECK_THAT(near.message, ContainsSubstring("context not learned"));
  CHECK_THAT(near.message, ContainsSubstring("0.250 below"));
  const ContextCheck worse = CompareWithTwin(model, {{300, 4.0}});
  CHECK(worse.state == ContextState::kNotLearned);
  CHECK_THAT(worse.message, ContainsSubstring("0.500 above"));
  CHECK(CompareWithTwin(model, {{150, 5.25}}).state == ContextState::kNoTwin);
  const ContextCheck early = CompareWithTwin(model, {{0, 9.0}, {100, 6.25}});
  CHECK(early.state == ContextState::kNoTwin);
  CHECK_THAT(early.message, ContainsSubstring("step 100 of 300"));
}

TEST_CASE("The context check finds run and twin beside the model", "[probe]") {
  const RunFolder run;
  TrainingCurve curve;
  CHECK(CheckContext(run.Model(), "", true, curve).state == ContextState::kNoLoss);

  run.Write("metrics.jsonl", kMetrics);
  const ContextCheck alone = CheckContext(run.Model(), "", true, curve);
  CHECK(alone.state == ContextState::kNoTwin);
  CHECK_THAT(alone.message, ContainsSubstring("--attention uniform"));
  REQUIRE(curve.held_out.size() == 3);  // the torn line is left out
  CHECK(curve.held_out[2].step == 200);
  REQUIRE(curve.training.size() == 1);
  CHECK(curve.training[0].loss == 7.5);
  CHECK(CheckContext(run.Model(), "", false, curve).state == ContextState::kNoMlmHead);

  run.Write("twin/metrics.jsonl", "{\"step\":200,\"held_out_loss\":6.25}\n");
  const ContextCheck beside = CheckContext(run.Model(), "", true, curve);
  CHECK(beside.state == ContextState::kLearned);
  CHECK(beside.gap == 1.25);
  CHECK(curve.twin_held_out.size() == 1);
  CHECK(CheckContext(run.Model() + "/", "", true, curve).gap == 1.25);

  run.Write("other/metrics.jsonl", "{\"step\":200,\"held_out_loss\":5.1}\n");
  CHECK(CheckContext(run.Model(), run.Path("other"), true, curve).state ==
        ContextState::kNotLearned);
  CHECK_THROWS_WITH(CheckContext(run.Model(), run.Path("nowhere"), true, curve),
                    ContainsSubstring("--twin"));
  run.Write("metrics.jsonl", "{\"step\":0,\"held_out_loss\":9.0}\nrubbish\n");
  CHECK_THROWS_WITH(CheckContext(run.Model(), "", true, curve),
                    ContainsSubstring("metrics.jsonl:2"));
}

TEST_CASE("A run directory stands for its model", "[probe]") {
  const RunFolder run;
  run.Write("model/config.json", "{}");
  CHECK(ModelOfPath(run.Path("")) == run.Path("") + "model");
  CHECK(ModelOfPath(run.Model()) == run.Model());
}

}  // namespace
}  // namespace headscope
