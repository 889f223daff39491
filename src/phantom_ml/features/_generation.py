"""From a raw table to its features: generated, scored against the target, selected, described."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import Field, ValidationError

from phantom_ml.config import AutoMLTaskType, FeatureSettings, bad_setting
from phantom_ml.data.matrix import Feature, Matrix, Samples
from phantom_ml.data.recognise import recognise
from phantom_ml.data.schema import UNUSED_KINDS, TableSchema
from phantom_ml.data.target import Target, read_target, require_target
from phantom_ml.errors import BadSetting, TargetUnusable
from phantom_ml.features._scoring import Worth, worth
from phantom_ml.features._words import TEXT_SCORE, described
from phantom_ml.features.base import ColumnEncoder
from phantom_ml.features.category import CategoryEncoder
from phantom_ml.features.encoder import Encoder, fit_encoder
from phantom_ml.features.feature_set import FeatureSet, GeneratedFeature
from phantom_ml.features.fold_fitted import fit_fold

Floats = NDArray[np.float32]
#: Rows that the recogniser looks at.
SCHEMA_ROWS = 20_000
FAMILIES = ("text", "temporal", "statistical", "security")


class FeatureRequest(FeatureSettings):
    """Which features are wanted, and what they are scored by.

    Examples
    --------
    >>> FeatureRequest.of({"include_text_features": False, "target_column": "label"}).text
    False
    """

    target_column: str | None = Field(None, description="Score the features by this column.")
    task_type: AutoMLTaskType | None = Field(
        None, description="None: classes, or numbers where the column holds many."
    )
    seed: int = Field(0, ge=0, lt=2**31)

    @classmethod
    def of(cls, config: FeatureSettings | Mapping[str, Any] | str | None) -> FeatureRequest:
        """Return a request from settings, a mapping or JSON text; raises BadSetting.

        ``include_text_features`` and ``text_features`` mean ``text``, and so on.
        """
        if isinstance(config, FeatureSettings):
            config = config.model_dump()
        values = _mapping(config)
        plain = {_plain_name(name): value for name, value in values.items()}
        try:
            return cls.model_validate(plain)
        except ValidationError as error:
            raise bad_setting("features", error, list(cls.model_fields)) from None


def _plain_name(name: str) -> str:
    family = name.removeprefix("include_").removesuffix("_features")
    return family if family in FAMILIES else name


def _mapping(config: Mapping[str, Any] | str | None) -> Mapping[str, Any]:
    if not isinstance(config, str):
        return config or {}
    expected = 'Give an object such as {"target_column": "is_threat"}.'
    try:
        values = json.loads(config)
    except ValueError as error:
        raise BadSetting(f"The feature settings are not JSON: {error}.", expected) from None
    if not isinstance(values, dict):
        raise BadSetting(f"The feature settings are a {type(values).__name__}.", expected)
    return values


@dataclass(frozen=True)
class Generated:
    """Features of all rows, before they are judged."""

    schema: TableSchema
    encoder: Encoder
    matrix: Matrix
    target: Target | None
    fitted: Floats

    @property
    def features(self) -> tuple[Feature, ...]:
        """Return the features, the fitted ones last."""
        n = self.fitted.shape[1]
        names = ["text.score"] if n == 1 else [f"text.score.{i}" for i in range(n)]
        texts = self.encoder.text_columns
        source = texts[0] if len(texts) == 1 else "text"
        return self.matrix.features + tuple(Feature(name, source) for name in names)

    @property
    def values(self) -> Floats:
        """Return the cells, shape (n_rows, n_features)."""
        return np.concatenate([self.matrix.values, self.fitted], axis=1)

    @property
    def generators(self) -> list[ColumnEncoder | None]:
        """Return which encoder made each feature; None for those fitted on the target."""
        made = [c for c in self.encoder.columns for _ in c.features]
        return [*made, *([None] * self.fitted.shape[1])]


def engineer_features(
    frame: pl.DataFrame, config: FeatureSettings | Mapping[str, Any] | str | None = None
) -> FeatureSet:
    """Return the features of a table; with a target also scored and selected by it.

    Parameters
    ----------
    frame : DataFrame
        Raw rows.
    config : FeatureSettings, mapping or JSON text, optional
        The families (``text``, ``temporal``, ``statistical``, ``security``), ``kinds``,
        ``target_column``, ``task_type`` and ``seed``.

    Returns
    -------
    FeatureSet

    Raises
    ------
    BadSetting, TargetMissing, TargetUnusable

    Examples
    --------
    >>> frame = pl.DataFrame({"proto": ["tcp", "udp", "tcp", "udp"], "n": [1.0, 2.0, 3.0, 4.5]})
    >>> engineer_features(frame).selected
    ['proto', 'n']
    """
    request = FeatureRequest.of(config)
    made = generate(frame, request)
    judged = None if made.target is None else _judged(made, made.target, request.seed)
    features = _told(made, judged)
    if judged is not None:
        features = tuple(sorted(features, key=lambda f: -(f.importance or 0.0)))
    return FeatureSet(
        frame=_decoded(made).lazy(),
        features=features,
        left_out=_left_out(made),
        target=request.target_column,
        n_rows=frame.height,
        shadow=None if judged is None else judged[0].shadow,
    )


def generate(frame: pl.DataFrame, request: FeatureRequest) -> Generated:
    """Return all features of the rows; those that need the target out of fold."""
    inputs = frame
    target = None
    if request.target_column is not None:
        require_target(frame.columns, request.target_column)
        target = read_answers(frame[request.target_column], request.task_type)
        inputs = frame.drop(request.target_column)
    schema = recognise(sampled(inputs, request.seed), _known(request.kinds, inputs))
    encoder = fit_encoder(inputs, schema, request)
    matrix = encoder.transform(inputs)
    fitted = np.empty((frame.height, 0), np.float32)
    if target is not None and matrix.text is not None:
        fitted = _fitted(matrix, target, request.seed)
    return Generated(schema, encoder, matrix, target, fitted)


def _known(kinds: Mapping[str, str], frame: pl.DataFrame) -> dict[str, str]:
    return {name: kind for name, kind in kinds.items() if name in frame.columns}


def sampled(frame: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Return enough rows to tell what the columns are."""
    if frame.height <= SCHEMA_ROWS:
        return frame
    rows = np.random.default_rng(seed).choice(frame.height, SCHEMA_ROWS, replace=False)
    return frame[np.sort(rows)]


