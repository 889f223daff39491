"""Contributions of raw columns, row by row, put beside the raw values and into words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.config import ProblemKind
from phantom_ml.explain.contributions import Shares
from phantom_ml.explain.forms import Contribution, RowExplanation, Scalar
from phantom_ml.explain.origins import origins_of
from phantom_ml.explain.past_words import Odd, odd_pasts, oddest
from phantom_ml.explain.sentences import plain_value, sentence
from phantom_ml.model.pipeline import Pipeline
from phantom_ml.model.spec import ModelSpec

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Amounts:
    """Contributions of raw columns before they are put into words.

    Attributes
    ----------
    columns : list of str
    values : float64 array of shape (n_rows, n_columns, n_outputs)
    base : float64 array of shape (n_rows, n_outputs)
    total : float64 array of shape (n_rows, n_outputs)
    shares : Shares or None
        By feature; None for occlusion.
    notes : tuple of str
    """

    columns: list[str]
    values: Array
    base: Array
    total: Array
    shares: Shares | None
    notes: tuple[str, ...]

    @cached_property
    def places(self) -> list[list[int]]:
        """Return the positions of each column's features."""
        features = () if self.shares is None else self.shares.features
        return [[k for k, f in enumerate(features) if f.source == c] for c in self.columns]

    @property
    def method(self) -> Literal["contributions", "occlusion"]:
        """Return how they were found."""
        return "occlusion" if self.shares is None else "contributions"


def explain_rows(
    pipeline: Pipeline, frame: pl.DataFrame, amounts: Amounts
) -> tuple[RowExplanation, ...]:
    """Return each row's prediction and its contributions, greatest first."""
    spec = pipeline.spec
    told = pipeline.predict(frame)
    outputs = np.zeros(frame.height, np.int64)
    if spec.kind is ProblemKind.MULTICLASS:
        outputs = told.select(f"probability_{c}" for c in spec.classes).to_numpy().argmax(axis=1)
    raw = frame.select(c for c in amounts.columns if c in frame.columns)
    write = _Writer(spec, amounts, odd_pasts(pipeline, frame), origins_of(pipeline.encoder))
    predictions, cells = told.iter_rows(named=True), raw.iter_rows(named=True)
    rows = zip(outputs.tolist(), predictions, cells, strict=True)
    return tuple(write.row(i, *row) for i, row in enumerate(rows))


def unit_of(spec: ModelSpec) -> str:
    """Return what amounts are measured in: log-odds for classes, surprise, or the target itself."""
    if spec.kind is ProblemKind.ANOMALY:
        return "nats of surprise"
    return "log-odds" if spec.kind.is_classification else spec.target


@dataclass(frozen=True)
class _Writer:
    """What is told of all rows."""

    spec: ModelSpec
    amounts: Amounts
    pasts: list[dict[str, dict[str, Odd]]]
    origins: Mapping[str, float]

    def row(
        self, i: int, output: int, told: Mapping[str, Any], raw: Mapping[str, Any]
    ) -> RowExplanation:
        """Return row i, explained for one output of the model."""
        of_class = self._class_of(output)
        order = np.argsort(-np.abs(self.amounts.values[i, :, output]), kind="stable")
        return RowExplanation(
            row=i,
            prediction=told[next(iter(told))],
            of_class=of_class,
            probability=None if of_class is None else told[f"probability_{of_class}"],
            alert=told.get("alert"),
            base=float(self.amounts.base[i, output]),
            total=float(self.amounts.total[i, output]),
            contributions=tuple(self._contribution(i, int(k), output, raw) for k in order),
        )

    def _class_of(self, output: int) -> Scalar | None:
        if not self.spec.kind.is_classification:
            return None
        return self.spec.classes[1 if self.spec.kind is ProblemKind.BINARY else output]

    def _contribution(
        self, i: int, column: int, output: int, raw: Mapping[str, Any]
    ) -> Contribution:
        name = self.amounts.columns[column]
        amount = float(self.amounts.values[i, column, output])
        value = plain_value(raw.get(name))
        what = self._moved(output)
        unit = "log-odds" if self.spec.kind.is_classification else ""
        features = self._features(i, column, output)
        before = oddest(self.pasts[i].get(name, {}), features, amount)
        said = sentence(name, value, amount, what, unit, self.origins.get(name, 0.0))
        return Contribution(
            column=name,
            value=value,
            amount=amount,
            features=features,
            sentence=f"{said}; {before}" if before else said,
        )

    def _features(self, i: int, column: int, output: int) -> dict[str, float]:
        shares = self.amounts.shares
        places = self.amounts.places[column]
        if shares is None or len(places) < 2:
            return {}
        return {shares.features[k].name: float(shares.values[i, k, output]) for k in places}

    def _moved(self, output: int) -> str:
        """Return what a contribution moves, in words."""
        if self.spec.kind is ProblemKind.REGRESSION:
            return self.spec.target
        if self.spec.kind is ProblemKind.ANOMALY:
            return "the score"
        binary = self.spec.kind is ProblemKind.BINARY
        return "the score" if binary else f"the score of {self._class_of(output)}"
