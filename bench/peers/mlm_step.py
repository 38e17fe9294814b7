#!/usr/bin/env python3
"""Masked-LM training steps by other means, for `headscope bench step --compare-torch`.

The work of one step is that of our own: forward, loss at the masked positions, backward, clipping to a global norm of 1, AdamW.
Batches are the lines of a file, each the lengths of its sequences; ids are random. Sequences are padded to the longest of their
batch, as these libraries want it; tokens are counted without padding.

After a warm-up one JSON line says what runs. Then for every line read, a number of steps, one JSON line says how long they took:
wall seconds, CPU seconds of the process, tokens, and the peak memory so far. The end of the input ends the process.
"""
import argparse
import json
import resource
import sys
import time

import torch
import torch.nn.functional as F

VARIANTS = ("torch-eager", "torch-sdpa", "torch-compiled", "huggingface-eager", "huggingface-sdpa")


class SelfAttention(torch.nn.Module):
    def __init__(self, o, fused):
        super().__init__()
        self.heads, self.rate, self.fused = o.heads, o.dropout, fused
        self.query_key_value = torch.nn.Linear(o.hidden, 3 * o.hidden)
        self.output = torch.nn.Linear(o.hidden, o.hidden)

    def forward(self, x, bias):
        rows, length, width = x.shape
        parts = self.query_key_value(x).view(rows, length, 3, self.heads, width // self.heads)
        query, key, value = (parts[:, :, i].transpose(1, 2) for i in range(3))
        if self.fused:
            mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=bias, dropout_p=self.rate)
        else:
            scores = query @ key.mT / (width // self.heads) ** 0.5
            pattern = (scores if bias is None else scores + bias).softmax(-1)
            mixed = F.dropout(pattern, self.rate) @ value
        return self.output(mixed.transpose(1, 2).reshape(rows, length, width))


class Block(torch.nn.Module):
    def __init__(self, o, fused):
        super().__init__()
        self.rate, self.attention = o.dropout, SelfAttention(o, fused)
        self.up, self.down = torch.nn.Linear(o.hidden, 4 * o.hidden), torch.nn.Linear(4 * o.hidden, o.hidden)
        self.norms = torch.nn.ModuleList(torch.nn.LayerNorm(o.hidden, eps=1e-12) for _ in range(2))

    def forward(self, x, bias):
        x = self.norms[0](x + F.dropout(self.attention(x, bias), self.rate))
        return self.norms[1](x + F.dropout(self.down(F.gelu(self.up(x))), self.rate))


class PlainBert(torch.nn.Module):
    """As lean as plain PyTorch gets: the head runs on masked rows alone, its decoder is the embedding."""

    def __init__(self, o, fused):
        super().__init__()
        self.rate = o.dropout
        self.words, self.positions = torch.nn.Embedding(o.vocab, o.hidden), torch.nn.Embedding(512, o.hidden)
        self.segments, self.norm = torch.nn.Embedding(2, o.hidden), torch.nn.LayerNorm(o.hidden, eps=1e-12)
        self.blocks = torch.nn.ModuleList(Block(o, fused) for _ in range(o.layers))
        self.transform, self.head_norm = torch.nn.Linear(o.hidden, o.hidden), torch.nn.LayerNorm(o.hidden, eps=1e-12)
        self.bias = torch.nn.Parameter(torch.zeros(o.vocab))

    def forward(self, ids, present, masked, labels):
        x = self.words(ids) + self.positions.weight[: ids.shape[1]] + self.segments.weight[0]
        x = F.dropout(self.norm(x), self.rate)
        bias = None if present is None else torch.zeros(present.shape).masked_fill(~present, -1e9)[:, None, None]
        for block in self.blocks:
            x = block(x, bias)
        rows = self.head_norm(F.gelu(self.transform(x.flatten(0, 1)[masked])))
        return F.cross_entropy(F.linear(rows, self.words.weight, self.bias), labels)


def make_loss(o):
    if o.variant.startswith("torch"):
        model = PlainBert(o, fused=o.variant != "torch-eager")
        loss = torch.compile(model) if o.variant == "torch-compiled" else model
        return model, loss
    from transformers import BertConfig, BertForMaskedLM

    model = BertForMaskedLM(BertConfig(
        vocab_size=o.vocab, hidden_size=o.hidden, num_hidden_layers=o.layers, num_attention_heads=o.heads,
        intermediate_size=4 * o.hidden, max_position_embeddings=512, hidden_dropout_prob=o.dropout,
        attention_probs_dropout_prob=o.dropout, attn_implementation=o.variant.split("-")[1])).train()

    def loss(ids, present, masked, labels):
        everywhere = torch.full((ids.numel(),), -100)
        everywhere[masked] = labels
        mask = torch.ones_like(ids) if present is None else present.long()
        return model(input_ids=ids, attention_mask=mask, labels=everywhere.view_as(ids)).loss

    return model, loss


def make_batch(lengths, o):
    longest = max(lengths)
    present = torch.arange(longest)[None] < torch.tensor(lengths)[:, None]
    ids = torch.randint(5, o.vocab, present.shape).masked_fill(~present, 0)
    rows = present.flatten().nonzero().squeeze(1)
    masked = rows[torch.randperm(len(rows))[: max(1, round(0.15 * len(rows)))]].sort().values
    labels = ids.flatten()[masked]
    padded = None if bool(present.all()) else present
    return ids.flatten().index_fill(0, masked, 4).view_as(ids), padded, masked, labels


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("variant", choices=VARIANTS)
    parser.add_argument("lengths", help="file of batches")
    for name in ("layers", "hidden", "heads", "vocab", "threads"):
        parser.add_argument("--" + name, type=int, required=True)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--warm-up", type=int, default=2)
    o = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(o.threads)
    with open(o.lengths, encoding="ascii") as file:
        batches = [make_batch([int(x) for x in line.split()], o) for line in file]
    model, loss = make_loss(o)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=0.01)
    done = 0

    def step():
        nonlocal done
        ids, present, masked, labels = batches[done % len(batches)]
        done += 1
        optimiser.zero_grad(set_to_none=True)
        loss(ids, present, masked, labels).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        return ids.numel() if present is None else int(present.sum())

    for _ in range(o.warm_up):
        step()
    version = "torch " + torch.__version__
    if o.variant.startswith("huggingface"):
        import transformers

        version = "transformers " + transformers.__version__ + ", " + version
    print(json.dumps({"variant": o.variant, "version": version}), flush=True)
    for line in sys.stdin:
        wall, cpu = time.perf_counter(), time.process_time()
        tokens = sum(step() for _ in range(int(line)))
        print(json.dumps({"seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - cpu, "tokens": tokens,
                          "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}), flush=True)


main()
