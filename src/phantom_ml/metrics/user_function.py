"""A user's own metric: a function of (truth, prediction), guarded so that its faults are told."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from phantom_ml.config import ProblemKind
from phantom_ml.errors import BadSetting
from phantom_ml.metrics.base import Metric, Prediction, Truth, Weight

UserFunction = Callable[..., Any]


@dataclass(frozen=True)
class GuardedFunction:
    """Calls the user's function with plain shapes and turns what goes wrong into BadSetting."""

    name: str
    function: UserFunction
    weighted: bool

    def __call__(self, truth: Truth, prediction: Prediction, weight: Weight = None) -> float:
        """Return the function's number; raises BadSetting where it raises or returns none."""
        plain = prediction[:, 0] if prediction.shape[1] == 1 else prediction
        try:
            if self.weighted and weight is not None:
                found = self.function(truth, plain, sample_weight=weight)
            else:
                found = self.function(truth, plain)
        # The function is the user's: whatever it raises is what the user has to be told.
        except Exception as error:
            raise self._bad(f"raised {type(error).__name__}: {error}") from error
        return self._number(found)

    def _number(self, found: Any) -> float:
        try:
            return float(found)
        except (TypeError, ValueError):
            raise self._bad(f"returned {repr(found)[:80]}, which is not a number") from None

    def _bad(self, what: str) -> BadSetting:
        return BadSetting(
            f"The metric function {self.name!r} {what}.",
            "It is called with (truth, prediction) as numpy arrays: class codes or values of shape "
            "(n_rows,), and the probability of class 1, one column a class, or values. It returns "
            "one number, where more is better.",
        )


def from_function(function: UserFunction, kind: ProblemKind) -> Metric:
    """Return a metric of the user's function, where more is better.

    Parameters
    ----------
    function : callable of (truth, prediction) -> float
        truth: class codes 0..k-1 or values, shape (n_rows,). prediction: binary the probability of
        class 1, shape (n_rows,); multiclass shape (n_rows, n_classes); regression shape (n_rows,).
        A parameter called ``sample_weight``, if it has one, receives the weights.
    kind : ProblemKind

    Examples
    --------
    >>> import numpy as np
    >>> def caught(truth, prediction):
    ...     return (prediction[truth == 1] > 0.5).mean()
    >>> metric = from_function(caught, ProblemKind.BINARY)
    >>> metric.name, metric.score(np.array([1, 1, 0]), np.array([[0.9], [0.1], [0.2]]))
    ('caught', 0.5)
    """
    name = str(getattr(function, "__name__", "custom"))
    name = name if name.isidentifier() else "custom"
    weighted = "sample_weight" in _parameters(function)
    return Metric(
        name,
        GuardedFunction(name, function, weighted),
        greater_is_better=True,
        bounds=(-math.inf, math.inf),
        needs="probability" if kind.is_classification else "value",
        kinds=frozenset({kind}),
        weighted=weighted,
    )


def _parameters(function: UserFunction) -> frozenset[str]:
    try:
        return frozenset(inspect.signature(function).parameters)
    except (TypeError, ValueError):  # some built-in functions have no signature to read
        return frozenset()
