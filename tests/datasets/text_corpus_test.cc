#include "datasets/text_corpus.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "datasets/wikitext.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

namespace fs = std::filesystem;
using Strings = std::vector<std::string>;

// "|" before a paragraph that starts a document.
Strings Read(const TextCorpus& corpus) {
  Strings out;
  corpus.ForEachParagraph([&](const Paragraph& paragraph) {
    out.push_back((paragraph.starts_document ? "|" : "") + std::string(paragraph.text));
  });
  return out;
}

Strings Read(const std::string& text) { return Read(TextCorpus::FromMemory("test", text)); }

// A folder of its own, removed afterwards.
struct Folder {
  fs::path path = fs::temp_directory_path() / "headscope-text-corpus-test";
  Folder() {
    fs::remove_all(path);
    fs::create_directories(path / "sub");
  }
  ~Folder() { fs::remove_all(path); }
  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(path / name, std::ios::binary) << text;
    return (path / name).string();
  }
};

TEST_CASE("Lines are paragraphs and blank lines end documents", "[text_corpus]") {
  CHECK(Read("one\ntwo\n\nthree\r\n \t\nfour") == Strings{"|one", "two", "|three\r", "|four"});
  CHECK(Read("\n\n\nx") == Strings{"|x"});
}

TEST_CASE("WikiText is recognised and undone", "[text_corpus]") {
  const std::string text =
      " \n = Some Title = \n \n Well @-@ known <unk> in 1 @,@ 000 and 2 @.@ 5 . \n \n = = Section "
      "= = \n"
      " \n a @-@ b @-@ c \n = = = Sub = = = \n = Next = \n text = x = \n";
  CHECK(Read(text) == Strings{"|Some Title", " Well-known [UNK] in 1,000 and 2.5 . ", " a-b-c ",
                              "|Next", " text = x = "});
  // Without a sign or without a title it is ordinary text.
  CHECK(Read("= Title =\ntext\n") == Strings{"|= Title =", "text"});
  CHECK(Read("an <unk> here\n") == Strings{"|an <unk> here"});
  CHECK(KindOfWikiTextLine(" = = ") == WikiTextLine::kText);
}

TEST_CASE("The header and the licence of a Gutenberg book are left out", "[text_corpus]") {
  const std::string body = "Chapter 1\n\nIt was\na dark night.\n\n*** a break ***\nMore.\n";
  const std::string book =
      "The Project Gutenberg eBook\n\nTitle: X\n\n*** START OF THE PROJECT "
      "GUTENBERG EBOOK X ***\r\n\n" +
      body + "*** END OF THE PROJECT GUTENBERG EBOOK X ***\nlicence\n";
  const Strings expected{"|Chapter 1", "It was", "a dark night.", "*** a break ***", "More."};
  CHECK(Read(book) == expected);
  CHECK(Read("a\n***START OF THIS PROJECT GUTENBERG EBOOK X***\nb\n") == Strings{"|b"});
  // Without the START line nothing is a header, and an END line is text.
  CHECK(Read("a\n*** END OF THE PROJECT GUTENBERG EBOOK X ***\nb\n").size() == 3);
}

TEST_CASE("Files and folders are taken in sorted order", "[text_corpus]") {
  const Folder folder;
  folder.Write("b.txt", "b\n");
  folder.Write("sub/c.txt", "c");
  folder.Write("a.txt", "a\na2\n");
  folder.Write("ignored.md", "no\n");
  const std::string single = folder.Write("single.text", "s");
  const TextCorpus corpus({folder.path.string(), single});
  CHECK(Read(corpus) == Strings{"|a", "a2", "|b", "|c", "|s"});
  CHECK(corpus.NumBytes() == 5 + 2 + 1 + 1);
  uint64_t last = 0;
  corpus.ForEachParagraph([&](const Paragraph& paragraph) { last = paragraph.bytes_read; });
  CHECK(last == corpus.NumBytes());
}

TEST_CASE("A very long line comes in parts cut at white space, nothing lost", "[text_corpus]") {
  std::string line;
  while (line.size() < 10'000'000) line += "word" + std::to_string(line.size()) + " ";
  const Strings parts = Read("short\n" + line + "\nend\n");
  REQUIRE(parts.size() > 10);
  CHECK(parts.front() == "|short");
  CHECK(parts.back() == "end");
  std::string joined;
  for (size_t i = 1; i + 1 < parts.size(); ++i) {
    CHECK(parts[i].size() <= TextCorpus::kMaxParagraph);
    CHECK(parts[i].back() == ' ');
    joined += parts[i];
  }
  CHECK(joined == line);
}

TEST_CASE("A long line without white space is cut between characters", "[text_corpus]") {
  std::string line;
  for (int i = 0; i < 700'000; ++i) line += "中";
  std::string joined;
  for (const std::string& part : Read("a" + line)) {
    CHECK(part.size() % 3 <= 2);
    CHECK((static_cast<unsigned char>(part.back()) == 0xAD));  // the last byte of the character
    joined += part;
  }
  CHECK(joined == "|a" + line);
}

TEST_CASE("What is no corpus is refused by name", "[text_corpus]") {
  const Folder folder;
  const std::string empty = folder.Write("empty.txt", " \n\t\n");
  CHECK_THROWS_WITH(Read(TextCorpus({empty})),
                    ContainsSubstring("empty.txt") && ContainsSubstring("expected lines of text"));
  CHECK_THROWS_WITH(TextCorpus({(folder.path / "sub").string()}), ContainsSubstring("*.txt"));
  CHECK_THROWS_WITH(TextCorpus({"/nowhere/x.txt"}), ContainsSubstring("/nowhere/x.txt"));
  CHECK_THROWS_WITH(TextCorpus(Strings{}), ContainsSubstring("found none"));
}

}  // namespace
}  // namespace headscope
