"""Permutation importance: how much worse a model scores when a raw column is shuffled.

Source: Breiman, "Random Forests", 2001, doi:10.1023/A:1010933404324. All features of a raw column
are shuffled together, so that a model cannot read the value from another of its features.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from phantom_ml.data.matrix import ALL_TEXT, History, Matrix, Rows, Samples
from phantom_ml.metrics.base import Metric
from phantom_ml.process.deadline import Deadline

Array = NDArray[np.float64]
Predict = Callable[[Matrix], Array]


@dataclass(frozen=True)
class PermutationPlan:
    """How much work it may be.

    Attributes
    ----------
    seed : int
    n_repeats : int
        Shuffles of each column.
    max_rows : int
        Rows that are measured, drawn at random where there are more.
    deadline : Deadline
        Columns that would not be done by then, as long as the one before took, are left out.
    columns : tuple of str or None
        Raw columns to measure, in this order; None: all.
    text_source : str
        What the hashed text is filed under: its column, or ``text`` for several.
    texts : mapping of str to sparse array of shape (n_rows, n_buckets)
        The hashed text of each of several columns alone, for the same rows: its words are shuffled with
        the column's other features, those of the others stay.
    """

    seed: int = 0
    n_repeats: int = 5
    max_rows: int = 2_000
    deadline: Deadline = field(default_factory=Deadline.never)
    columns: tuple[str, ...] | None = None
    text_source: str = ALL_TEXT
    texts: Mapping[str, Any] = field(default_factory=dict)


DEFAULT_PLAN = PermutationPlan()


def permutation_importance(
    predict: Predict, samples: Samples, metric: Metric, plan: PermutationPlan = DEFAULT_PLAN
) -> dict[str, tuple[float, float]]:
    """Return how much the metric drops when a raw column is shuffled, and the spread of the drops.

    Parameters
    ----------
    predict : callable of (Matrix) -> array of shape (n_rows, n_outputs)
        ``Pipeline.score_matrix``, or any other.
    samples : Samples
        Held-out rows with their answers.
    metric : Metric
    plan : PermutationPlan

    Returns
    -------
    dict of str to (float, float)
        Raw column -> (mean drop, standard deviation over the shuffles), in the metric's unit, more
        is more important, in the order of the work. Empty where the metric is not defined on the
        rows.
    """
    rng = np.random.default_rng(plan.seed)
    drawn = _drawn(samples.matrix.n_rows, plan, rng)
    rows = samples if drawn is None else samples.rows(drawn)
    texts = {c: t if drawn is None else t[drawn] for c, t in plan.texts.items()}
    started = plan.deadline.clock()
    before = metric.loss(rows.target, predict(rows.matrix), rows.weight)
    if not np.isfinite(before):
        return {}
    found: dict[str, tuple[float, float]] = {}
    for column in _columns(rows.matrix, plan):
        now = plan.deadline.clock()
        # What ends too late is of no use, and who waits for it loses what was measured before.
        if now + (now - started) > plan.deadline.at:
            break
        started = now
        orders = [rng.permutation(rows.matrix.n_rows) for _ in range(plan.n_repeats)]
        prediction = predict(_shuffled(rows.matrix, column, orders, plan.text_source, texts))
        parts = np.split(prediction, plan.n_repeats)
        losses = np.array([metric.loss(rows.target, part, rows.weight) for part in parts])
        drops = losses - before
        found[column] = (float(drops.mean()), float(drops.std()))
    return found


def _drawn(n: int, plan: PermutationPlan, rng: np.random.Generator) -> Rows | None:
    """Return the rows to measure; None for all."""
    return None if n <= plan.max_rows else np.sort(rng.choice(n, plan.max_rows, replace=False))


def _columns(matrix: Matrix, plan: PermutationPlan) -> Sequence[str]:
    if plan.columns is not None:
        return plan.columns
    sources = [f.source for f in matrix.features]
    sources += [] if matrix.history is None else [s for s in matrix.history.sources if s]
    return list(dict.fromkeys(sources if matrix.text is None else [*sources, plan.text_source]))


def _shuffled(
    matrix: Matrix,
    column: str,
    orders: Sequence[Rows],
    text_source: str,
    texts: Mapping[str, Any],
) -> Matrix:
    """Return the rows once an order, one below the other, the column in that order."""
    order, n = np.concatenate(orders), len(orders)
    values = np.tile(matrix.values, (n, 1))
    places = [i for i, f in enumerate(matrix.features) if f.source == column]
    values[:, places] = matrix.values[:, places][order]
    text, strings = matrix.text, matrix.strings
    same = np.tile(np.arange(matrix.n_rows), n)
    chosen = order if column == text_source else same
    text = None if text is None else sparse.csr_array(text[chosen])
    if text is not None and column in texts:
        own = texts[column]
        text = sparse.csr_array(text + (own[order] - own[same]))
    strings = None if strings is None else strings[chosen]
    history = None if matrix.history is None else _past(matrix.history, column, order, same)
    entity = None if matrix.entity is None else matrix.entity[same]
    told = replace(matrix, values=values, text=text, strings=strings)
    return replace(told, history=history, entity=entity)


def _past(history: History, column: str, order: Rows, same: Rows) -> History:
    """Return the steps of each row, with what a column told in them taken from another row."""
    values = history.values[same]
    own = [i for i, source in enumerate(history.sources) if source == column]
    values[:, :, own] = history.values[order][:, :, own]
    return replace(history, values=values)
