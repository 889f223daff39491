"""What happened before a row, in words, where it is not usual: ``events of the entity in the 5m before: 40``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.matrix import Feature
from phantom_ml.explain.sentences import grouped
from phantom_ml.model.pipeline import Pipeline

#: What more of the remembered events are like is not unusual.
LARGEST_SHARE = 0.1
#: How the words of a feature begin and end that tells whether something holds.
IF, ELSE = "1 if ", ", else 0"
#: How the name of a feature ends that time alone makes greater than it ever was.
AGE = ".age"


@dataclass(frozen=True)
class Odd:
    """A window feature of a row that few remembered events are like.

    Attributes
    ----------
    share : float
        Of remembered events, as far out on the same side.
    words : str
    counts : bool
        Whether it counts what happened.
    """

    share: float
    words: str
    counts: bool = False


def odd_pasts(pipeline: Pipeline, frame: pl.DataFrame) -> list[dict[str, dict[str, Odd]]]:
    """Return what is unusual in the past of each row, by raw column and by feature.

    Parameters
    ----------
    pipeline : Pipeline
    frame : DataFrame
        Raw rows.
    """
    found: list[dict[str, dict[str, Odd]]] = [{} for _ in range(frame.height)]
    past = pipeline.encoder.past
    if past is None:
        return found
    # Names in the matrix are unique; those of the windows alone need not be.
    named = pipeline.encoder.features[len(pipeline.encoder.still) :]
    columns = zip(named, pipeline.seen(frame).windows.T, past.usual, strict=True)
    for feature, values, usual in columns:
        if not len(usual) or feature.name.endswith(AGE):
            continue
        share = _tail(values.astype(np.float64), usual)
        middle = float(np.median(usual))
        for i in np.flatnonzero(share <= LARGEST_SHARE).tolist():
            told = feature_words(feature, float(values[i]), middle)
            odd = Odd(float(share[i]), told, feature.counts)
            found[i].setdefault(feature.source, {})[feature.name] = odd
    return found


def _tail(values: NDArray[np.float64], usual: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the share of usual values as far out on the same side; 1 where a value is not known."""
    upto = np.searchsorted(usual, values, side="right")
    larger = len(usual) - np.searchsorted(usual, values, side="left")
    # What is in none of them is rarer than what is in one.
    tail = np.maximum(np.minimum(upto, larger), 0.5) / len(usual)
    found: NDArray[np.float64] = np.where(np.isnan(values), 1.0, tail)
    return found


def feature_words(feature: Feature, value: float, usual: float) -> str:
    """Return the value of a feature in words, with what is usual.

    Examples
    --------
    >>> feature_words(Feature("user.events.5m", "user", 0, "events of the entity in the 5m before"), 40, 1)
    'events of the entity in the 5m before: 40, usually 1'
    >>> new = Feature("user.is_new", "user", 0, "1 if the entity was never seen before, else 0")
    >>> feature_words(new, 1, 0), feature_words(new, 0, 1)
    ('the entity was never seen before', 'not so, as it usually is: the entity was never seen before')
    """
    words = feature.words
    if words.startswith(IF) and words.endswith(ELSE):
        holds = words.removeprefix(IF).removesuffix(ELSE)
        return holds if value else f"not so, as it usually is: {holds}"
    return f"{words}: {_number(value)}, usually {_number(usual)}"


def _number(value: float) -> str:
    return grouped(round(value) if value == round(value) else float(f"{value:.3g}"))


def oddest(odd: Mapping[str, Odd], moved: Mapping[str, float], amount: float) -> str:
    """Return the words of the feature that moved a score the most the way its column did; of unknown, the rarest.

    Parameters
    ----------
    odd : mapping of feature to Odd
        Of one column.
    moved : mapping of feature to float
        What each feature added; empty where that is not known.
    amount : float
        What the column added.
    """
    if not moved:
        # Of what no remembered event is like, how much came at once says more than how soon it came.
        rarest = min(odd.values(), key=lambda told: (told.share, not told.counts), default=None)
        return "" if rarest is None else rarest.words
    sign = math.copysign(1.0, amount)
    with_it = {name: sign * moved.get(name, 0.0) for name in odd}
    best = max(with_it, key=with_it.__getitem__, default=None)
    return "" if best is None or with_it[best] <= 0 else odd[best].words
