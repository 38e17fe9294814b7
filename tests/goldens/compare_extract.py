#!/usr/bin/env python3
"""Compares a file that `headscope extract` wrote with HuggingFace on the same input, tensor by tensor.

    build/headscope extract --model DIR --input FILE --out acts.safetensors
    python3 tests/goldens/compare_extract.py --model DIR --input FILE --acts acts.safetensors

Pieces, hidden states (embeddings and every block), every pattern, and logits where extracted. Prints the maximum difference
of each kind; exits with 1 above 1e-4 or when a sentence has other pieces.
"""

import argparse
import collections

import torch
from safetensors import safe_open
from transformers import AutoConfig, BertForMaskedLM, BertModel, BertTokenizerFast


def read_sentences(path):
    """(index, words or text): a treebank's syntactic words, or a text's lines."""
    with open(path, encoding="utf-8", newline="\n") as file:
        if not path.endswith(".conllu"):
            return list(enumerate(file.read().split("\n")))
        blocks = [block for block in file.read().split("\n\n") if block.strip()]
    lines = [[line.split("\t") for line in block.split("\n") if line and line[0] != "#"] for block in blocks]
    return [(i, [columns[1] for columns in words if columns[0].isdigit()]) for i, words in enumerate(lines)]


def expected_tensors(outputs):
    named = {"hook_full_embed": outputs.hidden_states[0]}
    for layer, (hidden, pattern) in enumerate(zip(outputs.hidden_states[1:], outputs.attentions)):
        named[f"blocks.{layer}.hook_normalized_resid_post"] = hidden
        named[f"blocks.{layer}.attn.hook_pattern"] = pattern
    if "logits" in outputs:
        named["logits"] = outputs.logits
    return {name: tensor[0] for name, tensor in named.items()}


def main():
    parser = argparse.ArgumentParser()
    for flag in ("--model", "--input", "--acts"):
        parser.add_argument(flag, required=True)
    flags = parser.parse_args()
    tokenizer = BertTokenizerFast.from_pretrained(flags.model)
    has_head = AutoConfig.from_pretrained(flags.model).architectures == ["BertForMaskedLM"]
    model = (BertForMaskedLM if has_head else BertModel).from_pretrained(flags.model, attn_implementation="eager").eval()
    most, compared, mismatched = collections.Counter(), collections.Counter(), 0
    with safe_open(flags.acts, "pt") as acts, torch.no_grad():
        names = set(acts.keys())
        for index, sentence in read_sentences(flags.input):
            if f"{index}/input_ids" not in names:
                continue
            encoding = tokenizer(sentence, is_split_into_words=isinstance(sentence, list), return_tensors="pt")
            same = encoding.input_ids[0].tolist() == acts.get_tensor(f"{index}/input_ids").tolist()
            if same and f"{index}/word_ids" in names:
                words = [-1 if word is None else word for word in encoding.word_ids()]
                same = words == acts.get_tensor(f"{index}/word_ids").tolist()
            if not same:
                mismatched += 1
                print(f"sentence {index}: other pieces than HuggingFace's")
                continue
            outputs = model(**encoding, output_hidden_states=True, output_attentions=True)
            for name, expected in expected_tensors(outputs).items():
                if f"{index}/{name}" in names:
                    kind = name.split(".")[-1]
                    difference = (acts.get_tensor(f"{index}/{name}") - expected).abs().max().item()
                    most[kind] = max(most[kind], difference)
                    compared[kind] += 1
    for kind in sorted(most):
        print(f"{kind}: {compared[kind]} tensors, maximum difference {most[kind]:.2e}")
    return int(mismatched > 0 or not most or max(most.values()) > 1e-4)


if __name__ == "__main__":
    raise SystemExit(main())
