"""What a person should know of a table's cells: what its times do not tell, which are no numbers, or no ports."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from phantom_ml.data.schema import NUMBER_KINDS, ColumnKind, TableSchema
from phantom_ml.data.times.form import in_two_orders
from phantom_ml.data.times.parse import NO_TIME, mostly_untimed, nanoseconds
from phantom_ml.data.times.years import spans_new_year, tells_year
from phantom_ml.features.columns.number import no_numbers, words_alone
from phantom_ml.features.columns.number_words import frequent_words
from phantom_ml.features.parsing.numbers import written_numbers
from phantom_ml.features.parsing.ports import parse_ports


def doubts_of_time(frame: pl.DataFrame, schema: TableSchema, time: str | None) -> tuple[str, ...]:
    """Return sentences; none where nothing is in doubt.

    Parameters
    ----------
    frame : DataFrame
        The training rows, at least the columns of ``schema``.
    schema : TableSchema
        The input columns.
    time : str or None
        The column that was named as the time of a row.

    Examples
    --------
    >>> from phantom_ml.data.schema import ColumnSchema
    >>> columns = [
    ...     ColumnSchema(name=name, dtype="Datetime", kind=ColumnKind.TIMESTAMP)
    ...     for name in ("begin", "end")
    ... ]
    >>> frame = pl.DataFrame({"begin": ["2026-01-01"], "end": ["2026-01-02"]})
    >>> doubts_of_time(frame, TableSchema(columns=columns), None)
    ('Nothing is told of the past: begin or end may be the time of a row. Name the time column.',)
    """
    stamps = schema.of_kind(ColumnKind.TIMESTAMP)
    return (
        *_undecided(stamps, time),
        *_without_year(frame, stamps),
        *_in_two_orders(frame, stamps),
    )


def doubts_of_rows(frame: pl.DataFrame, time: str | None) -> tuple[str, ...]:
    """Return a sentence on rows without a time, where one was named.

    Examples
    --------
    >>> doubts_of_rows(pl.DataFrame({"when": [3, 4, None]}), "when")
    ("1 row has no time in 'when': no other row learns from such, and a split in time leaves them out.",)
    """
    if time is None or time not in frame.columns:
        return ()
    times = nanoseconds(frame[time])
    n = int((times == NO_TIME).sum())
    if not n:
        return ()
    rows = "1 row has" if n == 1 else f"{n:,} rows have"
    told = f"{rows} no time in {time!r}: no other row learns from such, and a split in time leaves them out."
    most = " They are more than half: rows are dealt at random, and figures are optimistic."
    return (told + (most if mostly_untimed(times) else ""),)


def doubts_of_numbers(frame: pl.DataFrame, schema: TableSchema) -> tuple[str, ...]:
    """Return a sentence for each column of numbers that holds text which is none, or of ports that holds others.

    Parameters
    ----------
    frame : DataFrame
        The training rows, at least the columns of ``schema``.
    schema : TableSchema
        The input columns.

    Examples
    --------
    >>> from phantom_ml.data.schema import ColumnSchema
    >>> port = ColumnSchema(name="port", dtype="String", kind=ColumnKind.PORT)
    >>> doubts_of_numbers(pl.DataFrame({"port": ["22"] * 199 + ["err"]}), TableSchema(columns=[port]))
    ("1 of 200 cells of 'port' holds no number, 'err': it is missing.",)
    >>> doubts_of_numbers(pl.DataFrame({"port": [22, 70_000]}), TableSchema(columns=[port]))
    ("1 of 2 cells of 'port' holds no port from 0 to 65535, 70000: of it only the number is told.",)
    """
    written = [c for c in schema.of_kind(*NUMBER_KINDS) if frame[c].dtype == pl.String]
    lost = (_lost(frame[name]) for name in written if not words_alone(frame[name]))
    ports = [(name, _no_ports(frame[name])) for name in schema.of_kind(ColumnKind.PORT)]
    return (
        *filter(None, lost),
        *(_no_port(name, odd, frame.height) for name, odd in ports if len(odd)),
    )


def _lost(values: pl.Series) -> str | None:
    """Return what becomes of a column's words among numbers; None where it has no words."""
    odd = no_numbers(values)
    if not len(odd):
        return None
    one, example = len(odd) == 1, repr(str(odd[0])[:60])
    cells = f"{len(odd):,} of {len(values):,} cells of {values.name!r}"
    told = (
        f"{cells} holds no number, {example}"
        if one
        else f"{cells} hold no number, {example} for one"
    )
    if not frequent_words(values):
        return f"{told}: it is missing." if one else f"{told}: they are missing."
    lost = "as a number it is missing" if one else "as numbers they are missing"
    return f"{told}: {lost}, and a category beside tells the words that come often."


def _no_ports(values: pl.Series) -> pl.Series:
    """Return those cells that are numbers, but no ports."""
    numbers = values
    if values.dtype == pl.String:
        numbers = written_numbers(values)
    elif values.dtype.is_float():
        numbers = values.fill_nan(None)
    return values.filter(numbers.is_not_null() & parse_ports(values).is_null())


def _no_port(name: str, odd: pl.Series, n_rows: int) -> str:
    cells, example = f"{len(odd):,} of {n_rows:,} cells of {name!r}", str(odd[0])[:60]
    if len(odd) == 1:
        return f"{cells} holds no port from 0 to 65535, {example}: of it only the number is told."
    return (
        f"{cells} hold no port from 0 to 65535, {example} for one: of them only the number is told."
    )


def _undecided(stamps: list[str], time: str | None) -> Iterator[str]:
    if time is None and len(stamps) > 1:
        names = f"{', '.join(stamps[:-1])} or {stamps[-1]}"[:300]
        yield (
            f"Nothing is told of the past: {names} may be the time of a row. Name the time column."
        )


def _without_year(frame: pl.DataFrame, stamps: list[str]) -> Iterator[str]:
    for name in stamps:
        if name not in frame.columns or tells_year(frame[name]):
            continue
        yield f"The times of {name!r} tell no year: the day of the week is unknown."
        if spans_new_year(frame[name]):
            yield (
                f"The times of {name!r} span the end of a year and tell no year: nothing is told of the past, "
                "and January is taken to come before December. Write the year."
            )


def _in_two_orders(frame: pl.DataFrame, stamps: list[str]) -> Iterator[str]:
    for name in stamps:
        cell = in_two_orders(frame[name]) if name in frame.columns else None
        if cell is not None:
            yield (
                f"The times of {name!r} do not prove whether day or month comes first, {cell[:60]!r} for "
                "one: the month is taken. Write the year first, 2023-05-01."
            )
