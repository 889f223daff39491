"""The encoder: a raw table in, the matrix that learners see out, the same for training and scoring."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from phantom_ml.config import FeatureSettings
from phantom_ml.data.matrix import Feature, Matrix
from phantom_ml.data.schema import TEXT_KINDS, UNUSED_KINDS, ColumnSchema, TableSchema
from phantom_ml.errors import BundleVersion
from phantom_ml.features.base import ColumnEncoder, as_text, encoders
from phantom_ml.features.ngrams import hashed_ngrams


@dataclass(frozen=True)
class Encoder:
    """One encoder a raw column, and the columns whose text is hashed beside the matrix.

    Attributes
    ----------
    columns : tuple of ColumnEncoder
    text_columns : tuple of str
    """

    columns: tuple[ColumnEncoder, ...]
    text_columns: tuple[str, ...] = ()

    @cached_property
    def features(self) -> tuple[Feature, ...]:
        """Return what the matrix columns mean, names made unique."""
        named: list[Feature] = []
        seen: set[str] = set()
        for feature in (f for c in self.columns for f in c.features):
            name, n = feature.name, 2
            while name in seen:
                name, n = f"{feature.name}_{n}", n + 1
            seen.add(name)
            named.append(Feature(name, feature.source, feature.cardinality))
        return tuple(named)

    @property
    def inputs(self) -> list[str]:
        """Return the raw columns that are read."""
        return list(dict.fromkeys([*(c.column for c in self.columns), *self.text_columns]))

    def transform(self, frame: pl.DataFrame) -> Matrix:
        """Return the matrix of a raw table; raises TypeUnsafe where a cell cannot be what it was."""
        values = np.empty((frame.height, len(self.features)), np.float32)
        at = 0
        for encoder in self.columns:
            width = len(encoder.features)
            encoder.transform(frame[encoder.column], values[:, at : at + width])
            at += width
        if not self.text_columns:
            return Matrix(values, self.features)
        text = hashed_ngrams([as_text(frame[c]) for c in self.text_columns])
        return Matrix(values, self.features, text)

    def state(self) -> dict[str, Any]:
        """Return all that was learned, as JSON."""
        return {
            "columns": [
                {"encoder": c.name, "version": c.version, "state": c.model_dump(mode="json")}
                for c in self.columns
            ],
            "text_columns": list(self.text_columns),
        }

    @classmethod
    def of_state(cls, state: Mapping[str, Any]) -> Encoder:
        """Return the encoder of a saved state; raises BundleVersion for another feature version."""
        columns = []
        for part in state["columns"]:
            kind = encoders.get(part["encoder"])
            if part["version"] != kind.version:
                raise BundleVersion(
                    f"The model was trained with version {part['version']} of the {kind.name} features; "
                    f"this program has version {kind.version}.",
                    "Train the model again, or use the program that made it.",
                )
            columns.append(kind.model_validate(part["state"]))
        return cls(tuple(columns), tuple(state["text_columns"]))

    def save(self, folder: Path) -> None:
        """Write the state into ``folder`` (made if absent)."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "encoder.json").write_text(json.dumps(self.state(), sort_keys=True))

    @classmethod
    def load(cls, folder: Path) -> Encoder:
        """Return what ``save`` wrote."""
        return cls.of_state(json.loads((folder / "encoder.json").read_text()))


def fit_encoder(frame: pl.DataFrame, schema: TableSchema, settings: FeatureSettings) -> Encoder:
    """Return the encoder fitted on training rows, without a look at the target.

    Parameters
    ----------
    frame : DataFrame
        The training rows, at least the columns of ``schema``.
    schema : TableSchema
        The input columns only: no target, no ids.
    settings : FeatureSettings
        Which families are wanted.
    """
    fitted = [_fit_column(frame[c.name], c, settings) for c in schema.columns]
    texts = [c.name for c in schema.columns if c.kind in TEXT_KINDS] if settings.text else []
    return Encoder(tuple(e for e in fitted if e is not None), tuple(texts))


def _fit_column(
    values: pl.Series, schema: ColumnSchema, settings: FeatureSettings
) -> ColumnEncoder | None:
    if schema.kind in UNUSED_KINDS:
        return None
    return _encoder_for(values, schema).fit(values, schema) if _wanted(schema, settings) else None


def _wanted(schema: ColumnSchema, settings: FeatureSettings) -> bool:
    return any(schema.kind in e.kinds and e.wanted(settings) for e in encoders)


def _encoder_for(values: pl.Series, schema: ColumnSchema) -> type[ColumnEncoder]:
    kind = next(e for e in encoders if schema.kind in e.kinds)
    # Yes and no, on and off: two words are a category, not a number.
    if kind.name == "number" and values.dtype == pl.String and not _numeric(values):
        return encoders.get("category")
    return kind


def _numeric(values: pl.Series) -> bool:
    known = values.drop_nulls()
    return bool(known.str.strip_chars().cast(pl.Float64, strict=False).is_not_null().all())
