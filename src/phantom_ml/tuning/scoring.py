"""By what settings are compared: one of scikit-learn's scorers, told which of two classes is the positive one."""

from __future__ import annotations

import difflib
import inspect
import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from phantom_ml.config import ProblemKind
from phantom_ml.data.profile.page import shown
from phantom_ml.data.target.positive import ordered_classes
from phantom_ml.errors import BadSetting, UnknownName, listed
from phantom_ml.metrics.lookup import get_metric
from phantom_ml.tuning.answers import check_numbers, check_one_kind
from phantom_ml.tuning.fold_classes import check_classes

#: Two classes of which scikit-learn knows the positive one by itself, and those of its detectors.
KNOWN_CLASSES, NORMAL_OR_ODD = ({0, 1}, {-1, 1}), {-1, 1}
#: What scikit-learn's detectors call an odd row, and the class that its metrics count as the positive one.
ODD, POSITIVE = -1, 1
DETECTED = "-1 for odd rows and 1 for normal ones, as scikit-learn's detectors predict"
#: Scorers that are named beside one that there is not.
N_NEAR = 5
#: Metrics that take the positive one of two classes from their order, and have no pos_label.
IN_ORDER = ("positive_likelihood_ratio", "negative_likelihood_ratio")
FUNCTION = "a function of (estimator, X, y=None)"
#: Characters of the folds that an error names, and no more.
LONGEST = 300


@dataclass(frozen=True)
class Scoring:
    """A scorer.

    Attributes
    ----------
    scorer : callable of (estimator, X, y)
        More is better.
    name : str
        The same in each process.
    notes : tuple of str
        What a person should know of it.
    is_own : bool
        Whether it is a person's function, which its name does not tell from another.
    """

    scorer: Callable[..., float]
    name: str
    notes: tuple[str, ...] = ()
    is_own: bool = False


def scoring_for(estimator: Any, scoring: Any, y: Any) -> Scoring:
    """Return the scorer that was asked for.

    Where it scores one of two classes, nobody said which, and they are neither 0 and 1 nor -1 and 1, the
    positive one is the one that sounds like an alert, else the rarer. Of a detector it is -1, its odd rows,
    though 1 is what scikit-learn's metrics would take.

    Raises
    ------
    BadSetting
        There is no such scorer, or it says nothing of this estimator or these answers; a ValueError too where
        answers are words and numbers are to be learned, or some are words and some numbers.
    """
    from sklearn.base import is_outlier_detector

    scorer = _checked(estimator, scoring)
    _check_answers(estimator, scorer, y)
    _check_kind(estimator, y)
    name = f"{type(estimator).__name__}.score" if scoring is None else _name(scorer)
    plain = Scoring(scorer, name)
    if is_outlier_detector(estimator) and _takes_normal_for_positive(scorer):
        _check_detector(estimator, name, y)
        return _of_odd_rows(plain)
    if _is_own(scoring):
        return replace(plain, is_own=True)
    if y is None or not _asks_for_a_class(scorer):
        return plain
    return _of_a_class(plain, np.asarray(y))


def check_folds(scoring: Scoring, y: Any, folds: Sequence[tuple[Any, Any]]) -> None:
    """Raise BadSetting where the scoring says nothing of a fold, which holds one answer only or lacks one.

    Parameters
    ----------
    scoring : Scoring
    y : array of shape (n_rows,) or None
    folds : sequence of (rows to fit on, rows to score on)
    """
    if y is None or _function(scoring.scorer) is None:
        return
    answers = np.asarray(y)
    told = []
    for number, (_, rows) in enumerate(folds, start=1):
        side = answers[rows]
        if len(set(side.ravel().tolist())) == 1 and _is_undefined(scoring.scorer, side):
            told.append(f"fold {number} only {side.ravel().tolist()[0]!r}")
    if told:
        raise BadSetting(
            f"The scoring {scoring.name!r} is no number where all rows to score on have one answer, as in "
            f"{len(told)} of {len(folds)} folds: {shown('; '.join(told), LONGEST)}.",
            "Give as many rows of each class as folds, fewer folds, or folds of your own that hold both.",
        )
    check_classes(scoring.scorer, scoring.name, answers, folds)


def places_of(side: Any) -> np.ndarray[Any, Any]:
    """Return the places of rows that are given as such, or as a mask of all rows."""
    rows = np.asarray(side)
    return np.flatnonzero(rows) if rows.dtype.kind == "b" else rows


def check_rows(n_rows: int, folds: Sequence[tuple[Any, Any]]) -> None:
    """Raise BadSetting where there is no fold, one has no rows on a side, or names rows that are not there."""
    if not folds:
        raise BadSetting("cv holds no fold.", "Give two folds or more, or their number.")
    for number, fold in enumerate(folds, start=1):
        for side, what in zip(fold, ("fit", "score"), strict=False):
            rows = places_of(side)
            if not len(rows):
                raise BadSetting(
                    f"Fold {number} of cv has no rows to {what} on.",
                    "Give each fold rows on both sides.",
                )
            _check_places(number, rows, n_rows)


