#!/usr/bin/env python3
"""An independent reading of the head protocols with HuggingFace's own forward pass, count by count.

    probe_heads_reference.py reference --model DIR --dev A.conllu --test B.conllu --out reference.json
    probe_heads_reference.py compare reference.json results.json

`reference` counts, for every relation, head and direction, how often the prediction is right, and for coreference the same
for every candidate set and type of mention; with each count stands how many instances are undecided: the gold word and
another one both lie within 1e-5 of the maximum, so that another float arithmetic may decide otherwise. `compare` demands
that every count of results.json differs by no more than that, and every instance count not at all.

Nothing here is shared with the program: own CoNLL-U and Entity= reading, HuggingFace tokenizer and model, numpy in double.
Made with torch 2.13.0, transformers 5.x; 95% of the time is the forward pass.
"""
import argparse
import json
import re
import sys
from collections import defaultdict

MARGIN = 1e-5
SETS = ["all words", "preceding words", "preceding mention heads"]


def read_documents(path):
    documents = []
    sentence = None
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            line = line.rstrip("\n")
            if line.startswith("# newdoc id"):
                documents.append({"sentences": [], "fields": None})
            elif line.startswith("# global.Entity"):
                documents[-1]["fields"] = line.split("=", 1)[1].strip().split("-")
            elif line.startswith("#"):
                continue
            elif not line:
                if sentence:
                    documents[-1]["sentences"].append(sentence)
                sentence = None
            else:
                columns = line.split("\t")
                if not columns[0].isdigit():
                    continue
                sentence = sentence or []
                misc = dict(item.split("=", 1) for item in columns[9].split("|") if "=" in item)
                sentence.append({"form": columns[1], "upos": columns[3], "feats": columns[5].split("|"),
                                 "head": int(columns[6]) - 1, "deprel": columns[7],
                                 "entity": misc.get("Entity", "")})
    return documents


def mentions_of(document):
    """[(sentence, head word, chain, link)] in no particular order."""
    fields = document["fields"]
    found = []
    for s, sentence in enumerate(document["sentences"]):
        opened = []
        for w, word in enumerate(sentence):
            for piece in re.findall(r"\([^()]*\)?|[^()]*\)", word["entity"]):
                if piece.startswith("("):
                    opened.append((w, dict(zip(fields, piece.strip("()").split("-")))))
                    if not piece.endswith(")"):
                        continue
                    at = len(opened) - 1
                else:
                    chain = piece[:-1]
                    at = max(k for k in range(len(opened)) if opened[k][1]["GRP"] == chain)
                first, values = opened.pop(at)
                outside = [k for k in range(first, w + 1) if not first <= sentence[k]["head"] <= w]
                named = [first + int(k) - 1 for k in values["minspan"].split(",")]
                preferred = [k for k in outside if k in named]
                found.append((s, (preferred or outside)[0], values["GRP"], values["link"]))
        assert not opened
    return found


