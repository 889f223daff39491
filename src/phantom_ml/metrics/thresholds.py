"""Thresholds side by side: those by the usual rules, and the one that is in use."""

from __future__ import annotations

import html

from pydantic import Field

from phantom_ml.config import Settings, ThresholdPolicy
from phantom_ml.metrics.threshold import Threshold, threshold_at, threshold_for
from phantom_ml.metrics.threshold_claims import percent, percentage
from phantom_ml.metrics.threshold_rules import Cuts
from phantom_ml.metrics.validation_scores import ValidationScores

__all__ = [
    "Threshold",
    "ThresholdTable",
    "ValidationScores",
    "threshold_for",
    "threshold_table",
]

USUAL = (
    None,
    ThresholdPolicy(max_fpr=0.01),
    ThresholdPolicy(max_fpr=0.001),
    ThresholdPolicy(max_fpr=0.0001),
)
HEADER = ("", "rule", "threshold", "recall (95 %)", "FPR (95 %)", "precision", "alerts/day")


class ThresholdTable(Settings):
    """Thresholds by the usual rules, and by the user's own.

    Examples
    --------
    >>> import numpy as np
    >>> truth = np.repeat([0, 1], [8000, 200])
    >>> score = np.concatenate([np.linspace(0, 0.6, 8000), np.linspace(0.5, 1, 200)])
    >>> table = threshold_table(ValidationScores(truth, score), ThresholdPolicy(top_k=100))
    >>> table.current.rule, table.current.recall, len(table.rows)
    ('the 100 highest rows', 0.5, 5)
    """

    rows: tuple[Threshold, ...] = Field(min_length=1)
    place: int = Field(0, ge=0, description="Which row is in use.")

    @property
    def current(self) -> Threshold:
        """Return the threshold that is in use."""
        return self.rows[self.place]

    def mark(self, place: int) -> str:
        """Return what stands before a row: ``*`` is in use, ``!`` is more than the rows support."""
        in_use = "*" if place == self.place else ""
        return in_use if self.rows[place].supported else f"{in_use}!"

    def text(self) -> str:
        """Return the table for a terminal; ``*`` is in use, ``!`` is more than the rows support."""
        lines = [HEADER, *self._cells()]
        widths = [max(len(line[i]) for line in lines) for i in range(len(HEADER))]
        table = [
            "  ".join(
                cell.ljust(width) if i < 2 else cell.rjust(width)
                for i, (cell, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in lines
        ]
        return "\n".join([*table, *self._notes()])

    def __str__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        def row(cells: tuple[str, ...], tag: str) -> str:
            return "<tr>" + "".join(f"<{tag}>{html.escape(c)}</{tag}>" for c in cells) + "</tr>"

        body = row(HEADER, "th") + "".join(row(cells, "td") for cells in self._cells())
        notes = "".join(f"<p>{html.escape(note)}</p>" for note in self._notes())
        return f"<table>{body}</table>{notes}"

    def _cells(self) -> list[tuple[str, ...]]:
        return [
            (
                self.mark(i),
                t.rule,
                f"{t.value:.6g}",
                _rate(t.recall, t.recall_low, t.recall_high),
                _rate(t.fpr, t.fpr_low, t.fpr_high),
                "-" if t.precision is None else percent(t.precision),
                "-" if t.alerts_per_day is None else f"{t.alerts_per_day:,.4g}",
            )
            for i, t in enumerate(self.rows)
        ]

    def _notes(self) -> list[str]:
        return [f"{'-' if t.supported else '!'} {t.rule}: {t.note}" for t in self.rows if t.note]


def _rate(rate: float | None, low: float | None, high: float | None) -> str:
    if rate is None or low is None or high is None:
        return "-"
    return f"{percent(rate)} ({percentage(low)} to {percentage(high)})"


def threshold_table(
    validation: ValidationScores, current: ThresholdPolicy | None = None
) -> ThresholdTable:
    """Return thresholds for the best F1, an FPR of 1 %, 0.1 % and 0.01 %, and the current policy.

    Parameters
    ----------
    validation : ValidationScores
    current : ThresholdPolicy or None
        What the user asked for; None leaves the best F1 in use.

    Raises
    ------
    BadSetting
        The current policy asks for alerts per day, and the rows span no known time.
    """
    policies = USUAL if current in USUAL else (*USUAL, current)
    cuts = Cuts.of(validation)
    rows = tuple(threshold_at(policy, validation, cuts) for policy in policies)
    return ThresholdTable(rows=rows, place=policies.index(current))
