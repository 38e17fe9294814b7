#!/usr/bin/env python3
"""Makes wordpiece_vocab.txt and wordpiece_golden.jsonl: lines and their ids by HuggingFace's BERT tokenizer.

  python3 tests/goldens/make_wordpiece_goldens.py VOCAB.txt BOOKS_DIR

VOCAB.txt is the vocabulary of a BERT (bert-base-uncased's, which all-MiniLM-L6-v2 shares), BOOKS_DIR holds public-domain
*.txt. The vocabulary is cut down to the pieces the lines need and a sample of others, and the ids are made with the
cut-down one, so that the test needs nothing else. Each line of the golden is a JSON array [text, lower-case ids, cased
ids]. Made with transformers 5.23.0, tokenizers 0.23.3; equality is expected of every id.
"""

import json
import pathlib
import random
import sys

import transformers
from transformers import BertTokenizerFast

HERE = pathlib.Path(__file__).parent
SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]

WRITTEN = [
    "Café, naïve, coöperate, Ångström, señor, façade, Zoë's résumé.",
    "Cafe\u0301, nai\u0308ve, A\u030angstro\u0308m: the same, decomposed.",
    "İstanbul'da ıssız IĞDIR ığdır — Türkçe I ve İ.",
    "ﬁne ﬂow oﬀer eﬃcient ﬄ ﬆ Ĳssel ĳ Ǆ ǅ ǆ ß ẞ Straße STRASSE",
    "日本語のテキスト、漢字とかな。中文字符 and English混ざる text",
    "한국어 문장입니다. 서울특별시 ABC가나다",
    "שלום עולם! שָׁלוֹם  — RTL \u202bembedded\u202c text",
    "مرحبا بالعالم، كيف حالك؟ مُحَمَّد ١٢٣",
    "हिन्दी में पाठ। नमस्ते दुनिया ॥ क्षत्रिय",
    "ภาษาไทยไม่มีช่องว่าง สวัสดีครับ",
    "Ελληνικά: ΟΔΥΣΣΕΥΣ Ὀδυσσεύς ᾳ ῷ ΐ ΰ · ; ῾",
    "Привет, мир! Ёлка ёлка й й ЙОД",
    "Tiếng Việt: Nguyễn Phở ĐẶNG đường ữ ự",
    "a\u00a0no-break\u2007figure\u202fnarrow\u2060joiner\ufeffbom\u200bzero\u200cnon\u200djoin",
    "soft\u00adhyphen hy\u2010phen non\u2011breaking en\u2013dash em\u2014dash minus\u2212sign",
    "line\u2028separator paragraph\u2029separator nel\u0085char vt\u000bff\u000ccr\rlf\ntab\tend",
    "control\u0000nul\u0001soh\u0007bell\u001besc\u007fdel\u009fapc\ufffdreplacement",
    "private\ue000use \U000f0000plane \ufffenon\uffff character \U0010ffff last",
    "emoji 😀😃 👨‍👩‍👧‍👦 👍🏽 🇩🇪 ❤️ ☺ ✈️ 1️⃣ ©️",
    "math: 𝒜𝔹 x² + y² ≠ z² ≤ ∑ ∫ √2 ½ ⅓ № ™ ℃ Å K Ω ∞ → ⇒ ∀x∈ℝ ¬p ≮ ≯",
    "quotes: “double” ‘single’ «guillemets» ‹x› „low“ `back` ´acute´ ''two''",
    "!!!??...---___***###$$$%%%^^^&&&((()))[[[]]]{{{}}}<<<>>>///\\\\\\|||~~~```",
    "e-mail: first.last+tag@example.co.uk, https://example.com/a?b=c&d=%20#frag",
    "don't can't I'm we've you'll she'd o'clock rock'n'roll 'tis John's dogs'",
    "1,234,567.89 $5.00 €10 £20 ¥30 50% 1/2 3:45 2020-12-29 +1 (555) 123-4567 0x1F",
    "[MASK] is not [mask] nor [ MASK ] but foo[MASK]bar and [CLS][SEP][PAD][UNK]",
    "[[MASK]] [MASK [MASK]] MASK] [UNKNOWN] [SEP]. ##ing ## #hash a##b [unused1] [MASK]\u0301 \u0301[MASK]",
    "x" * 99, "x" * 100, "x" * 101, "é" * 100, "é" * 101, "e\u0301" * 100, "e\u0301" * 101, "中" * 101, "-" * 120,
    "a\u200b" * 100, "supercalifragilisticexpialidocious" * 3, "ABC" * 33 + "D", "ABC" * 33 + "DE", "가" * 34, "가" * 33,
    "", " ", "\t\n\r", "\u200b", "\u0301", "\u00ad\u00ad", "\ufffd", "a", "\u0301a", "a\u0301\u0323\u0302",
    "𝅘𝅥𝅮 \U0001d165\U0001d16d x\U0001d16d\U0001d165 \u302e\u302f가\u302f\u302e",
    "豈 更 車 \U0002f800 丽 ︰ ︱ ﹏ ＡＢＣ １２３ ！？ ｱｲｳ ﾞ が か\u3099 〆 々 〇 ㊗ ㎏",
    "ʼn ŉ ǰ ẖ ẚ ﬓ \u0344 \u0958 \u0dda \u0ddc \u1e9b\u0323 \u2126 \u212a \u212b \u2329 \u037e \u0387 \u1fef \u2000x",
]

