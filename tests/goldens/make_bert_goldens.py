#!/usr/bin/env python3
"""Makes the goldens of parity with HuggingFace's BertForMaskedLM: tests/goldens/bert_parity/.

    python3 tests/goldens/make_bert_goldens.py

A small random model of uneven shape (no size is a multiple of another or of a SIMD width), saved by transformers; and, in
parity.safetensors, computed in double precision and rounded once to float32:

    ids, segments [N], offsets [S + 1]     a ragged batch of sequences of 29, 1, 12, 7 and 18 pieces
    rows, labels [M]                       the masked-LM positions and what belongs there
    hidden.0 … hidden.2 [N, 20]            embeddings and the blocks' outputs
    pattern.0, pattern.1 [sum of 5 T T]    attention of sequence after sequence, [heads, T, T] each
    logits [N, 61], loss [1]
    grad.NAME                              of the loss, for every tensor of the model
    losses [20]                            before each of 20 steps of AdamW on this batch: lr 1e-3, betas 0.9 and 0.999, eps
                                           1e-8, weight decay 0.01 on all but biases and LayerNorms, gradients clipped to 1
    norms [20]                             gradient norms before clipping

HuggingFace sees the batch padded, with an attention mask; ours has no padding. No dropout (eval mode).

Tolerances, as tests/model/bert_parity_test.cc holds them: hidden states, patterns and logits 1e-4 absolute; loss 1e-5;
gradients 1e-4 relative in the L2 norm; the losses of the 20 steps 1e-3.
Made with Python 3.11.7, torch 2.13.0+cpu, transformers 5.23.0, safetensors 0.8.0.
"""

import pathlib

import torch
from safetensors.torch import save_file
from transformers import BertConfig, BertForMaskedLM

LENGTHS = [29, 1, 12, 7, 18]
NEVER_DECAYED = ("bias", "LayerNorm.weight")


def make_model():
    """Weights, biases and LayerNorms all far from their initial values, so that no mistake multiplies by 0 or 1."""
    config = BertConfig(
        vocab_size=61, hidden_size=20, num_hidden_layers=2, num_attention_heads=5, intermediate_size=37,
        max_position_embeddings=29, type_vocab_size=2, attn_implementation="eager")
    torch.manual_seed(20)
    model = BertForMaskedLM(config).eval()
    with torch.no_grad():
        for name, tensor in model.named_parameters():
            tensor.copy_(torch.randn_like(tensor) * 0.3 + (1.0 if name.endswith("LayerNorm.weight") else 0.0))
    return model


def make_batch():
    generator = torch.Generator().manual_seed(21)
    draw = lambda high, size: torch.randint(0, high, (size,), generator=generator)
    # Piece 0 is [PAD]: PyTorch gives its embedding no gradient, ours never sees one.
    sequences = [1 + draw(60, length) for length in LENGTHS]
    segments = [torch.sort(draw(2, length)).values for length in LENGTHS]
    labels = [torch.where(torch.rand(length, generator=generator) < 0.3, draw(61, length), -100) for length in LENGTHS]
    return sequences, segments, labels


def pad(sequences, value):
    return torch.nn.utils.rnn.pad_sequence(sequences, batch_first=True, padding_value=value)


def unpad(tensor):
    """[S, T, …] padded to [N, …] ragged."""
    return torch.cat([tensor[s, :length] for s, length in enumerate(LENGTHS)])


def unpad_patterns(pattern):
    """[S, H, T, T] padded to the flat, ragged [H, T, T] of sequence after sequence."""
    return torch.cat([pattern[s, :, :length, :length].reshape(-1) for s, length in enumerate(LENGTHS)])


def adamw_losses(model, inputs):
    decayed = [p for n, p in model.named_parameters() if not n.endswith(NEVER_DECAYED)]
    others = [p for n, p in model.named_parameters() if n.endswith(NEVER_DECAYED)]
    optimizer = torch.optim.AdamW([{"params": decayed, "weight_decay": 0.01}, {"params": others, "weight_decay": 0.0}],
                                  lr=1e-3, betas=(0.9, 0.999), eps=1e-8)
    losses, norms = [], []
    for _ in range(20):
        loss = model(**inputs).loss
        optimizer.zero_grad()
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0).item())
        optimizer.step()
        losses.append(loss.item())
    return losses, norms


def main():
    folder = pathlib.Path(__file__).parent / "bert_parity"
    model = make_model()
    model.save_pretrained(folder, safe_serialization=True)
    model = model.double()
    sequences, segments, labels = make_batch()
    inputs = dict(input_ids=pad(sequences, 0), token_type_ids=pad(segments, 0), labels=pad(labels, -100),
                  attention_mask=pad([torch.ones_like(s) for s in sequences], 0))
    out = model(**inputs, output_hidden_states=True, output_attentions=True)
    out.loss.backward()

    flat_labels = torch.cat(labels)
    rows = torch.nonzero(flat_labels != -100).squeeze(1)
    golden = {"ids": torch.cat(sequences), "segments": torch.cat(segments), "rows": rows, "labels": flat_labels[rows],
              "offsets": torch.tensor([0] + LENGTHS).cumsum(0)}
    golden = {name: tensor.to(torch.int32) for name, tensor in golden.items()}
    golden["logits"] = unpad(out.logits)
    golden["loss"] = out.loss.reshape(1)
    for i, hidden in enumerate(out.hidden_states):
        golden[f"hidden.{i}"] = unpad(hidden)
    for i, pattern in enumerate(out.attentions):
        golden[f"pattern.{i}"] = unpad_patterns(pattern)
    for name, parameter in model.named_parameters():
        golden["grad." + name] = parameter.grad.clone()
    losses, norms = adamw_losses(model, inputs)
    golden["losses"], golden["norms"] = torch.tensor(losses).double(), torch.tensor(norms).double()

    golden = {name: (t.detach().float() if t.is_floating_point() else t).contiguous() for name, t in golden.items()}
    save_file(golden, folder / "parity.safetensors", metadata={"torch": torch.__version__})
    print(f"loss {out.loss.item():.6f}, after 20 steps {losses[-1]:.6f}, gradient norms {norms[0]:.3f} to {norms[-1]:.3f}")


if __name__ == "__main__":
    main()
