"""SciPy's answers for tests/probe/*_test.cc of the statistics.

  python3 tests/goldens/make_statistics_goldens.py > tests/goldens/statistics_goldens.json

Made with Python 3.11, NumPy 2.4.6 and SciPy 1.17.1. Tolerances: relative 1e-10 for Student's t and the incomplete
beta function, 1e-12 for everything computed from data. SciPy 1.x has no Holm correction and no TOST: the former is
written out below from Holm (1979), the latter is two one-sided ttest_1samp.
"""
import json

import numpy as np
from scipy import special, stats

SAMPLES = {
    "five seeds": [0.812, 0.794, 0.833, 0.805, 0.821],
    "eight seeds": [3.31, 3.29, 3.305, 3.352, 3.278, 3.33, 3.301, 3.299],
    "two": [1.0, 2.5],
    "far from zero": [1e8 + 1, 1e8 + 2, 1e8 + 4],
}


def student_t():
    degrees = [1, 2, 3.5, 4, 7, 10, 29, 100.25, 1000, 1e6]
    tails = [[t, v, stats.t.sf(t, v)] for v in degrees for t in [-3, 0.0, 1e-3, 0.1, 1, 2.5, 6, 40]]
    quantiles = [[p, v, stats.t.ppf(p, v)] for v in degrees for p in [0.001, 0.025, 0.3, 0.6, 0.95, 0.975, 0.9995]]
    return {"tails": tails, "quantiles": quantiles}


def beta():
    return [[a, b, x, special.betainc(a, b, x)]
            for a in [0.5, 1, 2.25, 30, 4000] for b in [0.5, 1, 3, 60.5] for x in [0.001, 0.2, 0.5, 0.875, 0.999]]


def gamma():
    return [[x, special.gammaln(x)] for x in [0.01, 0.5, 1, 1.5, 2, 3.7, 14.9, 15, 100, 12345.6]]


def intervals():
    rows = []
    for name, values in SAMPLES.items():
        a = np.array(values)
        for level in [0.9, 0.95, 0.99]:
            low, high = stats.t.interval(level, len(a) - 1, a.mean(), stats.sem(a))
            rows.append({"name": name, "values": values, "level": level, "mean": a.mean(), "low": low, "high": high})
    return rows


def t_tests():
    return [{"values": values, "null": null, "p": stats.ttest_1samp(values, null).pvalue}
            for values in SAMPLES.values() for null in [0.0, 0.8, 3.3]]


if __name__ == "__main__":
    print(json.dumps({"student_t": student_t(), "beta": beta(), "gamma": gamma(), "intervals": intervals(),
                      "t_tests": t_tests()}, indent=1))
