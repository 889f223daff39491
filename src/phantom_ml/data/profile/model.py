"""What a profile says of a table: plain data, which also prints itself."""

from __future__ import annotations

from pydantic import Field

from phantom_ml.config import Settings
from phantom_ml.data.profile.page import Page, as_html, as_text
from phantom_ml.data.schema import ColumnKind
from phantom_ml.wording import counted

HEADER = ("column", "kind", "missing>", "distinct>", "values")


class TopValue(Settings):
    """A value and how often it was seen."""

    value: str
    rows: int
    share: float = Field(ge=0, le=1, description="Of the cells that are not missing.")

    @property
    def gist(self) -> str:
        """Return the value, and its share if it is not tiny."""
        value = self.value[:24] or "''"
        return f"{value} {self.share:.0%}" if self.share >= 0.005 else value


class NumberSummary(Settings):
    """The spread of numbers; infinite ones are left out."""

    min: float
    p05: float
    median: float
    mean: float
    p95: float
    max: float


class ColumnProfile(Settings):
    """One column of a table."""

    name: str
    dtype: str
    kind: ColumnKind
    evidence: str = ""
    missing_share: float = Field(ge=0, le=1)
    n_distinct: int = Field(ge=0)
    top: tuple[TopValue, ...] = ()
    numbers: NumberSummary | None = None

    @property
    def gist(self) -> str:
        """Return the values in a few words."""
        n = self.numbers
        if n is not None:
            return f"{n.min:.4g} .. {n.median:.4g} .. {n.max:.4g}, mean {n.mean:.4g}"
        return ", ".join(t.gist for t in self.top[:3])


class Profile(Settings):
    """A table told in numbers.

    ``n_rows`` is the whole table; ``n_rows_seen`` are the rows that distinct values, spreads and
    duplicates were counted in.
    """

    n_rows: int = Field(ge=0)
    n_rows_seen: int = Field(ge=0)
    columns: tuple[ColumnProfile, ...]
    target: ColumnProfile | None = None
    duplicate_rows_share: float = Field(0.0, ge=0, le=1)
    duplicate_columns: tuple[tuple[str, str], ...] = Field(
        (), description="Pairs of columns that are equal in every row."
    )
    time_range: tuple[str, str] | None = Field(None, description="First and last time, ISO 8601.")
    groups: dict[str, int] = Field(default_factory=dict, description="Distinct values of each.")
    warnings: tuple[str, ...] = ()

    @property
    def n_columns(self) -> int:
        """Return the number of columns, the target included."""
        return len(self.columns) + (self.target is not None)

    def of_kind(self, *kinds: ColumnKind) -> list[str]:
        """Return the names of the columns of these kinds, the target left out."""
        return [c.name for c in self.columns if c.kind in kinds]

    def text(self) -> str:
        """Return the profile as aligned lines for a terminal."""
        return as_text(self._page())

    def _repr_html_(self) -> str:
        return as_html(self._page())

    def _page(self) -> Page:
        size = f"{counted(self.n_rows, 'row')}, {counted(self.n_columns, 'column')}"
        title = [f"{size}{self._seen()}"]
        if self.target is not None:
            title.append(f"target {self.target.name}: {self.target.gist}")
        if self.time_range is not None:
            title.append(f"from {self.time_range[0]} to {self.time_range[1]}")
        title += [f"{n:,} different {name}" for name, n in self.groups.items()]
        if self.duplicate_rows_share:
            title.append(f"{self.duplicate_rows_share:.1%} of the rows repeat an earlier one")
        rows = tuple(_row(column) for column in self.columns)
        return Page(tuple(title), HEADER, rows, self.warnings)

    def _seen(self) -> str:
        return "" if self.n_rows_seen == self.n_rows else f", {self.n_rows_seen:,} looked at"


def _row(column: ColumnProfile) -> tuple[str, ...]:
    missing = f"{column.missing_share:.1%}" if column.missing_share else ""
    return column.name, column.kind.value, missing, f"{column.n_distinct:,}", column.gist
