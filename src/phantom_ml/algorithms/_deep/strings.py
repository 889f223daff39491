"""Strings as tokens: bytes and short runs of them in patches, read by attention, pooled into a few tokens.

A byte is a learned vector, to which those of the two, three and four bytes that end there are added, found
by their hash: what a word says needs no layers to be put together (Byte Latent Transformer, Pagnoni et al.,
2024, arXiv:2412.09871). A patch sees its own four places and the next four, as a convolution of kernel 8
and stride 4 does. Learned tokens look at the patches and take the string's place among the tokens of the
table. One encoder reads all columns; a column differs by a learned vector.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from phantom_ml.algorithms._deep.token_columns import PATCH_BYTES, TokenColumns
from phantom_ml.parts.nets.attention import Net, blocks, blocks_shapes, linear
from phantom_ml.parts.nets.weights import Shapes

#: Features of a byte, and tokens that a string is pooled into.
N_BYTE_FEATURES, N_POOLED = 16, 2
#: Lengths of the runs of bytes, and buckets of each.
RUNS, N_BUCKETS = (2, 3, 4), 8_192
#: Times 257 and a byte it is below 2**31: 32 bits hold all on the way to a hash.
PRIME = 8_355_967


def string_shapes(columns: TokenColumns, width: int, n_heads: int, n_blocks: int) -> Shapes:
    """Return the shapes of the weights that make tokens of strings; none without strings."""
    if not columns.n_texts:
        return {}
    return {
        "text.byte": (256, N_BYTE_FEATURES),
        **{f"text.run.{n}": (N_BUCKETS, N_BYTE_FEATURES) for n in RUNS},
        "text.here": (PATCH_BYTES * N_BYTE_FEATURES, width),
        "text.next": (PATCH_BYTES * N_BYTE_FEATURES, width),
        "text.patch_bias": (width,),
        "text.position": (columns.n_bytes // PATCH_BYTES, width),
        "text.pooled": (N_POOLED, width),
        "text.column": (columns.n_texts, width),
        "text.last_norm": (2, width),
        **blocks_shapes("text", n_blocks, width, n_heads),
    }


def string_tokens(net: Net, strings: Any) -> Any:
    """Return tokens of shape (n_rows, n_texts * N_POOLED, width)."""
    w, xp = net.weights, net.operations.xp
    n_rows, n_texts, n_bytes = strings.shape
    flat = strings.reshape(n_rows * n_texts, n_bytes)
    pooled = xp.broadcast_to(w["text.pooled"], (len(flat), *w["text.pooled"].shape))
    x = xp.concatenate([pooled, _patches(net, flat) + w["text.position"]], 1)
    x = x.reshape(n_rows, n_texts, *x.shape[1:]) + w["text.column"][:, None]
    x = blocks(net, "text", x.reshape(len(flat), *x.shape[2:]), N_POOLED, _seen(xp, flat))
    x = net.operations.normed(x, w["text.last_norm"])
    return x.reshape(n_rows, n_texts * N_POOLED, -1)


def _patches(net: Net, flat: Any) -> Any:
    """Return what each patch and the next one give, shape (n_strings, n_patches, width)."""
    w, taken = net.weights, net.operations.taken
    features = taken(w["text.byte"], flat)
    for n, bucket in zip(RUNS, _buckets(net, flat), strict=True):
        features = features + taken(w[f"text.run.{n}"], bucket)
    features = features.reshape(len(flat), -1, PATCH_BYTES * N_BYTE_FEATURES)
    following = _moved(net, linear(features, w["text.next"]), 1)
    return linear(features, w["text.here"]) + following + w["text.patch_bias"]


def _buckets(net: Net, flat: Any) -> Iterator[Any]:
    """Yield the bucket of the run that ends at each byte, of each length."""
    codes = net.operations.integers(flat)
    found = codes
    for n in RUNS:
        found = (found * 257 + _moved(net, codes, 1 - n)) % PRIME
        yield found % N_BUCKETS


def _moved(net: Net, x: Any, n: int) -> Any:
    """Return x of which the place i holds what i + n held, and 0 where there was none."""
    xp = net.operations.xp
    nothing = xp.zeros_like(x[:, : abs(n)])
    return xp.concatenate([x[:, n:], nothing] if n > 0 else [nothing, x[:, :n]], 1)


def _seen(xp: Any, flat: Any) -> Any:
    """Return which tokens hold a byte; pooled ones are always seen, also where a string is empty."""
    written = (flat.reshape(len(flat), -1, PATCH_BYTES) != 0).any(-1)
    always = xp.broadcast_to(xp.ones_like(written[:, :1]), (len(written), N_POOLED))
    return xp.concatenate([always, written], 1)
