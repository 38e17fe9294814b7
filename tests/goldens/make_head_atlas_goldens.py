"""An independent reading of surfaces, distances and trees on given attention maps, and what scikit-learn, SciPy and
NetworkX make of given distances and graphs, for tests/probe/head_atlas_golden_test.cc.

  python3 tests/goldens/make_head_atlas_goldens.py > tests/goldens/head_atlas_goldens.json

Made with Python 3.11, NumPy 2.4.6, SciPy 1.17.1, scikit-learn 1.9.1 and NetworkX 3.6.1. Patterns are float32 numbers
and travel as such. Tolerance: absolute 1e-9, but for the coordinates of the map (1e-6: another stopping rule).
"""
import json
import warnings

import networkx as nx
import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import jensenshannon, pdist, squareform
from sklearn.manifold import smacof
from sklearn.metrics import silhouette_score

warnings.simplefilter("ignore")
LAYERS, HEADS = 2, 2
# form/upos/head/relation; a word's pieces are its hyphen-separated parts, a piece's id is its length.
SENTENCES = [
    "they/PRON/2/nsubj saw/VERB/0/root un-real/ADJ/4/amod cars/NOUN/2/obj ,/PUNCT/2/punct we/PRON/7/nsubj slept/VERB/2/conj",
    "the/DET/2/det dog/NOUN/3/nsubj barks/VERB/0/root at/ADP/6/case the/DET/6/det mail-man/NOUN/3/obl !/PUNCT/3/punct",
    "go/VERB/0/root !/PUNCT/1/punct",
    "cars/NOUN/3/obj they/PRON/3/nsubj saw/VERB/0/root (/PUNCT/6/punct not/PART/6/advmod bad/ADJ/3/xcomp )/PUNCT/6/punct now/ADV/3/advmod",
]


def parse(text):
    return [word.split("/") for word in text.split()]


def pieces(words):
    """Ids and the word of every piece, -1 for the first and last."""
    ids, owner = [1], [-1]
    for w, word in enumerate(words):
        for part in word[0].split("-"):
            ids.append(len(part))
            owner.append(w)
    return ids + [2], owner + [-1]


def patterns(random):
    """[sentence][head] float32 [T, T]; head 1 looks at the next piece, head 3 at everything."""
    result = []
    for text in SENTENCES:
        length = len(pieces(parse(text))[0])
        scores = random.normal(size=(LAYERS * HEADS, length, length)) * 1.5
        scores[1] += 6 * np.eye(length, k=1)
        scores[3] *= 0.1
        weights = np.exp(scores)
        result.append((weights / weights.sum(-1, keepdims=True)).astype(np.float32))
    return result


def word_map(pattern, owner, n):
    result = np.zeros((n, n))
    for w in range(n):
        rows = [p for p, o in enumerate(owner) if o == w]
        for v in range(n):
            columns = [p for p, o in enumerate(owner) if o == v]
            if v != w:
                result[w, v] = np.mean([sum(float(pattern[p, q]) for q in columns) for p in rows])
    return result


def surfaces(maps):
    result = []
    for head in range(LAYERS * HEADS):
        values = {name: [] for name in
                  ["next", "previous", "self", "[CLS]", "[SEP]", "punctuation", "duplicate", "entropy",
                   "relative entropy"]}
        at = {}
        for s, text in enumerate(SENTENCES):
            words = parse(text)
            ids, owner = pieces(words)
            a = maps[s][head].astype(np.float64)
            last = len(ids) - 1
            for p in range(1, last):
                if p + 1 < last:
                    values["next"].append(a[p, p + 1])
                if p > 1:
                    values["previous"].append(a[p, p - 1])
                values["self"].append(a[p, p])
                values["[CLS]"].append(a[p, 0])
                values["[SEP]"].append(a[p, last])
                values["punctuation"].append(sum(a[p, q] for q in range(1, last) if words[owner[q]][1] == "PUNCT"))
                same = [q for q in range(1, last) if q != p and ids[q] == ids[p]]
                if same:
                    values["duplicate"].append(a[p, same].sum())
                entropy = -(a[p] * np.log(a[p])).sum()
                values["entropy"].append(entropy)
                values["relative entropy"].append(entropy / np.log(len(ids)))
                offset = int(a[p].argmax()) - p
                if abs(offset) <= 8:
                    at[offset] = at.get(offset, 0) + 1
        rows = len(values["self"])
        position = min(at, key=lambda offset: (-at[offset], offset))
        result.append({"means": {name: np.mean(v) for name, v in values.items()}, "position": position,
                       "share": at[position] / rows, "rows": rows})
    return result


