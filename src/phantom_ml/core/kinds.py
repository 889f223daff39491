"""What alerts are worth by kind of attack, and where threats are as rare as they are in the field."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import Field

from phantom_ml.automl.question.known import Known
from phantom_ml.automl.question.problem import Problem
from phantom_ml.config import AutoMLConfig, ProblemKind, Settings
from phantom_ml.data.reading.dataset import Dataset

#: Where a card holds the report of a threat model, and which kinds of attack any model learned from.
THREAT, KNOWN_KINDS = "threat", "known_kinds"
UNKNOWN_KINDS = "It is not known which of these kinds training saw"


class KindOfAttack(Settings):
    """How many rows of one kind of attack were found.

    Attributes
    ----------
    seen_in_training : bool or None
        None where it is not known what training saw.
    """

    name: str
    n_rows: int = Field(ge=1)
    recall: float = Field(ge=0, le=1)
    seen_in_training: bool | None = None

    @property
    def text(self) -> str:
        """Return it in words."""
        new = ", never seen in training" if self.seen_in_training is False else ""
        return f"{self.name}: {rate(self.recall)} of {self.n_rows:,}{new}"


class FieldFigures(Settings):
    """What alerts are worth beside their recall and false alarms.

    Attributes
    ----------
    field_precision : share of alerts that are right at ``task_settings.prevalence``.
    field_precision_low : the same by the bounds of recall and false alarms.
    kinds : recall by ``task_settings.type_column``, the most frequent kind first.
    """

    field_precision: float | None = None
    field_precision_low: float | None = None
    kinds: tuple[KindOfAttack, ...] = ()

    def field_lines(self) -> list[str]:
        """Return them for a terminal."""
        found = []
        if self.field_precision is not None:
            found.append(
                f"In the field   {rate(self.field_precision)} of alerts are right, at least "
                f"{rate(self.field_precision_low)} by the bounds of recall and false alarms"
            )
        found += [f"  {kind.text}" for kind in self.kinds]
        is_open = any(kind.seen_in_training is None for kind in self.kinds)
        return [*found, *([f"  {UNKNOWN_KINDS}"] if is_open else [])]


def rate(value: float | None) -> str:
    """Return a share in per cent, ``-`` for None."""
    return "-" if value is None else f"{100 * value:.3g} %"


def field_precision(
    recall: float | None, fpr: float | None, prevalence: float | None
) -> float | None:
    """Return the share of right alerts at a prevalence: p TPR / (p TPR + (1 - p) FPR)."""
    if prevalence is None or recall is None or fpr is None:
        return None
    right, wrong = prevalence * recall, (1.0 - prevalence) * fpr
    return right / (right + wrong) if right + wrong > 0 else None


def recall_by_kind(
    kinds: pl.Series,
    alert: NDArray[np.bool_],
    truth: NDArray[Any],
    known: Collection[str] | None = None,
) -> tuple[KindOfAttack, ...]:
    """Return how many attacks of each kind alert, the most frequent kind first.

    Parameters
    ----------
    kinds : Series of text, of length n_rows
        Null where it is not known; such rows are left out.
    alert, truth : arrays of shape (n_rows,)
        Which rows alert, and 1 for attacks.
    known : collection of str or None
        The kinds that training saw; None where that is not known.
    """
    threats = pl.DataFrame({"kind": kinds, "alert": alert}).filter(pl.Series(truth == 1))
    rows = threats.drop_nulls().group_by("kind").agg(pl.len(), pl.col("alert").mean())
    return tuple(
        KindOfAttack(
            name=name,
            n_rows=n,
            recall=recall,
            seen_in_training=None if known is None else name in known,
        )
        for name, n, recall in rows.sort(["len", "kind"], descending=[True, False]).iter_rows()
    )


def known_kinds(card: Mapping[str, Any]) -> frozenset[str] | None:
    """Return the kinds of attack that a model learned from, as its card tells; None where it does not."""
    told = card.get(KNOWN_KINDS) or dict(card.get(THREAT) or {}).get(KNOWN_KINDS)
    return frozenset(told) if told else None


def learned_kinds(problem: Problem, dataset: Dataset, column: str | None) -> tuple[str, ...]:
    """Return the kinds of attack in the rows that are learned from; none where no answers tell attacks.

    Parameters
    ----------
    problem : Problem
        What is asked of ``dataset``, or of a part of its rows.
    dataset : Dataset
    column : str or None
        Where it tells kinds, ``task_settings.type_column``.
    """
    if column is None or problem.kind is not ProblemKind.BINARY:
        return ()
    attacks = problem.target.keep[problem.target.values == 1]
    # Rows for validation, which are not learned from, come after the table's own.
    return _kinds_at(attacks[attacks < dataset.n_rows], dataset, column)


def kinds_of_known(problem: Problem, dataset: Dataset, config: AutoMLConfig) -> tuple[str, ...]:
    """Return the kinds of the known anomalies that taught and measured; none where there are too few of them.

    Parameters
    ----------
    problem : Problem
        Of anomalies, as it was posed to ``dataset``.
    dataset : Dataset
    config : AutoMLConfig
        With the ``target_column`` that tells known anomalies, and ``task_settings.type_column``.
    """
    column, target = config.task_settings.type_column, config.target_column
    if column is None or target is None or problem.n_known == 0:
        return ()
    return _kinds_at(Known.of(dataset.frame([target]), config).anomalies, dataset, column)


def _kinds_at(rows: NDArray[np.int64], dataset: Dataset, column: str) -> tuple[str, ...]:
    return tuple(dataset.frame([column])[column].cast(pl.String)[rows].drop_nulls().unique().sort())
