"""LEACE in its closed form (Belrose et al. 2023, theorem 4.3) by SciPy, for tests/probe/affine_eraser_test.cc.

  python3 tests/goldens/make_erasure_goldens.py > tests/goldens/erasure_goldens.json

Made with Python 3.11, NumPy 2.4.6 and SciPy 1.17.1. `map` is M of x' = mean + M (x - mean): the identity less
W^+ P W, with W the pseudo-inverse of the covariance's principal square root and P the projection by W S_xz and its
pseudo-inverse. Vectors are float32 numbers and travel as such; the second case has a constant and a repeated column.
Tolerance: absolute 1e-7 (pinv and sqrtm cut small singular values at other places).
"""
import json

import numpy as np
from scipy.linalg import pinv, sqrtm, svd

WORDS, LABELS = 80, 4


def case(width, degenerate, random):
    labels = random.integers(-1, LABELS, size=WORDS)  # -1: a word without a label
    x = random.normal(size=(WORDS, width)) @ random.normal(size=(width, width))
    x += random.normal(size=(LABELS + 1, width))[labels]
    if degenerate:
        x[:, 2] = 0.75
        x[:, 4] = x[:, 1]
    x = x.astype(np.float32)
    kept = x[labels >= 0].astype(np.float64)
    one_hot = np.eye(LABELS)[labels[labels >= 0]]
    d, z = kept - kept.mean(0), one_hot - one_hot.mean(0)
    covariance, cross = d.T @ d / len(d), d.T @ z / len(d)
    if degenerate:  # SciPy's sqrtm takes no singular matrix
        u, values, _ = svd(covariance)
        root = (u * np.sqrt(values)) @ u.T
    else:
        root = np.real(sqrtm(covariance))
    whiten = pinv(root, rtol=1e-5)
    seen = whiten @ cross
    projection = seen @ pinv(seen, rtol=1e-6)
    matrix = np.eye(width) - root @ projection @ whiten
    assert np.abs(matrix @ cross).max() < 1e-12
    return {"width": width, "labels": labels.tolist(), "x": x.astype(np.float64).ravel().tolist(),
            "mean": kept.mean(0).tolist(), "map": matrix.ravel().tolist(),
            "rank": int(np.linalg.matrix_rank(seen, tol=1e-6))}


def main():
    random = np.random.default_rng(6)
    print(json.dumps({"num_labels": LABELS, "cases": [case(6, False, random), case(7, True, random)]}))


main()
