// WordPiece: BERT's sub-word vocabulary and tokenizer, equal piece for piece to HuggingFace's
// BertTokenizer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace headscope {

class BertWords;

// In front of a piece that goes on with a word.
inline constexpr std::string_view kContinuationMark = "##";

// [PAD] [UNK] [CLS] [SEP] [MASK].
const std::vector<std::string>& SpecialPieces();

// Cuts a text at the special pieces written out in it ("foo[MASK]bar"), as HuggingFace's fast
// tokenizer does: on the raw text, case-sensitive, also inside words. `visit` gets each stretch
// between them, and each of them with its index in SpecialPieces() (-1 for a stretch).
void CutAtSpecialPieces(std::string_view text,
                        const std::function<void(std::string_view stretch, int special)>& visit);

// Pieces of a text, and which word each came from.
struct Encoding {
  std::vector<int32_t> ids;
  std::vector<uint32_t>
      words;  // same length; index of the white-space/punctuation token, or of the given word
};

class WordPiece {
 public:
  static constexpr size_t kMaxCharactersPerWord = 100;  // longer words become [UNK]

  // One piece a line. Throws Error naming the line for duplicates, and the missing special pieces
  // ([PAD] [UNK] [CLS] [SEP] [MASK]).
  static WordPiece FromFile(const std::string& vocab_path, bool lower_case = true);
  explicit WordPiece(std::vector<std::string> pieces, bool lower_case = true);

  // Cleans (control characters, white space), spaces out CJK, lower-cases and strips accents (NFD,
  // Mn) when lower_case, splits at white space and punctuation, then greedy longest match first
  // with "##" continuations. No special pieces are added; one written out in the text ("[MASK]") is
  // that piece. Invalid UTF-8 bytes become U+FFFD and are removed as BERT's cleaning does.
  Encoding Encode(std::string_view text) const;
  // Words given from outside (a treebank's): each is encoded as above; words[] holds the given
  // word's index. A word with no piece of its own (only control characters) gets one [UNK], so that
  // every word has a row.
  Encoding EncodeWords(const std::vector<std::string>& words) const;

  size_t Size() const { return pieces_.size(); }
  const std::string& Piece(int32_t id) const { return pieces_[static_cast<size_t>(id)]; }
  const std::vector<std::string>& Pieces() const { return pieces_; }
  // Whether a piece continues a word ("##ing").
  bool IsContinuation(int32_t id) const { return continues_[static_cast<size_t>(id)] != 0; }
  int32_t Pad() const { return pad_; }
  int32_t Unk() const { return unk_; }
  int32_t Cls() const { return cls_; }
  int32_t Sep() const { return sep_; }
  int32_t Mask() const { return mask_; }
  bool IsSpecial(int32_t id) const {
    return id == pad_ || id == unk_ || id == cls_ || id == sep_ || id == mask_;
  }

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  using PieceIds = std::unordered_map<std::string, int32_t, Hash, std::equal_to<>>;

  // Appends the pieces of one normalised word, or [UNK].
  void AppendWord(std::string_view word, std::vector<int32_t>& ids) const;
  void AppendText(std::string_view text, BertWords& words, Encoding& encoding) const;

  std::vector<std::string> pieces_;
  std::vector<uint8_t> continues_;  // by id
  PieceIds starts_;                 // pieces that start a word, as they are
  PieceIds continuations_;          // pieces that continue one, without their "##"
  size_t longest_ = 0;              // bytes of the longest key of the two
  bool lower_case_ = true;
  int32_t pad_ = 0, unk_ = 0, cls_ = 0, sep_ = 0, mask_ = 0;
};

}  // namespace headscope
