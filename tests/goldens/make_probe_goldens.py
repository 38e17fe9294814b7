#!/usr/bin/env python3
"""Makes the golden of parity with scikit-learn's LogisticRegression on dense features (tests/goldens/probes/linear.json).

    python3 tests/goldens/make_probe_goldens.py

Features [60, 6] on uneven scales and labels of four kinds; for each C the mean of the objective (cross entropy plus
|W|^2 / (2 C N)) at scikit-learn's optimum of 45 standardised rows, and what it predicts of the 15 others. Features are rounded to
float32 first.

Tolerances, as the test holds them: objective 1e-6; predictions equal.
Made with Python 3.11.7, numpy 2.4.6, scikit-learn 1.9.1.
"""

import json
import pathlib

import numpy
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

FILE = pathlib.Path(__file__).parent / "probes" / "linear.json"
TRAIN = 45


def objective(model, x, y, c):
    log_p = model.predict_log_proba(x)
    return float(-numpy.mean(log_p[numpy.arange(len(y)), y]) + (model.coef_ ** 2).sum() / (2 * c * len(y)))


def main():
    FILE.parent.mkdir(exist_ok=True)
    generator = numpy.random.default_rng(7)
    x = generator.normal(size=(60, 6)) * [1, 5, 0.1, 2, 1, 30] + [0, 3, 1, -2, 0, 10]
    x = x.astype(numpy.float32).astype(float)
    y = (numpy.digitize(x[:, 1] + x[:, 3] + generator.normal(size=60), [-4, 1, 5])).astype(int)
    scaler = StandardScaler().fit(x[:TRAIN])
    train, test = scaler.transform(x[:TRAIN]), scaler.transform(x[TRAIN:])
    fits = []
    for c in [0.05, 1.0, 20.0]:
        model = LogisticRegression(C=c, tol=1e-12, max_iter=100000).fit(train, y[:TRAIN])
        fits.append({"c": c, "objective": objective(model, train, y[:TRAIN], c), "predicted": model.predict(test).tolist(),
                     "accuracy": float(model.score(test, y[TRAIN:]))})
    FILE.write_text(json.dumps({"features": x.tolist(), "labels": y.tolist(), "train": TRAIN, "fits": fits}) + "\n")


if __name__ == "__main__":
    main()
