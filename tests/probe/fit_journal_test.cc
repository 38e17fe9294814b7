#include "probe/fit_journal.h"

#include <cmath>

#include "model/base/error.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_directory.h"

namespace headscope {
namespace {

FitOutcome JournalOutcome(double seed) {
  FitOutcome outcome;
  outcome.scores.numerators = {seed / 3, 1e-300};
  outcome.scores.denominators = {7, 0.1 + 0.2};
  outcome.scores.dev = seed / 7;
  outcome.scores.penalty = {0.1 * seed, true};
  outcome.code = {seed * 1e9 / 7, 12.5};
  return outcome;
}

TEST_CASE("A journal gives fits back bit for bit, to whom asks about the same", "[fit_journal]") {
  const TemporaryDirectory temporary;
  const std::string path = temporary.Path("fits.jsonl");
  {
    FitJournal journal(path, "model a", false);
    journal.Add("pos/linear", JournalOutcome(1));
    FitOutcome code = JournalOutcome(2);
    code.scores = {};
    journal.Add("pos/code", code);
  }
  // A third line is torn by a kill.
  WriteFileAtomically(path, ReadFile(path) + "{\"fit\":\"pos/to");
  const FitJournal again(path, "model a", true);
  REQUIRE(again.NumFits() == 2);
  CHECK(again.Find("pos/linear")->scores.numerators == JournalOutcome(1).scores.numerators);
  CHECK(again.Find("pos/linear")->scores.denominators == JournalOutcome(1).scores.denominators);
  CHECK(again.Find("pos/linear")->scores.dev == JournalOutcome(1).scores.dev);
  REQUIRE(again.Find("pos/linear")->scores.penalty.has_value());
  CHECK(again.Find("pos/linear")->scores.penalty->c == 0.1);
  CHECK(again.Find("pos/linear")->scores.penalty->at_edge);
  CHECK_FALSE(again.Find("pos/code")->scores.penalty.has_value());
  CHECK(again.Find("pos/code")->code.bits == JournalOutcome(2).code.bits);
  CHECK(std::isnan(again.Find("pos/code")->scores.dev));
  CHECK(again.Find("pos/to") == nullptr);
  CHECK(FitJournal(path, "model b", true).NumFits() == 0);
  CHECK(FitJournal(path, "model a", true).NumFits() == 0);  // b began anew
}

TEST_CASE("A journal that cannot be read is refused with its line", "[fit_journal]") {
  const TemporaryDirectory temporary;
  const std::string path = temporary.Path("fits.jsonl");
  {
    FitJournal journal(path, "a", false);
    journal.Add("x", JournalOutcome(1));
  }
  WriteFileAtomically(path, ReadFile(path) + "{\"fit\":3}\n");
  CHECK_THROWS_WITH(FitJournal(path, "a", true), ContainsSubstring("fits.jsonl:3:"));
}

}  // namespace
}  // namespace headscope
