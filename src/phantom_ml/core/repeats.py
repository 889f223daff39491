"""What suppression does to alerts: how many are left, and how many incidents they still tell of."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import Field

from phantom_ml.config import Settings
from phantom_ml.metrics.intervals import clopper_pearson
from phantom_ml.metrics.threshold_claims import percent
from phantom_ml.model.last_shown import LastShown
from phantom_ml.model.suppression import Suppression
from phantom_ml.wording import counted

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
#: The answer of a row that has none.
UNKNOWN = -1


class RepeatReport(Settings):
    """Alerts before and after suppression, and the incidents among labelled rows.

    An incident is the attack rows of one entity between which less than the window passes; an attack row
    whose entity or time is unknown is one by itself. It is found where one of its rows is an alert.

    Attributes
    ----------
    rule : str
    n_alerts, n_shown : int
        All alerts, and those that are not suppressed.
    alerts_per_day, shown_per_day : float or None
        None where the rows span no time.
    incident_recall : float or None
        Of the incidents, with exact 95 % bounds; None without an attack.
    """

    rule: str
    n_alerts: int = Field(ge=0)
    n_shown: int = Field(ge=0)
    alerts_per_day: float | None = None
    shown_per_day: float | None = None
    n_incidents: int = Field(ge=0)
    n_found: int = Field(ge=0)
    incident_recall: float | None = None
    incident_recall_low: float | None = None
    incident_recall_high: float | None = None
    row_recall: float | None = None

    def lines(self) -> list[str]:
        """Return the figures for a terminal."""
        return [f"Repeats        {self.alert_text}", f"Incidents      {self.incident_text}"]

    @property
    def alert_text(self) -> str:
        """Return how many alerts are left, in words."""
        if self.alerts_per_day is None or self.shown_per_day is None:
            return f"{counted(self.n_alerts, 'alert')}, {self.n_shown:,} shown: {self.rule}"
        days = f"{counted(self.alerts_per_day, 'alert')} a day, {self.shown_per_day:,.4g} shown"
        return f"{days}: {self.rule}"

    @property
    def incident_text(self) -> str:
        """Return how many incidents alert, in words."""
        if self.incident_recall is None or self.row_recall is None:
            return "none: no row is an attack"
        low, high = self.incident_recall_low or 0.0, self.incident_recall_high or 0.0
        alert = "alerts" if self.n_found == 1 else "alert"
        return (
            f"{self.n_found:,} of {self.n_incidents:,} {alert} at least once, "
            f"{percent(self.incident_recall)} ({percent(low)} to {percent(high)}); "
            f"{percent(self.row_recall)} of attack rows do"
        )


def repeat_report(
    rule: Suppression, frame: pl.DataFrame, alert: Flags, truth: Ints
) -> RepeatReport:
    """Return what suppression does on rows, beginning anew.

    Parameters
    ----------
    rule : Suppression
    frame : DataFrame
        Holds the columns of the rule.
    alert : bool array of shape (n_rows,)
    truth : int64 array of shape (n_rows,)
        1 where a row is known to be an attack.

    Raises
    ------
    ColumnMissing, TypeUnsafe
    """
    repeated, _ = rule.repeats(frame, alert, LastShown.nothing())
    n_alerts, n_shown = int(alert.sum()), int((alert & ~repeated).sum())
    days = rule.days(frame)
    found = _found(rule, frame, alert, np.flatnonzero(truth == 1))
    n_incidents, n_found = len(found), int(found.sum())
    low, high = clopper_pearson(n_found, n_incidents) if n_incidents else (None, None)
    return RepeatReport(
        rule=rule.text,
        n_alerts=n_alerts,
        n_shown=n_shown,
        alerts_per_day=None if days is None else n_alerts / days,
        shown_per_day=None if days is None else n_shown / days,
        n_incidents=n_incidents,
        n_found=n_found,
        incident_recall=n_found / n_incidents if n_incidents else None,
        incident_recall_low=low,
        incident_recall_high=high,
        row_recall=float(alert[truth == 1].mean()) if n_incidents else None,
    )


def repeats_among(
    rule: Suppression,
    frame: pl.DataFrame,
    rows: Ints,
    told: tuple[Flags, NDArray[np.generic]],
    beside: Flags | None,
) -> RepeatReport:
    """Return the same of all rows, of which some have an answer: alerts of the others come as well.

    Parameters
    ----------
    rule : Suppression
    frame : DataFrame
        All rows.
    rows : int64 array of shape (n_answered,)
        Positions of those with an answer.
    told : pair of arrays of shape (n_answered,)
        Which of them alert, and their answers.
    beside : bool array of shape (n_rows - n_answered,) or None
        Which of the others alert.
    """
    alert, truth = np.zeros(frame.height, np.bool_), np.full(frame.height, UNKNOWN)
    alert[rows], truth[rows] = told[0], told[1].astype(np.int64)
    if beside is not None:
        alert[np.setdiff1d(np.arange(frame.height), rows)] = beside
    return repeat_report(rule, frame, alert, truth)


def _found(rule: Suppression, frame: pl.DataFrame, alert: Flags, attacks: Ints) -> Flags:
    """Return for each incident whether one of its rows is an alert."""
    placed = rule.placed(frame, attacks)
    begins = np.ones(len(placed.row), np.bool_)
    same = placed.entity[1:] == placed.entity[:-1]
    begins[1:] = ~same | (np.diff(placed.time) >= rule.window)
    alone = np.setdiff1d(attacks, placed.row)
    starts = np.flatnonzero(begins)
    found = np.logical_or.reduceat(alert[placed.row], starts) if len(starts) else begins
    return np.concatenate([found, alert[alone]])