def read_answers(values: pl.Series, task_type: AutoMLTaskType | None) -> Target:
    """Return a target column; where no task is named, numbers with many values are a regression."""
    task = task_type or AutoMLTaskType.CLASSIFICATION
    try:
        return read_target(values, values.name, task)
    except TargetUnusable:
        if task_type is not None or not values.dtype.is_numeric():
            raise
        return read_target(values, values.name, AutoMLTaskType.REGRESSION)


def _fitted(matrix: Matrix, target: Target, seed: int) -> Floats:
    """Return the features that need the target: out of fold for the labelled rows."""
    answers: NDArray[Any] = np.zeros(matrix.n_rows, target.values.dtype)
    answers[target.keep] = target.values
    samples = Samples(matrix, answers)
    _, values = fit_fold(samples, target.keep, target.kind, len(target.classes), seed)
    return values


def _judged(made: Generated, target: Target, seed: int) -> tuple[Worth, list[int]]:
    """Return the worth of the features that are neither constant nor repeated, and their places."""
    values, features = made.values, made.features
    faults = _faults(values, features)
    places = [i for i, fault in enumerate(faults) if not fault]
    chosen = Matrix(np.ascontiguousarray(values[:, places]), tuple(features[i] for i in places))
    samples = Samples(chosen.rows(target.keep), target.values)
    if not places:
        return Worth(np.zeros(0), np.zeros(0), 0.0), places
    return worth(samples, target.kind, len(target.classes), seed), places


def _faults(values: Floats, features: tuple[Feature, ...]) -> list[str]:
    """Return why a feature is of no use whatever the target: constant, or the copy of another."""
    seen: dict[tuple[int, bytes], str] = {}
    faults = []
    for i, column in enumerate(np.ascontiguousarray(values.T)):
        known = column[~np.isnan(column)]
        varies = known.size > 0 and (known.min() < known.max() or known.size < column.size)
        first = seen.setdefault((features[i].cardinality, column.tobytes()), features[i].name)
        copied = first != features[i].name
        faults.append("constant" if not varies else f"same as {first}" if copied else "")
    return faults


def _told(made: Generated, judged: tuple[Worth, list[int]] | None) -> tuple[GeneratedFeature, ...]:
    faults = _faults(made.values, made.features)
    kinds = {c.name: c.kind.value for c in made.schema.columns}
    parts = zip(made.features, made.generators, faults, strict=True)
    told = []
    for feature, encoder, fault in parts:
        generator = TEXT_SCORE if encoder is None else encoder.name
        told.append(
            GeneratedFeature(
                name=feature.name,
                source=feature.source,
                kind=kinds.get(feature.source, "text"),
                generator=generator,
                description=described(feature, generator),
                selected=not fault,
                reason=fault,
            )
        )
    return tuple(told if judged is None else _with_worth(told, *judged))


def _with_worth(
    told: list[GeneratedFeature], found: Worth, places: list[int]
) -> list[GeneratedFeature]:
    scored = list(told)
    for place, share, spread in zip(places, found.share, found.spread, strict=True):
        above = bool(share > found.shadow)
        changes = {"importance": float(share), "spread": float(spread), "selected": above}
        reason = "" if above else "below chance"
        scored[place] = told[place].model_copy(update=changes | {"reason": reason})
    return scored


def _decoded(made: Generated) -> pl.DataFrame:
    """Return the features as a frame, codes of categories turned back into their values."""
    values = made.values
    columns = []
    for i, (feature, encoder) in enumerate(zip(made.features, made.generators, strict=True)):
        column = pl.Series(feature.name, values[:, i]).fill_nan(None)
        if isinstance(encoder, CategoryEncoder):
            levels = pl.Series(feature.name, list(encoder.levels), dtype=pl.String)
            column = levels.gather(column.cast(pl.UInt32)).alias(feature.name)
        columns.append(column)
    return pl.DataFrame(columns)


def _left_out(made: Generated) -> dict[str, str]:
    used = set(made.encoder.inputs)
    reasons = {}
    for column in made.schema.columns:
        if column.name in used:
            continue
        unused = column.kind in UNUSED_KINDS
        why = column.evidence if unused else "nothing to learn, or its family is switched off"
        reasons[column.name] = f"{column.kind.value}. {why}".strip()
    return reasons
