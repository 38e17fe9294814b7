#!/usr/bin/env python3
"""Makes the golden of `headscope extract` against HuggingFace: tests/goldens/extract/minilm.safetensors.

    python3 tests/goldens/make_extract_goldens.py ../shared/models/all-minilm-l6-v2

For lines.txt and words.conllu beside it, under "lines.txt/0/…" and so on: all pieces (and, of the treebank, the word of each
piece), and of every hidden state the columns 0, 37, 74, …, of every pattern the rows 0, 5, 10, … and columns 0, 3, 6, …: few
enough to be committed, spread over every layer, head and position. The whole comparison is compare_extract.py.

Tolerance, as tests/probe/extraction_test.cc holds it: 1e-4 absolute.
Made with Python 3.11.7, torch 2.13.0+cpu, transformers 5.23.0, safetensors 0.8.0.
"""

import pathlib
import sys

import torch
from compare_extract import expected_tensors, read_sentences
from safetensors.torch import save_file
from transformers import BertModel, BertTokenizerFast


def main():
    folder = pathlib.Path(__file__).parent / "extract"
    tokenizer = BertTokenizerFast.from_pretrained(sys.argv[1])
    model = BertModel.from_pretrained(sys.argv[1], attn_implementation="eager").eval()
    golden = {}
    for name in ("lines.txt", "words.conllu"):
        for index, sentence in read_sentences(str(folder / name)):
            if not sentence:
                continue
            is_words = isinstance(sentence, list)
            encoding = tokenizer(sentence, is_split_into_words=is_words, return_tensors="pt")
            prefix = f"{name}/{index}/"
            golden[prefix + "input_ids"] = encoding.input_ids[0].to(torch.int32)
            if is_words:
                words = [-1 if word is None else word for word in encoding.word_ids()]
                golden[prefix + "word_ids"] = torch.tensor(words, dtype=torch.int32)
            with torch.no_grad():
                outputs = model(**encoding, output_hidden_states=True, output_attentions=True)
            for hook, tensor in expected_tensors(outputs).items():
                golden[prefix + hook] = tensor[:, ::5, ::3] if tensor.dim() == 3 else tensor[:, ::37]
    save_file({name: tensor.contiguous() for name, tensor in golden.items()}, folder / "minilm.safetensors")


if __name__ == "__main__":
    main()
