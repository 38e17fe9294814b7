"""An independent reading of CoNLL-U coreference, for tests/datasets/coreference_golden_test.cc.

  python3 tests/goldens/make_conllu_goldens.py [FILE.conllu...] > tests/goldens/conllu_goldens.txt

Standard library only (Python 3.9 or later). For the sample of tests/datasets/conllu_sample.h and then each file, one line: name, number of mentions, and
the SHA-256 of their listing, one mention a line in the order (document, sentence, first, longer first): document id,
sentence, first, last, head (all 0-based), entity, type, link, separated by tabs. Compared exactly.
"""
import ast
import hashlib
import os
import re
import sys


def sample():
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "../datasets/conllu_sample.h"), encoding="ascii") as file:
        literals = re.findall(r'"(?:[^"\\]|\\.)*"', file.read())
    return b"".join(ast.literal_eval("b" + literal) for literal in literals).decode()


def head_of(heads, first, last, minspan):
    tops = [i for i in range(first, last + 1) if not first <= heads[i] - 1 <= last]
    return next((i for i in tops if i - first + 1 in minspan), tops[0])


def listing(text):
    fields, document, sentence, out = None, "", -1, []
    for block in text.split("\n\n"):
        lines = [line for line in block.split("\n") if line]
        if not lines:
            continue
        for line in lines:
            if line.startswith("# newdoc id = "):
                document, sentence = line[len("# newdoc id = "):], -1
            elif line.startswith("# global.Entity = "):
                fields = line[len("# global.Entity = "):].split("-")
        sentence += 1
        words = [line.split("\t") for line in lines if re.match(r"\d+\t", line)]
        heads = [int(word[6]) for word in words]
        found, opened = [], []
        for index, word in enumerate(words):
            misc = dict(pair.split("=", 1) for pair in word[9].split("|") if "=" in pair)
            for piece in re.findall(r"\([^()]*\)?|[^()]*\)", misc.get("Entity", "")):
                if piece[0] == "(":
                    values = dict(zip(fields, piece.strip("()").split("-")))
                    entity = values.get("GRP", values.get("eid"))
                    opened.append((entity, index, values, len(found) + len(opened)))
                if piece[-1] == ")":
                    entity = opened[-1][0] if piece[0] == "(" else piece[:-1]
                    last = max(i for i, mention in enumerate(opened) if mention[0] == entity)
                    entity, first, values, order = opened.pop(last)
                    minspan = [int(p) for p in values.get("minspan", values.get("head")).split(",")]
                    head = head_of(heads, first, index, minspan)
                    found.append((first, -index, order, head, entity, values["etype"], values["link"]))
        assert not opened, lines
        for first, last, _, head, entity, kind, link in sorted(found, key=lambda mention: mention[:3]):
            out.append(f"{document}\t{sentence}\t{first}\t{-last}\t{head}\t{entity}\t{kind}\t{link}\n")
    return out


def report(name, text):
    lines = listing(text)
    print(name, len(lines), hashlib.sha256("".join(lines).encode()).hexdigest())


report("sample", sample())
for path in sys.argv[1:]:
    with open(path, encoding="utf-8", newline="\n") as file:
        report(os.path.basename(path), file.read())
