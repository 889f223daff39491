"""FeatureSet: the features of a table, what each is, what it is worth, and which are kept."""

from __future__ import annotations

import polars as pl
from pydantic import ConfigDict, Field

from phantom_ml.config import Settings
from phantom_ml.data.profile.page import Page, as_html, as_text, shown
from phantom_ml.data.schema import ColumnSchema
from phantom_ml.wording import counted


class GeneratedFeature(Settings):
    """One feature, where it comes from, and what became of it."""

    name: str
    source: str = Field(description="The raw column; ``text`` for several text columns together.")
    beside: tuple[str, ...] = Field((), description="The other raw columns that it is made of.")
    kind: str = Field(description="What the raw column means: ip, url, number, ...")
    generator: str = Field(description="Which encoder made it.")
    description: str = Field(description="What its values are.")
    formula: str = Field("", description="What it is a function of: generator, columns, part.")
    cost_us: float | None = Field(
        None, description="Microseconds a row in batch; what is made together shares its cost."
    )
    importance: float | None = Field(
        None, description="Mean share of the gain on held-out rows; all sum to 1, or are 0."
    )
    spread: float | None = Field(None, description="Standard deviation of it over the folds.")
    selected: bool = True
    reason: str = Field("", description="Why it was not selected.")

    @property
    def share(self) -> str:
        """Return the importance for a person, with its spread over the folds."""
        if self.importance is None:
            return "-"
        spread = "" if self.spread is None else f" ± {100 * self.spread:.1f}"
        return f"{100 * self.importance:.1f}{spread} %"


class FeatureSet(Settings):
    """The features of a table, what each is, what it costs and what it is worth.

    Attributes
    ----------
    frame : polars.LazyFrame
        All generated features, row for row; categories as their values. Not part of the JSON form.
    features : tuple of GeneratedFeature
        The most important first: by held-out gain with a target, else by telling real rows from
        mixed ones.
    columns : tuple of ColumnSchema
        What each raw column was taken for, and why.
    left_out : dict of str to str
        Raw columns that give no feature, and why.
    remarks : tuple of str
        What would give more features.
    warnings : tuple of str
        What reading the table had to say; of a table that was in memory mostly nothing.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    frame: pl.LazyFrame = Field(exclude=True, repr=False)
    features: tuple[GeneratedFeature, ...]
    columns: tuple[ColumnSchema, ...] = ()
    left_out: dict[str, str] = Field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    target: str | None = None
    n_rows: int = 0
    shadow: float | None = Field(None, description="Share of the gain that chance reaches.")

    @property
    def selected(self) -> list[str]:
        """Return the names of the features that are kept."""
        return [f.name for f in self.features if f.selected]

    @property
    def names(self) -> list[str]:
        """Return the names of all features, the most important first."""
        return [f.name for f in self.features]

    @property
    def title(self) -> str:
        """Return how many features there are, of how many rows, and how many are kept."""
        made, rows = counted(len(self.features), "feature"), counted(self.n_rows, "row")
        return f"{made} of {rows}, {len(self.selected)} kept"

    def by_column(self) -> list[tuple[str, str, str, str]]:
        """Return for each raw column its kind, how many of its features are kept, and why it is taken so."""
        return [self._of_column(column) for column in self.columns]

    def _of_column(self, column: ColumnSchema) -> tuple[str, str, str, str]:
        made = [f for f in self.features if column.name in (f.source, *f.beside)]
        kept = f"{sum(f.selected for f in made)} of {len(made)}" if made else "none"
        left_out = self.left_out.get(column.name, "").removeprefix(f"{column.kind.value}. ")
        return column.name, column.kind.value, kept, left_out or column.evidence

    def __len__(self) -> int:
        return len(self.features)

    def __repr__(self) -> str:
        return self.text()

    def __str__(self) -> str:
        return self.text()

    def text(self, limit: int = 40) -> str:
        """Return an aligned table of at most ``limit`` features."""
        return as_text(self._page(limit))

    def _repr_html_(self) -> str:
        return as_html(self._page(len(self.features)))

    def _page(self, limit: int) -> Page:
        rows = tuple(_row(f) for f in self.features[:limit])
        head = ("feature", "from", "share>", "us/row>", "kept", "what it is")
        kinds = ", ".join(f"{c.name} {c.kind.value}" for c in self.columns)
        remarks = [f"Columns were taken for: {kinds}."] if kinds else []
        remarks += [f"{name} gives no feature: {why}" for name, why in self.left_out.items()]
        remarks += [*self.remarks, *self.warnings]
        if len(self.features) > limit:
            remarks.insert(0, f"{len(self.features) - limit} more features are in .features.")
        return Page((_plain(self._title()),), head, rows, tuple(map(_plain, remarks)))

    def _title(self) -> str:
        return self.title if self.target is None else f"{self.title}, scored by {self.target}"


def _plain(told: str) -> str:
    """Return a whole sentence as it can be printed: names of columns may hold what moves a terminal."""
    return shown(told, limit=len(told))


def _row(feature: GeneratedFeature) -> tuple[str, ...]:
    kept = "yes" if feature.selected else feature.reason
    cost = "-" if feature.cost_us is None else f"{feature.cost_us:.2f}"
    sources = ", ".join((feature.source, *feature.beside))
    return (feature.name, sources, feature.share, cost, kept, feature.description)
