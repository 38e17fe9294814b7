#include "model/base/file.h"

#include <filesystem>

#include "model/base/error.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_directory.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;

TEST_CASE("A file appears whole or not at all", "[file]") {
  const TemporaryDirectory temporary;
  const std::string path = temporary.Path("file");
  WriteFileAtomically(path, "before");
  {
    AtomicFile file(path, 5);
    file.Write("after");
    CHECK(ReadFile(path) == "before");
  }
  CHECK(ReadFile(path) == "before");
  CHECK(ListFiles(temporary.Root(), "") == std::vector<std::string>{path});
  {
    AtomicFile file(path, 5);
    file.Write("after");
    file.Commit();
  }
  CHECK(ReadFile(path) == "after");
  CHECK(ListFiles(temporary.Root(), "") == std::vector<std::string>{path});
}

// A symbolic link stands for a device that a test may not put at risk: root could replace it.
TEST_CASE("No file takes the place of a device or a folder", "[file]") {
  const TemporaryDirectory temporary;
  fs::create_symlink("/dev/null", temporary.Path("device"));
  CHECK_THROWS_WITH(WriteFileAtomically(temporary.Path("device"), "x"),
                    ContainsSubstring("/device: expected the name of a new file") &&
                        ContainsSubstring("found a device"));
  CHECK(fs::is_symlink(temporary.Path("device")));
  fs::create_directory(temporary.Path("folder"));
  CHECK_THROWS_WITH(WriteFileAtomically(temporary.Path("folder"), "x"),
                    ContainsSubstring("found a folder"));
  CHECK(ListFiles(temporary.Root(), ".tmp").empty());
}

TEST_CASE("A device that has bytes for ever is no file", "[file]") {
  CHECK_THROWS_WITH(ReadFile("/dev/zero"), "/dev/zero: expected a file, found a device");
  CHECK(ReadFile("/dev/null").empty());
}

TEST_CASE("A folder wants a name, and no file in its place", "[file]") {
  const TemporaryDirectory temporary;
  CHECK_THROWS_WITH(MakeDirectory(""), ContainsSubstring("expected the name of a folder"));
  WriteFileAtomically(temporary.Path("file"), "");
  CHECK_THROWS_WITH(MakeDirectory(temporary.Path("file")), ContainsSubstring("file"));
  MakeDirectory(temporary.Path("a/b"));
  CHECK(fs::is_directory(temporary.Path("a/b")));
}

}  // namespace
}  // namespace headscope
