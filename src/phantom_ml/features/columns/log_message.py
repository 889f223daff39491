"""Log messages as templates: which one, how rare, whether training ever saw it, and its parameters.

Masking runs over whole columns; only distinct masked messages go down the tree of templates (see
parsing/templates). All features but the level are a function of the masked message, so a row scored
alone gives what it gives among others. Levels are the severities of RFC 5424 and their usual short forms.

Source: He et al., "Drain", ICWS 2017 (templates); He et al., "Experience Report: System Log Analysis for
Anomaly Detection", ISSRE 2016 (what they are good for).
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import Field

from phantom_ml.data.matrix import Feature
from phantom_ml.data.schema import ColumnKind, ColumnSchema
from phantom_ml.features.base import ColumnEncoder, as_text, cut, encoders
from phantom_ml.features.before import Before
from phantom_ml.features.lately import FEW, Lately
from phantom_ml.features.parsing.templates import Templates, masked
from phantom_ml.features.parts import MAX_CHARACTERS, MAX_WORDS, MIN_ROWS

PARTS = {
    "template": "the message without its parameters, rare ones as missing",
    "template_rarity": "-log2 of the share of training rows with this template, in bits",
    "is_new_template": "1 where training had no such template",
    "parameter_count": "parameters that were masked",
    "ip_count": "number of IP addresses",
    "number_count": "number of numbers",
    "hex_count": "number of hexadecimal values",
    "level": "severity named in the message, the first one",
}
#: Kept although training cannot vary in it: it tells what is new.
ALWAYS = "is_new_template"
#: Distinct masked messages that templates are made from, the most frequent ones.
MINED = 20_000

#: Short forms, and the severity that they stand for.
SEVERITIES = {
    "emerg": "emergency",
    "panic": "emergency",
    "crit": "critical",
    "fatal": "critical",
    "severe": "critical",
    "err": "error",
    "warn": "warning",
    "information": "info",
    "verbose": "debug",
    "trace": "debug",
}
LEVEL = (
    r"(?i-u:\b(emergency|emerg|panic|alert|critical|crit|fatal|severe|error|err|warning|warn|notice"
    r"|information|info|debug|verbose|trace)\b)"
)


@encoders.add("log_message")
class LogMessageEncoder(ColumnEncoder):
    """Templates of training messages, and how many rows had each."""

    name = "log_message"
    kinds = frozenset({ColumnKind.LOG_MESSAGE})
    family = "security"

    templates: tuple[str, ...] = Field(description="In the order in which they were found.")
    rows: tuple[int, ...] = Field(description="Training rows of each.")
    n_rows: int = Field(description="Training rows, those without a template among them.")
    parts: tuple[str, ...] = tuple(PARTS)
    severities: tuple[str, ...] = ()

    @classmethod
    def fit(cls, values: pl.Series, schema: ColumnSchema) -> LogMessageEncoder | None:
        """Return the encoder with the templates of training; None where no message varies."""
        text = _cut(values).drop_nulls()
        counts = masked(text).alias("message").value_counts(name="rows")
        if counts.height < 2:
            return None
        counts = counts.sort("rows", "message", descending=[True, False])
        tree = Templates()
        for message in counts["message"].head(MINED):
            tree.add(message)
        whole = cls(
            column=schema.name,
            templates=tuple(tree.texts),
            rows=_rows_of_each(tree.texts, counts),
            n_rows=len(text),
            severities=_frequent(_levels(text)),
        )
        return whole._with_what_varies(counts["message"], text)

    def _with_what_varies(self, messages: pl.Series, text: pl.Series) -> LogMessageEncoder:
        table = self._of_masked(messages)
        known = [p for p in PARTS if p in table.columns]
        known = [p for p in known if p == ALWAYS or table[p].n_unique() > 1]
        if self.severities and _levels(text).n_unique() > 1:
            known.append("level")
        return self.model_copy(update={"parts": tuple(p for p in PARTS if p in known)})

    @cached_property
    def levels(self) -> dict[str, tuple[str, ...]]:
        """Return the words that the codes of a categorical part stand for."""
        frequent = [self.templates[i] for i in self._order if self.rows[i] >= MIN_ROWS]
        found = {"template": tuple(frequent[:MAX_WORDS]), "level": self.severities}
        return {part: words for part, words in found.items() if part in self.parts}

    @property
    def features(self) -> tuple[Feature, ...]:
        """Return one feature a part."""
        return tuple(
            Feature(f"{self.column}.{p}", self.column, len(self.levels.get(p, ())), PARTS[p])
            for p in self.parts
        )

    def keeping(self, names: Collection[str]) -> Self | None:
        """Return the encoder with the parts that are named; None if none is."""
        parts = tuple(p for p in self.parts if f"{self.column}.{p}" in names)
        return self.model_copy(update={"parts": parts}) if parts else None

    def transform(self, values: pl.Series, out: NDArray[np.float32]) -> None:
        """Write the parts of each message; NaN where there is none."""
        if len(values) <= FEW:
            self._write_few(_cut(values), out)
        else:
            self._write(self._cells(values), out)

    def training(self, values: pl.Series, before: Before, out: NDArray[np.float32]) -> None:
        """Write the parts; how rare a template is, is counted among what came before each row."""
        cells = self._cells(values)
        codes = cells["at"].fill_null(-1).to_numpy().astype(np.int64)
        seen, total = before.counts(codes)
        bits = np.log2(total + before.distinct(codes) + 1) - np.log2(seen + 1)
        known = pl.col("template_rarity").is_not_null()
        cells = cells.with_columns(
            template_rarity=pl.when(known).then(pl.Series(bits)),
            is_new_template=pl.when(known).then(pl.Series(seen == 0)),
        )
        self._write(cells, out)

    def _write(self, cells: pl.DataFrame, out: NDArray[np.float32]) -> None:
        for i, part in enumerate(self.parts):
            out[:, i] = cells[part].cast(pl.Float32).to_numpy()

    def _write_few(self, text: pl.Series, out: NDArray[np.float32]) -> None:
        """Write the same without joins, which cost more than the work; masked messages come again."""
        messages = masked(text)
        cells: list[str | None] = messages.to_list()
        rows = self._lately.of(cells, lambda new: self._of_few(messages[new], out.shape[1]))
        for row, features in zip(out, rows, strict=True):
            row[:] = features
        if "level" in self.parts:
            levels = _coded(_levels(text), self.severities)
            out[:, self.parts.index("level")] = levels.cast(pl.Float32).to_numpy()

    def _of_few(self, messages: pl.Series, width: int) -> NDArray[np.float32]:
        """Return the parts of masked messages but the level; NaN where there is none."""
        rows = np.full((len(messages), width), np.nan, np.float32)
        known = messages.is_not_null().to_numpy()
        table = self._of_masked(messages.drop_nulls())
        for i, part in enumerate(self.parts):
            if part != "level":
                rows[known, i] = table[part].cast(pl.Float32).to_numpy()
        return rows

    @cached_property
    def _lately(self) -> Lately[NDArray[np.float32]]:
        return Lately()

    def _cells(self, values: pl.Series) -> pl.DataFrame:
        """Return the parts of each row, and the place of its template."""
        text = _cut(values)
        distinct = text.drop_nulls().unique(maintain_order=True)
        raw = pl.DataFrame({"s": distinct, "message": masked(distinct)})
        if "level" in self.parts:
            raw = raw.with_columns(level=_coded(_levels(distinct), self.severities))
        table = self._of_masked(raw["message"].unique(maintain_order=True))
        raw = raw.join(table, on="message", how="left", maintain_order="left")
        return text.alias("s").to_frame().join(raw, on="s", how="left", maintain_order="left")

    def _of_masked(self, messages: pl.Series) -> pl.DataFrame:
        """Return the parts of distinct masked messages."""
        places = [self._tree.match(message) for message in messages]
        table = pl.DataFrame({"message": messages, "at": pl.Series(places, dtype=pl.Int64)}).join(
            self._per_template, on="at", how="left", maintain_order="left"
        )
        s = pl.col("message")
        return table.select(
            "message",
            "at",
            "template",
            pl.col("template_rarity").fill_null(self._rarity(0)),
            pl.col("at").is_null().alias("is_new_template"),
            # A mask is the only thing that writes a bracket.
            s.str.count_matches("<", literal=True).alias("parameter_count"),
            s.str.count_matches("<ip>", literal=True).alias("ip_count"),
            s.str.count_matches("<number>", literal=True).alias("number_count"),
            s.str.count_matches("<hex>", literal=True).alias("hex_count"),
        )

    @cached_property
    def _tree(self) -> Templates:
        return Templates(self.templates)

    @cached_property
    def _order(self) -> list[int]:
        return sorted(range(len(self.rows)), key=lambda i: (-self.rows[i], i))

    @cached_property
    def _per_template(self) -> pl.DataFrame:
        code = np.full(len(self.rows), -1, np.int64)
        code[self._order] = np.arange(len(self.rows))
        known = np.minimum(len(self.rows), MAX_WORDS), np.array(self.rows) >= MIN_ROWS
        table = pl.DataFrame({"at": np.arange(len(self.rows)), "template": code})
        in_levels = pl.Series((code < known[0]) & known[1])
        return table.with_columns(
            pl.when(in_levels).then("template").alias("template"),
            pl.Series("template_rarity", [self._rarity(n) for n in self.rows], pl.Float64),
        )

    def _rarity(self, rows: int) -> float:
        """Return bits, smoothed by one row a template and one for all that is new (Laplace)."""
        return float(np.log2(self.n_rows + len(self.rows) + 1) - np.log2(rows + 1))


def _cut(values: pl.Series) -> pl.Series:
    return cut(as_text(values), MAX_CHARACTERS)


def _rows_of_each(texts: list[str], counts: pl.DataFrame) -> tuple[int, ...]:
    tree, rows = Templates(texts), [0] * len(texts)
    for message, n in counts.iter_rows():
        at = tree.match(message)
        if at is not None:
            rows[at] += n
    return tuple(rows)


def _levels(text: pl.Series) -> pl.Series:
    """Return the severity that each message names first, null where it names none.

    Examples
    --------
    >>> _levels(pl.Series(["RAS KERNEL FATAL machine check", "eth0: warn", "ok"])).to_list()
    ['critical', 'warning', None]
    """
    word = pl.col("s").str.extract(LEVEL).str.to_lowercase()
    return text.alias("s").to_frame().select(word.replace(SEVERITIES)).to_series()


def _frequent(words: pl.Series) -> tuple[str, ...]:
    counts = words.alias("word").drop_nulls().value_counts(name="rows")
    enough = counts.filter(pl.col("rows") >= MIN_ROWS)
    return tuple(enough.sort("rows", "word", descending=[True, False])["word"].to_list())


def _coded(words: pl.Series, levels: tuple[str, ...]) -> pl.Series:
    return words.cast(pl.Enum(list(levels)), strict=False).to_physical()
