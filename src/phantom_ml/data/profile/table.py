"""The profile of a table: what its columns hold, what is missing, repeated or odd."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from phantom_ml.data.columns.copies import equal_columns
from phantom_ml.data.profile.columns import profile_column, repeated_rows
from phantom_ml.data.profile.model import ColumnProfile, Profile
from phantom_ml.data.profile.warnings import profile_warnings
from phantom_ml.data.reading.dataset import Dataset
from phantom_ml.data.recognise import recognise_sampled
from phantom_ml.data.schema import TableSchema
from phantom_ml.data.target.column import require_columns, require_target
from phantom_ml.data.times.parse import to_datetime

#: Rows that a profile looks at; missing cells are counted in all rows.
MAX_ROWS = 200_000

__all__ = ["Profile", "profile", "profile_dataset"]


def profile(
    frame: pl.DataFrame,
    schema: TableSchema,
    n_rows: int | None = None,
    *,
    target: str | None = None,
    time_column: str | None = None,
    group_columns: Sequence[str] = (),
) -> Profile:
    """Return the profile of a table from a sample of its rows.

    Parameters
    ----------
    frame : polars.DataFrame
        The rows to look at.
    schema : TableSchema
        What its columns are.
    n_rows : int, optional
        Rows of the whole table; left out, the frame is the table.
    target, time_column : str, optional
    group_columns : sequence of str
        Columns that get a word of their own.

    Raises
    ------
    ColumnMissing, TargetMissing
        A column that is named is not in the frame.

    Examples
    --------
    >>> frame = pl.DataFrame({"bytes": [1.5, None, 9.0], "y": ["a", "b", "a"]})
    >>> found = profile(frame, recognise_sampled(frame), target="y")
    >>> found.n_rows, found.target.top[0].value, round(found.columns[0].missing_share, 2)
    (3, 'a', 0.33)
    """
    if target is not None:
        require_target(frame.columns, target)
    wanted = [*schema.names(), *group_columns, *([time_column] if time_column else [])]
    require_columns(frame.columns, wanted)
    columns = tuple(profile_column(frame[c.name], c) for c in schema.columns)
    answer = next((c for c in columns if c.name == target), None)
    found = Profile(
        n_rows=frame.height if n_rows is None else n_rows,
        n_rows_seen=frame.height,
        columns=tuple(c for c in columns if c.name != target),
        target=answer,
        duplicate_rows_share=repeated_rows(frame),
        duplicate_columns=equal_columns(frame),
        time_range=_time_range(frame, time_column),
        groups={name: frame[name].n_unique() for name in group_columns},
    )
    return found.model_copy(update={"warnings": profile_warnings(found)})


def profile_dataset(
    dataset: Dataset,
    target: str | None = None,
    time_column: str | None = None,
    group_columns: Sequence[str] = (),
    overrides: Mapping[str, str] | None = None,
) -> Profile:
    """Return the profile of a table that may be larger than memory.

    Evenly spaced rows are looked at, at most 200,000; missing cells are counted in all rows, by
    streaming.

    Parameters
    ----------
    dataset : Dataset
    target, time_column : str, optional
    group_columns : sequence of str
    overrides : mapping of str to str, optional
        Column to kind, where a person knows better.

    Raises
    ------
    ColumnMissing, TargetMissing, UnknownName
        A column that is named is not in the table, or a kind does not exist.

    Examples
    --------
    >>> frame = pl.DataFrame({"bytes": [1.5, None, 9.0], "y": ["a", "b", "a"]})
    >>> profile_dataset(Dataset(frame.lazy(), 3), "y").n_columns
    2
    """
    if target is not None:
        require_target(dataset.columns, target, dataset.report.repeated)
    step = max(1, -(-dataset.n_rows // MAX_ROWS))
    frame = dataset.lazy.gather_every(step).collect(engine="streaming")
    schema = recognise_sampled(frame, overrides or {})
    found = profile(
        frame,
        schema,
        dataset.n_rows,
        target=target,
        time_column=time_column,
        group_columns=group_columns,
    )
    return found if step == 1 else _with_missing(found, _missing_shares(dataset))


def _missing_shares(dataset: Dataset) -> dict[str, float]:
    floats = pl.selectors.float()
    lacks = [(~floats).null_count(), (floats.is_null() | floats.is_nan()).sum()]
    counts = dataset.lazy.select(*lacks).collect(engine="streaming").row(0, named=True)
    return {name: count / max(1, dataset.n_rows) for name, count in counts.items()}


def _with_missing(found: Profile, shares: Mapping[str, float]) -> Profile:
    def counted(column: ColumnProfile) -> ColumnProfile:
        return column.model_copy(update={"missing_share": shares[column.name]})

    columns = tuple(counted(c) for c in found.columns)
    target = None if found.target is None else counted(found.target)
    exact = found.model_copy(update={"columns": columns, "target": target})
    return exact.model_copy(update={"warnings": profile_warnings(exact)})


def _time_range(frame: pl.DataFrame, time_column: str | None) -> tuple[str, str] | None:
    if time_column is None:
        return None
    times = to_datetime(frame[time_column]).drop_nulls()
    if times.is_empty():
        return None
    ends = pl.Series([times.min(), times.max()], dtype=pl.Datetime("us"))
    first, last = ends.dt.to_string("%Y-%m-%dT%H:%M:%S").to_list()
    return first, last
