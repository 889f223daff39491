"""The folder that all trials of one experiment share: the encoded matrix, memory-mapped, and its folds.

Arrays travel between processes as files here, never as pickles. Nothing in it is needed after the run.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Feature, History, Matrix, Rows, Samples
from phantom_ml.features.before import Before
from phantom_ml.features.fitted.question import Question
from phantom_ml.features.fold_fitted import FoldFitted
from phantom_ml.model.families import Family

TEXT_PARTS = ("data", "indices", "indptr")
STRINGS = "strings.npy"
HISTORY, HISTORY_TOLD = "history.npy", "history.json"
ENTITY = "entity.npy"
BEFORE_PARTS = ("time", "groups")
FAMILIES_FILE = "families.json"


@dataclass(frozen=True)
class Facts:
    """What a trial has to know of the problem beside its arrays."""

    kind: ProblemKind
    n_classes: int
    metric: str
    classes: tuple[str, ...] = ()
    #: Nanoseconds until an answer is known.
    delay: int = 0


@dataclass(frozen=True)
class Fold:
    """One fit to make: its rows, their weights, and the fold-fitted columns of all rows.

    Attributes
    ----------
    name : str
    train, valid : int64 arrays of positions; ``valid`` is empty for a fit on everything.
    weight : float64 array of shape (len(train),) or None
    side : float32 array of shape (n_rows, n_added) or None
    stopping : int64 array of positions or None
        Rows that tell when to stop; None: those of ``valid``, which measure.
    """

    name: str
    train: Rows
    valid: Rows
    weight: NDArray[np.float64] | None
    side: NDArray[np.float32] | None
    stopping: Rows | None = None


@dataclass(frozen=True)
class Workspace:
    """Paths and arrays under one folder."""

    folder: Path

    def save_facts(self, facts: Facts) -> None:
        """Write what the problem is."""
        (self.folder / "facts.json").write_text(json.dumps(asdict(facts)))

    def facts(self) -> Facts:
        """Return what the problem is."""
        values = json.loads((self.folder / "facts.json").read_text())
        known = {"kind": ProblemKind(values["kind"]), "classes": tuple(values["classes"])}
        return Facts(**values | known)

    def save_families(self, families: Iterable[Family]) -> None:
        """Write what became of families of features."""
        told = [family.model_dump(mode="json") for family in families]
        (self.folder / FAMILIES_FILE).write_text(json.dumps(told))

    def families(self) -> list[dict[str, Any]]:
        """Return what became of families of features, as a card tells it; nothing where that was not written."""
        path = self.folder / FAMILIES_FILE
        return list(json.loads(path.read_text())) if path.exists() else []

    def save_before(self, before: Before) -> None:
        """Write when each row happened and whom it belongs to."""
        for name in BEFORE_PARTS:
            part = getattr(before, name)
            if part is not None:
                np.save(self.folder / f"before_{name}.npy", part)

    def question(self) -> Question:
        """Return the problem as what is fitted on the target sees it."""
        facts = self.facts()
        files = {name: self.folder / f"before_{name}.npy" for name in BEFORE_PARTS}
        parts = {name: np.load(file) for name, file in files.items() if file.exists()}
        return Question(facts.kind, facts.n_classes, facts.classes, Before(**parts), facts.delay)

    def save_samples(self, samples: Samples, name: str = "samples") -> None:
        """Write a matrix with its answers."""
        folder = self._made(name)
        np.save(folder / "values.npy", samples.matrix.values)
        np.save(folder / "target.npy", samples.target)
        if samples.weight is not None:
            np.save(folder / "weight.npy", samples.weight)
        features = [
            [f.name, f.source, f.cardinality, "", (), f.context, f.counts]
            for f in samples.matrix.features
        ]
        (folder / "features.json").write_text(json.dumps(features))
        text = samples.matrix.text
        if text is not None:
            for part in TEXT_PARTS:
                np.save(folder / f"text_{part}.npy", getattr(text, part))
            (folder / "text_shape.json").write_text(json.dumps(list(text.shape)))
        if samples.matrix.strings is not None:
            np.save(folder / STRINGS, samples.matrix.strings)
        if samples.matrix.history is not None:
            np.save(folder / HISTORY, samples.matrix.history.values)
            told = samples.matrix.history
            (folder / HISTORY_TOLD).write_text(json.dumps([told.sizes, told.sources]))
        if samples.matrix.entity is not None:
            np.save(folder / ENTITY, samples.matrix.entity)

    def samples(self, name: str = "samples") -> Samples:
        """Return the matrix with its answers, memory-mapped."""
        folder = self.folder / name
        features = json.loads((folder / "features.json").read_text())
        matrix = Matrix(
            _mapped(folder / "values.npy"),
            tuple(Feature(*f) for f in features),
            _text(folder),
            _strings(folder),
            _history(folder),
            np.load(folder / ENTITY) if (folder / ENTITY).exists() else None,
        )
        weight = folder / "weight.npy"
        return Samples(
            matrix, np.load(folder / "target.npy"), np.load(weight) if weight.exists() else None
        )

    def save_fold(self, fold: Fold) -> None:
        """Write a fold's rows (its side columns are written by the child that fits them)."""
        folder = self._made(f"folds/{fold.name}")
        np.save(folder / "train.npy", fold.train)
        np.save(folder / "valid.npy", fold.valid)
        if fold.weight is not None:
            np.save(folder / "weight.npy", fold.weight)

    def save_stopping(self, name: str, rows: Rows) -> None:
        """Write the rows that tell the fit on a fold when to stop, apart from those that measure."""
        np.save(self._made(f"folds/{name}") / "stopping.npy", rows)

    def save_side(self, name: str, fitted: FoldFitted, values: NDArray[np.float32]) -> None:
        """Write what was fitted on a fold."""
        folder = self._made(f"folds/{name}")
        if values.shape[1]:
            np.save(folder / "side.npy", values)
        fitted.save(self.side_folder(name))

    def fold(self, name: str) -> Fold:
        """Return one fold; its side columns, if any, memory-mapped."""
        folder = self.folder / "folds" / name
        weight, side, stopping = (folder / f"{n}.npy" for n in ("weight", "side", "stopping"))
        return Fold(
            name,
            np.load(folder / "train.npy"),
            np.load(folder / "valid.npy"),
            np.load(weight) if weight.exists() else None,
            _mapped(side) if side.exists() else None,
            np.load(stopping) if stopping.exists() else None,
        )

    def side_folder(self, name: str) -> Path:
        """Return where a fold's fitted features lie."""
        return self.folder / "folds" / name / "fitted"

    def trial_folder(self, number: int) -> Path:
        """Return the folder of one trial, made if absent."""
        return self._made(f"trials/{number:05d}")

    def _made(self, name: str) -> Path:
        folder = self.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def _mapped(path: Path) -> NDArray[np.float32]:
    array: NDArray[np.float32] = np.load(path, mmap_mode="r")
    return array


def _strings(folder: Path) -> NDArray[np.uint8] | None:
    path = folder / STRINGS
    return np.load(path, mmap_mode="r") if path.exists() else None


def _history(folder: Path) -> History | None:
    path = folder / HISTORY
    if not path.exists():
        return None
    sizes, sources = json.loads((folder / HISTORY_TOLD).read_text())
    return History(_mapped(path), tuple(sizes), tuple(sources))


def _text(folder: Path) -> sparse.csr_array | None:
    shape = folder / "text_shape.json"
    if not shape.exists():
        return None
    parts = tuple(np.load(folder / f"text_{p}.npy", mmap_mode="r") for p in TEXT_PARTS)
    rows, buckets = json.loads(shape.read_text())
    return sparse.csr_array(parts, shape=(rows, buckets))
