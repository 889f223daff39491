"""What the features of an entity's past are called, and what their values are."""

from __future__ import annotations

from typing import NamedTuple

#: The windows there are, in seconds, with what an analyst calls them.
WINDOWS = {300: "5m", 3600: "1h", 86_400: "24h", 604_800: "7d"}
#: A burst is held against the mean of at most this many seconds; and what is counted over longer happened not
#: at once.
DAY = 86_400
#: Successes are held against the failures of this many seconds before.
HOUR = 3600


class Told(NamedTuple):
    """One feature: its name behind that of the entity, its values in words, its other columns.

    ``counts``: whether it tells how much happened at once, within a day.
    """

    name: str
    words: str
    beside: tuple[str, ...] = ()
    counts: bool = False


def window_name(seconds: int) -> str:
    """Return what a window is called.

    Examples
    --------
    >>> window_name(3600), window_name(90)
    ('1h', '90s')
    """
    return WINDOWS.get(seconds, f"{seconds}s")


def named_windows(windows: tuple[int, ...]) -> list[tuple[str, int]]:
    """Return what windows are called, with their seconds.

    Examples
    --------
    >>> named_windows((3600, 90))
    [('1h', 3600), ('90s', 90)]
    """
    return [(window_name(seconds), seconds) for seconds in windows]


def burst_windows(windows: tuple[int, ...]) -> tuple[int, int] | None:
    """Return the shortest window, and the longest of at most a day that it is held against.

    Examples
    --------
    >>> burst_windows((300, 3600, 86400, 604800)), burst_windows((3600,))
    ((300, 86400), None)
    """
    long = max((w for w in windows if w <= DAY), default=0)
    return (windows[0], long) if windows and long > windows[0] else None


def failure_window(windows: tuple[int, ...]) -> int | None:
    """Return the window whose failures a success is held against: 1 h, or the nearest shorter one."""
    return max((w for w in windows if w <= HOUR), default=min(windows, default=None))


def arrival_words(windows: tuple[int, ...]) -> list[Told]:
    """Return what is told of every entity: novelty, gap, counts, burst and session."""
    told = [
        Told("is_new", "1 if the entity was never seen before, else 0"),
        Told("age", "seconds since the entity was first seen, at most 7 days"),
        Told("gap", "seconds since the entity's last event, at most 7 days"),
    ]
    told += [
        Told(f"events.{n}", f"events of the entity in the {n} before", counts=seconds <= DAY)
        for n, seconds in named_windows(windows)
    ]
    burst = burst_windows(windows)
    if burst:
        short, long = map(window_name, burst)
        told.append(
            Told(
                f"burst.{short}",
                f"log2 of events in {short} against the mean of {long} or since first seen",
            )
        )
    return [
        *told,
        Told("session_events", "events before in the session (no pause of 30 min or more)"),
        Told("session_seconds", "seconds since the session began"),
    ]


def distinct_words(column: str, windows: tuple[int, ...]) -> list[Told]:
    """Return what is told of a column's values."""
    told = [
        Told(
            f"distinct_{column}.{n}",
            f"distinct values of {column} in the {n} before",
            (column,),
            seconds <= DAY,
        )
        for n, seconds in named_windows(windows)
    ]
    new = Told(
        f"{column}_is_new",
        f"1 if the entity never had this {column} before, else 0",
        (column,),
    )
    return [*told, new]


def sum_words(column: str, windows: tuple[int, ...]) -> list[Told]:
    """Return what is told of a column's amounts."""
    told = [
        Told(f"{column}.{n}", f"sum of {column} in the {n} before", (column,))
        for n in map(window_name, windows)
    ]
    words = f"log2 of {column} against the entity's mean of the 7d before"
    return [*told, Told(f"{column}_vs_past", words, (column,))]


def failure_words(columns: tuple[str, ...], windows: tuple[int, ...]) -> list[Told]:
    """Return what is told of failures."""
    told = []
    for n, seconds in named_windows(windows):
        failed = f"failed events in the {n} before"
        told.append(Told(f"failures.{n}", failed, columns, seconds <= DAY))
        words = f"share of failed events in the {n} before, 0 to 1 (Laplace)"
        told.append(Told(f"failure_rate.{n}", words, columns))
    window = failure_window(windows)
    if window is not None:
        words = f"failed events in the {window_name(window)} before a success, else 0"
        told.append(Told("success_after_failures", words, columns))
    return told


#: What is told of the last 16 gaps at most, if there are 8 within 7 days.
RHYTHM = (
    Told("gap_mean", "mean of the last gaps between events, in seconds"),
    Told("gap_cv", "standard deviation of the last gaps over their mean"),
    Told("regularity", "share of the last gaps within 5 % of their mean, 0 to 1"),
)
