"""Leaderboard: every trial of an experiment, best first, with the reason of each that failed."""

from __future__ import annotations

import html
import json
import math
import statistics
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol, overload

from pydantic import Field

from phantom_ml.config import Settings
from phantom_ml.errors import NoTrialSucceeded
from phantom_ml.model.text_table import aligned, hanging, printable, shortened
from phantom_ml.model.trial import Setting, Trial, TrialStatus
from phantom_ml.wording import counted

if TYPE_CHECKING:
    import polars as pl

WIDTH = 100
#: Other scores that are shown where rows have them: without answers a score alone says little.
BESIDE = ("stability", "agreement")
_LEFT = ("model_id", "algorithm")
_LIMITS = {"model_id": 28, "algorithm": 20}
_LAST = {TrialStatus.DONE: 0, TrialStatus.PRUNED: 1, TrialStatus.FAILED: 2}


class MetricLike(Protocol):
    """What a leaderboard needs to know of a metric."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def greater_is_better(self) -> bool:
        """Its direction."""


class LeaderboardRow(Settings):
    """One trial with its place."""

    rank: int | None = Field(
        None, ge=1, description="1 is best; None for what failed or was pruned."
    )
    number: int = Field(ge=0, description="The trial's own number.")
    model_id: str | None = None
    algorithm: str
    score: float | None = None
    fold_std: float | None = Field(None, description="Standard deviation over the folds.")
    other_scores: dict[str, float] = Field(default_factory=dict)
    fit_seconds: float = Field(
        0.0, description="Wall clock of the trial; of an ensemble, what it took beside its members."
    )
    predict_us_per_row: float | None = None
    n_rounds: int | None = None
    memory_mb: float | None = None
    status: TrialStatus = TrialStatus.DONE
    reason: str = ""
    settings: dict[str, Setting] = Field(default_factory=dict)
    members: tuple[str, ...] = ()

    @classmethod
    def of(cls, trial: Trial, rank: int | None) -> LeaderboardRow:
        """Return the row of a trial; numbers that are not finite become None."""
        return cls(
            rank=rank,
            number=trial.number,
            model_id=trial.model_id,
            algorithm=trial.algorithm,
            score=_finite(trial.score),
            fold_std=_spread(trial.fold_scores),
            other_scores={n: s for n, s in trial.other_scores.items() if math.isfinite(s)},
            fit_seconds=trial.seconds,
            predict_us_per_row=_finite(trial.predict_us_per_row),
            n_rounds=trial.n_rounds,
            memory_mb=_finite(trial.peak_memory_mb),
            status=trial.status,
            reason=trial.reason,
            settings=trial.settings,
            members=trial.members,
        )


class Leaderboard(Settings):
    """All trials of one experiment, ranked: iterate, index or print it, or take its ``frame()``.

    Examples
    --------
    >>> from phantom_ml.metrics.base import Metric
    >>> def log_loss(truth, prediction, weight):
    ...     return 0.0
    >>> loss = Metric("log_loss", log_loss, False, (0.0, 9.0), "probability", frozenset())
    >>> trials = [
    ...     Trial(number=0, algorithm="LightGBM", score=0.2, seconds=1.5),
    ...     Trial(number=1, algorithm="XGBoost", score=0.1, seconds=2.0, model_id="xgboost-0a1b"),
    ...     Trial(number=2, algorithm="LSTM", status="failed", reason="It ran out of memory."),
    ... ]
    >>> board = Leaderboard.of(trials, loss, "exp-1")
    >>> board.best.algorithm, len(board), [row.rank for row in board]
    ('XGBoost', 3, [1, 2, None])
    >>> print(board)
    Leaderboard of exp-1 by log_loss (less is better): 3 trials, 1 of them failed
    rank  model_id      algorithm   score  fit s
       1  xgboost-0a1b  XGBoost    0.1000    2.0
       2  -             LightGBM   0.2000    1.5
       -  LSTM failed: It ran out of memory.
    """

    experiment_id: str
    metric: str
    greater_is_better: bool
    rows: tuple[LeaderboardRow, ...] = ()

    @classmethod
    def of(cls, trials: Sequence[Trial], metric: MetricLike, experiment_id: str) -> Leaderboard:
        """Return the leaderboard of trials.

        Parameters
        ----------
        trials : sequence of Trial
            In any order. Ties go to the metric's own tie break, the faster prediction, the earlier trial; of those
            without a score an ensemble comes first, then the earlier trial.
        metric : MetricLike
            Name and direction.
        experiment_id : str
        """
        sign, tie = -1.0 if metric.greater_is_better else 1.0, getattr(metric, "tie_break", None)

        def place(trial: Trial) -> tuple[int, float, float, float, int]:
            score = _finite(trial.score)
            if score is None:  # an ensemble is what is served of those that nothing tells apart
                return _LAST[trial.status], math.inf, float(not trial.members), 0.0, trial.number
            speed = _finite(trial.predict_us_per_row)
            beside = 0.0 if tie is None else trial.other_scores.get(tie.name, 0.0)
            return (
                _LAST[trial.status],
                sign * score,
                -beside,
                math.inf if speed is None else speed,
                trial.number,
            )

        ordered = sorted(trials, key=place)
        rows = tuple(
            LeaderboardRow.of(trial, rank if _is_ranked(trial) else None)
            for rank, trial in enumerate(ordered, start=1)
        )
        return cls(
            experiment_id=experiment_id,
            metric=metric.name,
            greater_is_better=metric.greater_is_better,
            rows=rows,
        )

    @property
    def best(self) -> LeaderboardRow:
        """Return the first row: the best score, or where none has one, the model that stands without.

        Raises
        ------
        NoTrialSucceeded
            There is no model; the message tells the reasons.
        """
        first = self.rows[0] if self.rows else None
        if first is not None and (first.rank == 1 or _stands(first)):
            return first
        reasons = without_rank(self.rows)[:5]
        raise NoTrialSucceeded(
            f"No trial has a score. {' '.join(reasons)}".strip(),
            "Mend what the reasons name, or give more time or memory.",
        )

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[LeaderboardRow]:  # type: ignore[override]
        return iter(self.rows)

    @overload
    def __getitem__(self, place: int) -> LeaderboardRow: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[LeaderboardRow, ...]: ...
    def __getitem__(self, place: int | slice) -> LeaderboardRow | tuple[LeaderboardRow, ...]:
        return self.rows[place]

    def __repr__(self) -> str:
        return self.text()

    __str__ = __repr__

    def _repr_html_(self) -> str:
        head, *body = _cells(self.rows)
        notes = [_members(row) or " ".join(without_rank([row])) for row in self.rows]
        names = "".join(f"<th>{html.escape(name)}</th>" for name in [*head, ""])
        lines = (
            "<tr>" + "".join(f"<td>{html.escape(c)}</td>" for c in [*cells, note]) + "</tr>"
            for cells, note in zip(body, notes, strict=True)
        )
        return (
            f"<table><caption>{html.escape(self._title())}</caption>"
            f"<thead><tr>{names}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
        )

    def text(self, width: int = WIDTH) -> str:
        """Return an aligned table in plain text, no line longer than ``width`` (60 or more).

        Below it stand, whole, the members of an ensemble, and each reason why rows have no rank.
        """
        shown = [row for row in self.rows if row.status is TrialStatus.DONE]
        table = aligned(_cells(shown), _LEFT, _LIMITS, width) if shown else []
        notes = [(f"{row.rank or '-':>4}", _members(row)) for row in self.rows if row.members]
        notes += [("   -", reason) for reason in without_rank(self.rows)]
        below = (line for mark, note in notes for line in hanging(f"{mark}  ", note, width))
        return "\n".join([shortened(self._title(), width), *table, *below])

    def frame(self) -> pl.DataFrame:
        """Return a polars frame of the rows: settings as JSON text, each other score a column."""
        import polars as pl

        others = sorted({name for row in self.rows for name in row.other_scores})
        records = [_record(row, others) for row in self.rows]
        texts = {
            name: pl.String for name in ("model_id", "algorithm", "status", "reason", "settings")
        }
        counts = {name: pl.Int64 for name in ("rank", "number", "n_rounds")}
        kinds = texts | counts | {"members": pl.List(pl.String)}
        names = [*_record_names(), *(_other(name) for name in others)]
        return pl.DataFrame(records, schema={name: kinds.get(name, pl.Float64) for name in names})

    def _title(self) -> str:
        direction = "more" if self.greater_is_better else "less"
        failed = sum(row.status is TrialStatus.FAILED for row in self.rows)
        note = f", {failed} of them failed" if failed else ""
        note += "" if any(row.rank for row in self.rows) else ", none with a score"
        count = counted(sum(not row.members for row in self.rows), "trial")
        name = f"Leaderboard of {self.experiment_id} by {self.metric} ({direction} is better)"
        return printable(f"{name}: {count}{note}")


def _record_names() -> list[str]:
    return [name for name in LeaderboardRow.model_fields if name != "other_scores"]


def _other(name: str) -> str:
    return f"other_{name}" if name in LeaderboardRow.model_fields else name


def _record(row: LeaderboardRow, others: Sequence[str]) -> dict[str, Any]:
    record: dict[str, Any] = {name: getattr(row, name) for name in _record_names()}
    record |= {"status": row.status.value, "members": list(row.members)}
    record["settings"] = json.dumps(row.settings, sort_keys=True)
    return record | {_other(name): row.other_scores.get(name) for name in others}


def _is_ranked(trial: Trial) -> bool:
    return trial.status is TrialStatus.DONE and _finite(trial.score) is not None


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _spread(scores: Sequence[float]) -> float | None:
    finite = [score for score in scores if math.isfinite(score)]
    return statistics.stdev(finite) if len(finite) > 1 else None


def _cells(rows: Sequence[LeaderboardRow]) -> list[list[str]]:
    """Return header and rows as text; columns in which no row has a value are left out."""
    columns = {
        "rank": [_whole(row.rank) for row in rows],
        "model_id": [row.model_id or "-" for row in rows],
        "algorithm": [row.algorithm for row in rows],
        "score": [_rounded(row.score) for row in rows],
        "±": [_rounded(row.fold_std) for row in rows],
        **{name: [_rounded(row.other_scores.get(name), 2) for row in rows] for name in BESIDE},
        "fit s": [f"{row.fit_seconds:.1f}" for row in rows],
        "us/row": [_rounded(row.predict_us_per_row, 3) for row in rows],
        "rounds": [_whole(row.n_rounds) for row in rows],
        "MB": [_whole(row.memory_mb) for row in rows],
    }
    always = ("rank", "model_id", "algorithm", "score", "fit s")
    shown = {n: c for n, c in columns.items() if n in always or any(cell != "-" for cell in c)}
    return [list(shown), *(list(cells) for cells in zip(*shown.values(), strict=True))]


def without_rank(rows: Sequence[LeaderboardRow]) -> list[str]:
    """Return why rows have no rank: each reason once, after the names of those that it applies to.

    What a row says before the reason of another stands on a line of its own.

    Examples
    --------
    >>> told = {"status": "failed", "reason": "It ran out of memory."}
    >>> names = ["LSTM", "KNN", "LSTM", "SVM"]
    >>> rows = [LeaderboardRow(number=i, algorithm=name, **told) for i, name in enumerate(names)]
    >>> without_rank(rows)
    ['LSTM (2 trials), KNN and SVM failed: It ran out of memory.']
    """
    unranked = [row for row in rows if row.rank is None]
    reasons = {row.reason for row in unranked if row.reason}
    names: dict[tuple[TrialStatus, str], list[str]] = {}
    before: dict[str, None] = {}
    for row in unranked:
        shared = min((r for r in reasons if row.reason.endswith(r)), key=len, default="")
        names.setdefault((row.status, shared), []).append(row.algorithm)
        if own := row.reason.removesuffix(shared).strip():
            before[printable(f"{row.algorithm}: {own}")] = None
    return [*(_unranked(who, *why) for why, who in names.items()), *before]


def _unranked(algorithms: Sequence[str], status: TrialStatus, reason: str) -> str:
    counts = {name: algorithms.count(name) for name in algorithms}
    names = [n if k == 1 else f"{n} ({counted(k, 'trial')})" for n, k in counts.items()]
    who = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    state = status.value
    if status is TrialStatus.DONE:
        state = "has no score" if len(algorithms) == 1 else "have no score"
    return printable(f"{who} {state}{f': {reason}' if reason else '.'}")


def _members(row: LeaderboardRow) -> str:
    """Return what an ensemble is made of; empty for a single model."""
    return printable(f"{row.algorithm} of {', '.join(row.members)}.") if row.members else ""


def _stands(row: LeaderboardRow) -> bool:
    """Return whether a row without a score has a model all the same."""
    return row.status is TrialStatus.DONE and row.model_id is not None


def _whole(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"


def _rounded(value: float | None, digits: int = 4) -> str:
    """Return a number in ``digits`` significant digits, zeros kept, to be compared by eye."""
    return "-" if value is None else f"{value:#.{digits}g}".rstrip(".")
