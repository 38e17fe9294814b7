#include "train/run_directory.h"

#include <signal.h>
#include <sys/resource.h>

#include <filesystem>

#include "model/base/error.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_directory.h"
#include "train/run_state.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;

std::shared_ptr<const ParameterLayout> TestLayout(size_t columns = 1000) {
  auto layout = std::make_shared<ParameterLayout>();
  layout->Add({.name = "w", .shape = {30, columns}});
  layout->Add({.name = "b", .shape = {7}});
  return layout;
}

TrainingState TestState() {
  TrainingState state(TestLayout());
  float next = 0.1f;
  for (ParameterSet* set : {&state.parameters, &state.moments.first, &state.moments.second}) {
    for (float& value : set->Data()) value = (next *= -1.001f);
  }
  state.step = 17;
  state.tokens = 123456789012;
  state.position = "2:345";
  state.window = {3, {.sum = 0.1 + 0.2, .predictions = 5, .tokens = 6}, 1.0 / 3};
  state.held_out = {.sum = 1e-300, .predictions = 8, .tokens = 9};
  state.held_out_step = 10;
  return state;
}

TEST_CASE("A new run wants a new or empty folder", "[run]") {
  const TemporaryDirectory temporary;
  const std::string path = temporary.Path("deep/run");
  // What a run leaves that was killed before its first state is no run.
  {
    const RunDirectory run = RunDirectory::Create(path);
    WriteFileAtomically(run.ConfigPath(), "");
  }
  { const RunDirectory run = RunDirectory::Create(path); }
  CHECK(fs::exists(path + "/config.toml"));
  for (const char* const name :
       {"/metrics.jsonl", "/timing.jsonl", "/state/state.safetensors.7.tmp"}) {
    WriteFileAtomically(path + name, "");
  }
  { const RunDirectory run = RunDirectory::Create(path); }
  WriteFileAtomically(path + "/metrics.jsonl", "{}\n");
  CHECK_THROWS_WITH(RunDirectory::Create(path), ContainsSubstring("found metrics.jsonl in it") &&
                                                    ContainsSubstring("--resume"));
  WriteFileAtomically(temporary.Path("file"), "");
  CHECK_THROWS_AS(RunDirectory::Create(temporary.Path("file")), Error);
}

TEST_CASE("A new run that wrote nothing leaves nothing behind", "[run]") {
  const TemporaryDirectory temporary;
  {
    const RunDirectory run = RunDirectory::Create(temporary.Path("deep/er/run/"));
    CHECK(fs::is_directory(temporary.Path("deep/er/run/state")));
  }
  CHECK(fs::is_empty(temporary.Root()));
  { const RunDirectory run = RunDirectory::Create(temporary.Root()); }
  CHECK(fs::is_empty(temporary.Root()));
  CHECK_THROWS_AS(RunDirectory::Open(temporary.Root()), Error);
  CHECK(fs::is_empty(temporary.Root()));
  // A state, or whatever else, stays.
  {
    const RunDirectory run = RunDirectory::Create(temporary.Path("a/run"));
    WriteFileAtomically(run.StatePath(), "");
  }
  CHECK(fs::exists(temporary.Path("a/run/state/state.safetensors")));
}

TEST_CASE("A run's folder is used by one process at a time", "[run]") {
  const TemporaryDirectory temporary;
  const RunDirectory run = RunDirectory::Create(temporary.Path("run"));
  CHECK_THROWS_WITH(RunDirectory::Create(temporary.Path("run")), ContainsSubstring("in use"));
  CHECK_THROWS_WITH(RunDirectory::Open(temporary.Path("run")), ContainsSubstring("in use"));
}

TEST_CASE("What a killed process half wrote is taken away", "[run]") {
  const TemporaryDirectory temporary;
  const std::string path = temporary.Path("run");
  {
    const RunDirectory run = RunDirectory::Create(path);
    WriteFileAtomically(run.ConfigPath(), "");
    WriteFileAtomically(run.StatePath(), "whole");
    MakeDirectory(run.ModelPath());
    for (const std::string& file : {run.StatePath(), run.ModelPath() + "/vocab.txt", path + "/x"}) {
      WriteFileAtomically(file + ".123.tmp", "ha");
    }
  }
  const RunDirectory run = RunDirectory::Open(path);
  CHECK(ListFiles(path, ".tmp").empty());
  CHECK(ReadFile(run.StatePath()) == "whole");
}

