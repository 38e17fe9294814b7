#include "datasets/wordpiece.h"

#include <string>
#include <vector>

#include "datasets/bert_words.h"
#include "model/base/error.h"
#include "model/base/random.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

using Strings = std::vector<std::string>;

WordPiece Small() {
  return WordPiece({"[PAD]",  "[UNK]", "[CLS]", "[SEP]", "[MASK]", "un",  "##aff",
                    "##able", "##a",   "able",  "a",     "i",      "##i", "!",
                    "[",      "]",     "mask",  "cafe",  "中",     "=",   "<"});
}

Strings PiecesOf(const WordPiece& word_piece, const Encoding& encoding) {
  Strings pieces;
  for (const int32_t id : encoding.ids) pieces.push_back(word_piece.Piece(id));
  return pieces;
}

Strings Tokenise(const std::string& text) {
  const WordPiece word_piece = Small();
  return PiecesOf(word_piece, word_piece.Encode(text));
}

Strings Words(const std::string& text, bool lower_case = true) {
  BertWords words;
  words.Split(text, lower_case);
  Strings out;
  for (size_t i = 0; i < words.Size(); ++i) out.emplace_back(words[i]);
  return out;
}

TEST_CASE("WordPiece takes the longest piece first", "[wordpiece]") {
  CHECK(Tokenise("unaffable") == Strings{"un", "##aff", "##able"});
  CHECK(Tokenise("UNaffaBLE!!") == Strings{"un", "##aff", "##able", "!", "!"});
  CHECK(Tokenise("able unable") == Strings{"able", "un", "##able"});
  CHECK(Tokenise("").empty());
}

TEST_CASE("A word that cannot be spelt to its end is one [UNK]", "[wordpiece]") {
  CHECK(Tokenise("unaffx able") == Strings{"[UNK]", "able"});
  CHECK(Tokenise("a" + std::string(99, 'a')).size() == 100);
  CHECK(Tokenise("a" + std::string(100, 'a')) == Strings{"[UNK]"});
}

TEST_CASE("Special pieces written out are themselves, also inside words, but not in lower case",
          "[wordpiece]") {
  CHECK(Tokenise("a[MASK]a [SEP]") == Strings{"a", "[MASK]", "a", "[SEP]"});
  CHECK(Tokenise("[mask] [") == Strings{"[", "mask", "]", "["});
  CHECK(Tokenise("[[UNK]]") == Strings{"[", "[UNK]", "]"});
}

TEST_CASE("Words are cleaned and split as BERT does", "[wordpiece]") {
  CHECK(Words("Café CAFE\u0301") == Strings{"cafe", "cafe"});
  CHECK(Words("Café", false) == Strings{"Café"});
  CHECK(Words("a中b") == Strings{"a", "中", "b"});
  CHECK(Words("zero\u200bwidth soft\u00adhyphen") == Strings{"zerowidth", "softhyphen"});
  CHECK(Words("no\u00a0break\u2028line\tab") == Strings{"no", "break", "line", "ab"});
  CHECK(Words("\u0130stanbul") == Strings{"istanbul"});
  CHECK(Words("don't—stop…") == Strings{"don", "'", "t", "—", "stop", "…"});
  CHECK(Words("\u2260") == Strings{"="});  // decomposes into = and a mark
  // Marks that are not stripped come in the order of their classes (216 before 226), and before the
  // next letter.
  CHECK(Words("a\U0001D16D\U0001D165é") == Strings{"a\U0001D165\U0001D16De"});
  CHECK(Words("ﬁne") == Strings{"ﬁne"});  // a compatibility ligature stays
  CHECK(Words("한") == Strings{"\u1112\u1161\u11ab"});
  CHECK(Words(std::string("a\0b\x01 c\xff\xc3 d\xed\xa0\x80", 14)) == Strings{"ab", "c", "d"});
}

TEST_CASE("Encodings know which word each piece came from", "[wordpiece]") {
  const WordPiece word_piece = Small();
  const Encoding text = word_piece.Encode("unaffable a[MASK]zzz !");
  CHECK(text.words == std::vector<uint32_t>{0, 0, 0, 1, 2, 3, 4});
  const Encoding given = word_piece.EncodeWords({"unable", "\u200b", "", "a!a", "zzz"});
  CHECK(PiecesOf(word_piece, given) ==
        Strings{"un", "##able", "[UNK]", "[UNK]", "a", "!", "a", "[UNK]"});
  CHECK(given.words == std::vector<uint32_t>{0, 0, 1, 2, 3, 3, 3, 4});
}

TEST_CASE("A vocabulary is checked", "[wordpiece]") {
  CHECK_THROWS_WITH(WordPiece({"[PAD]", "[UNK]", "a"}), ContainsSubstring("[CLS] [SEP] [MASK]"));
  CHECK_THROWS_WITH(WordPiece({"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "a"}),
                    ContainsSubstring("line 7") && ContainsSubstring("line 6"));
}

// Random bytes, half of them from characters the tokenizer treats in a special way.
std::string RandomText(RandomSequence& random) {
  static const Strings kPieces = {"\u0301", "\u0130",     "中",     "\u200b", " ",      "[MASK]",
                                  "##",     "a",          "Un",     "able",   "한",     "!",
                                  "\u00a0", "\U0001F600", "\u0323", "[",      "\u1D165"};
  std::string text;
  const uint64_t size = random.Below(60);
  for (uint64_t i = 0; i < size; ++i) {
    if (random.Chance(0.5)) {
      text += kPieces[random.Below(kPieces.size())];
    } else {
      text += static_cast<char>(random.Below(256));
    }
  }
  return text;
}

TEST_CASE("Any bytes encode, and the pieces of known words spell the cleaned text", "[wordpiece]") {
  // Every byte-sized Latin letter is known, so that many words can be spelt.
  Strings pieces = SpecialPieces();
  for (char c = '!'; c <= '~'; ++c) {
    if (c >= 'A' && c <= 'Z') continue;
    pieces.push_back(std::string(1, c));
    if (c >= 'a' && c <= 'z') pieces.push_back(std::string("##") + c);
  }
  pieces.push_back("##ble");
  const WordPiece word_piece(pieces);
  RandomSequence random({7, Purpose::kTest});
  size_t spelt = 0;
  for (int round = 0; round < 20000; ++round) {
    const std::string text = RandomText(random);
    const Encoding encoding = word_piece.Encode(text);
    REQUIRE(encoding.ids.size() == encoding.words.size());
    std::string joined, cleaned;
    bool known = true;
    for (size_t i = 0; i < encoding.ids.size(); ++i) {
      const int32_t id = encoding.ids[i];
      const bool in_range = id >= 0 && static_cast<size_t>(id) < word_piece.Size();
      if (!in_range || encoding.words[i] > i) FAIL("id " << id << ", word " << encoding.words[i]);
      known = known && id != word_piece.Unk();
      joined += word_piece.Piece(id).substr(word_piece.IsContinuation(id) ? 2 : 0);
    }
    if (!known) continue;
    CutAtSpecialPieces(text, [&](std::string_view stretch, int special) {
      if (special >= 0) {
        cleaned += stretch;
      } else {
        for (const std::string& word : Words(std::string(stretch))) cleaned += word;
      }
    });
    REQUIRE(joined == cleaned);
    spelt += !joined.empty();
  }
  CHECK(spelt > 500);
}

}  // namespace
}  // namespace headscope
