"""AlgorithmClassifier and AlgorithmRegressor: one algorithm with its settings, as a scikit-learn estimator."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import ValidationError
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.model_selection import train_test_split
from sklearn.utils.validation import check_is_fitted, column_or_1d

from phantom_ml.algorithms.base import AlgorithmSettings, FitContext, Learner, Setting, algorithms
from phantom_ml.automl.encode import MAX_STRINGS
from phantom_ml.config import FeatureSettings, ProblemKind, bad_setting
from phantom_ml.config.bounds import Bound
from phantom_ml.data.matrix import Samples
from phantom_ml.data.recognise import recognise_sampled
from phantom_ml.errors import BadSetting, UnknownName
from phantom_ml.features.encoder import Encoder
from phantom_ml.features.fit import fit_encoder, keeping_steps
from phantom_ml.features.fitted.question import Question
from phantom_ml.features.fold_fitted import FoldFitted, fit_fold
from phantom_ml.sklearn_api.rows import as_frame

#: Share of the rows that decide when an algorithm that grows has grown enough, and the least of rows for it.
STOP_SHARE, STOP_ROWS = 0.15, 100
OWN = ("algorithm", "seed", "n_threads")


@dataclass(frozen=True)
class Fitted:
    """What came of a fit: how rows are encoded, and the learner."""

    encoder: Encoder
    side: FoldFitted
    learner: Learner
    n_threads: int

    def predict(self, X: Any) -> NDArray[np.float64]:
        """Return predictions, shape (n_rows, n_outputs)."""
        matrix = self.side.widen(self.encoder.transform(as_frame(X)))
        return self.learner.predict(matrix, self.n_threads)


class AlgorithmEstimator(BaseEstimator):  # type: ignore[misc]
    """One algorithm; its settings are parameters as ``seed`` is, and those with bounds can be searched.

    Parameters
    ----------
    algorithm : str
        A name that ``algorithms_to_try`` takes.
    seed : int
    n_threads : int
    **settings
        Of the algorithm; its defaults where not given.
    """

    _fitted: Fitted

    def __init__(
        self, algorithm: str = "LightGBM", seed: int = 0, n_threads: int = 1, **settings: Setting
    ) -> None:
        self.algorithm = algorithm
        self.seed = seed
        self.n_threads = n_threads
        self.settings = settings

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return all parameters, the settings of the algorithm among them; raises BadSetting."""
        own = {name: getattr(self, name) for name in OWN}
        return {**own, **self._validated().model_dump()}

    def set_params(self, **params: Any) -> Self:
        """Set parameters and settings; raises UnknownName."""
        for name in OWN:
            setattr(self, name, params.pop(name, getattr(self, name)))
        known = self._kind().model_fields
        for name in params:
            if name not in known:
                raise UnknownName(f"setting of {self.algorithm}", name, sorted(known))
        self.settings = {**self.settings, **params}
        return self

    def search_space(self) -> dict[str, Bound]:
        """Return the settings that are searched, with their bounds."""
        return self._kind().space()

    def _kind(self) -> type[AlgorithmSettings]:
        return algorithms.get(self.algorithm)

    def _validated(self) -> AlgorithmSettings:
        """Return the settings, those that are not given as defaults; raises BadSetting."""
        kind = self._kind()
        try:
            return kind.model_validate(self.settings)
        except ValidationError as error:
            raise bad_setting(kind.name, error, kind) from None

    def _fit(self, X: Any, target: NDArray[Any], question: Question, weight: Any) -> None:
        settings = self._validated()
        if question.kind not in settings.kinds:
            raise BadSetting(
                f"{self.algorithm} does not solve {question.kind.value} problems.",
                "Choose another algorithm.",
            )
        frame = as_frame(X)
        encoder = _encoder(frame, settings)
        given = None if weight is None else np.asarray(weight, np.float64)
        matrix = encoder.training(frame, question.before)
        samples = Samples(matrix, target, given)
        seen, held_out = self._parted(samples, question, grows=_grows(settings))
        side, values = fit_fold(samples, seen, question, self.seed)
        wide = Samples(matrix.beside(values, side.features), target, given)
        context = FitContext(question.kind, question.n_classes, self.seed, self.n_threads)
        valid = wide.rows(held_out) if len(held_out) else None
        learner = settings.fit(wide.rows(seen), valid, context)
        self._fitted = Fitted(encoder, side, learner, self.n_threads)

    def _parted(
        self, samples: Samples, question: Question, *, grows: bool
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the rows to fit on, and those that tell when to stop, where the algorithm asks for any."""
        rows = np.arange(samples.matrix.n_rows, dtype=np.int64)
        if not grows or len(rows) < STOP_ROWS:
            return rows, rows[:0]
        classes = samples.target if question.kind.is_classification else None
        few = classes is not None and np.bincount(classes.astype(np.int64)).min() < 2
        seen, held_out = train_test_split(
            rows,
            test_size=STOP_SHARE,
            random_state=self.seed,
            stratify=None if few else classes,
        )
        return np.sort(seen), np.sort(held_out)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


def _encoder(frame: pl.DataFrame, settings: AlgorithmSettings) -> Encoder:
    """Return the encoder of training rows, with what the algorithm reads beside their features."""
    schema = recognise_sampled(frame)
    encoder = fit_encoder(frame, schema, FeatureSettings())
    if settings.reads_strings:
        encoder = replace(encoder, string_columns=encoder.text_columns[:MAX_STRINGS])
    if settings.reads_history:
        encoder = keeping_steps(encoder, frame, schema)
    return encoder


def _grows(settings: AlgorithmSettings) -> bool:
    """Return whether held-out rows tell it when to stop: what counts rounds or epochs."""
    return bool({"max_rounds", "n_epochs"} & set(type(settings).model_fields))


class AlgorithmClassifier(ClassifierMixin, AlgorithmEstimator):  # type: ignore[misc]
    """One algorithm for classes.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> AlgorithmClassifier("LogisticRegression", C=10.0).fit(X, y).score(X, y) > 0.9
    True
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Fit on a frame or array of shape (n_rows, n_columns) and its classes."""
        self.classes_, codes = np.unique(column_or_1d(y), return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"y holds 1 class, {self.classes_[0]!r}: give rows of two at least.")
        n_classes = len(self.classes_)
        kind = ProblemKind.BINARY if n_classes == 2 else ProblemKind.MULTICLASS
        self._fit(X, codes.astype(np.int64), Question(kind, n_classes), sample_weight)
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Return probabilities, shape (n_rows, n_classes)."""
        check_is_fitted(self, "classes_")
        found = self._fitted.predict(X)
        return np.hstack([1.0 - found, found]) if found.shape[1] == 1 else found

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the most probable class of each row, shape (n_rows,)."""
        found: NDArray[Any] = self.classes_[self.predict_proba(X).argmax(axis=1)]
        return found


class AlgorithmRegressor(RegressorMixin, AlgorithmEstimator):  # type: ignore[misc]
    """One algorithm for values."""

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Fit on a frame or array of shape (n_rows, n_columns) and its values."""
        values = column_or_1d(y).astype(np.float64)
        self._fit(X, values, Question(ProblemKind.REGRESSION, 0), sample_weight)
        self.is_fitted_ = True
        return self

    def predict(self, X: Any) -> NDArray[np.float64]:
        """Return the value of each row, shape (n_rows,)."""
        check_is_fitted(self, "is_fitted_")
        return self._fitted.predict(X)[:, 0]
