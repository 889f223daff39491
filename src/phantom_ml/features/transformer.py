"""AutoFeatureEngineer: the features of a table as a scikit-learn transformer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import check_is_fitted

from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Matrix, Samples
from phantom_ml.data.reading.read import table_of
from phantom_ml.data.recognise import recognise_sampled
from phantom_ml.data.target.column import require_columns
from phantom_ml.errors import BadSetting, TargetUnusable
from phantom_ml.features.before import Before
from phantom_ml.features.feature_set import FeatureSet
from phantom_ml.features.fit import fit_encoder
from phantom_ml.features.fitted.question import Question
from phantom_ml.features.fold_fitted import FoldFitted, fit_fold, needs_fit
from phantom_ml.features.given_rows import GivenRows
from phantom_ml.features.making import engineer_features
from phantom_ml.features.request import FeatureRequest

Floats = NDArray[np.float32]


class AutoFeatureEngineer(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Turn raw columns, whatever they hold, into numbers that any estimator can learn from.

    Fitted on training rows; text also gets a linear score where an answer ``y`` is given, out of
    fold in ``fit_transform`` so that no row sees its own answer.

    Parameters
    ----------
    text_features : bool
        Statistics and the score of text. Of all four families nothing but a truth value switches one.
    temporal_features : bool
        Calendar features of timestamps.
    statistical_features : bool
        Frequencies.
    security_features : bool
        Features of IP addresses and the like.
    kinds : mapping of column to kind, optional
        What columns are, where that is not to be guessed: ``{"src": "ip"}``.
    time_zone : str, optional
        The zone that calendar features are told in, and that naive times are in.

    Attributes
    ----------
    n_features_in_ : int
    feature_names_in_ : array of str, shape (n_features_in_,)
    encoder_ : Encoder

    Examples
    --------
    >>> import polars as pl
    >>> frame = pl.DataFrame({"proto": ["tcp", "udp"] * 20, "seconds": [0.5, 2.0] * 20})
    >>> AutoFeatureEngineer().fit_transform(frame)[:2]
    array([[0. , 0.5],
           [1. , 2. ]], dtype=float32)
    """

    def __init__(
        self,
        text_features: bool = True,
        temporal_features: bool = True,
        statistical_features: bool = True,
        security_features: bool = True,
        *,
        kinds: Mapping[str, str] | None = None,
        time_zone: str | None = None,
    ) -> None:
        self.text_features = text_features
        self.temporal_features = temporal_features
        self.statistical_features = statistical_features
        self.security_features = security_features
        self.kinds = kinds
        self.time_zone = time_zone

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn from training rows.

        Parameters
        ----------
        X : table of shape (n_rows, n_columns)
            polars, pandas or Arrow, a two-dimensional array, a mapping of lists.
        y : array of shape (n_rows,), optional
            Answers: classes or numbers.

        Raises
        ------
        RowsUnfit, RowsEmpty
            ``X`` is sparse, complex, of one dimension, or else no table; it has no row or no column.
        BadSetting, ColumnMissing, TargetUnusable
            A setting cannot be, a named column is not there, or ``y`` does not fit the rows.
        """
        self._fit(X, y)
        return self

    def fit_transform(self, X: Any, y: Any = None) -> Floats:
        """Learn from training rows and return their features, shape (n_rows, n_features)."""
        matrix, fitted = self._fit(X, y)
        return np.concatenate([matrix.values, fitted], axis=1)

    def transform(self, X: Any) -> Floats:
        """Return the features of rows, shape (n_rows, n_features); NaN where nothing is known.

        Raises
        ------
        NotFittedError
            Nothing was learned yet.
        RowsUnfit, RowsEmpty
            ``X`` is no table, or an array of more or fewer columns than in the fit.
        ColumnMissing, TypeUnsafe
            The columns are not those of the fit.
        """
        check_is_fitted(self, "encoder_")
        given = GivenRows.of(X)
        given.require_width(self.n_features_in_, type(self).__name__)
        require_columns(given.frame.columns, self.encoder_.inputs)
        values: Floats = self.side_.widen(self.encoder_.transform(given.frame)).values
        return values

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Return the names of the features; raises BadSetting for input names other than those of the fit."""
        check_is_fitted(self, "encoder_")
        known = [str(c) for c in self.feature_names_in_]
        if input_features is not None and [str(c) for c in input_features] != known:
            raise BadSetting(
                f"The input features {', '.join(map(str, input_features))[:200]} are not those of the fit.",
                f"It had {', '.join(known)[:200]}: name these, or none.",
            )
        features = (*self.encoder_.features, *self.side_.features)
        return np.array([f.name for f in features], dtype=object)

    def generate_features(self, data: Any, target_column: str | None = None) -> FeatureSet:
        """Return the features of a table, described; with a target also scored and selected.

        Parameters
        ----------
        data : table, path or JSON text
        target_column : str, optional
        """
        settings = self._settings().model_dump() | {"target_column": target_column}
        return engineer_features(table_of(data), settings)

    def _settings(self) -> FeatureRequest:
        asked = {
            "text_features": self.text_features,
            "temporal_features": self.temporal_features,
            "statistical_features": self.statistical_features,
            "security_features": self.security_features,
            "kinds": {} if self.kinds is None else self.kinds,
            "time_zone": self.time_zone,
        }
        return FeatureRequest.of(asked)

    def _fit(self, X: Any, y: Any) -> tuple[Matrix, Floats]:
        given = GivenRows.of(X)
        given.require_height(1, type(self).__name__)
        frame = given.frame
        settings = self._settings()
        require_columns(frame.columns, list(settings.kinds))
        schema = recognise_sampled(frame, settings.kinds)
        encoder = fit_encoder(frame, schema, settings)
        matrix = encoder.training(frame, Before())
        side, fitted = _side(matrix, y)
        self.encoder_, self.side_ = encoder, side
        self.n_features_in_ = frame.width
        self.feature_names_in_ = np.array(frame.columns, dtype=object)
        return matrix, fitted

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        tags.input_tags.allow_nan = True
        # Whatever comes in, features are numbers of 32 bits.
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags


