"""Where one choice of settings is measured, rung by rung: with more folds, more rows, or more of a setting."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from types import TracebackType
from typing import Any, Protocol

import numpy as np

from phantom_ml.errors import BadSetting, UnknownName
from phantom_ml.process import Copy, Here, Limits
from phantom_ml.tuning.basis import LEAST_ROWS, Basis, count_rows, folds_of
from phantom_ml.tuning.growing import counts_what_grows
from phantom_ml.tuning.result import FOLDS
from phantom_ml.tuning.scoring import Scoring, check_rows, places_of

ROWS, TREES = "rows", "n_estimators"
#: Shares of the whole resource at which a trial is looked at. Source: Hyperband, with its factor of 3.
SHARES = (1 / 9, 1 / 3, 1.0)


class Climb(Protocol):
    """A trial on its way: each step gives the scores by fold as they are by then."""

    def step(self) -> dict[str, Any] | None:
        """Return the scores after the next rung; raises ProcessError."""

    def __enter__(self) -> Climb: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class Measure(Protocol):
    """What a search needs of where trials are measured."""

    estimator: Any

    @property
    def n_rungs(self) -> int:
        """Return how often a trial is looked at."""

    @property
    def told(self) -> str:
        """Return what a rung is called."""

    @property
    def basis(self) -> Basis:
        """Return what the scores rest on."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what a person should know of the trials that were measured."""

    def prepare(self) -> None:
        """Make what all trials need, before any trial's time begins."""

    def begin(self, params: Mapping[str, Any], limits: Limits) -> Climb:
        """Return a trial's way up its rungs."""


