"""Explanation: what is told about a model and its rows, as data and as sentences."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from phantom_ml.config import Settings
from phantom_ml.data.profile.page import Page, as_html
from phantom_ml.explain.sentences import number
from phantom_ml.model.text_table import printable, shortened
from phantom_ml.wording import counted

Scalar = bool | int | float | str
#: Rows, and contributions of each, that a text shows unless asked for more.
SHOWN_ROWS, SHOWN_COLUMNS = 5, 8


class Contribution(Settings):
    """One raw column's part in the score of one row."""

    column: str
    value: Scalar | None = Field(description="The raw value, long text cut.")
    amount: float = Field(description="In the explanation's unit; above 0 raises the score.")
    features: dict[str, float] = Field(
        default_factory=dict, description="The same by feature, where the column has several."
    )
    sentence: str = ""


class Unusual(Settings):
    """A value of a row, or a pair of values, that few of the rows learned from had."""

    columns: tuple[str, ...]
    share: float = Field(gt=0, le=1, description="Of the rows learned from, as unusual as it.")
    nats: float = Field(description="Minus the logarithm of the share.")
    sentence: str


class Neighbour(Settings):
    """A normal row that was learned from, and where the explained one differs from it."""

    score: float
    distance: float = Field(ge=0, le=1, description="Mean over columns: 0 the same, 1 all others.")
    values: dict[str, Scalar | None] = Field(description="The raw row, long text cut.")
    differs: tuple[str, ...] = Field(description="Columns, the greatest difference first.")
    sentence: str


class RowExplanation(Settings):
    """Why one row was scored as it was.

    ``base`` and all amounts add up to ``total`` where contributions are exact; with occlusion
    ``base`` is the prediction of the typical row, and they need not.
    """

    row: int = Field(ge=0)
    prediction: Scalar
    of_class: Scalar | None = Field(None, description="Whose score is explained; None for numbers.")
    probability: float | None = Field(None, description="Of that class, calibrated.")
    alert: bool | None = None
    base: float
    total: float
    contributions: tuple[Contribution, ...] = Field(description="Greatest first.")
    unusual: tuple[Unusual, ...] = Field((), description="Of an anomaly model, rarest first.")
    nearest: tuple[Neighbour, ...] = Field((), description="Of an anomaly model, nearest first.")
    facts: tuple[str, ...] = Field(
        (), description="Of a forecast: when, what came before, its band."
    )

    @property
    def title(self) -> str:
        """Return the row's prediction in words."""
        shown = f"{self.prediction:.6g}" if isinstance(self.prediction, float) else self.prediction
        title = f"Row {self.row}: {shown}"
        if self.probability is not None:
            title += f", probability of {self.of_class} {self.probability:.6g}"
        return printable(title + (", alert" if self.alert else ""))

    @property
    def beside(self) -> tuple[str, ...]:
        """Return what is told of the row itself: unusual values, rows that it is like, other facts."""
        unusual = (told.sentence for told in self.unusual)
        return (*unusual, *(row.sentence for row in self.nearest), *self.facts)


class Importance(Settings):
    """How much a model looks at one raw column."""

    column: str
    share: float = Field(0.0, description="Of the learners' own importance; all sum to 1.")
    drop: float | None = Field(None, description="How much the metric drops when it is shuffled.")
    drop_spread: float | None = Field(None, description="Standard deviation over the shuffles.")


class Explanation(Settings):
    """What a model looks at as a whole, and what moved the score of each row.

    Attributes
    ----------
    method : str
        ``contributions``: exact, they add up. ``occlusion``: each column in turn replaced by its
        typical value. ``members``: of a forecast, what each member adds; exact. ``none``: no rows were given.
    unit : str
        Of the amounts: ``log-odds`` for classes, else the target's name: its own unit.
    """

    target: str
    algorithm: str
    method: Literal["contributions", "occlusion", "members", "none"]
    unit: str
    metric: str
    importance: tuple[Importance, ...]
    rows: tuple[RowExplanation, ...] = ()
    notes: tuple[str, ...] = ()

    def text(self, rows: int = SHOWN_ROWS, columns: int = SHOWN_COLUMNS) -> str:
        """Return the first rows and columns in sentences.

        Parameters
        ----------
        rows : int
            Explained rows that are shown.
        columns : int
            Columns that are shown of the model and of each row.
        """
        lines = [self._title(), *self._importance_lines(columns)]
        for row in self.rows[:rows]:
            lines += ["", row.title, f"  starts at {number(row.base)} ({self.unit})"]
            moved = [c for c in row.contributions if c.amount != 0.0]
            lines += [f"  {printable(c.sentence)}" for c in moved[:columns]]
            if len(moved) > columns:
                rest = sum(c.amount for c in moved[columns:])
                others = counted(len(moved) - columns, "other column")
                lines.append(f"  {others}: {_signed(rest)}")
            lines += [f"  {printable(told)}" for told in row.beside]
        if len(self.rows) > rows:
            more = counted(len(self.rows) - rows, "more row is", "more rows are")
            lines += ["", f"{more} explained in .rows."]
        return "\n".join([*lines, *(f"Note: {printable(note)}" for note in self.notes)])

    def _title(self) -> str:
        return printable(f"How {self.algorithm} predicts {self.target}")

    def _importance_lines(self, columns: int) -> list[str]:
        shown = [i for i in self.importance[:columns] if i.share > 0 or i.drop is not None]
        if not shown:
            return []
        shared = any(i.share > 0 for i in self.importance)
        parts = (f"{shortened(i.column, 40)} {_measured(i, shared=shared)}" for i in shown)
        return [printable(f"Looks at: {', '.join(parts)}")]

    def __repr__(self) -> str:
        return self.text()

    def __str__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        pages = [_importance_page(self)]
        pages += [_row_page(row, self.unit) for row in self.rows[:SHOWN_ROWS]]
        return "".join(f"<section>{as_html(page)}</section>" for page in pages)


def _signed(amount: float) -> str:
    return f"{'+' if amount >= 0 else ''}{number(amount)}"


def _measured(importance: Importance, *, shared: bool) -> str:
    """Return the share, where shares are known of the model, and the drop, where that was measured."""
    share = [f"{importance.share:.0%}"] if shared else []
    drop = [] if importance.drop is None else [f"(drop {number(importance.drop)})"]
    return " ".join([*share, *drop])


def _importance_page(explanation: Explanation) -> Page:
    shown = explanation.importance[: 3 * SHOWN_COLUMNS]
    measured = any(i.drop is not None for i in shown)
    shared = any(i.share > 0 for i in shown)
    rows = tuple(
        (i.column, f"{i.share:.1%}" if shared else "-", *([_drop(i)] if measured else []))
        for i in shown
    )
    header = ("column", "share>", *([f"drop of {explanation.metric}>"] if measured else []))
    return Page((explanation._title(),), header, rows, explanation.notes)


def _drop(importance: Importance) -> str:
    if importance.drop is None:
        return ""
    return f"{number(importance.drop)} ± {number(importance.drop_spread or 0.0)}"


def _row_page(row: RowExplanation, unit: str) -> Page:
    rows = tuple(
        (c.column, "missing" if c.value is None else str(c.value), _signed(c.amount))
        for c in row.contributions[:SHOWN_COLUMNS]
    )
    return Page((row.title,), ("column", "value", f"{unit}>"), rows, row.beside)