def _check_places(number: int, rows: np.ndarray[Any, Any], n_rows: int) -> None:
    """Raise BadSetting where rows are not named by whole numbers, or are not there."""
    expected = f"Number the rows from 0 to {n_rows - 1:,}, or give a mask of all of them."
    if rows.dtype.kind not in "iu":
        raise BadSetting(f"Fold {number} of cv names row {rows[0]}.", expected)
    beyond = rows[(rows >= n_rows) | (rows < -n_rows)]
    if len(beyond):
        raise BadSetting(
            f"Fold {number} of cv names row {beyond[0]}, and there are {n_rows:,}.", expected
        )


def _is_undefined(scorer: Any, side: np.ndarray[Any, Any]) -> bool:
    """Return whether a metric is no number for these answers, whatever is predicted."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return math.isnan(scorer._score_func(side, np.zeros(len(side)), **scorer._kwargs))
        except (ValueError, TypeError):
            return False


def _checked(estimator: Any, scoring: Any) -> Any:
    from sklearn.metrics import check_scoring

    expected = f"Give the name of one scikit-learn scorer, as 'average_precision', or {FUNCTION}."
    if isinstance(scoring, list | tuple | set | dict):
        raise BadSetting(f"The scoring names {len(scoring)} scorers.", expected)
    if scoring is None and not hasattr(estimator, "score"):
        raise BadSetting(
            f"No scoring is given, and {type(estimator).__name__} has no score of its own to compare "
            "settings by.",
            f"Give scoring='roc_auc' and y as {DETECTED}, or as scoring {FUNCTION}.",
        )
    if isinstance(scoring, str):
        _check_name(scoring, expected)
    elif scoring is not None and not callable(scoring):
        told = f"The scoring is {shown(repr(scoring), LONGEST)}, {_kind_of(scoring)}"
        raise BadSetting(f"{told}, which names no scorer.", expected)
    try:
        return check_scoring(estimator, scoring=scoring)
    except (ValueError, TypeError) as error:
        reason = str(error).splitlines()[0]
        raise BadSetting(f"The scoring {scoring!r} cannot be used: {reason}", expected) from None


def _is_own(scoring: Any) -> bool:
    """Return whether a scoring is a function of a person's own, and no scorer around a metric."""
    return callable(scoring) and _function(scoring) is None


def _kind_of(scoring: Any) -> str:
    """Return what something is that is no scorer."""
    if isinstance(scoring, bool) or not isinstance(scoring, int | float):
        return f"of type {type(scoring).__name__}"
    return "a whole number" if isinstance(scoring, int) else "a number"


def _check_name(name: str, expected: str) -> None:
    """Raise BadSetting, with the nearest names in it, where scikit-learn has no scorer of a name."""
    from sklearn.metrics import get_scorer_names

    known = get_scorer_names()
    if name in known:
        return
    metric = _metric_called(name)
    near = difflib.get_close_matches(metric or name, known, N_NEAR)
    what = "it is a metric of trainings" if metric else "scikit-learn has no such scorer"
    guess = f" Near it: {listed(near)}." if near else ""
    raise BadSetting(f"The scoring {name[:200]!r} cannot be used: {what}.{guess}", expected)


def _metric_called(name: str) -> str:
    """Return the name of the metric that a training would take, an empty string if none is called so."""
    try:
        return get_metric(name, ProblemKind.BINARY).name
    except UnknownName:
        return ""
    except BadSetting:
        # There is one, of another kind of problem or without its level.
        return name


def _check_answers(estimator: Any, scorer: Any, y: Any) -> None:
    """Raise BadSetting where answers are missing that the estimator or the scorer needs."""
    from sklearn.utils import get_tags

    if y is not None:
        return
    kind = type(estimator).__name__
    if get_tags(estimator).target_tags.required:
        raise BadSetting(
            f"{kind} learns from answers, and y is None.", "Give y, a value for each row."
        )
    if _function(scorer) is not None:
        raise BadSetting(
            f"The scoring {_name(scorer)!r} compares with answers, and y is None.",
            f"Give y, which {kind} need not look at, or as scoring {FUNCTION}.",
        )


def _check_kind(estimator: Any, y: Any) -> None:
    """Raise AnswersUnfit where a regressor is to learn words, or a classifier words and numbers."""
    from sklearn.base import is_classifier, is_regressor

    if y is None:
        return
    if is_regressor(estimator):
        check_numbers(y, type(estimator).__name__)
    elif is_classifier(estimator):
        check_one_kind(y)


