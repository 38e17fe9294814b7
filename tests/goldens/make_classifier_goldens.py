#!/usr/bin/env python3
"""Makes the goldens of parity with HuggingFace's BertForSequenceClassification (tests/goldens/classifier/) and
BertForTokenClassification (tests/goldens/token_classifier/), and with scikit-learn's LogisticRegression (tests/goldens/classifier/).

    python3 tests/goldens/make_classifier_goldens.py

A small random classifier of three labels, saved by transformers; in parity.safetensors, computed in double precision and
rounded once to float32: ids, segments [N], offsets [S + 1], labels [S], logits [S, 3], loss [1], grad.NAME for every tensor. No
dropout. Of the token classifier also queries [S], the one token of each sequence whose class is asked for: the labels of all
others are -100, and logits are those of the queries. In logistic.json: sparse rows of features, labels of two and of three kinds, and the coefficients, intercepts and
probabilities that scikit-learn finds (lbfgs, tol 1e-10).

Tolerances, as the tests hold them: logits 1e-5 absolute; gradients 1e-4 relative in the L2 norm; logistic regression 1e-5
absolute.
Made with Python 3.11.7, torch 2.13.0+cpu, transformers 5.23.0, safetensors 0.8.0, scikit-learn 1.9.1.
"""

import json
import pathlib

import numpy
import torch
from safetensors.torch import save_file
from sklearn.linear_model import LogisticRegression
from transformers import BertConfig, BertForSequenceClassification, BertForTokenClassification

FOLDER = pathlib.Path(__file__).parent / "classifier"
TOKENS = pathlib.Path(__file__).parent / "token_classifier"
LENGTHS = [9, 2, 5]
LABELS = [2, 0, 1]
QUERIES = [4, 1, 0]


def make_model(kind):
    config = BertConfig(
        vocab_size=31, hidden_size=12, num_hidden_layers=1, num_attention_heads=3, intermediate_size=17,
        max_position_embeddings=9, attn_implementation="eager", id2label={0: "no", 1: "maybe", 2: "yes"})
    torch.manual_seed(30)
    model = kind(config).eval()
    with torch.no_grad():
        for name, tensor in model.named_parameters():
            tensor.copy_(torch.randn_like(tensor) * 0.3 + (1.0 if name.endswith("LayerNorm.weight") else 0.0))
    return model


def token_labels():
    rows = [torch.full((n,), -100) for n in LENGTHS]
    for row, query, label in zip(rows, QUERIES, LABELS):
        row[query] = label
    return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=-100)


def classifier_parity(kind, folder):
    folder.mkdir(exist_ok=True)
    of_tokens = kind is BertForTokenClassification
    model = make_model(kind)
    model.save_pretrained(folder)
    model.double()
    generator = torch.Generator().manual_seed(31)
    ids = [1 + torch.randint(0, 30, (n,), generator=generator) for n in LENGTHS]
    segments = [(torch.arange(n) >= n // 2).long() for n in LENGTHS]
    pad = lambda rows: torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)
    out = model(input_ids=pad(ids), token_type_ids=pad(segments), attention_mask=pad([torch.ones(n) for n in LENGTHS]),
                labels=token_labels() if of_tokens else torch.tensor(LABELS))
    out.loss.backward()
    logits = out.logits[range(len(LENGTHS)), QUERIES] if of_tokens else out.logits
    tensors = {"ids": torch.cat(ids), "segments": torch.cat(segments), "labels": torch.tensor(LABELS),
               "offsets": torch.tensor([0] + list(numpy.cumsum(LENGTHS))), "logits": logits.detach().float().contiguous(),
               "loss": out.loss.detach().float().reshape(1)}
    if of_tokens:
        tensors["queries"] = torch.tensor(QUERIES)
    for name, tensor in model.named_parameters():
        tensors["grad." + name] = tensor.grad.float().contiguous()
    save_file(tensors, folder / "parity.safetensors")


def logistic_parity():
    random = numpy.random.default_rng(32)
    rows = (random.random((60, 12)) < 0.3) * random.normal(size=(60, 12)).round(3)
    golden = {"rows": rows.tolist(), "fits": []}
    for kinds, c in [(2, 1.0), (2, 30.0), (3, 0.5)]:
        labels = (rows[:, :kinds] + random.normal(size=(60, kinds))).argmax(axis=1)
        fit = LogisticRegression(C=c, tol=1e-10, max_iter=100000).fit(rows, labels)
        golden["fits"].append({"kinds": kinds, "c": c, "labels": labels.tolist(), "coefficients": fit.coef_.tolist(),
                               "intercepts": fit.intercept_.tolist(), "probabilities": fit.predict_proba(rows).tolist()})
    (FOLDER / "logistic.json").write_text(json.dumps(golden) + "\n")


classifier_parity(BertForSequenceClassification, FOLDER)
classifier_parity(BertForTokenClassification, TOKENS)
logistic_parity()