class Model:
    def __init__(self, directory):
        import torch
        from transformers import AutoTokenizer, BertModel
        torch.set_num_threads(1)
        self.torch = torch
        self.tokenizer = AutoTokenizer.from_pretrained(directory)
        self.model = BertModel.from_pretrained(directory, attn_implementation="eager", add_pooling_layer=False).eval()
        self.heads = self.model.config.num_attention_heads
        self.layers = self.model.config.num_hidden_layers
        self.cache = {}

    def pieces(self, word):
        if word not in self.cache:
            ids = self.tokenizer(word, add_special_tokens=False)["input_ids"]
            self.cache[word] = ids or [self.tokenizer.unk_token_id]
        return self.cache[word]

    def length(self, words):
        return sum(len(self.pieces(word)) for word in words)

    def word_maps(self, inputs):
        """Yields (index, [layers * heads, n, n]) of every list of words: alike lengths go together, without padding."""
        import numpy
        groups = defaultdict(list)
        for index, words in enumerate(inputs):
            groups[self.length(words) + 2].append(index)
        for length, members in sorted(groups.items()):
            size = max(1, 1024 // length)
            for begin in range(0, len(members), size):
                chunk = members[begin:begin + size]
                ids = [[self.tokenizer.cls_token_id] + [p for word in inputs[i] for p in self.pieces(word)] +
                       [self.tokenizer.sep_token_id] for i in chunk]
                with self.torch.no_grad():
                    output = self.model(self.torch.tensor(ids), output_attentions=True)
                patterns = numpy.concatenate([a.numpy() for a in output.attentions], axis=1).astype(numpy.float64)
                for row, index in enumerate(chunk):
                    words = inputs[index]
                    owner = numpy.zeros((len(words), length))
                    at = 1
                    for w, word in enumerate(words):
                        owner[w, at:at + len(self.pieces(word))] = 1
                        at += len(self.pieces(word))
                    mean = owner / owner.sum(axis=1, keepdims=True)
                    maps = mean @ patterns[row] @ owner.T
                    maps[:, range(len(words)), range(len(words))] = 0
                    yield index, maps


def score(values, right):
    """values [heads, candidates], right [candidates] -> score and whether undecided, by head."""
    import numpy
    best = values.max(axis=1, keepdims=True)
    tied = values == best
    scores = (tied & right).sum(axis=1) / tied.sum(axis=1)
    close = values >= best - MARGIN
    undecided = (close & right).any(axis=1) & (close & ~right).any(axis=1)
    return scores, undecided.astype(numpy.int64)


class Counter:
    def __init__(self, heads):
        self.heads = heads
        self.cells = {}

    def add(self, key, scores, undecided):
        import numpy
        if key not in self.cells:
            self.cells[key] = [0, numpy.zeros(self.heads), numpy.zeros(self.heads, dtype=numpy.int64)]
        cell = self.cells[key]
        cell[0] += 1
        cell[1] += scores
        cell[2] += undecided

    def to_json(self):
        return {key: {"n": n, "correct": correct.round(6).tolist(), "undecided": undecided.tolist()}
                for key, (n, correct, undecided) in sorted(self.cells.items())}


def count_dependencies(model, documents):
    import numpy
    sentences = [s for document in documents for s in document["sentences"]]
    counter = Counter(model.layers * model.heads)
    for index, maps in model.word_maps([[w["form"] for w in s] for s in sentences]):
        for i, word in enumerate(sentences[index]):
            if word["head"] < 0:
                continue
            right = numpy.arange(len(sentences[index])) == word["head"]
            counter.add(word["deprel"] + " dep->head", *score(maps[:, i, :], right))
            counter.add(word["deprel"] + " head->dep", *score(maps[:, :, i], right))
    return counter.to_json()


def types_of(word, antecedents):
    types = ["all"]
    if word["upos"] == "PRON":
        types += ["pronoun", "pronoun, 3rd person" if "Person=3" in word["feats"] else "pronoun, other"]
        if any(a["upos"] in ("NOUN", "PROPN") for a in antecedents):
            types.append("pronoun of nominal")
    else:
        types.append({"PROPN": "proper", "NOUN": "nominal"}.get(word["upos"], "other"))
    return types


def segments_of(model, document, limit):
    segments, current, pieces = [], [], 2
    for s, sentence in enumerate(document["sentences"]):
        length = model.length([w["form"] for w in sentence])
        if current and pieces + length > limit:
            segments.append(current)
            current, pieces = [], 2
        current.append(s)
        pieces += length
    return segments + [current]


def anaphors_of(document, segment, scheme):
    """[(head word, antecedents' head words, head words of preceding mentions)] of a segment, as indices into it."""
    mentions = mentions_of(document)
    if scheme == "ontonotes":
        mentions = [m for m in mentions if m[3] not in ("appos", "pred", "disc")]
        sizes = defaultdict(int)
        for m in mentions:
            sizes[m[2]] += 1
        mentions = [m for m in mentions if sizes[m[2]] > 1]
    starts, words = {}, 0
    for s in segment:
        starts[s] = words
        words += len(document["sentences"][s])
    placed = [(starts[s] + w, chain) for s, w, chain, _ in mentions if s in starts]
    anaphors = []
    for at, chain in placed:
        right = {p for p, c in placed if c == chain and p < at}
        if right:
            anaphors.append((at, right, sorted({p for p, _ in placed if p < at})))
    return anaphors


def count_coreference(model, documents, limit=128):
    """Counts and baselines of both schemes in one pass."""
    import numpy
    schemes = ("ontonotes", "gum")
    counters = {scheme: Counter(model.layers * model.heads) for scheme in schemes}
    baselines = {scheme: defaultdict(lambda: [0, 0]) for scheme in schemes}
    segments = [(document, segment, [word for s in segment for word in document["sentences"][s]])
                for document in documents for segment in segments_of(model, document, limit)]
    for index, maps in model.word_maps([[w["form"] for w in words] for _, _, words in segments]):
        document, segment, words = segments[index]
        for scheme in schemes:
            for at, antecedents, candidates in anaphors_of(document, segment, scheme):
                right = numpy.array([p in antecedents for p in range(len(words))])
                same = [p for p in candidates if words[p]["form"].lower() == words[at]["form"].lower()]
                kinds = types_of(words[at], [words[p] for p in antecedents])
                for name, allowed in zip(SETS, (range(len(words)), range(at), candidates)):
                    allowed = list(allowed)
                    scores = score(maps[:, at, allowed], right[allowed])
                    for kind in kinds:
                        counters[scheme].add(f"{name} / {kind}", *scores)
                for kind in kinds:
                    baselines[scheme][kind][0] += candidates[-1] in antecedents
                    baselines[scheme][kind][1] += bool(same) and same[-1] in antecedents
    return {scheme: {"counts": counters[scheme].to_json(), "baselines": dict(baselines[scheme])} for scheme in schemes}


def reference(arguments):
    model = Model(arguments.model)
    result = {"heads_per_layer": model.heads}
    for name, path in (("dev", arguments.dev), ("test", arguments.test)):
        documents = read_documents(path)
        result[name] = {"dependencies": count_dependencies(model, documents)}
        print(name, "dependencies done", file=sys.stderr, flush=True)
        result[name].update(count_coreference(model, documents))
        print(name, "coreference done", file=sys.stderr, flush=True)
    with open(arguments.out, "w", encoding="utf-8") as out:
        json.dump(result, out, separators=(",", ":"))


def compare(arguments):
    with open(arguments.reference, encoding="utf-8") as file:
        expected = json.load(file)
    with open(arguments.results, encoding="utf-8") as file:
        found = json.load(file)
    failures = []

    def check(label, tally, n, correct, cell):
        if n != cell["n"]:
            failures.append(f"{label}: {n} instances, expected {cell['n']}")
        for head, (a, b, undecided) in enumerate(zip(correct, cell["correct"], cell["undecided"])):
            tally["predictions"] += cell["n"]
            tally["undecided"] += undecided
            tally["different"] += abs(a - b)
            tally["counts"] += 1
            tally["unequal counts"] += abs(a - b) > 1e-5
            if abs(a - b) > undecided + 1e-5:
                failures.append(f"{label} head {head}: {a}, expected {b} with {undecided} undecided")

    for name in ("dev", "test"):
        tally = defaultdict(float)
        counts = found[f"{name}_counts"]
        seen = set()
        for key, cell in expected[name]["dependencies"].items():
            relation, direction = key.rsplit(" ", 1)
            seen.add(relation)
            check(f"{name} {key}", tally, counts[relation]["n"], counts[relation][direction], cell)
        failures += [f"{name}: {r} unexpected" for r, row in counts.items() if row["n"] and r not in seen]
        print(name, "dependencies", dict(tally))
        coreference = found["coreference"]
        wanted = expected[name][coreference["scheme"]]
        tally = defaultdict(float)
        for key, cell in wanted["counts"].items():
            candidates, kind = key.split(" / ")
            row = coreference[f"{name}_counts"][candidates][kind]
            check(f"{name} {key}", tally, row["n"], row["correct"], cell)
        print(name, "coreference", coreference["scheme"], dict(tally))
        if name == "test":
            for kind, (nearest, same) in wanted["baselines"].items():
                for label, count in (("nearest_mention", nearest), ("nearest_same_head_word", same)):
                    row = coreference[label][kind]
                    if abs(row["value"] * row["n"] - count) > 1e-6:
                        failures.append(f"{label} {kind}: {row['value'] * row['n']}, expected {count}")
    for failure in failures[:40]:
        print("DIFFERENT:", failure)
    print(f"{len(failures)} differences beyond undecided instances")
    return 1 if failures else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("reference")
    for flag in ("--model", "--dev", "--test", "--out"):
        one.add_argument(flag, required=True)
    two = commands.add_parser("compare")
    two.add_argument("reference")
    two.add_argument("results")
    arguments = parser.parse_args()
    return reference(arguments) if arguments.command == "reference" else compare(arguments)


if __name__ == "__main__":
    sys.exit(main())
