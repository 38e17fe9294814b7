#!/usr/bin/env python3
"""Reads what `headscope explain adversary` wrote once more, with NumPy alone.

    python3 tests/goldens/read_adversary_maps.py RUN [GOLDEN]

RUN has results.json and maps.safetensors. For every example, from its maps and probabilities:

    jsd                 mean over rows of 1/2 KL(p || m) + 1/2 KL(q || m), m = (p + q) / 2, nats
    value_weighted_jsd  the same of p n / sum(p n) and q n / sum(q n), n the norms of the values
    tvd                 1/2 sum |y - y'|
    objective           -jsd + penalty * max(0, tvd - epsilon)

Exits with 1 unless each equals the program's within 1e-6 and every tvd is at most epsilon (1e-7 for rounding to floats).
Writes them to GOLDEN where it is given: tests/goldens/adversary/numpy.json was made so, of

    headscope experiment run frozen-lexical --out RUN
    headscope explain adversary --run RUN/learned/seed-1 --examples 4 --candidates 2 --steps 100 --learning-rate 0.05 --out FOLDER

Made with Python 3.11, numpy 2.
"""

import json
import pathlib
import struct
import sys

import numpy


def read_safetensors(path):
    data = path.read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + size])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        assert entry["dtype"] == "F32", name
        flat = numpy.frombuffer(data[8 + size + begin:8 + size + end], dtype="<f4")
        tensors[name] = flat.reshape(entry["shape"]).astype(numpy.float64)
    return tensors


def kl(p, q):
    with numpy.errstate(divide="ignore", invalid="ignore"):
        return numpy.where(p > 0, p * numpy.log(p / q), 0.0).sum(axis=-1)


def jsd(p, q):
    m = (p + q) / 2
    return (kl(p, m) + kl(q, m)) / 2


def main():
    run = pathlib.Path(sys.argv[1])
    results = json.loads((run / "results.json").read_text())
    maps = read_safetensors(run / "maps.safetensors")
    instances, wrong = [], 0
    for said in results["instances"]:
        place = said["place"]
        p, q = maps[f"{place}/original"], maps[f"{place}/adversary"]
        n, y = maps[f"{place}/value_norms"], maps[f"{place}/probabilities"]
        by_value = [w * n / (w * n).sum(axis=1, keepdims=True) for w in (p, q)]
        found = {"place": place, "jsd": jsd(p, q).mean(), "value_weighted_jsd": jsd(*by_value).mean(),
                 "tvd": abs(y[0] - y[1]).sum() / 2}
        found["objective"] = -found["jsd"] + results["penalty"] * max(0.0, found["tvd"] - results["epsilon"])
        instances.append(found)
        differs = [k for k in ("jsd", "value_weighted_jsd", "tvd") if abs(found[k] - said[k]) > 1e-6]
        if differs or found["tvd"] > results["epsilon"] + 1e-7:
            wrong += 1
            print(f"example {place}: {found}, the program said {said}", file=sys.stderr)
    print(f"{len(instances)} examples, {wrong} read otherwise; largest tvd {max(i['tvd'] for i in instances):.6f}")
    if len(sys.argv) > 2:
        pathlib.Path(sys.argv[2]).write_text(json.dumps({"numpy": numpy.__version__, "instances": instances}, indent=1) + "\n")
    sys.exit(wrong > 0)


main()
