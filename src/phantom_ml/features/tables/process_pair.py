"""Who started whom: how rare a pair of parent and child process is in training, and pairs that tell.

A browser that starts a viewer is an everyday pair; a word processor that starts a shell is not. Sources:
MITRE ATT&CK T1204.002 and T1505.003 (Office and servers that start shells); Elastic's ProblemChild
(rare pairs of processes).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.columns.column import name_words, words
from phantom_ml.data.matrix import Feature
from phantom_ml.data.schema import ColumnKind, ColumnSchema, TableSchema
from phantom_ml.features.base import as_text
from phantom_ml.features.before import Before
from phantom_ml.features.knowledge.lists import knowledge
from phantom_ml.features.parsing import command_lines as lines
from phantom_ml.features.parts import MAX_CHARACTERS
from phantom_ml.features.tables.base import TableEncoder, table_encoders

#: Pairs remembered at most, the most frequent.
MAX_PAIRS = 20_000
KINDS = frozenset({ColumnKind.PATH, ColumnKind.COMMAND_LINE, ColumnKind.CATEGORY})
#: Words of a column's name: of a parent, of a process at all, and of what is no name of one.
PARENT = ("parent", "creator", "initiating")
PROCESS = ("process", "image", "exe", "command", "cmdline")
NEITHER = name_words(
    """id pid ppid guid hash md5 sha1 sha256 user account session integrity level time thread target source
    loaded company description product version grandparent count args"""
)
FEATURES = {
    "pair_rarity": "-log2 of the pair's share of training rows (bits)",
    "rarity_under_parent": "-log2 of the child's share of what the parent starts (bits)",
    "office_spawns_shell": "1 where a document program starts a shell or script host",
    "server_spawns_shell": "1 where a web or database server starts a shell or script host",
    "browser_spawns_shell": "1 where a browser starts a shell or script host",
    "same_process": "1 where a program starts itself",
}


@table_encoders.add("process_pair")
class ProcessPairEncoder(TableEncoder):
    """Rarity of (parent, child) in bits, smoothed (Laplace), and flags; NaN where either is missing.

    Attributes
    ----------
    pairs : base names of parent and child
    counts : rows of training with each pair
    total : rows of training with both names
    n_pairs : different pairs of training, also those that are not remembered
    """

    name = "process_pair"
    family = "security"
    version = 2

    parent: str
    child: str
    commands: tuple[bool, bool]
    pairs: tuple[tuple[str, str], ...]
    counts: tuple[int, ...]
    total: int
    n_pairs: int

    @classmethod
    def fit(cls, frame: pl.DataFrame, schema: TableSchema) -> Sequence[Self]:
        """Return the encoder of the table's parent and child columns; none where it lacks either."""
        found = process_columns(schema)
        if found is None:
            return []
        commands = tuple(c.kind == ColumnKind.COMMAND_LINE for c in found)
        names = [_base_names(frame[c.name], command=is_command)
                 for c, is_command in zip(found, commands, strict=True)]  # fmt: skip
        table = pl.DataFrame({"parent": names[0], "child": names[1]}).drop_nulls()
        if table.height == 0:
            return []
        counted = table.group_by("parent", "child").agg(rows=pl.len())
        kept = counted.sort("rows", "parent", "child", descending=[True, False, False])
        kept = kept.head(MAX_PAIRS)
        return [
            cls(
                parent=found[0].name,
                child=found[1].name,
                commands=(commands[0], commands[1]),
                pairs=tuple(zip(kept["parent"].to_list(), kept["child"].to_list(), strict=True)),
                counts=tuple(kept["rows"].to_list()),
                total=table.height,
                n_pairs=counted.height,
            )
        ]

    @property
    def inputs(self) -> tuple[str, ...]:
        """Return the two columns."""
        return self.parent, self.child

    @property
    def features(self) -> tuple[Feature, ...]:
        """Return the rarities and the flags, under the child's name."""
        return tuple(
            Feature(f"{self.child}.{part}", self.child, words=said, beside=(self.parent,))
            for part, said in FEATURES.items()
        )

    def transform(self, frame: pl.DataFrame, out: NDArray[np.float32]) -> None:
        """Write the features; each row is judged by what training has seen."""
        table = self._named(frame).join(
            self._seen, on=["parent", "child"], how="left", maintain_order="left"
        )
        table = table.join(self._parents, on="parent", how="left", maintain_order="left")
        self._write(table.with_columns(total=pl.lit(self.total), n_pairs=pl.lit(self.n_pairs)), out)

    def training(self, frame: pl.DataFrame, before: Before, out: NDArray[np.float32]) -> None:
        """Write the features; each row is judged by what came before it."""
        named = self._named(frame)
        pairs = named.select(pl.struct("parent", "child").rank("dense")).to_series()
        codes, parents = _codes(pairs), _codes(named["parent"].rank("dense"))
        rows, total = before.counts(codes)
        table = named.with_columns(
            rows=pl.Series(rows),
            total=pl.Series(total),
            n_pairs=pl.Series(before.distinct(codes)),
            started=pl.Series(before.counts(parents)[0]),
            children=pl.Series(before.distinct(codes, parents)),
        )
        self._write(table, out)

    def _named(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the base names of both programs."""
        parent, child = (
            _base_names(frame[name], command=command)
            for name, command in zip(self.inputs, self.commands, strict=True)
        )
        return pl.DataFrame({"parent": parent, "child": child})

    def _write(self, table: pl.DataFrame, out: NDArray[np.float32]) -> None:
        known = pl.all_horizontal(pl.col("parent", "child").is_not_null())
        table = table.select(pl.when(known).then(e).alias(n) for n, e in self._parts().items())
        for i, part in enumerate(FEATURES):
            out[:, i] = table[part].cast(pl.Float32).to_numpy()

    def _parts(self) -> dict[str, pl.Expr]:
        rows = pl.col("rows").fill_null(0) + 1
        started = pl.col("started").fill_null(0) + pl.col("children").fill_null(0) + 1
        groups = knowledge("processes")
        shell = pl.col("child").is_in([*groups["shells"], *groups["script_hosts"]])
        return {
            "pair_rarity": -(rows / (pl.col("total") + pl.col("n_pairs") + 1)).log(2),
            # Of a parent that started nothing yet there is no share.
            "rarity_under_parent": pl.when(started > 1).then(-(rows / started).log(2)),
            "office_spawns_shell": pl.col("parent").is_in(groups["office"]) & shell,
            "server_spawns_shell": pl.col("parent").is_in(groups["servers"]) & shell,
            "browser_spawns_shell": pl.col("parent").is_in(groups["browsers"]) & shell,
            "same_process": pl.col("parent") == pl.col("child"),
        }

    @cached_property
    def _seen(self) -> pl.DataFrame:
        parents, children = zip(*self.pairs, strict=True)
        return pl.DataFrame({"parent": parents, "child": children, "rows": self.counts})

    @cached_property
    def _parents(self) -> pl.DataFrame:
        return self._seen.group_by("parent").agg(started=pl.col("rows").sum(), children=pl.len())


def process_columns(schema: TableSchema) -> tuple[ColumnSchema, ColumnSchema] | None:
    """Return the columns that name the parent and the child process; None where the table lacks either.

    Names come before command lines, then two that differ in the parent's word alone.

    Examples
    --------
    >>> columns = [
    ...     ColumnSchema(name=name, dtype="String", kind=ColumnKind.PATH)
    ...     for name in ("Image", "ParentImage", "Path")
    ... ]
    >>> [c.name for c in process_columns(TableSchema(columns=columns))]
    ['ParentImage', 'Image']
    """
    named = [(c, _said(c.name)) for c in schema.columns if c.kind in KINDS]
    parents = [(c, said) for c, said in named if said and said[0]]
    children = [(c, said) for c, said in named if said and not said[0]]
    couples = [
        (ColumnKind.COMMAND_LINE in {p.kind, c.kind}, of_parent[1] != of_child[1], i, j)
        for i, (p, of_parent) in enumerate(parents)
        for j, (c, of_child) in enumerate(children)
    ]
    if not couples:
        return None
    *_, i, j = min(couples)
    return parents[i][0], children[j][0]


def _said(name: str) -> tuple[str, str] | None:
    """Return a column's word for the parent ("" for a child's) and its other words; None for others.

    Words are looked for inside the name: many logs have lower case alone (parentprocessname).
    """
    said = words(name)
    plain = "".join(said)
    if NEITHER & set(said) or not any(word in plain for word in PROCESS):
        return None
    of_parent = next((word for word in PARENT if word in plain), "")
    return of_parent, plain.replace(of_parent, "") if of_parent else plain


def _codes(ranks: pl.Series) -> NDArray[np.int64]:
    return ranks.fill_null(0).to_numpy().astype(np.int64)


def _base_names(values: pl.Series, *, command: bool) -> pl.Series:
    """Return the base name of each program; each distinct value is taken apart once."""
    text = as_text(values).str.slice(0, MAX_CHARACTERS).alias("s")
    distinct = text.drop_nulls().unique().to_frame()
    if command:
        name = lines.executable(lines.cleaned(pl.col("s")))
    else:
        name = lines.base_name(pl.col("s").str.strip_chars())
    known = distinct.with_columns(name=name)
    return text.to_frame().join(known, on="s", how="left", maintain_order="left")["name"]
