#!/usr/bin/env python3
"""Makes the golden of the attention probe's optimum (tests/goldens/probes/pairs.json).

    python3 tests/goldens/make_pair_probe_goldens.py

Sentences of 2 to 5 words, each with K = 3 maps over pairs of words and G = 2 values for ROOT, and random heads. Every choice of
a head is written out here as a plain conditional logit: one row of features per candidate, one weight per column,

    candidate j of word i:  M_k[i, j] for all k, M_k[j, i] for all k, 0 for ROOT's values, 1 if j = i
    candidate ROOT:         zeros, then ROOT's values

and the mean over words of -log softmax[head] + |w|^2 / (2 c N) is minimised by SciPy (trust-exact, exact Hessian).

Tolerances, as the test holds them: objective 1e-6, sum of -log p(head) 1e-3 (its gradient is not 0 there).
Made with Python 3.11.7, numpy 2.4.6, SciPy 1.17.1.
"""

import json
import pathlib

import numpy
import scipy
from scipy.optimize import minimize

FILE = pathlib.Path(__file__).parent / "probes" / "pairs.json"
K, G = 3, 2


def candidates(maps, root):
    """[n, n + 1, 2 K + G + 1] features of every candidate of every word of a sentence."""
    n = maps.shape[1]
    x = numpy.zeros((n, n + 1, 2 * K + G + 1))
    for i in range(n):
        for j in range(n):
            x[i, j, :K] = maps[:, i, j]
            x[i, j, K:2 * K] = maps[:, j, i]
            x[i, j, -1] = i == j
        x[i, n, 2 * K:2 * K + G] = root[i]
    return x


def main():
    generator = numpy.random.default_rng(11)
    sentences = []
    for length in [2, 3, 4, 5, 3, 4, 5, 2, 4, 3]:
        maps = generator.exponential(size=(K, length, length)).astype(numpy.float32)
        for k in range(K):
            numpy.fill_diagonal(maps[k], 0)
        root = generator.exponential(size=(length, G)).astype(numpy.float32)
        heads = generator.integers(0, length + 1, size=length)
        sentences.append({"maps": maps.tolist(), "root": root.tolist(), "heads": heads.tolist()})
    choices = [(x, head) for s in sentences for x, head in
               zip(candidates(numpy.array(s["maps"]), numpy.array(s["root"])), s["heads"])]
    c, words = 2.0, len(choices)

    def probabilities(w, x):
        score = x @ w
        p = numpy.exp(score - score.max())
        return p / p.sum()

    def objective(w):
        return -sum(numpy.log(probabilities(w, x)[h]) for x, h in choices) / words + w @ w / (2 * c * words)

    def gradient(w):
        return sum(probabilities(w, x) @ x - x[h] for x, h in choices) / words + w / (c * words)

    def hessian(w):
        total = numpy.eye(len(w)) / (c * words)
        for x, _ in choices:
            p = probabilities(w, x)
            total += (x.T @ (numpy.diag(p) - numpy.outer(p, p)) @ x) / words
        return total

    fit = minimize(objective, numpy.zeros(2 * K + G + 1), jac=gradient, hess=hessian, method="trust-exact",
                   options={"gtol": 1e-12})
    assert numpy.abs(gradient(fit.x)).max() < 1e-9, fit
    FILE.write_text(json.dumps({
        "scipy": scipy.__version__, "c": c, "sentences": sentences, "objective": fit.fun,
        "nats": -sum(float(numpy.log(probabilities(fit.x, x)[h])) for x, h in choices)}) + "\n")


if __name__ == "__main__":
    main()
