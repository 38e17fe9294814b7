#!/usr/bin/env python3
"""Fits the polynomials of model/ops/elementary_coefficients.h and prints them as C++ float literals.

Weighted minimax by Lawson's iteration: least squares on 4000 Chebyshev nodes, each node's weight multiplied by its error
again and again until all local maxima are level. Function values come from mpmath with 40 digits.
Made with mpmath 1.3.0 and numpy 2.4.6; takes about four minutes. Nothing in the build needs it.
"""

import mpmath as mp
import numpy as np

mp.mp.dps = 40


def fit(function, weight, low, high, degree, nodes=4000, rounds=600):
    """Coefficients (constant first) minimising max |weight * (polynomial - function)|, and that maximum."""
    k = np.arange(nodes)
    x = (low + high) / 2 + (high - low) / 2 * np.cos(np.pi * (k + 0.5) / nodes)
    values = np.array([float(function(mp.mpf(float(t)))) for t in x])
    weights = np.array([float(weight(mp.mpf(float(t)))) for t in x])
    powers = np.stack([x**p for p in range(degree + 1)], 1)
    scale = np.abs(powers).max(0)
    powers = powers / scale
    lawson = np.ones(nodes) / nodes
    best_error, best = np.inf, None
    for _ in range(rounds):
        w = np.sqrt(lawson) * weights
        q, r = np.linalg.qr(powers * w[:, None])
        c = np.linalg.solve(r, q.T @ (values * w))
        errors = np.abs((powers @ c - values) * weights)
        if errors.max() < best_error:
            best_error, best = errors.max(), c / scale
        lawson = lawson * (errors + 1e-30)
        lawson /= lawson.sum()
    return best_error, best


def exp_remainder(r):
    return (mp.e**r - 1 - r) / r**2 if abs(r) > 1e-12 else mp.mpf("0.5") + r / 6


def log_remainder(f):
    return (mp.log(1 + f) - f + f * f / 2) / f**3 if abs(f) > 1e-8 else mp.mpf(1) / 3 - f / 4


def scaled_normal_tail(a):
    return mp.exp(a * a / 2) * mp.erfc(a / mp.sqrt(2)) / 2


FITS = {
    "kExp": (exp_remainder, lambda r: r**2 / mp.e**r,
             -float(mp.log(2) / 2) * 1.01, float(mp.log(2) / 2) * 1.01, 4),
    "kLog": (log_remainder, lambda f: abs(f**3 / mp.log(1 + f)) if abs(f) > 1e-8 else f * f,
             float(mp.sqrt(0.5) - 1), float(mp.sqrt(2) - 1), 7),
    "kNormalTail": (scaled_normal_tail, lambda a: mp.exp(-a * a / 2), 0.0, 5.75, 12),
}

if __name__ == "__main__":
    for name, (function, weight, low, high, degree) in FITS.items():
        error, coefficients = fit(function, weight, low, high, degree)
        print(f"{name}: error 2^{np.log2(error):.1f}")
        for c in coefficients:
            print(f"  {float(np.float32(c)).hex()}f  // {np.float32(c)}")
