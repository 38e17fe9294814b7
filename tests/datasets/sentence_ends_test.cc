#include "datasets/sentence_ends.h"

#include <string>
#include <vector>

#include "tests/support/catch.h"

namespace headscope {
namespace {

// Of words of plain letters and marks, one piece each.
WordPiece WordVocabulary() {
  std::vector<std::string> pieces = SpecialPieces();
  for (const char* piece : {".",  "?", "!", "\"",  "”",    "’",   ")",    "(",      ",",   "mr",
                            "st", "j", "i", "she", "left", "him", "went", "holmes", "##s", "##."}) {
    pieces.emplace_back(piece);
  }
  return WordPiece(pieces);
}

// The text with a bar at each sentence end.
std::string Cut(const std::string& text) {
  const WordPiece words = WordVocabulary();
  const std::vector<int32_t> ids = words.Encode(text).ids;
  std::string out;
  uint32_t begin = 0;
  for (const uint32_t end : SentenceEnds(words).Find(ids)) {
    for (uint32_t i = begin; i < end; ++i) out += words.Piece(ids[i]) + " ";
    out += "| ";
    begin = end;
  }
  return out.substr(0, out.empty() ? 0 : out.size() - 1);
}

TEST_CASE("Sentences end behind marks and what closes there", "[pretraining]") {
  CHECK(Cut("") == "");
  CHECK(Cut("she left") == "she left |");
  CHECK(Cut("She left. I went!? Left him, went") == "she left . | i went ! ? | left him , went |");
  CHECK(Cut("she left ... him") == "she left . . . | him |");
  CHECK(Cut("(she left.) I went.”’ Him.") == "( she left . ) | i went . ” ’ | him . |");
}

TEST_CASE("A straight quotation mark closes when one is open", "[pretraining]") {
  CHECK(Cut("\"she left.\" \"I went.\" Him.") == "\" she left . \" | \" i went . \" | him . |");
  CHECK(Cut("She left. \"I went.\"") == "she left . | \" i went . \" |");
}

TEST_CASE("Abbreviations before names and initials end no sentence", "[pretraining]") {
  CHECK(Cut("Mr. Holmes left St. J. Holmes. She went.") ==
        "mr . holmes left st . j . holmes . | she went . |");
  CHECK(Cut("him, I. She left mr? Him") == Cut("him, I.") + " she left mr ? | him |");
}

}  // namespace
}  // namespace headscope
