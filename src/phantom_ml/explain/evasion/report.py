"""EvasionReport: what each mutation of an attack's text cost a model in recall."""

from __future__ import annotations

from typing import Any

import polars as pl
from pydantic import Field

from phantom_ml.config import Settings
from phantom_ml.data.profile.page import Page, as_html, as_text
from phantom_ml.metrics.threshold_claims import percent, percentage
from phantom_ml.wording import counted

WORST = "the worst of them"
HEADER = ("mutation", "changed>", "missed>", "recall>", "recall lost (95 %)>", "score falls by>")


class Evaded(Settings):
    """What one mutation did to the attacks that were caught.

    Attributes
    ----------
    mutation : str
        Its name, or ``the worst of them``: for each attack the mutation that lowers its score most.
    n_changed, n_missed : int
        Caught attacks that it changed, and those of them that raise no alert any more.
    recall_lost : float
        ``n_missed`` in the attacks looked at, with exact 95 % bounds.
    score_fall : float
        How much lower the changed attacks score, in the score's unit, on average; below 0: higher.
    """

    mutation: str
    columns: tuple[str, ...]
    technique: str | None = Field(None, description="Id in MITRE ATT&CK.")
    n_changed: int = Field(ge=0)
    n_missed: int = Field(ge=0)
    recall_before: float = Field(ge=0, le=1)
    recall_after: float = Field(ge=0, le=1)
    recall_lost: float = Field(ge=0, le=1)
    recall_lost_low: float = Field(ge=0, le=1)
    recall_lost_high: float = Field(ge=0, le=1)
    score_fall: float

    def cells(self) -> tuple[str, ...]:
        """Return the figures as text, as ``HEADER`` names them."""
        bounds = f"{percentage(self.recall_lost_low)} to {percentage(self.recall_lost_high)}"
        return (
            self.mutation,
            f"{self.n_changed:,}",
            f"{self.n_missed:,}",
            percent(self.recall_after),
            f"{percent(self.recall_lost)} ({bounds})",
            f"{self.score_fall:.3f}",
        )


class EvasionReport(Settings):
    """How many attacks a model still catches after an attacker wrote them otherwise.

    Attributes
    ----------
    threshold : float
        The model's line of alert.
    n_attacks, n_caught : int
        Attacks that were looked at, and those that raise an alert as they are; these were changed.
    rows : tuple of Evaded
        By mutation, the dearest first.
    worst : Evaded or None
        An attacker who knows which mutation to pick for each attack; None where none applies.
    """

    model_id: str = ""
    threshold: float
    n_attacks: int = Field(ge=0)
    n_caught: int = Field(ge=0)
    seed: int
    rows: tuple[Evaded, ...] = ()
    worst: Evaded | None = None
    notes: tuple[str, ...] = ()

    @property
    def recall(self) -> float:
        """Return the share of the attacks that are caught as they are."""
        return self.n_caught / self.n_attacks if self.n_attacks else 0.0

    def lines(self) -> tuple[Evaded, ...]:
        """Return the mutations and, behind them, the worst of them for each attack."""
        return self.rows if self.worst is None else (*self.rows, self.worst)

    def title(self) -> str:
        """Return what was looked at, in words."""
        return (
            f"Evasion: {self.n_caught:,} of {counted(self.n_attacks, 'attack')} ({percent(self.recall)}) "
            f"{'is caught as it is' if self.n_caught == 1 else 'are caught as they are'}"
        )

    def to_frame(self) -> pl.DataFrame:
        """Return a row a mutation, the worst of them last."""
        wide = {n: pl.List(pl.String) if n == "columns" else None for n in Evaded.model_fields}
        rows = [row.model_dump() for row in self.lines()]
        return pl.DataFrame(
            {name: pl.Series([r[name] for r in rows], dtype=kind) for name, kind in wide.items()}
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain JSON values."""
        return dict(self.model_dump(mode="json"))

    def __repr__(self) -> str:
        return as_text(self._page())

    def __str__(self) -> str:
        return repr(self)

    def _repr_html_(self) -> str:
        return as_html(self._page())

    def _page(self) -> Page:
        cells = tuple(row.cells() for row in self.lines())
        return Page((self.title(),), HEADER if cells else (), cells, self.notes)
