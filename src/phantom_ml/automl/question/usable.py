"""What the columns and the named algorithms of a question can serve for, told before any work."""

from __future__ import annotations

import polars as pl

from phantom_ml.algorithms.base import AlgorithmSettings, algorithms
from phantom_ml.config import AutoMLConfig, ProblemKind
from phantom_ml.data.schema import ColumnKind, TableSchema
from phantom_ml.errors import TargetUnusable, UnknownName, listed


def named_algorithm(name: str, *kinds: ProblemKind) -> type[AlgorithmSettings]:
    """Return an algorithm; raises UnknownName with those that solve a problem of such a kind, or of such kinds.

    Examples
    --------
    >>> named_algorithm("hbos", ProblemKind.ANOMALY).name
    'HBOS'
    """
    try:
        return algorithms.get(name)
    except UnknownName:
        fitting = [a.name for a in algorithms if a.kinds.intersection(kinds)]
        raise UnknownName(algorithms.kind, name, fitting) from None


def no_column_left(config: AutoMLConfig) -> TargetUnusable:
    """Return the error of a table without a column to learn from, with what took the others away."""
    beside = "" if config.target_column is None else " beside the target"
    if config.ignored_columns:
        return TargetUnusable(
            f"All columns{beside} are left out of the features: {listed(config.ignored_columns)} by "
            "ignored_columns.",
            "Take some of them out of ignored_columns, or add columns.",
        )
    return TargetUnusable(f"The table has no column{beside}.", "Add columns to learn from.")


def names_alone(frame: pl.DataFrame, inputs: TableSchema) -> tuple[str, ...]:
    """Return what to say of rows that hold nothing but one word each, and each its own.

    Examples
    --------
    >>> from phantom_ml.data.recognise import recognise
    >>> rows = pl.DataFrame({"session": [f"s-{i}" for i in range(60)]})
    >>> len(names_alone(rows, recognise(rows)))
    1
    """
    if len(inputs.columns) != 1 or inputs.columns[0].kind is not ColumnKind.TEXT:
        return ()
    name = inputs.columns[0].name
    words = frame[name].drop_nulls().cast(pl.String)
    if words.n_unique() < len(words) or words.str.contains(r"\s").any():
        return ()
    return (
        f"Each row has a word of its own in {name!r}, and there is no other column: nothing but its spelling can "
        "be odd. Add columns that tell what happened.",
    )
