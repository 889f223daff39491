"""Cells of new rows that hold something and no time as training read times: counted, and told once a column.

How the times of a column are written is decided in training. A cell that is written otherwise is missing to a
model, and says nothing of that itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import polars as pl

from phantom_ml.data.columns.column import MARKS
from phantom_ml.data.schema import ColumnSchema
from phantom_ml.data.times.form import ORDERS, RECENT, other_order
from phantom_ml.data.times.known import KnownTimes
from phantom_ml.data.times.parse import to_datetime
from phantom_ml.data.times.zones import names_zone
from phantom_ml.wording import counted

#: What numbers count since 1970, and how a person writes what ``time_form`` decided, or stored as times.
COUNTED = {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}
STORED = "ISO 8601, 2026-01-31T12:00:00Z"
WRITTEN = {
    "month first": "the month first, 01/31/2026",
    "day first": "the day first, 31/01/2026",
    "year first": "the year first, 26/01/31",
    "days": "days as one number, 20260131",
    "filetimes": "counts of Windows FILETIME",
    **{unit: f"{name} since 1970" for unit, name in COUNTED.items()},
    **{f"{RECENT}{unit}": f"{name} since 1970 above 0" for unit, name in COUNTED.items()},
}
#: Characters of a cell that are shown.
SHOWN = 60


@dataclass(frozen=True)
class Unread:
    """Cells of one column that hold no time.

    Attributes
    ----------
    n_cells : int
        How many.
    example : str
        The first of them.
    form : str or None
        As ``time_form`` says; None: training decided none.
    stored : bool
        Whether training held times, not text or numbers.
    other : str or None
        The order of day and month that the cells prove, where it is not that of training.
    """

    n_cells: int
    example: str
    form: str | None = None
    stored: bool = False
    other: str | None = None

    def told(self, name: str, n_rows: int) -> str:
        """Return a sentence or two on the column ``name`` of a table of ``n_rows`` rows."""
        cells = f"{self.n_cells:,} of {counted(n_rows, 'cell')} of {name!r}"
        example = repr(self.example)
        if self.n_cells == 1:
            lost = f"{cells} is no time as training read them, {example}: it is missing."
        else:
            lost = (
                f"{cells} are no times as training read them, {example} for one: they are missing."
            )
        return f"{lost} {self._advice()}"

    def _advice(self) -> str:
        read = STORED if self.stored else WRITTEN.get(self.form or "", STORED)
        if self.other is not None:
            where = " in text" if self.stored else ""
            return (
                f"Training took {_first(self.form or ORDERS[0], 'to come')}{where}; here "
                f"{_first(self.other, 'comes')}, so that others may be misread. Write the year first, "
                "2026-01-31, or train again with rows that are written so."
            )
        iso = "" if read == STORED or self.form not in ORDERS else " or in ISO 8601, 2026-01-31"
        return f"Training read {read}. Write times so{iso}, or train again with such cells."


def _first(order: str, comes: str) -> str:
    return f"the {order.removesuffix('first')}{comes} first"


@dataclass
class UnreadTimes:
    """What the columns of times of a table hold that is none, block by block.

    Attributes
    ----------
    n_rows : int
        Rows that were looked at.
    columns : dict of str to Unread
        By name, those with such cells.
    known : KnownTimes
        Of the same rows, how many lie where a model's past lies already.
    zones : dict of str to str
        By name, what to say of columns that name a zone otherwise than in training.

    Examples
    --------
    >>> from phantom_ml.data.schema import ColumnKind
    >>> when = ColumnSchema(
    ...     name="when", dtype="String", kind=ColumnKind.TIMESTAMP, time_form="month first"
    ... )
    >>> found = UnreadTimes(n_rows=3)
    >>> found.add(when, pl.Series("when", ["01/31/2026", "soon", None]))
    >>> found.notes()[0][:64]
    "1 of 3 cells of 'when' is no time as training read them, 'soon':"
    """

    n_rows: int = 0
    columns: dict[str, Unread] = field(default_factory=dict)
    known: KnownTimes = field(default_factory=KnownTimes)
    zones: dict[str, str] = field(default_factory=dict)

    def add_zone(self, column: ColumnSchema, cells: pl.Series) -> None:
        """Note where some times name a zone and those of training named none, or the other way round."""
        own = names_zone(cells) if column.dtype.startswith("Datetime") else None
        if own is None or own == ("time_zone='" in column.dtype):
            return
        named, other = ("a zone", "none") if own else ("no zone", "one")
        example = str(cells.drop_nulls().head(1).cast(pl.String)[0])[:SHOWN]
        self.zones[column.name] = (
            f"The times of {column.name!r} name {named}, {example!r} for one, and those of training {other}: "
            "those without a zone are taken for UTC, so that what the model knows of hours and days may not "
            "apply. Give times as training had them."
        )

    def add(self, column: ColumnSchema, cells: pl.Series) -> None:
        """Count those of some cells that hold something and no time; ``column`` is as training saw it."""
        unread = unread_cells(cells, column.time_form)
        if not len(unread):
            return
        before = self.columns.get(column.name)
        if before is None:
            stored = column.dtype.startswith("Date")
            before = Unread(0, str(unread[0])[:SHOWN], column.time_form, stored)
        form = column.time_form
        other = before.other or (other_order(unread, form) if form in ORDERS else None)
        self.columns[column.name] = replace(
            before, n_cells=before.n_cells + len(unread), other=other
        )

    def notes(self) -> tuple[str, ...]:
        """Return what to say, a string a column, and a last one where most times are known already."""
        columns = self.columns.items()
        told = (unread.told(name, self.n_rows) for name, unread in columns)
        return (*told, *self.zones.values(), *self.known.notes())


def unread_cells(cells: pl.Series, form: str | None) -> pl.Series:
    """Return as text the cells that hold something and no time; what a log writes for nothing is nothing.

    Examples
    --------
    >>> unread_cells(pl.Series(["2026-01-31", "-", None, "soon"]), "month first").to_list()
    ['soon']
    """
    if cells.dtype.is_temporal():
        return cells.clear().cast(pl.String)
    some = cells.fill_nan(None) if cells.dtype.is_float() else cells
    some = some.drop_nulls()
    if not len(some):
        return some.cast(pl.String)
    unread = some.filter(to_datetime(some, form).is_null()).cast(pl.String, strict=False)
    return unread.filter(~unread.str.strip_chars().is_in(sorted(MARKS)))