def _takes_normal_for_positive(scorer: Any) -> bool:
    """Return whether it is a metric of scikit-learn's, and nobody said that a class but -1 is what counts."""
    module = getattr(_function(scorer), "__module__", None) or ""
    if not module.startswith("sklearn."):
        return False
    return "labels" not in scorer._kwargs and scorer._kwargs.get("pos_label", ODD) == ODD


def _check_detector(estimator: Any, name: str, y: Any) -> None:
    """Raise BadSetting where a detector cannot be compared with the answers."""
    classes = np.unique(np.asarray(y)).tolist()
    if not set(classes) <= NORMAL_OR_ODD:
        told = ", ".join(repr(c) for c in classes[:5])
        raise BadSetting(
            f"{type(estimator).__name__} finds odd rows without answers and scores normal ones higher, but y "
            f"holds {told}: {name!r} would choose the settings that are wrong most often.",
            f"Give y as {DETECTED}, or as scoring {FUNCTION}.",
        )


def _of_odd_rows(plain: Scoring) -> Scoring:
    """Return a detector's scorer, turned round so that its odd rows are the positive class."""
    from sklearn.metrics import make_scorer

    scorer: Any = plain.scorer
    made = make_scorer(
        partial(_turned, scorer._score_func),
        response_method=scorer._response_method,
        greater_is_better=scorer._sign > 0,
        **{k: v for k, v in scorer._kwargs.items() if k != "pos_label"},
    )
    note = f"The positive class of 'y' is {ODD}, the odd rows: {plain.name!r} says how well they are found."
    # Another name: scores that were of normal rows are not comparable.
    return Scoring(made, f"{plain.name} of odd rows", (note,))


def _turned(metric: Callable[..., float], y: Any, response: Any, **settings: Any) -> float:
    """Return a metric of answers and responses of a detector, higher for odd rows instead of normal ones."""
    return metric(np.where(np.asarray(y) == ODD, POSITIVE, ODD), -response, **settings)


def _of_a_class(plain: Scoring, y: np.ndarray[Any, Any]) -> Scoring:
    """Return the scorer with the positive one of two classes, as far as it is not plain."""
    from sklearn.metrics import make_scorer
    from sklearn.utils.multiclass import type_of_target

    scorer: Any = plain.scorer
    classes, counts = np.unique(y, return_counts=True)
    if type_of_target(y) == "multiclass" and _is_of_two_classes(scorer):
        raise BadSetting(
            f"The scoring {plain.name!r} is one of two classes, and y has {len(classes)}.",
            f"Give one of many classes, as '{plain.name}_macro', or 'neg_log_loss'.",
        )
    if type_of_target(y) != "binary" or len(classes) < 2 or set(classes.tolist()) in KNOWN_CLASSES:
        return plain
    ordered, said = ordered_classes(tuple(classes.tolist()), counts.tolist(), "y")
    is_in_order = _name_of(scorer._score_func) in IN_ORDER
    named = {} if is_in_order else {"pos_label": ordered[1]}
    metric = scorer._score_func
    made = make_scorer(
        partial(_as_numbers, metric, ordered[1]) if is_in_order else metric,
        response_method=scorer._response_method,
        greater_is_better=scorer._sign > 0,
        **{**scorer._kwargs, **named},
    )
    return Scoring(made, plain.name, said)


def _as_numbers(metric: Callable[..., float], positive: Any, y: Any, predicted: Any) -> float:
    """Return a metric of answers and predictions of which the positive class is 1, and the other 0."""
    both = (np.asarray(side) == positive for side in (y, predicted))
    return metric(*(side.astype(int) for side in both))


def _is_of_two_classes(scorer: Any) -> bool:
    """Return whether its metric, left as it is, is defined for two classes only."""
    average = inspect.signature(scorer._score_func).parameters.get("average")
    return average is not None and scorer._kwargs.get("average", average.default) == "binary"


def _asks_for_a_class(scorer: Any) -> bool:
    """Return whether it scores one of two classes, and nobody said which."""
    function = _function(scorer)
    if function is None:
        return False
    given = scorer._kwargs
    if _name_of(function) in IN_ORDER:
        return True
    if "pos_label" not in inspect.signature(function).parameters:
        return False
    return "pos_label" not in given and given.get("average", "binary") == "binary"


def _name_of(function: Callable[..., Any]) -> str:
    return getattr(function, "__name__", "")


def _function(scorer: Any) -> Callable[..., Any] | None:
    """Return the metric in one of scikit-learn's scorers; None of a function of (estimator, X, y)."""
    found: Callable[..., Any] | None = getattr(scorer, "_score_func", None)
    return found


def _name(scorer: Any) -> str:
    from sklearn.metrics import get_scorer, get_scorer_names

    told = repr(scorer)
    if _function(scorer) is None:
        return str(getattr(scorer, "__qualname__", type(scorer).__name__))
    return next((n for n in get_scorer_names() if repr(get_scorer(n)) == told), told)
