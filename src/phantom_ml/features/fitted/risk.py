"""Risk of a category: the mean answer of the training rows that have it, shrunk towards the mean of all.

No row sees its own answer: with a time, a training row's risk is that of earlier rows whose answers were
known by then; otherwise of other inner folds. Source: Micci-Barreca, "A Preprocessing Scheme for
High-Cardinality Categorical Attributes", SIGKDD Explorations 2001, doi:10.1145/507533.507538.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from phantom_ml.data.matrix import Feature, Matrix, Samples
from phantom_ml.data.target.unit import TargetUnit
from phantom_ml.errors import BundleDamaged
from phantom_ml.features.fitted.question import Question
from phantom_ml.features.fitted.unit_words import unit_words
from phantom_ml.parts.saved import read_arrays, read_object, require_version

Floats = NDArray[np.float32]
#: Trees tell a few categories apart by themselves.
MIN_LEVELS = 10
MAX_FEATURES = 12
#: More columns a category than this say less than they cost.
MAX_OUTPUTS = 10
#: The mean of all counts as so many rows of each category.
SMOOTHING = 10.0
FILE = "risk.safetensors"
#: Raised when the same state would give other values. Files from before it was told are of version 1.
VERSION = 1


@dataclass(frozen=True)
class Risk:
    """Mean answers by category, of some categorical features.

    Attributes
    ----------
    places : tuple of int
        Positions of the features in the matrix.
    sources : tuple of Feature
        The features themselves.
    tables : tuple of float32 arrays of shape (n_levels + 1, n_outputs)
        The last row is for what is missing or was never seen.
    outputs : tuple of str
        What the columns are about: nothing for one, else classes.
    unit : TargetUnit
        In which the means are: that in which the answers were shown.
    """

    places: tuple[int, ...]
    sources: tuple[Feature, ...]
    tables: tuple[Floats, ...]
    outputs: tuple[str, ...]
    unit: TargetUnit = field(default_factory=TargetUnit)

    @property
    def features(self) -> tuple[Feature, ...]:
        """Return one feature for each category and output."""
        return tuple(
            Feature(_name(f, output), f.source, 0, _words(f, output, self.unit))
            for f in self.sources
            for output in self.outputs
        )

    @classmethod
    def places_in(cls, matrix: Matrix) -> list[int]:
        """Return the positions of the features that have a risk: categories with many levels."""
        many = [i for i, f in enumerate(matrix.features) if f.cardinality >= MIN_LEVELS]
        return many[:MAX_FEATURES]

    @classmethod
    def fit(cls, samples: Samples, question: Question) -> Risk:
        """Return the mean answers of training rows; of no feature where none has many categories."""
        chosen = cls.places_in(samples.matrix) if len(question.outputs) <= MAX_OUTPUTS else []
        answers = question.one_hot(samples.target)
        weight = np.ones(len(answers)) if samples.weight is None else samples.weight
        sources = tuple(samples.matrix.features[i] for i in chosen)
        tables = tuple(
            _table(_codes(samples.matrix, i), answers, weight, f.cardinality)
            for i, f in zip(chosen, sources, strict=True)
        )
        return cls(tuple(chosen), sources, tables, question.outputs)

    def transform(self, matrix: Matrix) -> Floats:
        """Return the mean answers, shape (n_rows, n_features)."""
        parts = [
            table[_codes(matrix, i)] for i, table in zip(self.places, self.tables, strict=True)
        ]
        return np.concatenate([np.empty((matrix.n_rows, 0), np.float32), *parts], axis=1)

    def past(self, samples: Samples, question: Question) -> Floats:
        """Return, for training rows with a time, the mean answers that were known before each."""
        answers = question.one_hot(samples.target)
        totals = question.before.sums(np.zeros(len(answers), np.int64), answers, question.delay)
        prior = _mean(*totals)
        parts = []
        for i in self.places:
            codes = _codes(samples.matrix, i)
            sums, counts = question.before.sums(codes, answers, question.delay)
            parts.append((sums + SMOOTHING * prior) / (counts[:, None] + SMOOTHING))
        return np.concatenate([np.empty((len(answers), 0)), *parts], axis=1).astype(np.float32)

    def save(self, folder: Path) -> None:
        """Write the tables and what they are of."""
        from safetensors.numpy import save_file

        save_file({str(i): table for i, table in enumerate(self.tables)}, folder / FILE)
        state = {
            "version": VERSION,
            "places": self.places,
            "sources": [[f.name, f.source, f.cardinality] for f in self.sources],
            "outputs": self.outputs,
            **self.unit.facts(),
        }
        (folder / "risk.json").write_text(json.dumps(state))

    @classmethod
    def load(cls, folder: Path) -> Risk:
        """Return what ``save`` wrote; raises BundleDamaged if its parts do not fit, BundleVersion."""
        state = read_object(folder / "risk.json")
        require_version(state.get("version", 1), VERSION, "risks")
        tables = read_arrays(folder / FILE)
        sources = tuple(Feature(*f) for f in state["sources"])
        ordered = tuple(tables[str(i)] for i in range(len(sources)))
        wanted = [(f.cardinality + 1, len(state["outputs"])) for f in sources]
        if [t.shape for t in ordered] != wanted:
            raise BundleDamaged(
                "The risks are not of the categories they name.", "Export it again."
            )
        places, outputs = tuple(state["places"]), tuple(state["outputs"])
        return cls(places, sources, ordered, outputs, TargetUnit.of_facts(state))


def _name(feature: Feature, output: str) -> str:
    return f"{feature.name}.risk" + (f".{output}" if output else "")


def _words(feature: Feature, output: str, unit: TargetUnit) -> str:
    of = f"of class {output} " if output else ""
    mean = f"mean answer {of}of training rows with this {feature.name}, shrunk to the mean of all"
    return ", ".join(filter(None, [mean, unit_words(unit)]))


def _codes(matrix: Matrix, place: int) -> NDArray[np.int64]:
    cells = matrix.values[:, place]
    unknown = matrix.features[place].cardinality
    return np.where(np.isnan(cells), unknown, cells).astype(np.int64)


def _table(
    codes: NDArray[np.int64], answers: NDArray[np.float64], weight: NDArray[np.float64], n: int
) -> Floats:
    counts = np.bincount(codes, weights=weight, minlength=n + 1)
    columns = list(_sums(codes, answers, weight, n + 1))
    prior = (answers * weight[:, None]).sum(axis=0) / max(weight.sum(), 1e-12)
    sums = np.stack(columns, axis=1)
    table: Floats = ((sums + SMOOTHING * prior) / (counts[:, None] + SMOOTHING)).astype(np.float32)
    return table


def _sums(
    codes: NDArray[np.int64], answers: NDArray[np.float64], weight: NDArray[np.float64], n: int
) -> Iterator[NDArray[np.float64]]:
    for column in answers.T:
        yield np.bincount(codes, weights=weight * column, minlength=n).astype(np.float64)


def _mean(sums: NDArray[np.float64], counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return means; NaN of nothing."""
    return np.where(counts[:, None] > 0, sums / np.maximum(counts[:, None], 1), np.nan)
