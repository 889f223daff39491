"""From a model and rows to an explanation: exact contributions, or occlusion where none are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from phantom_ml.explain.contributions import Shares, exact_contributions
from phantom_ml.explain.forms import Explanation, RowExplanation
from phantom_ml.explain.importance import global_importance, unmeasured
from phantom_ml.explain.nearest import nearest_rows
from phantom_ml.explain.occlusion import occlude, score_in_unit, typical_row, typical_score
from phantom_ml.explain.origins import origins_of
from phantom_ml.explain.rows import Amounts, explain_rows, unit_of
from phantom_ml.explain.text_columns import by_text_column
from phantom_ml.explain.unusual import unusual_values
from phantom_ml.model.align import align
from phantom_ml.model.pipeline import Pipeline
from phantom_ml.wording import counted

#: Rows that are explained one by one; their contributions are Python objects.
MAX_ROWS = 1_000
#: Below this share of the weight, exact contributions of the rest would tell of another model.
LEAST_COVERED = 0.5
#: Rows from which a typical value can be told where the model's card names none.
TYPICAL_ROWS = 50
#: Normal rows that are told beside an anomaly.
NEAREST = 3


def explain(
    pipeline: Pipeline,
    card: Mapping[str, Any],
    frame: pl.DataFrame | None = None,
    n_nearest: int = NEAREST,
) -> Explanation:
    """Return what a model looks at as a whole, and what moved the score of each row.

    Parameters
    ----------
    pipeline : Pipeline
    card : mapping
        What the model's manifest tells about it.
    frame : DataFrame or None
        Raw rows; the first 1,000 are explained. With the target column and 100 or more rows,
        columns are also shuffled to measure what each is worth.
    n_nearest : int
        Normal rows that are told of each row by an anomaly model, 0 for none.

    Raises
    ------
    ColumnMissing, TypeUnsafe
        The rows are not what the model was trained on.
    """
    spec = pipeline.spec
    importance = global_importance(pipeline, card, frame)
    told = {
        "target": spec.target,
        "algorithm": str(card.get("algorithm", spec.members[0].algorithm)),
        "metric": str(card.get("metric", "")),
        "importance": importance,
    }
    unknown = unmeasured(pipeline, importance)
    if frame is None or frame.height == 0:
        return Explanation(method="none", unit=unit_of(spec), notes=unknown, **told)
    rows = frame.head(MAX_ROWS)
    amounts = _amounts(pipeline, card, rows)
    left = frame.height - rows.height
    more = counted(left, "more is", "more are")
    notes = (f"The first {MAX_ROWS:,} rows are explained, {more} not.",) if left else ()
    return Explanation(
        method=amounts.method,
        unit=unit_of(spec),
        rows=_beside_usual(pipeline, rows, explain_rows(pipeline, rows, amounts), n_nearest),
        notes=(*amounts.notes, *notes, *unknown),
        **told,
    )


def _beside_usual(
    pipeline: Pipeline, frame: pl.DataFrame, told: tuple[RowExplanation, ...], n_nearest: int
) -> tuple[RowExplanation, ...]:
    """Return the rows with what is unusual in them, and with their nearest, where the model knows it."""
    usual = pipeline.usual
    if usual is None:
        return told
    rows = align(frame, pipeline.spec.inputs, pipeline.encoder.inputs)
    unusual = unusual_values(usual, rows, told, origins_of(pipeline.encoder))
    asked = n_nearest > 0 and usual.rows.height > 0
    nearest = nearest_rows(pipeline, usual, rows, n_nearest) if asked else [()] * len(told)
    return tuple(
        row.model_copy(update={"unusual": u, "nearest": n})
        for row, u, n in zip(told, unusual, nearest, strict=True)
    )


def _amounts(pipeline: Pipeline, card: Mapping[str, Any], rows: pl.DataFrame) -> Amounts:
    shares = exact_contributions(pipeline, pipeline.encode(rows))
    if shares is not None and shares.covered >= LEAST_COVERED:
        shares = by_text_column(shares, pipeline, rows)
        columns, values = shares.by_column()
        notes = _notes_of_missing(shares)
        return Amounts(columns, values, shares.base, shares.total, shares, notes)
    typical = dict(card.get("typical", {}))
    if not typical and rows.height >= TYPICAL_ROWS:
        typical = typical_row(rows.select(pipeline.encoder.inputs))
    columns, values = occlude(pipeline, rows, typical)
    base = np.tile(typical_score(pipeline, rows, typical), (rows.height, 1))
    stood_in = "its typical value" if typical else "a missing value"
    note = (
        f"Most of the model has no exact contributions: each column was replaced by {stood_in} "
        "in turn, and the change of the prediction is told. Such changes do not add up."
    )
    return Amounts(columns, values, base, score_in_unit(pipeline, rows), None, (note,))


def _notes_of_missing(shares: Shares) -> tuple[str, ...]:
    if not shares.missing:
        return ()
    named = ", ".join(
        f"{name} ({share:.0%} of the weight)" for name, share in shares.missing.items()
    )
    return (f"Exact contributions are those of the other members; without any: {named}.",)
