"""What a model looks at as a whole: its learners' word, and what shuffling a column costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from phantom_ml.data.matrix import ALL_TEXT, Samples
from phantom_ml.errors import TargetUnusable, UnknownName, listed
from phantom_ml.explain.contributions import text_source
from phantom_ml.explain.forms import Importance
from phantom_ml.explain.permutation import PermutationPlan, permutation_importance
from phantom_ml.explain.text_columns import hashed_alone, shares_by_column
from phantom_ml.explain.truth import known_answers
from phantom_ml.metrics.lookup import get_metric
from phantom_ml.model.pipeline import Pipeline
from phantom_ml.process.deadline import Deadline

#: Fewer labelled rows than this measure chance, not importance.
LEAST_ROWS = 100
#: Somebody waits for the answer.
SECONDS = 5.0
#: Rows that tell how the words of several columns share their score.
MAX_ROWS = 2_000
Drops = Mapping[str, tuple[float, float]]


def global_importance(
    pipeline: Pipeline, card: Mapping[str, Any], frame: pl.DataFrame | None
) -> tuple[Importance, ...]:
    """Return the importance of each raw column, greatest first.

    Parameters
    ----------
    pipeline : Pipeline
    card : mapping
        ``importance`` (column -> share) and ``permutation_importance`` (column -> [drop, spread])
        are used where they are there; the shares are asked of the learners where not.
    frame : DataFrame or None
        Rows with the target column, 100 or more, are shuffled to measure anew. Rows also tell how much
        each of several text columns makes of the score of their words; without any it is one, ``all text``.
    """
    shares = card.get("importance") or own_importance(pipeline)
    kept: Drops = {k: (v[0], v[1]) for k, v in card.get("permutation_importance", {}).items()}
    divided = _divided(pipeline, shares, frame)
    # Time may be short, so the columns that count most are measured first.
    first = sorted(divided, key=lambda name: -divided[name])
    measured = _measured(pipeline, card, frame, tuple(first))
    drops = measured or kept
    # What shuffling all words together cost belongs to no column alone.
    merged = divided if measured or ALL_TEXT not in kept else _divided(pipeline, shares, None)
    rows = [_row(name, merged.get(name, 0.0), drops.get(name)) for name in {**merged, **drops}]
    return tuple(sorted(rows, key=lambda i: (-(i.drop or 0.0), -i.share)))


def unmeasured(pipeline: Pipeline, importance: Sequence[Importance]) -> tuple[str, ...]:
    """Return a sentence that names the columns of which nothing tells whether the model looks at them, if any."""
    if any(told.share > 0 for told in importance):
        return ()
    known = {told.column for told in importance if told.drop is not None}
    sources = dict.fromkeys(f.source for f in pipeline.encoder.features)
    left = [name for name in sources if name not in known]
    told = f"It was not measured how much the model looks at {listed(left)}."
    return (told,) if left else ()


def _divided(
    pipeline: Pipeline, shares: Mapping[str, Any], frame: pl.DataFrame | None
) -> dict[str, float]:
    """Return the shares by raw column, that of several columns' words divided where there are rows."""
    name = text_source(pipeline.encoder)
    rows = None if frame is None or ALL_TEXT not in shares else frame.head(MAX_ROWS)
    by_column = {} if rows is None else shares_by_column(pipeline, rows)
    found: dict[str, float] = {}
    for column, share in shares.items():
        owners = (by_column or {name: 1.0}) if column == ALL_TEXT else {column: 1.0}
        for owner, part in owners.items():
            found[owner] = found.get(owner, 0.0) + float(share) * part
    return found


def _row(column: str, share: float, drop: tuple[float, float] | None) -> Importance:
    mean, spread = (None, None) if drop is None else drop
    return Importance(column=column, share=share, drop=mean, drop_spread=spread)


def own_importance(pipeline: Pipeline) -> dict[str, float]:
    """Return the learners' own importance by raw column, weighted as the members are, summing to 1.

    Learners that know none of their own are left out; empty where none does.
    """
    features = [f.source for f in pipeline.encoder.features]
    total: dict[str, float] = {}
    for member, parts in zip(pipeline.spec.members, pipeline.members, strict=True):
        for part in parts:
            found = part.learner.importance()
            if found is None or not found.sum() > 0:
                continue
            share = abs(member.weight) / len(parts) * found / found.sum()
            sources = [*features, *(f.source for f in part.side.features)]
            for source, value in zip(sources, share, strict=True):
                total[source] = total.get(source, 0.0) + float(value)
    whole = sum(total.values()) or 1.0
    return {source: value / whole for source, value in total.items()}


def _measured(
    pipeline: Pipeline,
    card: Mapping[str, Any],
    frame: pl.DataFrame | None,
    columns: tuple[str, ...],
) -> Drops:
    spec = pipeline.spec
    if frame is None or frame.height < LEAST_ROWS or spec.target not in frame.columns:
        return {}
    try:
        metric = get_metric(str(card["metric"]), spec.kind)
        known = known_answers(spec, frame[spec.target])
    except (UnknownName, TargetUnusable):
        # A user's own metric is not kept with the model; a column of blanks has no answers.
        return {}
    if len(known.rows) < LEAST_ROWS:
        return {}
    plan = PermutationPlan(
        deadline=Deadline.after(SECONDS),
        columns=columns or None,
        text_source=text_source(pipeline.encoder),
    )
    chosen, answers = _at_most(known.rows, known.values, plan)
    samples = Samples(pipeline.encode(frame[chosen]), answers)
    plan = replace(plan, texts=hashed_alone(pipeline, frame[chosen]))
    return permutation_importance(pipeline.score_matrix, samples, metric, plan)


def _at_most(rows: Any, answers: Any, plan: PermutationPlan) -> tuple[Any, Any]:
    """Return few enough rows to encode, drawn at random."""
    if len(rows) <= plan.max_rows:
        return rows, answers
    drawn = np.random.default_rng(plan.seed).choice(len(rows), plan.max_rows, replace=False)
    drawn.sort()
    return rows[drawn], answers[drawn]
