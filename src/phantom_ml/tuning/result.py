"""What a search of settings came to: every trial, the best of them, and what mattered."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from itertools import accumulate
from typing import Any, Literal

from phantom_ml.config import OptimizationMethod
from phantom_ml.data.profile.page import Page, as_html, shown
from phantom_ml.errors import BadSetting
from phantom_ml.tuning.basis import Basis
from phantom_ml.tuning.importance import importance_of, no_importance
from phantom_ml.tuning.space import Axis
from phantom_ml.wording import counted

TrialStatus = Literal["done", "failed", "pruned"]
#: What a rung is called where each gives one fold more.
FOLDS = "folds"
#: Characters of what trials raised that are printed, and no more.
LONGEST = 500
#: Trials that are shown as rows of a table.
MOST_ROWS = 200


@dataclass(frozen=True)
class TuningTrial:
    """One choice of settings and what came of it.

    Attributes
    ----------
    number : int
    params : dict
    status : str
        ``done``, ``failed``, or ``pruned``: given up after some of the folds.
    score : float or None
        Mean over the folds that were done, more is better.
    fold_scores : tuple of float
    seconds : float
    reason : str
        Why it failed or was given up.
    rung_scores : tuple of float
        The mean over the folds after each rung.
    """

    number: int
    params: dict[str, Any]
    status: TrialStatus
    score: float | None
    fold_scores: tuple[float, ...]
    seconds: float
    reason: str = ""
    rung_scores: tuple[float, ...] = ()

    def by_rung(self, told: str) -> tuple[float, ...]:
        """Return the mean after each rung; where none was kept, and rungs are folds, from the folds' scores."""
        if self.rung_scores or told != FOLDS:
            return self.rung_scores
        sums = accumulate(self.fold_scores)
        return tuple(total / n for n, total in enumerate(sums, start=1))


@dataclass(frozen=True)
class OptimizationResult:
    """The best settings that were found.

    Attributes
    ----------
    best_params : dict
    best_score : float
        Mean over the folds, by the scorer: more is better.
    trials : tuple of TuningTrial
        In the order in which they ran.
    best_estimator : estimator
        A clone with the best settings, not fitted.
    method : OptimizationMethod
    seconds : float
    space : mapping of str to Axis
        What was searched.
    notes : tuple of str
        What a person should know: a positive class that was guessed, a grid of few points, trials of the
        history that were left out.
    basis : Basis or None
        What the scores rest on; a search that goes on from here must rest on the same.
    """

    best_params: dict[str, Any]
    best_score: float
    trials: tuple[TuningTrial, ...]
    best_estimator: Any
    method: OptimizationMethod
    seconds: float
    space: Mapping[str, Axis] = field(default_factory=dict, repr=False)
    notes: tuple[str, ...] = ()
    basis: Basis | None = None

    def __repr__(self) -> str:
        reasons = (f"  {told}" for told in self._reasons())
        notes = (f"Note: {note}" for note in self._notes())
        return "\n".join([*self._head(), *reasons, *(f"  {told}" for told in self._best()), *notes])

    def _repr_html_(self) -> str:
        return as_html(self._page())

    def _page(self) -> Page:
        """Return the best settings above a table of the trials, in the order in which they ran."""
        header = ("trial>", "status", "score>", "seconds>", *self.space)
        rows = tuple(_cells(t, self.space) for t in self.trials[:MOST_ROWS])
        left = len(self.trials) - MOST_ROWS
        more = (
            [f"{counted(left, 'more trial is', 'more trials are')} in .trials."] if left > 0 else []
        )
        return Page(
            (*self._head(), *self._best()), header, rows, (*more, *self._reasons(), *self._notes())
        )

    def _head(self) -> list[str]:
        """Return the best score, and how the trials ended."""
        counts = Counter(t.status for t in self.trials)
        told = ", ".join(f"{n} {status}" for status, n in counts.items())
        return [
            f"Best score  {self.best_score:.6g} ({self.method.value})",
            f"Trials      {told} in {self.seconds:.1f} s",
        ]

    def _best(self) -> list[str]:
        return [f"{name} = {value!r}" for name, value in self.best_params.items()]

    def _reasons(self) -> list[str]:
        """Return why trials failed or were given up, each reason once."""
        reasons = Counter((t.status, one_line(t.reason)) for t in self.trials if t.reason)
        return [f"{n} {status}: {reason}" for (status, reason), n in reasons.items()]

    def _notes(self) -> list[str]:
        unsaid = no_importance(self.space, self._scored())
        return [*self.notes, *([unsaid] if unsaid else [])]

    def best_so_far(self) -> list[tuple[float, float]]:
        """Return the seconds of search after each trial that was done, and the best score by then."""
        ends = accumulate(t.seconds for t in self.trials)
        done = [(end, t.score) for end, t in zip(ends, self.trials, strict=True) if _done(t)]
        best = accumulate((score or 0.0 for _, score in done), max)
        return [(end, score) for (end, _), score in zip(done, best, strict=True)]

    def importance(self) -> dict[str, float]:
        """Return how much of the scores' variance each setting explains, the most first; they sum to 1.

        Source: fANOVA (Hutter, Hoos and Leyton-Brown, ICML 2014). Empty with fewer than four trials done,
        or where all scores are the same: ``print`` of the result says which.
        """
        return importance_of(self.space, self._scored())

    def _scored(self) -> list[tuple[dict[str, Any], float]]:
        """Return settings and score of each trial that was done."""
        done = [(t.params, t.score) for t in self.trials if t.status == "done"]
        return [(params, score) for params, score in done if score is not None]

    def parallel_coordinates(self) -> dict[str, Any]:
        """Return what a picture of parallel coordinates needs, as plain values.

        ``axes``: one a setting, with its name, its ends and whether it is logarithmic, or its choices;
        ``lines``: one a trial, with its number, score, status and the value on each axis (None where it
        was not searched).
        """
        axes = [{"name": name, **axis.told()} for name, axis in self.space.items()]
        lines = [
            {
                "number": t.number,
                "score": t.score,
                "status": t.status,
                "values": [_plain(t.params.get(name)) for name in self.space],
            }
            for t in self.trials
        ]
        return {"axes": axes, "lines": lines}

    def to_json(self) -> str:
        """Return the trials as JSON text, to go on from later: see ``history`` of ``optimize``.

        Raises
        ------
        BadSetting
            A setting has values that JSON has no form for.
        """
        told = {
            "method": self.method.value,
            "basis": None if self.basis is None else asdict(self.basis),
            "trials": [asdict(t) for t in self.trials],
        }
        try:
            return json.dumps(told, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise BadSetting(
                f"The trials cannot be written as JSON: {error}.",
                "Search among numbers and words, or hand on the result itself as history.",
            ) from None


def one_line(reasons: str) -> str:
    r"""Return reasons as one line without control characters, cut: what is raised may quote hostile data.

    Examples
    --------
    >>> one_line("ValueError:\n  no rows"), len(one_line("x" * 3_000))
    ('ValueError: no rows', 500)
    """
    return shown(" ".join(reasons.split()), LONGEST)


def _cells(trial: TuningTrial, names: Iterable[str]) -> tuple[str, ...]:
    """Return a trial as words: its settings by their names, a dash for one that it has not."""
    score = "-" if trial.score is None else f"{trial.score:.6g}"
    settings = (repr(trial.params[n]) if n in trial.params else "-" for n in names)
    return (str(trial.number), trial.status, score, f"{trial.seconds:.2f}", *settings)


def _done(trial: TuningTrial) -> bool:
    return trial.status == "done" and trial.score is not None


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int | float | str | bool) else repr(value)