def distances(maps):
    n = LAYERS * HEADS
    result = np.zeros((n, n))
    for a in range(n):
        for b in range(n):
            divergences = [jensenshannon(m[a, p].astype(np.float64), m[b, p].astype(np.float64)) ** 2
                           for m in maps for p in range(1, m.shape[1] - 1)]
            result[a, b] = np.sqrt(np.mean(divergences)) if a != b else 0
    return result


def tree_scores(maps, parts):
    """UAS and UUAS without and with punctuation of the sum of (head, direction) maps."""
    right, total = np.zeros(4), np.zeros(4)
    for s, text in enumerate(SENTENCES):
        words = parse(text)
        _, owner = pieces(words)
        weights = np.zeros((len(words), len(words)))  # (head, dependent)
        for head, direction in parts:
            m = word_map(maps[s][head], owner, len(words))
            weights += m.T if direction == 0 else m
        for with_punctuation in [0, 1]:
            nodes = [w for w, word in enumerate(words) if with_punctuation or word[1] != "PUNCT"]
            root = next(w for w in nodes if words[w][2] == "0")
            gold = {w: int(words[w][2]) - 1 for w in nodes if w != root}
            if len(nodes) < 2:
                continue
            directed, undirected = nx.DiGraph(), nx.Graph()
            for h in nodes:
                for d in nodes:
                    if h != d and d != root:
                        directed.add_edge(h, d, weight=weights[h, d])
                    if h < d:
                        undirected.add_edge(h, d, weight=weights[h, d] + weights[d, h])
            tree = nx.maximum_spanning_arborescence(directed)
            edges = {frozenset(e) for e in nx.maximum_spanning_tree(undirected).edges}
            right[2 * with_punctuation] += sum(tree.has_edge(h, d) for d, h in gold.items())
            right[2 * with_punctuation + 1] += sum(frozenset((d, h)) in edges for d, h in gold.items())
            total[2 * with_punctuation:2 * with_punctuation + 2] += len(gold)
    return list(right / total)


def trees(maps):
    n = LAYERS * HEADS
    single = [[tree_scores(maps, [(h, d)]) for d in [0, 1]] for h in range(n)]
    layers = [[tree_scores(maps, [(layer * HEADS + h, d) for h in range(HEADS)]) for d in [0, 1]]
              for layer in range(LAYERS)]
    return {"single": single, "layers": layers, "all": [tree_scores(maps, [(h, d) for h in range(n)]) for d in [0, 1]]}


def graphs(random):
    rows = []
    for n in [2, 3, 7, 12, 25]:
        weights = random.uniform(size=(n, n))
        root = n // 2
        directed = nx.DiGraph()
        for h in range(n):
            for d in range(n):
                if h != d and d != root:
                    directed.add_edge(h, d, weight=weights[h, d])
        heads = [root] * n
        for h, d in nx.maximum_spanning_arborescence(directed).edges:
            heads[d] = h
        symmetric = weights + weights.T
        undirected = nx.from_numpy_array(symmetric)
        edges = sorted(sorted(e) for e in nx.maximum_spanning_tree(undirected).edges)
        rows.append({"weights": weights.tolist(), "root": root, "heads": heads, "edges": edges})
    return rows


def scaling(random):
    rows = []
    for n in [5, 16, 30]:
        d = squareform(pdist(random.normal(size=(n, 4))))
        centre = np.eye(n) - 1 / n
        values, vectors = np.linalg.eigh(-0.5 * centre @ (d ** 2) @ centre)
        classical = vectors[:, ::-1][:, :2] * np.sqrt(values[::-1][:2])
        points, stress = smacof(d, n_components=2, init=classical, n_init=1, max_iter=2000, eps=1e-14,
                                normalized_stress=True)
        average = linkage(squareform(d), "average")
        labels = {k: fcluster(average, k, "maxclust").tolist() for k in range(2, min(10, n - 1) + 1)}
        silhouettes = {k: silhouette_score(d, l, metric="precomputed") for k, l in labels.items()}
        rows.append({"distances": d.tolist(), "eigenvalues": values[::-1].tolist(),
                     "classical": np.abs(classical).tolist(), "map_distances": squareform(pdist(points)).tolist(),
                     "stress": float(stress), "labels": labels, "silhouettes": silhouettes})
    return rows


if __name__ == "__main__":
    generator = np.random.default_rng(6)
    maps = patterns(generator)
    print(json.dumps({"sentences": SENTENCES, "patterns": [m.astype(np.float64).tolist() for m in maps],
                      "surfaces": surfaces(maps), "distances": distances(maps).tolist(), "trees": trees(maps),
                      "graphs": graphs(generator), "scaling": scaling(generator)}))
