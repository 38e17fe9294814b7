#include "probe/probing_jobs.h"

#include <algorithm>
#include <vector>

#include "tests/support/catch.h"

namespace headscope {
namespace {

// Fits of "linear" are made together; nothing is ever fitted here.
class QuestionOnly : public ProbingTask {
 public:
  std::vector<std::string> Metrics() const override { return {"accuracy"}; }
  bool IsDeterministic(const std::string&) const override { return false; }
  bool FitsTogether(const std::string& probe) const override { return probe == "linear"; }
  FitScores Fit(Compute&, const LayerFeatures&, const FitRequest&) const override { return {}; }
  std::vector<TaskBaseline> Baselines() const override { return {}; }
  double UniformBits(std::span<const uint32_t>) const override { return 0.0; }
  double CodeNats(Compute&, const LayerFeatures&, const FitRequest&, std::span<const uint32_t>,
                  std::span<const uint32_t>) const override {
    return 0.0;
  }
};

TEST_CASE("Fits are grouped by question, layer and probe, a few at a time, the longest first",
          "[probe][probing_study]") {
  const QuestionOnly task;
  const StudyRequest requests[] = {{.name = "a", .task = &task, .options = {}},
                                   {.name = "b", .task = &task, .options = {}}};
  std::vector<ProbingJob> jobs;
  const auto add = [&](size_t count, size_t request, size_t layer, const char* probe, bool code) {
    for (size_t k = 0; k < count; ++k) {
      jobs.push_back({.cell = {.probe = probe, .layer = layer, .code = code},
                      .fit = {.probe = probe},
                      .request = request,
                      .feature_layer = layer});
    }
  };
  add(12, 0, 0, "linear", false);
  add(3, 0, 1, "linear", false);
  add(3, 1, 1, "linear", false);
  add(2, 0, 0, "linear", true);
  add(2, 1, 0, "mlp", false);
  std::vector<size_t> pending;  // one was done before
  for (size_t j = 1; j < jobs.size(); ++j) pending.push_back(j);

  const auto groups = GroupJobs(requests, jobs, pending, [](size_t request, const std::string&) {
    return request == 0 ? 1.0 : 2.0;
  });

  std::vector<size_t> seen, sizes;
  double last_cost = 1e9;
  for (const std::vector<size_t>& group : groups) {
    const ProbingJob& first = jobs[group.at(0)];
    for (const size_t j : group) {
      seen.push_back(j);
      CHECK(jobs[j].request == first.request);
      CHECK(jobs[j].feature_layer == first.feature_layer);
      CHECK(jobs[j].cell.probe == first.cell.probe);
      CHECK(jobs[j].cell.code == first.cell.code);
    }
    const double cost = static_cast<double>(group.size()) * (first.request == 0 ? 1.0 : 2.0);
    CHECK(cost <= last_cost);
    last_cost = cost;
    sizes.push_back(group.size());
  }
  std::ranges::sort(seen);
  CHECK(seen == pending);
  std::ranges::sort(sizes, std::greater<>());
  // 11 of layer 0 in three groups and 3 each of the others; codes and the MLP by themselves.
  CHECK(sizes == std::vector<size_t>{4, 4, 3, 3, 3, 1, 1, 1, 1});
}

}  // namespace
}  // namespace headscope
