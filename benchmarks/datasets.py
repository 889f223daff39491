"""A data folder as every system gets it: the same columns, the same rows, classes as codes.

It is read by pyarrow alone, so that it works in the environments of the peers as well.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

from benchmarks.mistakes import Mistake

REGRESSION, BINARY, MULTICLASS = "regression", "binary", "multiclass"
TASKS = (REGRESSION, BINARY, MULTICLASS)
UNKNOWN = -1


@dataclass(frozen=True)
class DataSet:
    """One table to learn from and one to be judged by.

    Attributes
    ----------
    name, task : str
        The folder's name; ``binary``, ``multiclass`` or ``regression``.
    target : str
    classes : tuple of str
        Names by code; of two, code 1 is the positive one. Empty for regression.
    time_column : str or None
    train : pyarrow.Table
        Features and the target (a code, or a value).
    test : pyarrow.Table
        Features alone.
    truth : array of shape (n_test,)
        Codes (-1: a class that no training row has) or values.
    """

    name: str
    task: str
    target: str
    classes: tuple[str, ...]
    time_column: str | None
    train: pa.Table
    test: pa.Table
    truth: np.ndarray

    @property
    def features(self) -> list[str]:
        """Return the names of the columns that may be learned from."""
        return self.test.column_names


def load(folder: Path) -> DataSet:
    """Return the data set in a folder with train.parquet, test.parquet and meta.json.

    Rows without a target are left out. Label and id columns are never features. Raises Mistake where the
    folder is not there, or its task is another one.
    """
    meta = meta_of(folder, TASKS)
    target = meta["target"]
    train, test = (_labelled(folder / f"{part}.parquet", target) for part in ("train", "test"))
    hidden = {target, *(meta.get("label_columns") or ()), *(meta.get("id_columns_to_ignore") or ())}
    features = [name for name in train.column_names if name not in hidden]
    classes, answers, truth = _targets(meta, train[target].to_pylist(), test[target].to_pylist())
    time = meta.get("time_column")
    return DataSet(
        folder.name,
        meta["task"],
        target,
        classes,
        time if time in features else None,
        _plain(train.select(features)).append_column(target, pa.array(answers)),
        _plain(test.select(features)),
        truth,
    )


def folders(root: Path, sets: str | None) -> list[Path]:
    """Return the data folders under ``root``, or ``root`` itself; ``sets`` names some of them.

    Raises Mistake where none is there, UnknownName where one of ``sets`` is not.
    """
    if (root / "meta.json").exists():
        return [root]
    return folders_that(root, sets, _is_a_set)


def folders_that(root: Path, sets: str | None, fits: Callable[[Path], bool]) -> list[Path]:
    """Return the folders under ``root`` that fit, or those of ``sets``; raises as ``folders`` does."""
    fitting = sorted(folder for folder in root.glob("*") if fits(folder))
    if not fitting:
        why = "holds no set for this command" if root.is_dir() else "is no folder"
        raise Mistake(f"--data: {root} {why}.")
    if not sets:
        return fitting
    # Here, as the environments of the peers have no Phantom ML.
    from benchmarks.names import chosen_names

    known = [folder.name for folder in fitting]
    return [root / name for name in chosen_names(sets, "set for this command", known)]


def meta_of(folder: Path, tasks: Sequence[str]) -> dict[str, Any]:
    """Return what a folder's meta.json says; raises Mistake where it is missing or of another task."""
    file = folder / "meta.json"
    if not file.exists():
        raise Mistake(f"{folder} is no data folder: it has no meta.json.")
    meta: dict[str, Any] = json.loads(file.read_text())
    if meta.get("task") not in tasks:
        raise Mistake(f"{folder.name} is a set for {meta.get('task')}, not for {', '.join(tasks)}.")
    return meta


def _is_a_set(folder: Path) -> bool:
    files = ("meta.json", "train.parquet", "test.parquet")
    return (
        all((folder / file).exists() for file in files)
        and json.loads((folder / "meta.json").read_text()).get("task") in TASKS
    )


def _labelled(path: Path, target: str) -> pa.Table:
    table = pq.read_table(path)
    return table.filter(pa.compute.is_valid(table[target]))


def _plain(table: pa.Table) -> pa.Table:
    """Return the table with dates as timestamps, which every system reads."""
    for i, field in enumerate(table.schema):
        if pa.types.is_date(field.type):
            table = table.set_column(i, field.name, table.column(i).cast(pa.timestamp("us")))
    return table


def _targets(
    meta: dict[str, Any], train: list[Any], test: list[Any]
) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    if meta["task"] == REGRESSION:
        return (), np.array(train, np.float64), np.array(test, np.float64)
    names = sorted({_name(value) for value in train})
    positive = _name(meta.get("positive_class"))
    if meta["task"] == BINARY and names[0] == positive:
        names.reverse()
    codes = {name: code for code, name in enumerate(names)}
    coded = [
        np.array([codes.get(_name(v), UNKNOWN) for v in values], np.int64)
        for values in (train, test)
    ]
    return tuple(names), coded[0], coded[1]


def _name(value: Any) -> str:
    """Return a class as text, 1.0 and 1 alike."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
