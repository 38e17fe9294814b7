#include "model/base/command_line.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/base/error.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

// A program with one command that has a flag of every kind, and what a command line made of them.
struct Bench {
  std::string name = "nobody", required, empty;
  std::vector<std::string> words = {"a"};
  int whole = -3;
  unsigned small = 1;
  uint64_t large = 2;
  std::optional<uint64_t> maybe;
  double real = 0.5;
  bool on = false;
  int runs = 0;
  Program program{"a test"};
  std::vector<Flag> free;

  Bench() {
    const Command command = program.Root().Subcommand("do", "does it");
    command.Option("--name", name, "").OneOf({"nobody", "somebody"});
    command.Option("WHAT", required, "").Required();
    command.Option("--empty", empty, "").Environment("HEADSCOPE_TEST_EMPTY");
    command.Option("--words", words, "").SplitAt(',');
    command.Option("--whole", whole, "").Range(-5, 5);
    const Flag small_flag = command.Option("--small", small, "").Positive();
    command.Option("--large", large, "").Excludes(small_flag);
    command.Option("--maybe", maybe, "");
    command.Option("--real", real, "").Range(0.0, 1.0);
    command.Switch("--on", on, "");
    free = {command.FreeOption("--one", "1", ""), command.FreeList("--many", "x y", ""),
            command.FreeSwitch("--free", "")};
    command.OnRun([this] { ++runs; });
  }
  void Run(std::vector<std::string> arguments) { program.Run(std::move(arguments)); }
};

TEST_CASE("Flags of every kind reach what they are bound to", "[command-line]") {
  Bench bench;
  bench.Run({"do",   "it",      "--name", "somebody", "--words", "b,c",    "--whole",
             "5",    "--small", "7",      "--maybe",  "9",       "--real", "0.25",
             "--on", "--one",   "z",      "--many",   "p",       "q",      "--no-free"});
  CHECK(bench.runs == 1);
  CHECK(bench.required == "it");
  CHECK(bench.name == "somebody");
  CHECK(bench.words == std::vector<std::string>{"b", "c"});
  CHECK(bench.whole == 5);
  CHECK(bench.small == 7);
  CHECK(bench.large == 2);
  CHECK(bench.maybe == uint64_t{9});
  CHECK(bench.real == 0.25);
  CHECK(bench.on);
  CHECK(bench.free[0].Values() == std::vector<std::string>{"z"});
  CHECK(bench.free[1].Values() == std::vector<std::string>{"p", "q"});
  CHECK(bench.free[2].Values() == std::vector<std::string>{"false"});
}

TEST_CASE("Flags that were not given keep their values", "[command-line]") {
  Bench bench;
  bench.Run({"do", "it"});
  CHECK(bench.name == "nobody");
  CHECK(bench.words == std::vector<std::string>{"a"});
  CHECK_FALSE(bench.maybe.has_value());
  for (const Flag& flag : bench.free) CHECK_FALSE(flag.Given());
}

TEST_CASE("A command line that cannot be is refused and nothing runs", "[command-line]") {
  using Arguments = std::vector<std::string>;
  const auto [arguments, complaint] = GENERATE(table<Arguments, std::string>({
      {Arguments{"do"}, "WHAT is required"},
      {Arguments{"do", "it", "--name", "else"}, "else not in {nobody,somebody}"},
      {Arguments{"do", "it", "--whole", "6"}, "expected -5 to 5, found 6"},
      {Arguments{"do", "it", "--small", "0"}, "expected above 0, found 0"},
      {Arguments{"do", "it", "--small", "2", "--large", "3"}, "excludes"},
      {Arguments{"do", "it", "--real", "x"}, "expected 0 to 1, found x"},
      {Arguments{"do", "it", "--unknown"}, "--unknown"},
      {Arguments{"do", "it", "--small", "-1"}, "expected a number from 0 on, found -1"},
      {Arguments{"do", "it", "--large", "-2"}, "expected a number from 0 on, found -2"},
      {Arguments{"do", "it", "--maybe", "-3"}, "expected a number from 0 on, found -3"},
      {Arguments{}, "expected a command of do, found none"},
      {Arguments{"doo", "it"}, "expected a command of do, found doo"},
  }));
  Bench bench;
  CHECK_THROWS_WITH(bench.Run(arguments), ContainsSubstring(complaint));
  CHECK(bench.runs == 0);
}

TEST_CASE("Where a command of its own is missing those that there are are named",
          "[command-line]") {
  Program program("a test");
  const Command probe = program.Root().Subcommand("probe", "");
  probe.ExpectSubcommand();
  probe.Subcommand("heads", "");
  probe.Subcommand("pos", "");
  CHECK_THROWS_WITH(program.Run({"probe"}), "probe: expected a command of heads, pos, found none");
  CHECK_THROWS_WITH(program.Run({"probe", "head", "--out", "x"}),
                    "probe: expected a command of heads, pos, found head");
  const char* unknown[] = {"headscope", "probes"};
  CHECK(program.Run(2, unknown) != 0);
}

TEST_CASE("A command's own status ends the program", "[command-line]") {
  Program program("a test");
  program.Root().Subcommand("stop", "").OnRun([] { throw ExitStatus{130}; });
  program.Root().Subcommand("fail", "").OnRun([] { Fail("told so"); });
  const char* stop[] = {"headscope", "stop"};
  CHECK(program.Run(2, stop) == 130);
  CHECK_THROWS_WITH(program.Run({"fail"}), "told so");
}

}  // namespace
}  // namespace headscope
