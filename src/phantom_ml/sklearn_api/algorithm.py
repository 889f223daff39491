"""AlgorithmClassifier and AlgorithmRegressor: one algorithm with its settings, as a scikit-learn estimator."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import ValidationError
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import (
    assert_all_finite,
    check_consistent_length,
    check_is_fitted,
    column_or_1d,
)

from phantom_ml.algorithms.base import AlgorithmSettings, FitContext, Learner, Setting, algorithms
from phantom_ml.automl.preparation.encode import MAX_STRINGS
from phantom_ml.config import FeatureSettings, ProblemKind, bad_setting
from phantom_ml.config.bounds import Bound
from phantom_ml.data.matrix import Samples
from phantom_ml.data.recognise import recognise_sampled
from phantom_ml.errors import BadSetting, UnknownName, listed
from phantom_ml.features.encoder import Encoder
from phantom_ml.features.fit import fit_encoder, keeping_steps
from phantom_ml.features.fitted.question import Question
from phantom_ml.features.fold_fitted import FoldFitted, fit_fold
from phantom_ml.features.given_rows import GivenRows
from phantom_ml.sklearn_api.checks import ClassesTooFew, check_own, refuse_text, require_something
from phantom_ml.sklearn_api.library_errors import in_words
from phantom_ml.sklearn_api.one_answer import warn_of_one_answer
from phantom_ml.sklearn_api.rows import LEAST_ROWS, counted_rows, own_names, require_own
from phantom_ml.sklearn_api.stopping_rows import parted
from phantom_ml.tuning.answers import check_numbers, check_one_kind
from phantom_ml.tuning.basis import check_known

OWN = ("algorithm", "seed", "n_threads")


@dataclass(frozen=True)
class Fitted:
    """What came of a fit: how rows are encoded, and the learner."""

    encoder: Encoder
    side: FoldFitted
    learner: Learner
    n_threads: int

    def predict(self, frame: pl.DataFrame) -> NDArray[np.float64]:
        """Return predictions, shape (n_rows, n_outputs); ``frame`` has all columns that the encoder reads."""
        matrix = self.side.widen(self.encoder.transform(frame))
        return self.learner.predict(matrix, self.n_threads)


class AlgorithmEstimator(BaseEstimator):  # type: ignore[misc]
    """One algorithm; its settings are parameters as ``seed`` is, and those with bounds can be searched.

    Parameters
    ----------
    algorithm : str
        A name that ``algorithms_to_try`` takes.
    seed : int
        0 or more; what it cannot be is told by ``fit``, as it is of ``n_threads``.
    n_threads : int
        1 to 1,024.
    **settings
        Of the algorithm; its defaults where not given.

    Attributes
    ----------
    n_features_in_ : int
    feature_names_in_ : array of str, shape (n_features_in_,)
        Where the columns of ``X`` have names.
    """

    _fitted: Fitted
    #: What its user calls the columns of the frame that was fitted on.
    _own_names: dict[str, str]

    def __init__(
        self, algorithm: str = "LightGBM", seed: int = 0, n_threads: int = 1, **settings: Setting
    ) -> None:
        self.algorithm = algorithm
        self.seed = seed
        self.n_threads = n_threads
        self._settings = settings

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return all parameters, the settings of the algorithm among them, as they were given."""
        own = {name: getattr(self, name) for name in OWN}
        defaults = _kind_of(self.algorithm)().model_dump() if _is_known(self.algorithm) else {}
        return {**own, **defaults, **self._settings}

    def set_params(self, **params: Any) -> Self:
        """Set parameters and settings, all of them or none; raises UnknownName.

        Another algorithm has its own defaults: of the settings until then, only those stay that differ from
        the defaults of the algorithm until then.
        What a setting cannot be, and an algorithm that is not known, is told by ``fit``.
        """
        settings = {name: value for name, value in params.items() if name not in OWN}
        algorithm = params.get("algorithm", self.algorithm)
        if _is_known(algorithm):
            known = _kind_of(algorithm).model_fields
            for name in settings:
                if name not in known:
                    raise UnknownName(f"setting of {algorithm}", name, sorted(known))
        self._settings = {**self._carried_to(algorithm), **settings}
        for name in OWN:
            setattr(self, name, params.get(name, getattr(self, name)))
        return self

    def _carried_to(self, algorithm: Any) -> dict[str, Setting]:
        """Return the settings that stay with an algorithm: to another, what is usual here says nothing.

        A clone was given every setting, those that nobody chose among them.
        """
        if not _is_known(self.algorithm) or _is_same(algorithm, self.algorithm):
            return self._settings
        usual = _kind_of(self.algorithm)().model_dump()
        return {n: v for n, v in self._settings.items() if not _is_same(v, usual.get(n, ...))}

    def search_space(self) -> dict[str, Bound]:
        """Return the settings that are searched, with their bounds."""
        return _kind_of(self.algorithm).space()

    def validated(self) -> AlgorithmSettings:
        """Return the settings, those that are not given as defaults; raises BadSetting or UnknownName.

        A seed or a number of threads that cannot be is refused with them.
        """
        check_own(self.seed, self.n_threads)
        kind = _kind_of(self.algorithm)
        unknown = [name for name in self._settings if name not in kind.model_fields]
        if len(unknown) > 1:
            raise BadSetting(
                f"{kind.name} has no settings {listed(unknown)}.",
                f"The settings are: {', '.join(kind.model_fields)}.",
            )
        try:
            settings = kind.model_validate(self._settings)
        except ValidationError as error:
            raise bad_setting(kind.name, error, kind) from None
        refuse_text(settings, self._settings)
        return settings

    def _rows(self, X: Any) -> GivenRows:
        """Return the rows of a fit."""
        given = GivenRows.of(X)
        given.require_height(LEAST_ROWS, type(self).__name__)
        return given

    def _keep_columns(self, X: Any, given: GivenRows) -> None:
        """Keep how many columns were fitted on, and their own names where they have any."""
        self.n_features_in_ = given.frame.width
        names = own_names(X, given.frame)
        self._own_names = dict(zip(given.frame.columns, names, strict=True))
        if given.named:
            self.feature_names_in_ = np.array(names, dtype=object)
        elif hasattr(self, "feature_names_in_"):
            del self.feature_names_in_

    def _outputs(self, X: Any) -> NDArray[np.float64]:
        """Return what the learner predicts, shape (n_rows, n_outputs)."""
        check_is_fitted(self, "_fitted")
        given = GivenRows.of(X)
        given.require_width(self.n_features_in_, type(self).__name__)
        require_own(self._fitted.encoder.inputs, X, given.frame, self._own_names)
        return self._fitted.predict(given.frame)

    def _fit(
        self,
        frame: pl.DataFrame,
        target: NDArray[Any],
        question: Question,
        weight: NDArray[np.float64] | None,
    ) -> None:
        settings = self.validated()
        # Of numpy's whole numbers not every library takes all.
        seed, n_threads = int(self.seed), int(self.n_threads)
        if question.kind not in settings.kinds:
            raise BadSetting(
                f"{self.algorithm} does not solve {question.kind.value} problems.",
                "Choose another algorithm.",
            )
        encoder = _encoder(frame, settings)
        matrix = encoder.training(frame, question.before)
        require_something(matrix)
        samples = Samples(matrix, target, weight)
        seen, held_out = self._parted(samples, question, grows=grows(settings))
        side, values = fit_fold(samples, seen, question, seed)
        wide = Samples(matrix.beside(values, side.features), target, weight)
        context = FitContext(question.kind, question.n_classes, seed, n_threads)
        valid = wide.rows(held_out) if len(held_out) else None
        with in_words(settings.name):
            learner = settings.fit(wide.rows(seen), valid, context)
        if learner.is_one_answer:
            warn_of_one_answer(settings.name)
        self._fitted = Fitted(encoder, side, learner, n_threads)

    def _parted(
        self, samples: Samples, question: Question, *, grows: bool
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the rows to fit on, and those that tell when to stop, where the algorithm asks for any."""
        n_rows = samples.matrix.n_rows
        if not grows:
            return np.arange(n_rows, dtype=np.int64), np.empty(0, np.int64)
        classes = samples.target.astype(np.int64) if question.kind.is_classification else None
        return parted(n_rows, classes, self.seed)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        return tags


def _is_known(algorithm: Any) -> bool:
    """Return whether an algorithm has that name."""
    try:
        _kind_of(algorithm)
    except (BadSetting, UnknownName):
        return False
    return True


def _kind_of(algorithm: Any) -> type[AlgorithmSettings]:
    """Return the class of an algorithm's settings; raises BadSetting or UnknownName."""
    if not isinstance(algorithm, str):
        raise BadSetting(
            f"The algorithm is {algorithm!r}: it must be a name.",
            f"Give one of {', '.join(algorithms.names())}.",
        )
    return algorithms.get(algorithm)


def _is_same(given: Any, known: Any) -> bool:
    """Return whether what was given, whatever it is, is a known plain value."""
    # Values of one type alone: an array is equal to nothing as a whole.
    return type(given) is type(known) and bool(given == known)


def _encoder(frame: pl.DataFrame, settings: AlgorithmSettings) -> Encoder:
    """Return the encoder of training rows, with what the algorithm reads beside their features."""
    schema = recognise_sampled(frame)
    encoder = fit_encoder(frame, schema, FeatureSettings())
    if settings.reads_strings:
        encoder = replace(encoder, string_columns=encoder.text_columns[:MAX_STRINGS])
    if settings.reads_history:
        encoder = keeping_steps(encoder, frame, schema)
    return encoder


def grows(settings: AlgorithmSettings) -> bool:
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
        """Fit on rows and their classes.

        Parameters
        ----------
        X : table of shape (n_rows, n_columns)
            polars, pandas or Arrow, a two-dimensional array, a mapping of lists; of two rows at least.
        y : array of shape (n_rows,)
            Classes, of which there are two at least.
        sample_weight : array of shape (n_rows,), optional
            0 or more, of any scale: what counts is how they compare. A row of weight 0 is left out.

        Raises
        ------
        RowsUnfit, RowsEmpty, ValueError
            ``X`` is no table or has too few rows, or ``y`` or the weights do not fit it.
        TargetUnusable
            Nothing differs from row to row that could be learned from; a ValueError, too.
        BadSetting, UnknownName
            The algorithm or a setting of it cannot be.
        FitRefused
            The algorithm's library cannot be fitted so; a ValueError, too.
        """
        given = self._rows(X)
        labels = column_or_1d(y, warn=True)
        check_known(labels)
        check_one_kind(labels)
        assert_all_finite(labels)
        check_classification_targets(labels)
        check_consistent_length(given.frame, labels)
        frame, labels, weight = counted_rows(given.frame, labels, sample_weight)
        classes, codes = np.unique(labels, return_inverse=True)
        if len(classes) < 2:
            raise ClassesTooFew(
                f"y holds 1 class, {classes.tolist()[0]!r}: there is nothing to tell apart.",
                "Give rows of two classes at least.",
            )
        kind = ProblemKind.BINARY if len(classes) == 2 else ProblemKind.MULTICLASS
        self._fit(frame, codes.astype(np.int64), Question(kind, len(classes)), weight)
        self._keep_columns(X, given)
        self.classes_ = classes
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Return probabilities, shape (n_rows, n_classes).

        Raises
        ------
        NotFittedError
            Nothing was learned yet.
        RowsUnfit, RowsEmpty, ColumnMissing
            ``X`` is no table, or its columns are not those of the fit.
        """
        found = self._outputs(X)
        return np.hstack([1.0 - found, found]) if found.shape[1] == 1 else found

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the most probable class of each row, shape (n_rows,); raises as ``predict_proba`` does."""
        places = self.predict_proba(X).argmax(axis=1)
        found: NDArray[Any] = self.classes_[places]
        return found


class AlgorithmRegressor(RegressorMixin, AlgorithmEstimator):  # type: ignore[misc]
    """One algorithm for values.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True)
    >>> AlgorithmRegressor("ElasticNet", alpha=0.1).fit(X, y).score(X, y) > 0.4
    True
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Fit on rows and their values.

        Parameters
        ----------
        X : table of shape (n_rows, n_columns)
            As in ``AlgorithmClassifier.fit``.
        y : array of shape (n_rows,)
            Finite numbers.
        sample_weight : array of shape (n_rows,), optional
            0 or more, of any scale: what counts is how they compare. A row of weight 0 is left out.

        Raises
        ------
        RowsUnfit, RowsEmpty, ValueError
            ``X`` is no table or has too few rows, or ``y`` or the weights do not fit it.
        TargetUnusable
            Nothing differs from row to row that could be learned from; a ValueError, too.
        BadSetting, UnknownName
            The algorithm or a setting of it cannot be.
        FitRefused
            The algorithm's library cannot be fitted so; a ValueError, too.
        """
        given = self._rows(X)
        given_values = column_or_1d(y, warn=True)
        check_known(given_values)
        check_numbers(given_values, type(self).__name__)
        values = given_values.astype(np.float64)
        check_consistent_length(given.frame, values)
        frame, values, weight = counted_rows(given.frame, values, sample_weight)
        self._fit(frame, values, Question(ProblemKind.REGRESSION, 0), weight)
        self._keep_columns(X, given)
        return self

    def predict(self, X: Any) -> NDArray[np.float64]:
        """Return the value of each row, shape (n_rows,).

        Raises
        ------
        NotFittedError
            Nothing was learned yet.
        RowsUnfit, RowsEmpty, ColumnMissing
            ``X`` is no table, or its columns are not those of the fit.
        """
        return self._outputs(X)[:, 0]