@dataclass
class Bench:
    """The estimator, the rows, the scoring and the folds.

    Attributes
    ----------
    scoring : Scoring
    resource : str
        What a trial gets more of from rung to rung: ``folds``, ``rows``, or a setting that counts what
        grows (trees, epochs), whose value in ``estimator`` is the most.
    seed : int
        Decides which rows come first.
    gives_up : bool
        Whether trials are given up on their way.
    """

    estimator: Any
    X: Any
    y: Any
    scoring: Scoring
    splitter: Any
    resource: str = FOLDS
    seed: int = 0
    gives_up: bool = False

    @cached_property
    def basis(self) -> Basis:
        """Return what the scores rest on."""
        basis = Basis.of(self.estimator, self.scoring.name, self.X, self.y)
        resource = self.resource if self.gives_up else ""
        return replace(
            basis,
            n_folds=len(self.folds),
            folds=folds_of(self.folds),
            resource=resource,
            seed=self.seed,
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what a person should know of the scores."""
        return self.scoring.notes

    @cached_property
    def folds(self) -> list[tuple[Any, Any]]:
        """Return the rows of each fold; raises BadSetting where the table cannot be split so."""
        try:
            folds = list(self.splitter.split(self.X, self.y))
        except ValueError as error:
            least = getattr(self.splitter, "n_splits", LEAST_ROWS)
            raise BadSetting(
                f"The {count_rows(self.X):,} rows cannot be split: {error}",
                f"Give at least {least} rows (where y holds classes, of one of them), or fewer folds.",
            ) from None
        check_rows(count_rows(self.X), folds)
        return [(places_of(train), places_of(test)) for train, test in folds]

    @cached_property
    def n_rungs(self) -> int:
        """Return how often a trial is looked at."""
        return len(self.folds) if self.resource == FOLDS else len(SHARES)

    @property
    def told(self) -> str:
        """Return what a rung is called."""
        return FOLDS if self.resource == FOLDS else "rungs"

    def prepare(self) -> None:
        """Nothing is to be made."""

    def begin(self, params: Mapping[str, Any], limits: Limits) -> Climb:
        """Return a trial's way up its rungs, in a copy of this process where that can be."""
        steps = partial(self.rungs, params)
        return Copy(steps, limits) if _may_be_copied(self.estimator, self.X) else Here(steps)

    def rungs(self, params: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the scores by fold as they are after each rung; raises whatever the estimator raises."""
        if self.resource == FOLDS:
            yield from self._by_fold(params)
        elif self.resource == ROWS:
            for share in SHARES:
                yield {"scores": [self._score(params, self._first(f, share)) for f in self.folds]}
        else:
            yield from self._growing(params)

    def _by_fold(self, params: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        scores: list[float] = []
        for fold in self.folds:
            scores.append(self._score(params, fold))
            yield {"scores": [*scores]}

    def _first(self, fold: tuple[Any, Any], share: float) -> tuple[Any, Any]:
        """Return the fold with a share of its training rows, the same ones and more at each rung."""
        train, test = fold
        order = np.random.default_rng(self.seed).permutation(len(train))
        return np.sort(np.asarray(train)[order[: max(2, round(share * len(train)))]]), test

    def _score(self, params: Mapping[str, Any], fold: tuple[Any, Any]) -> float:
        from sklearn.model_selection import cross_val_score
        from sklearn.utils._param_validation import InvalidParameterError

        estimator = self._meant(params)
        try:
            scores = cross_val_score(
                estimator,
                self.X,
                self.y,
                cv=[fold],
                scoring=self.scoring.scorer,
                error_score="raise",
            )
        except InvalidParameterError as error:
            raise _first(error) from None
        return float(scores[0])

    def _growing(self, params: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Fit each fold with more of the setting: anew, but where going on is known to come to the same."""
        most = int(self.estimator.get_params()[self.resource])
        if goes_on(self._meant(params), self.resource):
            yield from self._gone_on(params, levels(most))
            return
        for level in levels(most):
            more = {**params, self.resource: level}
            yield {"scores": [self._score(more, fold) for fold in self.folds]}

    def _gone_on(
        self, params: Mapping[str, Any], amounts: Sequence[int]
    ) -> Iterator[dict[str, Any]]:
        """Let each fold's ensemble grow from rung to rung."""
        from sklearn.utils.metaestimators import _safe_split

        fitted = [self._meant({**params, "warm_start": True}) for _ in self.folds]
        for before, level in itertools.pairwise((0, *amounts)):
            scores = []
            for estimator, (train, test) in zip(fitted, self.folds, strict=True):
                if level > before:  # a forest warns where nothing is to be added
                    estimator.set_params(**{self.resource: level})
                    estimator.fit(*_safe_split(estimator, self.X, self.y, train))
                held_out = _safe_split(estimator, self.X, self.y, test, train)
                scores.append(float(self.scoring.scorer(estimator, *held_out)))
            yield {"scores": scores}

    def _meant(self, params: Mapping[str, Any]) -> Any:
        """Return an unfitted copy of the estimator with a trial's settings."""
        from sklearn.base import clone

        return clone(self.estimator).set_params(**params)


def _first(error: BaseException) -> BaseException:
    """Return what an estimator raised: functions of scikit-learn's raise it anew, each in its own name."""
    return error if error.__cause__ is None else _first(error.__cause__)


def _may_be_copied(estimator: Any, X: Any) -> bool:
    """Return whether nothing is known to use polars, whose threads are not in a copy of a process."""
    parts = [estimator, X, *_values(estimator)]
    return not any(_uses_polars(part) for part in parts)


def _values(estimator: Any) -> list[Any]:
    return list(estimator.get_params(deep=True).values())


def _uses_polars(part: Any) -> bool:
    modules = {kind.__module__.partition(".")[0] for kind in type(part).__mro__}
    output = getattr(part, "_sklearn_output_config", {})
    return bool(modules & {"polars", "phantom_ml"}) or "polars" in output.values()


def goes_on(estimator: Any, resource: str) -> bool:
    """Return whether a fit that goes on from the last one comes to the same as a fresh one of that size.

    It is known of scikit-learn's ensembles that stop at no error and draw by a seed: their trees come one after
    the other. Elsewhere ``warm_start`` means something else: so many epochs more, or other steps from where the
    last ones ended.

    Examples
    --------
    >>> from sklearn.ensemble import RandomForestClassifier
    >>> from sklearn.neural_network import MLPClassifier
    >>> goes_on(RandomForestClassifier(), "n_estimators"), goes_on(MLPClassifier(), "max_iter")
    (True, False)
    """
    settings = estimator.get_params(deep=False)
    return (
        resource == TREES
        and type(estimator).__module__.startswith("sklearn.ensemble.")
        and "warm_start" in settings
        and settings.get("n_iter_no_change") is None
        and not isinstance(settings.get("random_state"), np.random.RandomState)
    )


def levels(most: int) -> list[int]:
    """Return how much of a setting each rung has.

    Examples
    --------
    >>> levels(90), levels(2)
    ([10, 30, 90], [1, 1, 2])
    """
    return [max(1, round(share * most)) for share in SHARES]


def check_resource(resource: str, estimator: Any, known: Sequence[str]) -> None:
    """Return if a resource is folds, rows, or a setting that is a whole number above 1.

    Raises
    ------
    UnknownName
        There is no such setting; the message tells the nearest.
    BadSetting
        There is, but it counts nothing that grows.
    """
    if resource in (FOLDS, ROWS):
        return
    settings = estimator.get_params()
    if not isinstance(resource, str):
        raise BadSetting(
            f"The resource is {resource!r}.",
            "Give 'folds', 'rows', or the name of a setting that grows.",
        )
    if resource not in known:
        counts = [n for n in known if counts_what_grows(n) and _may_grow(settings.get(n))]
        raise UnknownName("resource", resource, [FOLDS, ROWS, *counts])
    value = settings.get(resource)
    if not _may_grow(value):
        raise BadSetting(
            f"The resource is {resource!r}, whose value is {value!r}.",
            "Give 'folds', 'rows', or a setting that counts what grows (n_estimators, max_iter), "
            "its greatest value, above 1, set in the estimator.",
        )


def _may_grow(value: Any) -> bool:
    """Return whether a setting's value is a whole number of which there can be less."""
    return isinstance(value, int) and not isinstance(value, bool) and value > 1


def check_not_searched(resource: str, estimator: Any, searched: Iterable[str]) -> None:
    """Raise BadSetting where what trials get more of is searched too, or the step that it is of."""
    for name in searched:
        if resource == name or resource.startswith(f"{name}__"):
            value = estimator.get_params()[resource]
            raise BadSetting(
                f"{name!r} is searched, and {resource!r} is what Hyperband gives trials more of: it grows "
                f"from little to the estimator's own value, {value!r}, whatever the search proposes.",
                f"Leave {name!r} out of the space and set {resource!r} in the estimator to the most that a "
                "trial may have, or give 'folds' or 'rows' as the resource.",
            )
