"""What answers for a part of the rows tell a table of anomalies: which rows are known, and which are usual.

Source of what few answers are worth: Han et al., "ADBench", NeurIPS 2022, arXiv:2206.09426: with one in a hundred
anomalies known, most methods that learn from them beat the best one that does not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.config import AutoMLConfig, AutoMLTaskType
from phantom_ml.data.positive import is_alert
from phantom_ml.data.target import read_target
from phantom_ml.errors import BadSetting, TargetUnusable

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
        Positions of the known anomalies that teach and measure; none where there are too few.
    notes : tuple of str
        What a person should know.
    """

    usual: NDArray[np.int64]
    anomalies: NDArray[np.int64]
    notes: tuple[str, ...] = ()

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
                raise BadSetting(
                    "normal_only is set, but no row says that it is normal.",
                    "Name a target_column that tells normal rows from others, or leave it out.",
                )
            empty = () if name is None else (f"No row has a value of {name!r}: nothing is known.",)
            return cls(np.arange(frame.height), np.empty(0, np.int64), empty)
        odd, normal = _codes(answers, config)
        usual = normal if normal_only else ~odd
        places = np.flatnonzero(odd)
        few = len(places) < LEAST_KNOWN
        return cls(
            np.flatnonzero(usual),
            places[:0] if few else places,
            _notes(len(places), int(usual.sum()), few=few, normal_only=normal_only),
        )


def _codes(answers: pl.Series, config: AutoMLConfig) -> tuple[Flags, Flags]:
    """Return which rows are known to be anomalies, and which to be normal."""
    values = answers.drop_nulls().unique()
    if len(values) == 1:
        known, none = answers.is_not_null().to_numpy(), np.zeros(len(answers), np.bool_)
        odd = is_alert(values[0]) or str(config.positive_class) == str(values[0])
        return (known, none) if odd else (none, known)
    target = read_target(
        answers, answers.name, AutoMLTaskType.CLASSIFICATION, config.positive_class
    )
    if len(target.classes) != 2:
        raise TargetUnusable(
            f"{answers.name!r} has {len(target.classes)} classes, not normal and odd.",
            "Make two classes of it, empty where nobody knows, or leave target_column out.",
        )
    codes = np.full(len(answers), -1)
    codes[target.keep] = target.values
    return codes == 1, codes == 0


def _notes(n_odd: int, n_usual: int, *, few: bool, normal_only: bool) -> tuple[str, ...]:
    rows = (
        "rows that are known to be normal" if normal_only else "rows that are not known to be odd"
    )
    if few:
        return (
            f"{n_odd} anomalies are known: too few to learn from ({LEAST_KNOWN} are needed). They were left "
            f"out, and detectors learned from {n_usual:,} {rows}.",
        )
    return (
        f"{n_odd} known anomalies chose weights and thresholds, half of them taught and half measured; detectors "
        f"learned from {n_usual:,} {rows}. Unknown rows were taken for normal ones.",
    )
