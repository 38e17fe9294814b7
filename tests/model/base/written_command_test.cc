#include "model/base/written_command.h"

#include <cstdio>

#include "tests/support/catch.h"

namespace headscope {
namespace {

// The words that a shell makes of a command's text, each behind a bar.
std::string WordsInAShell(const std::string& text) {
  std::string words;
  FILE* const shell = popen(("printf '|%s' " + text).c_str(), "r");
  REQUIRE(shell != nullptr);
  for (int c = std::fgetc(shell); c != EOF; c = std::fgetc(shell)) words += static_cast<char>(c);
  CHECK(pclose(shell) == 0);
  return words;
}

TEST_CASE("A written command is read by a shell as it was meant", "[command]") {
  WrittenCommand command("program verb");
  command.Add("--path", "a b/it's $HOME*.txt")
      .Add("--set", "attention=uniform positional:-1@L0H1")
      .Add("--list", std::vector<std::string>{"x y", "z"})
      .Add("--empty", "")
      .Add("--home", "~root")
      .Add("back\\slash\"`pwd`");
  CHECK(WordsInAShell(command.Text()) ==
        "|program|verb|--path|a b/it's $HOME*.txt|--set|attention=uniform positional:-1@L0H1|--list"
        "|x y,z|--empty||--home|~root|back\\slash\"`pwd`");
}

TEST_CASE("A written command leaves plain words plain, and out what is not there", "[command]") {
  CHECK(
      WrittenCommand("program verb")
          .Add("--model", "runs/mini/model")
          .Add("--seeds", 8u)
          .Add("--rate", 0.15)
          .Add("--corpus", "tsv:a.tsv,b.tsv")
          .AddUnlessEmpty("--twin", "")
          .AddUnlessEmpty("--data", "data")
          .AddSwitch("--full", true)
          .AddSwitch("--dry", false)
          .Text() ==
      "program verb --model runs/mini/model --seeds 8 --rate 0.15 --corpus tsv:a.tsv,b.tsv --data "
      "data --full");
}

}  // namespace
}  // namespace headscope
