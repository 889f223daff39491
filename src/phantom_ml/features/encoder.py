"""The encoder: a raw table in, the matrix that learners see out, the same for training and scoring."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.matrix import STRING_BYTES, Feature, Matrix, uniquely_named
from phantom_ml.errors import BundleVersion, UnknownName
from phantom_ml.features.base import ColumnEncoder, as_text, encoders
from phantom_ml.features.before import Before
from phantom_ml.features.cells.entity import row_hashes
from phantom_ml.features.cells.hashing import Hashes
from phantom_ml.features.ngrams import first_bytes, hashed_ngrams
from phantom_ml.features.past import Past, Seen
from phantom_ml.features.remembered import FewCells, Remembered, transform_together, write
from phantom_ml.features.tables.base import TableEncoder, table_encoders
from phantom_ml.features.unlabelled import Unlabelled, write_counted
from phantom_ml.parts.saved import read_object, require_version
from phantom_ml.registry import Registry

Floats = NDArray[np.float32]
FILE, PAST = "encoder.json", "past"
Kind = TypeVar("Kind", ColumnEncoder, TableEncoder)


@dataclass(frozen=True)
class Encoder:
    """The encoders of single columns and of several together, the windows, and the text beside the matrix.

    Attributes
    ----------
    columns : tuple of ColumnEncoder
    tables : tuple of TableEncoder
    past : Past or None
        Windows over what entities did before.
    text_columns : tuple of str
        Hashed beside the matrix, character by character.
    prose_columns : tuple of str
        Those of them that are read word by word, too.
    string_columns : tuple of str
        Those that are handed on as they are, for learners of raw text.
    entity_columns : tuple of str
        Those that name together whom a row belongs to, for learners that compare it with its own.
    """

    columns: tuple[ColumnEncoder, ...]
    text_columns: tuple[str, ...] = ()
    prose_columns: tuple[str, ...] = ()
    tables: tuple[TableEncoder, ...] = ()
    past: Past | None = None
    string_columns: tuple[str, ...] = ()
    entity_columns: tuple[str, ...] = ()

    @cached_property
    def features(self) -> tuple[Feature, ...]:
        """Return what the matrix columns mean, names made unique."""
        made: list[ColumnEncoder | TableEncoder | Past] = [*self.columns, *self.tables]
        made += [] if self.past is None else [self.past]
        return uniquely_named(f for part in made for f in part.features)

    @property
    def parts(self) -> tuple[ColumnEncoder | TableEncoder, ...]:
        """Return all encoders, in the order of their features."""
        return (*self.columns, *self.tables)

    @cached_property
    def _kinds(self) -> list[tuple[list[slice], list[Remembered]]]:
        """Return the encoders of each kind with what they remember, behind the places of their features."""
        ends = np.cumsum([0, *(len(part.features) for part in self.parts)]).tolist()
        kinds: dict[str, tuple[list[slice], list[Remembered]]] = {}
        for part, first, last in zip(self.parts, ends[:-1], ends[1:], strict=True):
            places, remembered = kinds.setdefault(part.name, ([], []))
            places.append(slice(first, last))
            remembered.append(Remembered(part))
        return list(kinds.values())

    @property
    def still(self) -> tuple[Feature, ...]:
        """Return the features that do not look at the past: those of columns and of tables."""
        n_past = 0 if self.past is None else len(self.past.features)
        return self.features[: len(self.features) - n_past]

    @cached_property
    def inputs(self) -> list[str]:
        """Return the raw columns that are read."""
        several = [c for part in self.tables for c in part.inputs]
        past = [] if self.past is None else [*self.past.inputs]
        single = [c.column for c in self.columns]
        beside = [*self.text_columns, *self.string_columns, *self.entity_columns]
        return list(dict.fromkeys([*single, *several, *past, *beside]))

    @cached_property
    def calendars(self) -> dict[str, int]:
        """Return the place of a feature of each column of times; NaN there is a row without a time."""
        ends = np.cumsum([0, *(len(c.features) for c in self.columns)]).tolist()
        return {
            c.column: at for c, at in zip(self.columns, ends, strict=False) if c.name == "timestamp"
        }

    @cached_property
    def timeless(self) -> list[int]:
        """Return the places of features that are the same whenever a row came, and whoever came before."""
        fixed = [
            c.family != "temporal" and type(c).training is ColumnEncoder.training
            for c in self.columns
            for _ in c.features
        ]
        return [i for i, still in enumerate(fixed) if still]

    def transform(self, frame: pl.DataFrame, past: Seen | None = None) -> Matrix:
        """Return the matrix of a raw table; raises TypeUnsafe where a cell cannot be what it was.

        Parameters
        ----------
        frame : DataFrame
        past : Seen, optional
            What the past tells of these rows, from ``seen``, where they are part of a longer table.
        """
        return self._matrix(frame, None, self.seen(frame) if past is None else past)

    def training(
        self,
        frame: pl.DataFrame,
        before: Before,
        past: Seen | None = None,
        unlabelled: Unlabelled | None = None,
    ) -> Matrix:
        """Return the matrix of the very rows that it was fitted on; no row counts itself or its future.

        Parameters
        ----------
        frame : DataFrame
        before : Before
            Of the same rows.
        past : Seen, optional
            What the windows tell of these rows, from ``began``, where they are part of a longer table.
        unlabelled : Unlabelled, optional
            Rows that it was fitted on, too, and that count: no matrix is made of them.
        """
        seen = self.began(frame) if past is None else past
        return self._matrix(frame, before, seen, unlabelled)

    def began(self, frame: pl.DataFrame, whole: pl.DataFrame | None = None) -> Seen:
        """Return what windows tell of rows before which nothing happened but other rows of ``whole``."""
        past = None if self.past is None else self.past.forgotten()
        if past is not None and whole is not None:
            past = past.among(whole)
        return _seen(past, frame)

    def seen(self, frame: pl.DataFrame) -> Seen:
        """Return what the past tells of rows."""
        return _seen(self.past, frame)

    def _matrix(
        self,
        frame: pl.DataFrame,
        before: Before | None,
        past: Seen,
        unlabelled: Unlabelled | None = None,
    ) -> Matrix:
        values: Floats = np.empty((frame.height, len(self.features)), np.float32)
        self._write(frame, before, unlabelled, values)
        values[:, values.shape[1] - past.windows.shape[1] :] = past.windows
        text, strings = self.text(frame), self._strings(frame)
        return Matrix(values, self.features, text, strings, past.history, self._entity(frame))

    def _write(
        self,
        frame: pl.DataFrame,
        before: Before | None,
        unlabelled: Unlabelled | None,
        values: Floats,
    ) -> None:
        """Write the features of columns and of tables, of shape (n_rows, n_features) with room for the windows."""
        cells = FewCells(frame)
        together = None if before is None or unlabelled is None else unlabelled.among(before)
        for places, parts in self._kinds:
            out = [values[:, features] for features in places]
            if before is None:
                transform_together(parts, frame, out, cells)
                continue
            for part, features in zip(parts, out, strict=True):
                if unlabelled is None or together is None:
                    write(part.encoder, frame, before, features)
                else:
                    write_counted(part.encoder, frame, together, unlabelled, features)

    def _strings(self, frame: pl.DataFrame) -> NDArray[np.uint8] | None:
        if not self.string_columns:
            return None
        return first_bytes([as_text(frame[c]) for c in self.string_columns], STRING_BYTES)

    def _entity(self, frame: pl.DataFrame) -> Hashes | None:
        return row_hashes(frame, self.entity_columns) if self.entity_columns else None

    def text(self, frame: pl.DataFrame) -> Any:
        """Return the hashed text of rows, a sparse matrix of shape (n_rows, n_buckets); None without text."""
        if not self.text_columns:
            return None
        words = [c in self.prose_columns for c in self.text_columns]
        return hashed_ngrams([as_text(frame.get_column(c)) for c in self.text_columns], words)

    def keeping(self, names: Collection[str]) -> Encoder:
        """Return the encoder without the features that are not named, as far as its parts can."""
        columns = [own for c in self.columns if (own := c.keeping(names)) is not None]
        tables = [few for t in self.tables if (few := t.keeping(names)) is not None]
        past = None if self.past is None else self.past.keeping(names)
        return replace(self, columns=tuple(columns), tables=tuple(tables), past=past)

    def after(self, frame: pl.DataFrame) -> Encoder:
        """Return the encoder after the rows of ``frame`` have happened."""
        return self if self.past is None else replace(self, past=self.past.after(frame))

    def among(self, frame: pl.DataFrame) -> Encoder:
        """Return the encoder for rows of ``frame`` that are asked about one by one."""
        return self if self.past is None else replace(self, past=self.past.among(frame))

    def state(self) -> dict[str, Any]:
        """Return all that was learned, as JSON; the windows' state is saved beside it."""
        return {
            "columns": [_part(c) for c in self.columns],
            "tables": [_part(t) for t in self.tables],
            "text_columns": list(self.text_columns),
            "prose_columns": list(self.prose_columns),
            "string_columns": list(self.string_columns),
            "entity_columns": list(self.entity_columns),
        }

    @classmethod
    def of_state(cls, state: Mapping[str, Any], past: Past | None = None) -> Encoder:
        """Return the encoder of a saved state; raises BundleVersion for another feature version."""
        columns = [_read(encoders, p) for p in state["columns"]]
        tables = [_read(table_encoders, p) for p in state["tables"]]
        texts, prose = tuple(state["text_columns"]), tuple(state["prose_columns"])
        strings = tuple(state.get("string_columns", ()))
        entity = tuple(state.get("entity_columns", ()))
        return cls(tuple(columns), texts, prose, tuple(tables), past, strings, entity)

    def save(self, folder: Path) -> None:
        """Write the state into ``folder`` (made if absent)."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / FILE).write_text(json.dumps(self.state(), sort_keys=True))
        if self.past is not None:
            self.past.save(folder / PAST)

    @classmethod
    def load(cls, folder: Path) -> Encoder:
        """Return what ``save`` wrote; raises BundleDamaged and BundleVersion."""
        past = Past.load(folder / PAST) if (folder / PAST).exists() else None
        return cls.of_state(read_object(folder / FILE), past)


def _seen(past: Past | None, frame: pl.DataFrame) -> Seen:
    if past is None:
        return Seen(np.empty((frame.height, 0), np.float32))
    return past.seen(frame)


def _part(encoder: ColumnEncoder | TableEncoder) -> dict[str, Any]:
    state = encoder.model_dump(mode="json")
    return {"encoder": encoder.name, "version": encoder.version, "state": state}


def _read(known: Registry[type[Kind]], part: Mapping[str, Any]) -> Kind:
    try:
        kind = known.get(str(part["encoder"]))
    except UnknownName:
        raise BundleVersion(
            f"The model was trained with {str(part['encoder'])[:40]!r} features; this program has none.",
            "Install what adds them, or use the program that made the model.",
        ) from None
    require_version(part["version"], kind.version, f"{kind.name} features")
    return kind.model_validate(part["state"])
