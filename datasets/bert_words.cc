#include "datasets/bert_words.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>

#include "datasets/bert_characters.h"

namespace headscope {

int32_t NextCharacter(std::string_view text, size_t& position) {
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + position;
  const size_t left = text.size() - position;
  utf8proc_int32_t character = -1;
  const utf8proc_ssize_t size =
      utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(left < 4 ? left : 4), &character);
  position += size > 0 ? static_cast<size_t>(size) : 1;
  return size > 0 ? character : -1;
}

void AppendUtf8(int32_t character, std::string& text) {
  std::array<utf8proc_uint8_t, 4> bytes;
  const utf8proc_ssize_t size = utf8proc_encode_char(character, bytes.data());
  text.append(reinterpret_cast<const char*>(bytes.data()), static_cast<size_t>(size));
}

size_t CountCharacters(std::string_view text) {
  size_t count = 0;
  for (const char byte : text) count += (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
  return count;
}

void BertWords::Split(std::string_view text, bool lower_case) {
  text_.clear();
  ends_.clear();
  pending_.clear();
  for (size_t position = 0; position < text.size();) {
    const auto byte = static_cast<unsigned char>(text[position]);
    if (byte >= 0x80) {
      const int32_t character = NextCharacter(text, position);
      if (character >= 0) AddCharacter(character, lower_case);
      continue;
    }
    ++position;
    if (IsBertWhiteSpace(byte)) {
      FlushPending();
      EndWord();
    } else if (!IsBertRemoved(byte)) {
      FlushPending();
      Emit(lower_case && byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte);
    }
  }
  FlushPending();
  EndWord();
}

void BertWords::AddCharacter(int32_t character, bool lower_case) {
  const bool white = IsBertWhiteSpace(character);
  if (!white && IsBertRemoved(character)) return;
  const bool cjk = IsBertCjk(character);
  if (white || cjk) {
    FlushPending();
    EndWord();
    if (white) return;
  }
  if (lower_case) {
    AddDecomposed(character);
  } else {
    Emit(character);
  }
  if (cjk) {
    FlushPending();
    EndWord();
  }
}

// NFD orders each run of combining characters by class. Those of category Mn are dropped at once,
// the few others wait for the end of their run; a mark of class 0 ends the run although it is
// dropped itself.
void BertWords::AddDecomposed(int32_t character) {
  if (IsNewerThanBert(character)) {
    FlushPending();
    Emit(utf8proc_tolower(character));
    return;
  }
  std::array<utf8proc_int32_t, 32> decomposed;
  int last_boundclass = 0;
  const utf8proc_ssize_t size = utf8proc_decompose_char(
      character, decomposed.data(), decomposed.size(), UTF8PROC_DECOMPOSE, &last_boundclass);
  for (utf8proc_ssize_t i = 0; i < size; ++i) {
    const utf8proc_int32_t c = decomposed[static_cast<size_t>(i)];
    const utf8proc_property_t* property = utf8proc_get_property(c);
    if (property->combining_class == 0) FlushPending();
    if (IsBertMark(c)) continue;
    const utf8proc_int32_t lower = utf8proc_tolower(c);
    if (property->combining_class == 0) {
      Emit(lower);
    } else {
      pending_.push_back({property->combining_class, lower});
    }
  }
}

void BertWords::FlushPending() {
  if (pending_.empty()) return;
  std::stable_sort(pending_.begin(), pending_.end(), [](const Pending& a, const Pending& b) {
    return a.combining_class < b.combining_class;
  });
  for (const Pending& pending : pending_) Emit(pending.character);
  pending_.clear();
}

void BertWords::Emit(int32_t character) {
  if (IsBertPunctuation(character)) {
    EndWord();
    AppendUtf8(character, text_);
    EndWord();
  } else if (character < 0x80) {
    text_.push_back(static_cast<char>(character));
  } else {
    AppendUtf8(character, text_);
  }
}

void BertWords::EndWord() {
  const size_t begin = ends_.empty() ? 0 : ends_.back();
  if (text_.size() > begin) ends_.push_back(text_.size());
}

}  // namespace headscope
