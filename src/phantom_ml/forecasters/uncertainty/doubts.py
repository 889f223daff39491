"""What a person should know of a history: mixed or missing steps, too long a season, values far from all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.errors import listed
from phantom_ml.forecasters.series.far_rows import told_far_rows
from phantom_ml.forecasters.series.frequency import DAY, Frequency
from phantom_ml.forecasters.series.grid import SeriesSet, told_times
from phantom_ml.forecasters.series.season import LEAST_SEASONS
from phantom_ml.forecasters.uncertainty.learnable import LEAST_VALUES
from phantom_ml.wording import counted

Ints = NDArray[np.int64]
#: From this share of steps without a value on it is told.
MOST_EMPTY = 0.5
#: So many gaps of one size, one after the other, are no chance.
LEAST_RUN = 10
#: A series has a step of its own where this share of its gaps are of one size.
LEAST_SAME = 0.8
#: So many series, or values, are named.
MOST_NAMED = 5
#: A value is far where it lies so many times as far from the middle as all but one in so many together.
OUTWEIGHS, ONE_IN = 1_000.0, 100


def doubts(series: SeriesSet, frequency: str | None, season: int | None) -> tuple[str, ...]:
    """Return sentences on a step, a season and values that do not suit the history; none where all do.

    Parameters
    ----------
    series : SeriesSet
    frequency, season : str and int, or None
        As they were declared.
    """
    return (
        *_of_no_step(series, frequency),
        *_of_steps(series, frequency),
        *_of_season(series, season),
        *_of_far_values(series),
    )


def _of_no_step(series: SeriesSet, declared: str | None) -> tuple[str, ...]:
    if declared is not None or int(series.lengths.max()) > 1:
        return ()
    example = "1h" if series.time_type.is_temporal() else "2"
    return (
        "No series has two values: how far its steps lie apart is not known, and "
        f"{series.frequency.text} is taken. "
        f"Declare the frequency, {example!r} for one, or give a longer history.",
    )


def _of_steps(series: SeriesSet, declared: str | None) -> tuple[str, ...]:
    step, n_steps = series.frequency, len(series.values)
    held = np.flatnonzero(~np.isnan(series.values))
    n_empty = n_steps - len(held)
    codes = series.codes[held]
    is_same = np.diff(codes) == 0
    gaps = np.diff(held)[is_same]
    rows = _in_runs(gaps)
    wide = max((gap for gap in rows if gap > 1), key=lambda gap: rows[gap], default=0)
    empty = f"{n_empty:,} of {n_steps:,} steps hold no value and are filled in"
    own_steps = _own_steps(codes[1:][is_same], gaps, series.n_series)
    if len(np.unique(own_steps[own_steps > 0])) > 1:
        return (_of_series_apart(series, own_steps, empty),)
    far = _far_rows(series) if n_empty > MOST_EMPTY * n_steps else None
    if far is not None:
        return (
            f"{far[0]}. With a step of {step.text} {empty}, and the forecast begins after the last row. {far[1]}",
        )
    if wide and 1 in rows:
        apart, own = _told(step, wide), step.text
        return (
            f"The steps are mixed: {rows[wide]:,} values lie {apart} apart, {rows[1]:,} lie {own} apart. With a "
            f"step of {own} {empty}. Declare the frequency {apart!r}, or give rows of one step.",
        )
    if n_empty <= MOST_EMPTY * n_steps:
        return ()
    if wide:
        apart = _told(step, wide)
        own = f"declared step of {step.text}" if declared else f"step of {step.text}"
        return (
            f"The {own} is too short: {rows[wide]:,} values lie {apart} apart, so that {empty}. Declare the "
            f"frequency {apart!r}, or none.",
        )
    return (
        f"With a step of {step.text} {empty}. Declare a longer frequency; where no row means that nothing came, "
        "give rows of 0.",
    )


def _far_rows(series: SeriesSet) -> tuple[str, str] | None:
    """Return what is told of rows that stretch the longest series; None where none does."""
    if series.frequency.unit == "step":
        return None
    longest = int(series.lengths.argmax())
    part = slice(series.bounds[longest], series.bounds[longest + 1])
    times = series.times()[part][~np.isnan(series.values[part])]
    return told_far_rows(times, series.time_type, (series.ids, longest), DAY)


def _own_steps(codes: Ints, gaps: Ints, n_series: int) -> Ints:
    """Return the size of nearly all gaps of each series, shape (n_series,), 0 where there is none such."""
    counts = np.bincount(codes, minlength=n_series)
    middles = (np.cumsum(counts) - counts + counts // 2)[counts > 0]
    common = np.zeros(n_series, np.int64)
    common[counts > 0] = gaps[np.lexsort((gaps, codes))][middles]
    same = np.bincount(codes, gaps == common[codes], n_series)
    return np.where((counts >= LEAST_RUN) & (same >= LEAST_SAME * counts), common, 0)


def _of_series_apart(series: SeriesSet, own_steps: Ints, empty: str) -> str:
    """Return the sentence that names the series whose steps are not those of most."""
    sizes, n_of_each = np.unique(own_steps[own_steps > 0], return_counts=True)
    usual = int(sizes[n_of_each.argmax()])
    odd = np.flatnonzero((own_steps > 0) & (own_steps != usual))
    names = [", ".join(str(part) for part in row) for row in series.ids[odd].rows()]
    step = series.frequency
    apart = " or ".join(_told(step, int(size)) for size in sizes if size != usual)
    it = "it" if len(odd) == 1 else "them"
    return (
        f"The steps differ between series: the values of {listed(names, MOST_NAMED)} lie {apart} apart, those of "
        f"the others {_told(step, usual)}. With a step of {step.text} {empty}. Leave {it} out, or train a model "
        f"of {it} apart."
    )


def _in_runs(gaps: Ints) -> dict[int, int]:
    """Return how many gaps of each size lie in runs of one size, by size."""
    if not len(gaps):
        return {}
    starts = np.flatnonzero(np.diff(gaps, prepend=gaps[0] - 1))
    lengths = np.diff(np.append(starts, len(gaps)))
    long = lengths >= LEAST_RUN
    sizes, places = np.unique(gaps[starts[long]], return_inverse=True)
    counts = np.bincount(places, lengths[long], len(sizes))
    return {int(size): int(n) for size, n in zip(sizes, counts, strict=True)}


def _told(step: Frequency, n_steps: int) -> str:
    """Return the text of a step that is so many times as long."""
    if step.unit == "weekday":
        return f"{n_steps}b"
    return replace(step, size=n_steps * step.size).text


def _of_season(series: SeriesSet, season: int | None) -> tuple[str, ...]:
    longest = int(series.lengths.max())
    if season is None or LEAST_SEASONS * season <= longest:
        return ()
    what = (
        "what came one season ago is all that is known of it"
        if season < longest
        else "it is forecast as if there were none"
    )
    return (
        f"The declared season of {counted(season, 'step')} is longer than the history can support: the longest "
        f"series has {counted(longest, 'step')}, two seasons need {LEAST_SEASONS * season:,}, and {what}. Give a "
        f"longer history, or a season of at most {counted(max(longest // LEAST_SEASONS, 1), 'step')}.",
    )


def _of_far_values(series: SeriesSet) -> tuple[str, ...]:
    """Return the sentence that names values which alone tell how much their series moves."""
    away = (pl.col("value") - pl.col("value").median()).abs().over("code")
    n_few = pl.max_horizontal(pl.len() // ONE_IN, 1).over("code")
    is_few = pl.col("away").rank("ordinal", descending=True).over("code") <= n_few
    rest = pl.when(is_few).then(0.0).otherwise(pl.col("away")).sum().over("code")
    rows = pl.DataFrame({"code": series.codes, "value": series.values}).with_row_index("place")
    known = rows.filter(pl.col("value").is_not_nan()).with_columns(away=away)
    known = known.filter(pl.len().over("code") >= LEAST_VALUES).with_columns(rest=rest)
    far = known.filter((pl.col("rest") > 0) & (pl.col("away") > OUTWEIGHS * pl.col("rest")))
    if far.is_empty():
        return ()
    times = told_times(pl.Series(series.times()[far["place"]]), series.time_type)
    which = [
        f"{value:g} at {time}" + "".join(f" of {part}" for part in _names(series, code))
        for value, time, code in zip(far["value"], times, far["code"], strict=True)
    ]
    shown = ", ".join(which[:MOST_NAMED]) + (", ..." if len(which) > MOST_NAMED else "")
    who = counted(len(which), "value of", "values of")
    outweigh, it = ("outweighs", "it") if len(which) == 1 else ("outweigh", "they")
    are, them = ("is", "it") if len(which) == 1 else ("are", "them")
    return (
        f"{who} {series.target!r} {outweigh} all others of the series together: {shown}. Bands become so wide "
        f"that little lies outside. Leave {them} empty where {it} {are} an error.",
    )


def _names(series: SeriesSet, code: int) -> list[str]:
    """Return what names a series, nothing where it has no name."""
    return [repr(str(part)) for part in series.ids.row(code)] if series.ids.width else []
