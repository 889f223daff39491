"""Scores of many series in one object, row for row: each is judged by its own past, in constant memory.

A series that was never seen starts by itself. How rows are cut into frames makes no difference to their
scores.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from phantom_ml.data.reading.read import ReadOptions, table_of
from phantom_ml.data.times.units import require_unit_of
from phantom_ml.errors import (
    BundleDamaged,
    BundleVersion,
    ConfigError,
    DataError,
    SourceNotFound,
)
from phantom_ml.parts.arrays import FILE, Arrays, digest, load_arrays, require, save_arrays
from phantom_ml.streams.order import LEAP, Reached, Walk, walk
from phantom_ml.streams.rows import (
    WHOLE,
    Rows,
    kind_of_time,
    rows_of,
    told_row,
    told_time,
    told_unwatched,
)
from phantom_ml.streams.series import Series, Verdict, below
from phantom_ml.streams.settings import StreamConfig

LOG = logging.getLogger("phantom_ml")
Key = tuple[str | None, ...]
SAVED = "Name the folder that a scorer was saved in, or begin with a new one."
#: Form of the saved file; the first had no digest.
VERSION, FIRST = 2, 1
#: An infinite value is a very great one, not a missing one.
READING = ReadOptions(keep_infinite=True)


class StreamScorer:
    """Anomaly scores of streams.

    Parameters
    ----------
    config : StreamConfig, mapping of its settings, or None
        None: one series, every numeric column is watched.

    Attributes
    ----------
    columns : tuple of str
        What is watched, settled by the first table.
    n_forgotten : int
        Series that were forgotten, as there were more than ``max_series``.
    first_row : int
        What errors and warnings call the first row of a table: 0, as Python does.

    Raises
    ------
    BadSetting, UnknownName
        A setting is outside its bounds, or bears a name that is not known.

    Examples
    --------
    >>> values = np.sin(np.arange(600) / 4)
    >>> values[500] = 5.0
    >>> scored = StreamScorer().update(pl.DataFrame({"load": values}))
    >>> scored.columns, scored["alert"].arg_true().to_list()
    (['score', 'alert', 'change_point'], [500])
    """

    def __init__(self, config: StreamConfig | Mapping[str, Any] | None = None) -> None:
        self.config = StreamConfig.model_validate({} if config is None else config)
        self.columns: tuple[str, ...] = ()
        self.n_forgotten = 0
        self.first_row = 0
        self._series: dict[Key, Series] = {}
        self._reached: dict[Key, Reached] = {}
        self._kind_of_time: str | None = None

    @property
    def names(self) -> list[Key]:
        """Return the series that are remembered, the one seen least lately first."""
        return list(self._series)

    def fit(self, frame: Any) -> StreamScorer:
        """Learn from rows that are mostly usual, without a score of them, and return this object.

        A series that is known already learns from them as ``update`` does. Never needed: ``update`` starts a
        series too.

        Raises
        ------
        DataError
            As ``update``.
        """
        for key, rows, reached in self._taken(frame):
            if key in self._series:
                self._series[key].update(rows.values)
            else:
                self._series[key] = Series.begin(self.config, rows.values, self.config.seed)
            self._keep(key, reached)
        return self

    def update(self, frame: Any, *, details: bool = False) -> pl.DataFrame:
        """Return what is said of each row, row for row.

        Parameters
        ----------
        frame : table
            New rows of any of the series: a table of polars, pandas or Arrow, a NumPy array, a mapping of one row
            or of columns, or a list of mappings. Equal times of a series are taken in the order of the rows; a
            missing cell is taken for the last value known; an infinite one for a very great one. A row may go back
            to where a leap of more than 400 days began, as long as fewer than 100 rows followed that leap.
        details : bool
            Whether to add ``event`` and each detector's surprise, in nats.

        Returns
        -------
        polars DataFrame
            ``score`` from 0 to 1, higher is odder, anomalous from 0.5 on; ``alert``, where something new began;
            ``change_point``, where level or spread has stayed away from what it was.

        Raises
        ------
        ColumnMissing
            A column that is named or was watched before is not there.
        DataError
            It is no table, a time goes back within a series, is missing or of another kind than those before, or
            a column is not numeric. Nothing was learned then.
        """
        parts, places = [], []
        for key, rows, reached in self._taken(frame):
            series, values = self._series.get(key), rows.values
            if series is None:
                series = Series.begin(self.config, values[:1], self.config.seed)
                parts.append(_unknown(series, 1))
                values = values[1:]
            self._series[key] = series
            parts.append(series.update(values))
            places.append(rows.places)
            self._keep(key, reached)
        return self._frame(parts, places, details)

    def forget(self, name: str | Sequence[str | None] = ()) -> None:
        """Drop a series: its next row begins it anew, at any time.

        Parameters
        ----------
        name : str, or sequence of str or None
            The cells of ``series_columns`` in its rows, as ``names`` tells them; one may stand by itself, and the
            only series of rows that name none has no cell.

        Raises
        ------
        DataError
            No such series is remembered.

        Examples
        --------
        >>> scorer = StreamScorer({"time_column": "t", "series_columns": "host"})
        >>> _ = scorer.update({"t": [9], "host": ["web"], "load": [1.0]})
        >>> scorer.forget("web")
        >>> scorer.names
        []
        """
        key = (name,) if isinstance(name, str) else tuple(name)
        if key not in self._series:
            raise DataError(
                f"No series {_told(key)} is remembered.", "Give one of those in 'names'."
            )
        del self._series[key]
        self._reached.pop(key, None)

    def _taken(self, table: Any) -> list[tuple[Key, Rows, Reached | None]]:
        """Return the rows of each series, and where they take its time; raises before anything is learned."""
        frame = table_of(table, READING)
        columns, groups = rows_of(frame, self.config, self.columns, self.first_row)
        unwatched = (
            "" if self.columns else told_unwatched(frame, self.config, columns, self.first_row)
        )
        kind = self._kind_of_time
        if groups and self.config.time_column:
            kind = self._told_kind(frame[self.config.time_column])
        walks = [self._walked(key, rows, kind) for key, rows in groups]
        self.columns, self._kind_of_time = columns, kind
        if unwatched:
            LOG.warning("%s", unwatched)
        taken = []
        for (key, rows), walked in zip(groups, walks, strict=True):
            taken.append((key, rows, None if walked is None else walked.reached))
            if walked is not None and kind is not None:
                _tell_doubted(key, walked.doubted, kind)
        return taken

    def _walked(self, key: Key, rows: Rows, kind: str | None) -> Walk | None:
        """Return what rows make of the time of their series, None without a time; raises DataError."""
        if rows.times is None or kind is None:
            return None
        before = self._reached.get(key)
        if kind == WHOLE:
            seen_last = [] if before is None else [before.last]
            require_unit_of(np.append(seen_last, rows.times), str(self.config.time_column))
        walked = walk(before, rows.times, None if kind == WHOLE else LEAP)
        if walked.back is None:
            return walked
        row = told_row(int(rows.places[walked.back]), self.first_row)
        seen = told_time(walked.reached.last, kind)
        here, of_it = told_time(int(rows.times[walked.back]), kind), f"the series {_told(key)}"
        if walked.back > 0:
            raise DataError(
                f"Time goes back at {row}, in {of_it}: {here} comes after {seen}.",
                f"Sort the rows of a series by time. Where the clock of {seen} was wrong, leave that row out.",
            )
        raise DataError(
            f"{row.capitalize()}, {here}, lies before the last one that was seen of {of_it}, {seen}.",
            "Give the rows of a series in the order of time; what came late must be left out. Where the clock of "
            f"{seen} was wrong, go on from a scorer saved before, or forget the series.",
        )

    def _told_kind(self, times: pl.Series) -> str:
        """Return the kind of time; raises DataError where that of the rows before was another."""
        kind = kind_of_time(times)
        if self._kind_of_time not in (None, kind):
            raise DataError(
                f"The time column {times.name!r} holds {kind}; the rows before had {self._kind_of_time}.",
                "Give times of one kind: whole numbers, or datetimes all with or all without a zone.",
            )
        return kind

    def _keep(self, key: Key, reached: Reached | None) -> None:
        self._series[key] = self._series.pop(key)
        if reached is not None:
            self._reached[key] = reached
        while len(self._series) > self.config.max_series:
            oldest = next(iter(self._series))
            del self._series[oldest]
            self._reached.pop(oldest, None)
            self.n_forgotten += 1

    def _frame(self, parts: list[Verdict], places: list[np.ndarray], details: bool) -> pl.DataFrame:
        order = np.argsort(np.concatenate([*places, np.empty(0, np.int64)]), kind="stable")
        kinds: dict[str, Any] = {"score": float, "alert": bool, "change_point": bool}
        columns = {
            name: np.concatenate([*(getattr(p, name) for p in parts), np.empty(0, kind)])[order]
            for name, kind in kinds.items()
        }
        if details and parts:
            columns["event"] = np.concatenate([p.event for p in parts])[order]
            for name in parts[0].surprise:
                columns[name] = np.concatenate([p.surprise[name] for p in parts])[order]
        return pl.DataFrame(columns)

    def save(self, folder: str | Path) -> None:
        """Write everything into a folder, made if absent: arrays and JSON, never a pickle."""
        place = Path(folder).expanduser()
        place.mkdir(parents=True, exist_ok=True)
        arrays: Arrays = {}
        for i, series in enumerate(self._series.values()):
            arrays |= {f"{i}/{name}": array for name, array in series.arrays().items()}
        arrays = arrays or {"none": np.empty(0)}
        facts = {
            "version": VERSION,
            "config": self.config.model_dump_json(),
            "columns": self.columns,
            "n_forgotten": self.n_forgotten,
            "kind_of_time": self._kind_of_time,
            **_facts_of_times(self._series, self._reached),
        }
        save_arrays(place, arrays, {**facts, "sha256": _sha256(arrays, facts)})

    @classmethod
    def load(cls, folder: str | Path) -> StreamScorer:
        """Return the scorer that was saved; it goes on as if it had not been.

        Raises
        ------
        SourceNotFound
            There is no such folder.
        BundleVersion
            It was written in a form that this version does not read.
        BundleDamaged
            The folder holds no scorer, or its bytes are not those that were saved.
        """
        arrays, facts = _read(Path(folder).expanduser())
        try:
            found = cls(StreamConfig.model_validate_json(facts["config"]))
            found.columns = tuple(json.loads(json.dumps(facts["columns"])))
            found.n_forgotten = int(facts["n_forgotten"])
            told = [(tuple(key), time) for key, time in facts["series"]]
            # A file from before leaps were doubted names none.
            leaps = {int(place): (int(at), int(n)) for place, at, n in facts.get("leaps", [])}
        except (ConfigError, KeyError, TypeError, ValueError):
            require(False, "its facts cannot be read")
        # A file from before times had a kind does not name it.
        found._kind_of_time = facts.get("kind_of_time")
        require(isinstance(found._kind_of_time, str | None), "its facts cannot be read")
        require(len(told) <= found.config.max_series, "it holds more series than it may")
        for i, (key, time) in enumerate(told):
            found._series[key] = Series.of_arrays(found.config, below(arrays, f"{i}/"))
            fits = len(found._series[key].last) == len(found.columns)
            require(fits and isinstance(time, int | None), "a series has other columns")
            if time is not None:
                found._reached[key] = Reached(time, *leaps.get(i, ()))
        return found


def _read(place: Path) -> tuple[Arrays, dict[str, Any]]:
    """Return the arrays and facts of a saved scorer, byte for byte; raises as ``load``."""
    if not place.exists():
        raise SourceNotFound(f"There is no scorer at {str(place)!r}.", SAVED)
    if not (place / FILE).exists():
        raise BundleDamaged(f"No scorer lies in {str(place)!r}: it has no {FILE}.", SAVED)
    try:
        arrays, facts = load_arrays(place, {})
    except BundleDamaged:
        raise BundleDamaged(f"The scorer in {str(place)!r} cannot be read.", SAVED) from None
    told, version = facts.pop("sha256", None), facts.get("version")
    require(isinstance(version, int), "it states no version")
    if version not in (FIRST, VERSION):
        raise BundleVersion(
            f"The scorer in {str(place)!r} is of version {version}; this program has version {VERSION}.",
            "Use the Phantom ML version that wrote it, or begin anew in another folder.",
        )
    if told != (_sha256(arrays, facts) if version == VERSION else None):
        raise BundleDamaged(
            f"The bytes of the scorer in {str(place)!r} are not those that were saved.", SAVED
        )
    return arrays, facts


def _sha256(arrays: Arrays, facts: Mapping[str, Any]) -> str:
    told = json.dumps(facts, sort_keys=True).encode()
    return digest({**arrays, "facts": np.frombuffer(told, np.uint8)})


def _facts_of_times(keys: Iterable[Key], reached: Mapping[Key, Reached]) -> dict[str, Any]:
    """Return the last time of each series, and where one leapt, from when and how many rows ago."""
    known = [(key, reached.get(key)) for key in keys]
    leaps = [
        [i, at.before, at.n_since]
        for i, (_, at) in enumerate(known)
        if at is not None and at.before is not None
    ]
    return {"series": [[list(key), at and at.last] for key, at in known], "leaps": leaps}


def _tell_doubted(key: Key, times: Iterable[int], kind: str) -> None:
    """Log the times of rows whose clocks are taken for wrong."""
    for time in times:
        LOG.warning(
            "The time %s in the series %s lies more than a year ahead of the rows after it: that clock is taken "
            "for wrong.", told_time(time, kind), _told(key),
        )  # fmt: skip


def _unknown(series: Series, n: int) -> Verdict:
    none = np.zeros(n)
    return Verdict(
        {name: none for name in series.states}, none, none, np.zeros(n, bool), np.zeros(n, bool)
    )


def _told(key: Key) -> str:
    return ", ".join(repr("" if part is None else part[:60]) for part in key) or "without a name"
