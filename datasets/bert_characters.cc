#include "datasets/bert_characters.h"

#include <utf8proc.h>

#include <algorithm>
#include <iterator>

namespace headscope {
namespace {

struct Range {
  int32_t first, last;
};

// Found by asking tokenizers 0.23.3 about every code point: ranges in which it sees no white space,
// mark, punctuation or control while Unicode 15 to 17 have some. (Ranges are joined over characters
// that are in no class anyway.)
constexpr Range kNewer[] = {
    {0x61D, 0x61D},     {0x7FB, 0x7FD},     {0x85F, 0x8E2},     {0x9E4, 0xA00},
    {0xA76, 0xA80},     {0xAF2, 0xB00},     {0xB4E, 0xB55},     {0xC04, 0xC3C},
    {0xC64, 0xC77},     {0xC84, 0xCBB},     {0xCE4, 0xD00},     {0xD0D, 0xD3C},
    {0xD64, 0xDC9},     {0xEBA, 0xEBA},     {0xECE, 0xEFF},     {0x180F, 0x1886},
    {0x1ABF, 0x1AFF},   {0x1B4C, 0x1B4F},   {0x1B7D, 0x1B7F},   {0x1DF6, 0x1DFB},
    {0x2E43, 0x2FFF},   {0xA82C, 0xA83F},   {0xA8C5, 0xA8CD},   {0xA8FF, 0xA8FF},
    {0xA9BD, 0xA9BD},   {0x10B9D, 0x10FFF}, {0x1104E, 0x1107E}, {0x110C2, 0x110FF},
    {0x111CF, 0x111CF}, {0x1123E, 0x1129E}, {0x11304, 0x1133B}, {0x11375, 0x1147F},
    {0x11645, 0x1167F}, {0x116B9, 0x1171C}, {0x11747, 0x1246F}, {0x12475, 0x16A6D},
    {0x16B46, 0x16F8E}, {0x16FA0, 0x1BC9B}, {0x1BCA4, 0x1D128}, {0x1DAB0, 0x1E8C6},
    {0x1E8D7, 0x1FFFF}};

// The three characters whose category was another one in Unicode 8.
constexpr int32_t kCanadianSyllabicsChiSign = 0x166D;  // So, was Po
constexpr int32_t kHanunooSignPamudpod = 0x1734;       // Mc, was Mn
constexpr int32_t kSharadaSandhiMark = 0x111C9;        // Mn, was Po

}  // namespace

bool IsNewerThanBert(int32_t c) {
  if (c < kNewer[0].first) return false;
  const Range* after = std::upper_bound(std::begin(kNewer), std::end(kNewer), c,
                                        [](int32_t x, const Range& r) { return x < r.first; });
  return c <= (after - 1)->last;
}

bool IsBertWhiteSpace(int32_t c) {
  if (c < 0x80) return c == ' ' || c == '\t' || c == '\n' || c == '\r';
  return c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
         c == 0x202F || c == 0x205F || c == 0x3000;
}

bool IsBertRemoved(int32_t c) {
  if (c < 0x80) return c < 0x20 || c == 0x7F;
  if (c == 0xFFFD) return true;
  const utf8proc_category_t category = utf8proc_category(c);
  return (category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CF ||
          category == UTF8PROC_CATEGORY_CO) &&
         !IsNewerThanBert(c);
}

bool IsBertCjk(int32_t c) {
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) ||
         (c >= 0x20000 && c <= 0x2A6DF) || (c >= 0x2A700 && c <= 0x2B73F) ||
         (c >= 0x2B740 && c <= 0x2B81F) || (c >= 0x2B920 && c <= 0x2CEAF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x2F800 && c <= 0x2FA1F);
}

bool IsBertPunctuation(int32_t c) {
  if (c < 0x80) {
    return (c >= 0x21 && c <= 0x2F) || (c >= 0x3A && c <= 0x40) || (c >= 0x5B && c <= 0x60) ||
           (c >= 0x7B && c <= 0x7E);
  }
  if (c == kCanadianSyllabicsChiSign || c == kSharadaSandhiMark) return true;
  const utf8proc_category_t category = utf8proc_category(c);
  return category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_PO &&
         !IsNewerThanBert(c);
}

bool IsBertMark(int32_t c) {
  if (c == kHanunooSignPamudpod) return true;
  return utf8proc_category(c) == UTF8PROC_CATEGORY_MN && c != kSharadaSandhiMark &&
         !IsNewerThanBert(c);
}

}  // namespace headscope
