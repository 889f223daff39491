"""What answers for a part of the rows tell a table of anomalies: which rows are known, and which are usual.

Source of what few answers are worth: Han et al., "ADBench", NeurIPS 2022, arXiv:2206.09426: with one in a hundred
anomalies known, most methods that learn from them beat the best one that does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.algorithms.base import algorithms
from phantom_ml.config import AutoMLConfig, AutoMLTaskType
from phantom_ml.data.splits import SplitPlan
from phantom_ml.data.target.positive import ClassName, is_alert, is_plain
from phantom_ml.errors import BadSetting
from phantom_ml.tasks.base import tasks
from phantom_ml.wording import counted

Flags = NDArray[np.bool_]
#: Fewer known anomalies than this can neither teach nor measure.
LEAST_KNOWN = 10


@dataclass(frozen=True)
class Known:
    """What is known of the rows.

    Attributes
    ----------
    usual : int64 array
        Positions of the rows to learn from, ascending: no known anomaly is among them.
    anomalies : int64 array
        Positions of the known anomalies that measure, and may teach; none where there are too few.
    notes : tuple of str
        What a person should know.
    odd_class : str, int, float, bool or None
        What the column calls an anomaly; None where it says nothing.
    n_odd : int
        Rows that are said to be anomalies, be they enough or not.
    """

    usual: NDArray[np.int64]
    anomalies: NDArray[np.int64]
    notes: tuple[str, ...] = ()
    odd_class: ClassName | None = None
    n_odd: int = 0

    def rest(self, n_rows: int) -> NDArray[np.int64]:
        """Return the positions, of so many rows, of those that neither teach nor measure, ascending."""
        return np.setdiff1d(np.arange(n_rows), np.concatenate([self.usual, self.anomalies]))

    def rows_left(self, n_rows: int) -> str:
        """Return how many of so many rows tell what is usual, and why not the others."""
        n_usual, n_unknown = len(self.usual), n_rows - len(self.usual) - self.n_odd
        if n_unknown > 0:
            return f"Of {counted(n_rows, 'row')} {n_usual:,} are known to be normal"
        if n_usual == 0:
            return f"All {counted(n_rows, 'row')} are known anomalies"
        if self.n_odd > 0:
            return f"Of {counted(n_rows, 'row')} {self.n_odd:,} are known anomalies, and {n_usual:,} are left"
        return f"The table has {counted(n_rows, 'row')}"

    @classmethod
    def of(cls, frame: pl.DataFrame, config: AutoMLConfig) -> Known:
        """Return what the target column says, a row without a value being unknown.

        Raises
        ------
        BadSetting
            ``normal_only`` is asked for, and nothing says which rows are normal.
        TargetUnusable
            The column has more than two classes.
        """
        name, normal_only = config.target_column, config.task_settings.normal_only
        answers = None if name is None else frame[name]
        if answers is None or answers.null_count() == frame.height:
            if normal_only:
                raise _nobody_normal()
            empty = () if name is None else (f"No row has a value of {name!r}: nothing is known.",)
            return cls(np.arange(frame.height), np.empty(0, np.int64), empty)
        told = _Told.of(answers, config.positive_class)
        if normal_only and not told.normal.any():
            raise _nobody_normal()
        usual = told.normal if normal_only else ~told.odd
        places = np.flatnonzero(told.odd)
        few = len(places) < LEAST_KNOWN
        taken = int(usual.sum() - told.normal.sum())
        notes = _notes(len(places), int(usual.sum()), taken, few=few, normal_only=normal_only)
        return cls(
            np.flatnonzero(usual),
            places[:0] if few else places,
            (*told.notes, *notes),
            told.odd_class,
            len(places),
        )


def _nobody_normal() -> BadSetting:
    return BadSetting(
        "normal_only is set, but no row says that it is normal.",
        "Name a target_column that tells normal rows from others, or leave it out.",
    )


@dataclass(frozen=True)
class _Told:
    """Which rows are said to be anomalies, which to be normal, and what an anomaly is called."""

    odd: Flags
    normal: Flags
    odd_class: ClassName | None
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, answers: pl.Series, positive_class: ClassName | None) -> _Told:
        """Return what a column with answers says; raises TargetUnusable, BadSetting."""
        values = answers.drop_nulls().unique()
        if len(values) == 1:
            return cls._of_one(answers, values[0], positive_class)
        task = tasks.get(AutoMLTaskType.ANOMALY_DETECTION)
        # A class needs two rows to be learned; of two classes one row is enough to be left out.
        told = pl.concat([answers, answers]) if len(values) == 2 else answers
        target = task.read_target(told, positive_class)
        codes = np.full(len(told), -1)
        codes[target.keep] = target.values
        codes = codes[: len(answers)]
        return cls(codes == 1, codes == 0, target.classes[1], target.warnings)

    @classmethod
    def _of_one(
        cls, answers: pl.Series, value: ClassName, positive_class: ClassName | None
    ) -> _Told:
        known, none = answers.is_not_null().to_numpy(), np.zeros(len(answers), np.bool_)
        odd = is_alert(value) if positive_class is None else str(positive_class) == str(value)
        if positive_class is not None or is_plain(value):
            notes: tuple[str, ...] = ()
        else:
            what = "anomalies" if odd else "normal rows"
            notes = (
                f"All known rows of {answers.name!r} are {value!r}, and were taken for {what} by that name. "
                "positive_class says what an anomaly is called.",
            )
        return cls(known, none, value, notes) if odd else cls(none, known, None, notes)


def _notes(
    n_odd: int, n_usual: int, n_taken: int, *, few: bool, normal_only: bool
) -> tuple[str, ...]:
    """Return what is told of the rows that are known, and of those unknown that were taken for normal ones."""
    which = "known to be normal" if normal_only else "not known to be odd"
    rows = counted(n_usual, f"row that is {which}", f"rows that are {which}")
    if few:
        odd = counted(n_odd, "anomaly is known", "anomalies are known")
        left_out = (
            "" if n_odd == 0 else "It was left out. " if n_odd == 1 else "They were left out. "
        )
        return (
            f"{odd}: too few to learn from ({LEAST_KNOWN} are needed). {left_out}Detectors learned from {rows}.",
        )
    taken = counted(n_taken, "unknown row was", "unknown rows were")
    unknown = f" {taken} taken for normal." if n_taken else ""
    return (f"{n_odd:,} anomalies are known: detectors learned from {rows}.{unknown}",)


def learners_from_known(names: Sequence[str]) -> tuple[str, ...]:
    """Return those of some algorithms that learn from known anomalies, each once.

    Examples
    --------
    >>> learners_from_known(["HBOS", "SurpriseLightGBM", "SurpriseLightGBM"])
    ('SurpriseLightGBM',)
    """
    return tuple(name for name in dict.fromkeys(names) if algorithms.get(name).reads_known)


def use_of_known(plan: SplitPlan, n_rows: int, n_known: int, fitted: Sequence[str]) -> str:
    """Return in a sentence how many known anomalies measured, and whom the others taught.

    Parameters
    ----------
    plan : SplitPlan
        Known anomalies are the last of its rows.
    n_rows, n_known : int
    fitted : sequence of str
        The algorithms that were fitted.
    """
    split = plan.splits[0]
    n_taught, n_measured = (
        int((rows >= n_rows - n_known).sum()) for rows in (split.train, split.valid)
    )
    by = ", ".join(learners_from_known(fitted))
    if n_taught == 0:
        learned = (
            f"{by} had none to learn from" if by else "nothing that was fitted learns from them"
        )
        return f"All {n_measured:,} known anomalies measured: {learned}."
    if not by:
        return (
            f"Of {n_known:,} known anomalies {n_measured:,} measured; {n_taught:,} were kept for what learns from "
            "them, and nothing that was fitted does."
        )
    return f"Of {n_known:,} known anomalies {n_taught:,} taught {by}, and {n_measured:,} measured."
