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


def holm_adjusted(p_values):
    """The k-th smallest of m, by Holm's step-down rule, as a double loop."""
    m, result = len(p_values), []
    for p in p_values:
        below = [q for q in p_values if q <= p]
        result.append(min(1.0, max((m - sum(r < q for r in p_values)) * q for q in below)))
    return result


def holm():
    random = np.random.default_rng(1)
    families = [[0.01, 0.04, 0.03, 0.005], [0.2], [0.5, 0.5, 0.01, 0.01], list(random.uniform(0, 0.2, 12))]
    return [{"p": p, "adjusted": holm_adjusted(p)} for p in families]


def rank_correlations():
    random = np.random.default_rng(2)
    pairs = [([1, 2, 3, 4, 5], [2, 1, 4, 3, 5]), ([1, 1, 2, 2, 3, 3, 7], [3, 1, 1, 2, 2, 9, 9])]
    for n in [6, 48, 144]:
        x = random.normal(size=n)
        pairs.append((list(x), list(x + random.normal(size=n))))
        pairs.append((list(np.round(2 * x)), list(np.round(random.normal(size=n) - x))))
    rows = []
    for x, y in pairs:
        rho = stats.spearmanr(x, y).statistic
        low, high = np.tanh(np.arctanh(rho) + stats.norm.ppf(0.975) * np.array([-1, 1])
                            * np.sqrt((1 + rho ** 2 / 2) / (len(x) - 3)))
        rows.append({"x": x, "y": y, "rho": rho, "low": low, "high": high, "tau": stats.kendalltau(x, y).statistic,
                     "ranks": list(stats.rankdata(x))})
    return rows


def paired():
    a, b = SAMPLES["five seeds"], [0.801, 0.797, 0.819, 0.806, 0.802]
    interval = stats.ttest_rel(a, b).confidence_interval(0.95)
    return {"a": a, "b": b, "p": stats.ttest_rel(a, b).pvalue, "low": interval.low, "high": interval.high}


def equivalence():
    rows = []
    for values in [[0.01, -0.02, 0.005, 0.0, 0.012], [0.03, 0.05, 0.02, 0.04, 0.06, 0.01, 0.03, 0.02]]:
        for margin in [0.02, 0.05, 0.1]:
            above = stats.ttest_1samp(values, -margin, alternative="greater").pvalue
            below = stats.ttest_1samp(values, margin, alternative="less").pvalue
            rows.append({"differences": values, "margin": margin, "p": max(above, below)})
    return rows


if __name__ == "__main__":
    print(json.dumps({"student_t": student_t(), "beta": beta(), "gamma": gamma(), "intervals": intervals(),
                      "t_tests": t_tests(), "holm": holm(),
                      "rank_correlations": rank_correlations(), "paired": paired(), "equivalence": equivalence()}, indent=1))
