"""Tables that are wrong in one way each, what the four tasks make of them, and what the page says of it."""

import logging
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from phantom_ml import PhantomMLCore, StreamScorer
from phantom_ml.errors import PhantomError
from tests.core.tables import START

PAGE = Path(__file__).parents[2] / "docs" / "bad_input.md"
BEFORE = {"n_threads": 1, "max_trials": 1, "time_column": "time"}
#: What each task is asked, as a person would ask it with little time.
ASKED = {
    "anomalies": BEFORE
    | {
        "task_type": "anomaly_detection",
        "algorithms_to_try": ["HBOS"],
    },
    "forecast": BEFORE
    | {
        "task_type": "time_series",
        "algorithms_to_try": ["SeasonalNaive"],
        "target_column": "value",
        "task_settings": {"horizon": 6},
    },
    "threats": BEFORE
    | {
        "task_type": "security_threat_detection",
        "algorithms_to_try": ["LogisticRegression"],
        "target_column": "is_odd",
        "threshold": {"max_fpr": 0.1},
    },
    "stream": {"time_column": "time"},
}
Table = Any


class Told(NamedTuple):
    """How a call ended, in a word, and all that was said."""

    outcome: str
    said: str


class Line(NamedTuple):
    """A line of the page: a case, one of its tasks, what happens and what is said, part by part."""

    case: str
    task: str
    outcome: str
    said: list[str]


def lines(title: str) -> list[Line]:
    """Return the lines of the table below a title of the page, one for each task that they name."""
    below = PAGE.read_text().split(f"## {title}\n", 1)[1].split("\n## ")[0]
    rows = [row.strip("| ").split(" | ") for row in re.findall(r"^\| .*", below, re.MULTILINE)]
    return [
        Line(case, task, outcome.split(";")[0].strip(), _parts(said))
        for case, tasks, outcome, said in rows[2:]
        for task in tasks.split(", ")
    ]


def _parts(said: str) -> list[str]:
    return [] if said.strip() in {"", "-"} else said.strip().split(" ... ")


def rows(n: int = 240) -> pl.DataFrame:
    """Flows of three users, six an hour; a quarter are odd, and send three times as much."""
    rng = np.random.default_rng(0)
    is_odd = rng.random(n) < 0.25
    return pl.DataFrame(
        {
            "time": [START + timedelta(minutes=10 * i) for i in range(n)],
            "value": np.where(is_odd, 3, 1) * rng.lognormal(6.0, 0.4, n).round(2),
            "port": rng.choice([53, 80, 443], n),
            "user": rng.choice(["ann", "bob", "cid"], n),
            "is_odd": is_odd,
        }
    )


def history(n: int = 120) -> pl.DataFrame:
    """One value an hour, higher by day."""
    hours = range(n)
    return pl.DataFrame(
        {
            "time": [START + timedelta(hours=h) for h in hours],
            "value": [20.0 + 5.0 * (h % 24 > 8) + h % 5 for h in hours],
        }
    )


def later(task: str) -> pl.DataFrame:
    """Two rows that come after those of training."""
    whole = rows(242) if task in {"anomalies", "threats"} else history(122)
    return whole.tail(2)


def base(task: str) -> pl.DataFrame:
    return rows() if task in {"anomalies", "threats"} else history()


def _times(frame: pl.DataFrame, of: Callable[[int, datetime], Any]) -> pl.DataFrame:
    return frame.with_columns(time=pl.Series([of(i, time) for i, time in enumerate(frame["time"])]))


def _each(frame: pl.DataFrame, value: Any, *names: str) -> pl.DataFrame:
    """Return a frame whose named columns hold one value alone."""
    held = [name for name in names if name in frame.columns]
    return frame.with_columns(pl.lit(value, frame[name].dtype).alias(name) for name in held)


def _one(frame: pl.DataFrame, value: Any) -> pl.DataFrame:
    """Return a frame with another value in one row."""
    values = frame["value"].to_list()
    values[20] = value
    kind = pl.String if isinstance(value, str) else pl.Float64
    return frame.with_columns(pl.Series("value", values, strict=False).cast(kind))


def _epoch(time: datetime) -> int:
    return int(time.replace(tzinfo=UTC).timestamp())


def _autumn(frame: pl.DataFrame) -> pl.DataFrame:
    """Return rows of the days around 25 October 2026 by the clock of Berlin, which shows 2:00 to 3:00 twice."""
    begin = datetime(2026, 10, 24, 12)
    moved = _times(frame, lambda _, time: begin + (time - START))
    back = moved["time"] >= datetime(2026, 10, 25, 3)
    return moved.with_columns(
        time=pl.when(back).then(pl.col("time") - timedelta(hours=1)).otherwise("time")
    )


def _in_two_zones(i: int, time: datetime) -> str:
    zone = timezone(timedelta(hours=1))
    return (time.replace(tzinfo=UTC).astimezone(zone if i % 2 else UTC)).isoformat()


def _wild(frame: pl.DataFrame) -> pl.DataFrame:
    rng = np.random.default_rng(3)
    size = rng.standard_cauchy(frame.height) * 10.0 ** rng.integers(0, 9, frame.height)
    return frame.with_columns(value=pl.Series(size))