TEST_CASE("Files of others stay, whatever their names", "[run]") {
  const TemporaryDirectory temporary;
  for (const char* const name : {"notes.tmp", "thesis.12.tmp", "config.toml.old.tmp"}) {
    WriteFileAtomically(temporary.Path(name), "mine");
    CHECK_THROWS_WITH(RunDirectory::Create(temporary.Root()), ContainsSubstring(name));
    CHECK_THROWS_AS(RunDirectory::Open(temporary.Root()), Error);
    CHECK(ReadFile(temporary.Path(name)) == "mine");
    fs::remove(temporary.Path(name));
  }
}

TEST_CASE("Only a run can be resumed", "[run]") {
  const TemporaryDirectory temporary;
  CHECK_THROWS_WITH(RunDirectory::Open(temporary.Path("absent")), ContainsSubstring("absent"));
  CHECK_THROWS_WITH(RunDirectory::Open(temporary.Root()), ContainsSubstring("nothing to resume"));
}

TEST_CASE("Lines behind a state are cut, and a torn one", "[run]") {
  const TemporaryDirectory temporary;
  const std::string path = temporary.Path("metrics.jsonl");
  CutLinesAfterStep(path, 5);
  CHECK(!fs::exists(path));
  const std::string kept = "{\"step\":0,\"a\":1}\n{\"step\":5}\n{\"step\":5,\"b\":2}\n";
  WriteFileAtomically(path, kept + "{\"step\":6}\n{\"step\":7,\"to");
  CutLinesAfterStep(path, 5);
  CHECK(ReadFile(path) == kept);
  CutLinesAfterStep(path, 9);
  CHECK(ReadFile(path) == kept);
  WriteFileAtomically(path, kept + "garbage\n");
  CHECK_THROWS_WITH(CutLinesAfterStep(path, 5), ContainsSubstring("metrics.jsonl:4:"));
  CutLinesAfterStep(path, 0);
  CHECK(!fs::exists(path));
}

TEST_CASE("A state reads back as it was, bit for bit", "[run]") {
  const TemporaryDirectory temporary;
  const std::string path = temporary.Path("state.safetensors");
  const TrainingState state = TestState();
  SaveRunState(path, state, {{"config_sha256", "abc"}});
  TrainingState again(TestLayout());
  LoadRunState(path, {{"config_sha256", "abc"}}, again);
  CHECK(std::ranges::equal(again.parameters.Data(), state.parameters.Data()));
  CHECK(std::ranges::equal(again.moments.first.Data(), state.moments.first.Data()));
  CHECK(std::ranges::equal(again.moments.second.Data(), state.moments.second.Data()));
  SaveRunState(temporary.Path("again"), again, {{"config_sha256", "abc"}});
  CHECK(Sha256OfFile(temporary.Path("again")) == Sha256OfFile(path));
  CHECK(again.window.loss.sum == 0.1 + 0.2);
  CHECK(again.position == "2:345");
  CHECK(again.held_out.sum == 1e-300);
}

TEST_CASE("A state of another run or shape is refused by name", "[run]") {
  const TemporaryDirectory temporary;
  const std::string path = temporary.Path("state.safetensors");
  SaveRunState(path, TestState(), {{"config_sha256", "abc"}});
  TrainingState same(TestLayout());
  CHECK_THROWS_WITH(LoadRunState(path, {{"config_sha256", "xyz"}}, same),
                    ContainsSubstring("another run") && ContainsSubstring("config_sha256 xyz"));
  TrainingState other(TestLayout(999));
  CHECK_THROWS_WITH(LoadRunState(path, {}, other),
                    ContainsSubstring("weights.w") && ContainsSubstring("[30, 999]"));
}

// The nearest thing to a full disk that a test can have: files may not grow beyond a limit.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    previous_handler_ = signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &previous_);
    const rlimit limit{bytes, previous_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &previous_);
    signal(SIGXFSZ, previous_handler_);
  }

 private:
  rlimit previous_;
  void (*previous_handler_)(int);
};

TEST_CASE("When a state cannot be written the old one stays whole", "[run]") {
  const TemporaryDirectory temporary;
  const std::string path = temporary.Path("state.safetensors");
  TrainingState state = TestState();
  SaveRunState(path, state, {});
  const std::string before = Sha256OfFile(path);
  state.step = 18;
  {
    const FileSizeLimit limit(100000);
    CHECK_THROWS_WITH(SaveRunState(path, state, {}),
                      ContainsSubstring("state.safetensors") && ContainsSubstring("bytes"));
  }
  CHECK(Sha256OfFile(path) == before);
  size_t files = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(temporary.Root())) ++files;
  CHECK(files == 1);
}

}  // namespace
}  // namespace headscope