def _side(matrix: Matrix, y: Any) -> tuple[FoldFitted, Floats]:
    """Return what is fitted on answers, and what it says of the training rows out of fold."""
    if y is not None:
        _require_answers(y, matrix.n_rows)
    if y is None or not needs_fit(matrix):
        return FoldFitted(), np.empty((matrix.n_rows, 0), np.float32)
    answers, kind, n_classes = _answers(y, matrix.n_rows)
    rows = np.arange(matrix.n_rows, dtype=np.int64)
    return fit_fold(Samples(matrix, answers), rows, Question(kind, n_classes), 0)


def _require_answers(y: Any, n_rows: int) -> None:
    n_answers = np.asarray(y).size
    if n_answers != n_rows:
        raise BadSetting(f"y has {n_answers} answers for {n_rows} rows.", "Give one answer a row.")


def _answers(y: Any, n_rows: int) -> tuple[NDArray[Any], ProblemKind, int]:
    """Return answers as codes or numbers, and what kind of problem they are."""
    values = np.asarray(y).ravel()
    # Nothing but a NaN differs from itself.
    missing = int((values != values).sum() + (values == None).sum())  # noqa: E711, PLR0124
    if missing:
        raise TargetUnusable(
            f"{missing} of {n_rows} answers in y are missing.", "Leave rows without an answer out."
        )
    if type_of_target(values) == "continuous":
        return values.astype(np.float64), ProblemKind.REGRESSION, 0
    classes, codes = np.unique(values, return_inverse=True)
    kind = ProblemKind.BINARY if len(classes) == 2 else ProblemKind.MULTICLASS
    return codes.astype(np.int64), kind, len(classes)