#: What is done to a good table, under the name that the page has for it.
SPOIL: dict[str, Callable[[pl.DataFrame], Table]] = {
    "a table without rows": lambda t: t.head(0),
    "one row": lambda t: t.head(1),
    "rows in no order": lambda t: t.sample(fraction=1.0, shuffle=True, seed=1),
    "every row twice": lambda t: pl.concat([t, t]),
    "times in two zones": lambda t: _times(t, _in_two_zones),
    "some times with a zone": lambda t: _times(t, lambda i, d: d.isoformat() + "Z" * (i % 2)),
    "the hour that a clock shows twice": _autumn,
    "seconds among milliseconds": lambda t: _times(t, lambda i, d: _epoch(d) * 1_000 ** (i % 2)),
    "the hour that a clock shows twice, six rows an hour": lambda t: _autumn(rows()),
    "a clock of 2099": lambda t: _times(t, lambda i, d: datetime(2099, 1, 1) if i == 119 else d),
    "a time column of words": lambda t: _times(t, lambda i, _: f"row {i}"),
    "no time": lambda t: _each(t, None, "time"),
    "one time for all rows": lambda t: _each(t, START, "time"),
    "a gap of 20 rows": lambda t: pl.concat([t.head(60), t.slice(80)]),
    "constant columns": lambda t: _each(_each(t, 1, "value", "port"), "ann", "user"),
    "no value but the time": lambda t: _each(t, None, "value", "port", "user"),
    "an infinite value": lambda t: _one(t, float("inf")),
    "a word among numbers": lambda t: _one(t, "high"),
    "all rows far out": _wild,
    "no answer": lambda t: _each(t, None, "is_odd"),
    "all rows anomalous": lambda t: _each(t, True, "is_odd"),
    "all rows normal": lambda t: _each(t, False, "is_odd"),
    "the time column is not there": lambda t: t.rename({"time": "when"}),
    "a horizon longer than the history": lambda t: t.head(5),
    "one entity": lambda t: t.with_columns(user=pl.lit("ann")),
    "a positive class that no row has": lambda t: t,
    "constant columns and no time column": lambda t: _each(
        _each(t, 1, "value", "port"), "ann", "user"
    ).drop("time"),
    "an empty file": lambda t: "empty.csv",
    "a file with a header alone": lambda t: "header.csv",
}
#: What is asked otherwise than usual, by case and task.
OTHERWISE: dict[str, dict[str, dict[str, Any]]] = {
    "a horizon longer than the history": {"forecast": {"task_settings": {"horizon": 24}}},
    "one entity": {
        "anomalies": {"group_columns": ["user"]},
        "threats": {"group_columns": ["user"]},
        "forecast": {"group_columns": ["user"]},
        "stream": {"series_columns": ["user"]},
    },
    "a positive class that no row has": {
        "anomalies": {"positive_class": "evil", "target_column": "is_odd"},
        "forecast": {"positive_class": "evil"},
        "threats": {"positive_class": "evil"},
    },
    "constant columns and no time column": {
        "anomalies": {"time_column": None},
        "threats": {"time_column": None},
    },
    "no answer": {"anomalies": {"target_column": "is_odd"}},
    "all rows anomalous": {"anomalies": {"target_column": "is_odd"}},
    "all rows normal": {"anomalies": {"target_column": "is_odd"}},
}
#: What is done to rows that come after training.
LATER: dict[str, Callable[[pl.DataFrame], Table]] = {
    "no row": SPOIL["a table without rows"],
    "every row twice": SPOIL["every row twice"],
    "an entity or series never seen": lambda t: t.with_columns(user=pl.lit("zoe")),
    "an infinite value": lambda t: _each(t, float("inf"), "value"),
    "a word in place of a number": lambda t: t.with_columns(value=pl.lit("high")),
    "no value": lambda t: _each(t, None, "value"),
    "a time that is none": lambda t: t.with_columns(time=pl.lit("soon")),
    "no time": SPOIL["no time"],
    "milliseconds where training had datetimes": lambda t: _times(
        t, lambda _, d: _epoch(d) * 1_000
    ),
    "a zone where training had none": lambda t: _times(t, lambda _, d: d.replace(tzinfo=UTC)),
    "a column less": lambda t: t.drop("value"),
    "no answer": SPOIL["no answer"],
    "anomalies alone": SPOIL["all rows anomalous"],
    "normal rows alone": SPOIL["all rows normal"],
    "an answer that training never saw": lambda t: t.with_columns(is_odd=pl.lit("maybe")),
}


def asked(task: str, case: str) -> dict[str, Any]:
    """Return what is asked of a task; the answers are no column of those who ask for none."""
    whole = {**ASKED[task], **OTHERWISE.get(case, {}).get(task, {})}
    is_answered = task != "anomalies" or "target_column" in whole
    return whole if is_answered else {**whole, "ignored_columns": ["is_odd"]}


def told_by(run: Callable[[], Iterator[str]], word: str) -> Told:
    """Return how a call ended: ``word``, or the class of its error as the page writes it."""
    try:
        said = list(run())
    except PhantomError as error:
        return Told(f"`{type(error).__name__}`", f"{error.message} {error.hint}")
    return Told(word, " ".join(said))


def trained_on(core: PhantomMLCore, table: Table, task: str, case: str) -> Iterator[str]:
    """Yield what is said of a training on a table."""
    if task == "stream":
        StreamScorer(asked(task, case)).update(table)
        return
    result = core.auto_create_model(table, asked(task, case))
    yield from result.notes()


def logged(caplog: Any) -> list[str]:
    """Return what was logged for a user to see."""
    return [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
