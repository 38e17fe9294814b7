#include "bench/peer_process.h"

#include "model/base/error.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

TEST_CASE("A peer answers line by line", "[bench]") {
  PeerProcess peer({"sh", "-c", "echo ready; while read -r n; do echo \"$n and $n\"; done"});
  std::string line;
  REQUIRE(peer.ReadLine(line));
  CHECK(line == "ready");
  for (const std::string text : {"3", "17"}) {
    REQUIRE(peer.WriteLine(text));
    REQUIRE(peer.ReadLine(line));
    CHECK(line == text + " and " + text);
  }
}

TEST_CASE("Lines that come together are read one by one, and the end is told", "[bench]") {
  PeerProcess peer({"sh", "-c", "printf 'a\\nb\\nrest'"});
  std::string line;
  REQUIRE(peer.ReadLine(line));
  CHECK(line == "a");
  REQUIRE(peer.ReadLine(line));
  CHECK(line == "b");
  CHECK_FALSE(peer.ReadLine(line));
  CHECK_FALSE(peer.WriteLine("1"));  // and does not end us
}

TEST_CASE("A peer that is not there is named", "[bench]") {
  CHECK_THROWS_WITH(PeerProcess({"no-such-program-here"}),
                    ContainsSubstring("no-such-program-here"));
}

}  // namespace
}  // namespace headscope
