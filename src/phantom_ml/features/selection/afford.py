"""Budgets on the number of features and on what a row of them costs: the best that can be afforded."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

import numpy as np
import polars as pl

from phantom_ml.config import FeatureSettings
from phantom_ml.features.base import ColumnEncoder
from phantom_ml.features.encoder import Encoder, Floats
from phantom_ml.features.fold_fitted import FoldFitted
from phantom_ml.features.remembered import write
from phantom_ml.features.selection.training import Training
from phantom_ml.features.selection.worth import worth
from phantom_ml.features.tables.base import TableEncoder

#: Rows on which costs are measured, and how often; the least of the measurements counts.
COST_ROWS, REPEATS = 2_000, 4


def costs(encoder: Encoder, frame: pl.DataFrame) -> list[float]:
    """Return what each feature costs in batch, microseconds a row: its maker's cost shared among its features.

    Parameters
    ----------
    encoder : Encoder
    frame : DataFrame
        Rows on which it is measured.
    """
    rows = frame.head(COST_ROWS)
    found: list[float] = []
    for part in encoder.parts:
        out = np.empty((rows.height, len(part.features)), np.float32)
        seconds = min(_seconds(part, rows, out) for _ in range(REPEATS))
        found += [1e6 * seconds / max(1, rows.height) / out.shape[1]] * out.shape[1]
    n_windows = len(encoder.features) - len(found)
    if n_windows:
        start = time.perf_counter()
        encoder.seen(rows)
        each = 1e6 * (time.perf_counter() - start) / max(1, rows.height) / n_windows
        found += [each] * n_windows
    return found


def fitted_cost(encoder: Encoder, side: FoldFitted, frame: pl.DataFrame) -> float:
    """Return what all that was fitted on the target costs in batch, microseconds a row, its text included."""
    rows = frame.head(COST_ROWS)
    matrix = encoder.transform(rows)

    def seconds() -> float:
        start = time.perf_counter()
        encoder.text(rows)
        side.transform(matrix)
        return time.perf_counter() - start

    return 1e6 * min(seconds() for _ in range(REPEATS)) / max(1, rows.height)


def _seconds(part: ColumnEncoder | TableEncoder, rows: pl.DataFrame, out: Floats) -> float:
    start = time.perf_counter()
    write(part, rows, None, out)
    return time.perf_counter() - start


def affordable(
    encoder: Encoder,
    training: Training,
    settings: FeatureSettings,
    names: Sequence[str],
    seed: int = 0,
) -> list[str]:
    """Return those of the named features that the budgets of the settings allow, the best first.

    All of them, in their order, where no budget is set.
    """
    if not settings.is_limited:
        return list(names)
    found = worth(training.samples, training.question, seed)
    wanted = [i for i, f in enumerate(encoder.features) if f.name in set(names)]
    order = sorted(wanted, key=lambda i: -found.share[i])
    price = costs(encoder, training.frame) if settings.max_us_per_row is not None else []
    most = math.inf if settings.max_features is None else settings.max_features
    dearest = math.inf if settings.max_us_per_row is None else settings.max_us_per_row
    together = _made_together(encoder)
    kept: dict[int, None] = {}
    spent = 0.0
    for i in order:
        added = [k for k in together[i] if k not in kept]
        cost = sum(price[k] for k in added) if price else 0.0
        if added and len(kept) + len(added) <= most and spent + cost <= dearest:
            kept |= dict.fromkeys(added)
            spent += cost
    return [encoder.features[i].name for i in kept]


def _made_together(encoder: Encoder) -> dict[int, list[int]]:
    """Return the places of the features that come with each: some makers make all of theirs or none."""
    found: dict[int, list[int]] = {}
    for part in encoder.parts:
        first, names = len(found), [f.name for f in part.features]
        for i, name in enumerate(names):
            alone = part.keeping({name})
            with_it = {name} if alone is None else {f.name for f in alone.features}
            found[first + i] = [first + k for k, other in enumerate(names) if other in with_it]
    return found | {i: [i] for i in range(len(found), len(encoder.features))}