# Blocks that random lines draw from, with what decides anything in them.
BLOCKS = [(0x20, 0x7E), (0xA0, 0xFF), (0x100, 0x24F), (0x250, 0x2FF), (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x52F),
          (0x590, 0x5FF), (0x600, 0x6FF), (0x900, 0x97F), (0xE00, 0xE7F), (0x1100, 0x11FF), (0x1E00, 0x1FFF),
          (0x2000, 0x206F), (0x2070, 0x20CF), (0x20D0, 0x20FF), (0x2100, 0x22FF), (0x2E80, 0x2FFF), (0x3000, 0x30FF),
          (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFB00, 0xFB4F), (0xFE20, 0xFE6F),
          (0xFF00, 0xFFEF), (0x1D100, 0x1D1FF), (0x1F300, 0x1F64F), (0x20000, 0x2A6DF), (0x2F800, 0x2FA1F),
          (0xE0000, 0xE01EF), (0x0, 0x1F), (0x7F, 0x9F)]
GLUE = [" ", "", "", "\u0301", "\u200b", "\u00ad", "\u00a0", "-", "'", "[MASK]", "##", "a", "the", "E", "\u0307", "."]


def random_line(rng, words):
    parts = []
    for _ in range(rng.randint(2, 9)):
        kind = rng.random()
        if kind < 0.45:
            low, high = rng.choice(BLOCKS)
            parts += [chr(rng.randint(low, high)) for _ in range(rng.randint(1, 4))]
        elif kind < 0.6:
            code = rng.randint(1, 0x10FFFF)
            parts.append(chr(code) if not 0xD800 <= code < 0xE000 else "\ufffd")
        else:
            word = rng.choice(words)
            at = rng.randint(0, len(word))
            parts.append(word[:at] + rng.choice(GLUE) + word[at:])
        parts.append(rng.choice(GLUE))
    return "".join(parts)


def lines_of_golden(books):
    rng = random.Random(20)
    real = []
    for path in sorted(pathlib.Path(books).glob("*.txt")):
        paragraphs = path.read_text(encoding="utf-8").split("\n")
        for paragraph in rng.sample(paragraphs, min(12, len(paragraphs))):
            start = rng.randint(0, max(0, len(paragraph) - 80))
            real.append(paragraph[start:start + 80])
    words = [word for line in real for word in line.split()]
    made = [random_line(rng, words) for _ in range(1400)]
    return WRITTEN + real[:800] + made


def tokenizer_of(vocab_path, lower_case):
    pieces = vocab_path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    vocab = {piece: i for i, piece in enumerate(pieces)}
    return BertTokenizerFast(vocab=vocab, do_lower_case=lower_case)


def ids_of(tokenizer, text):
    return tokenizer(text, add_special_tokens=False)["input_ids"]


def cut_down(vocab_path, lines, out):
    full = vocab_path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    tokenizer = tokenizer_of(vocab_path, True)
    needed = set(SPECIALS)
    for line in lines:
        needed.update(tokenizer.convert_ids_to_tokens(ids_of(tokenizer, line)))
    needed.update(random.Random(21).sample(full, 1500))
    out.write_text("".join(piece + "\n" for piece in full if piece in needed), encoding="utf-8")


def main():
    vocab_path, books = pathlib.Path(sys.argv[1]), sys.argv[2]
    lines = lines_of_golden(books)
    cut = HERE / "wordpiece_vocab.txt"
    cut_down(vocab_path, lines, cut)
    lower, cased = tokenizer_of(cut, True), tokenizer_of(cut, False)
    with open(HERE / "wordpiece_golden.jsonl", "w", encoding="utf-8") as golden:
        for i, line in enumerate(lines):
            row = [line, ids_of(lower, line)] + ([ids_of(cased, line)] if i < 200 or i % 8 == 0 else [])
            golden.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")
    print(f"{len(lines)} lines, transformers {transformers.__version__}")


if __name__ == "__main__":
    main()
