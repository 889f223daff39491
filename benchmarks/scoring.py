"""How fast a model scores: rows a second in batch, p50 and p99 of one row, the machine beside.

Beside the default model stands the one for ``constraints={"predict_us_per_row": 5}``, and LightGBM
itself (100 trees of 31 leaves) on the matrix that the model's encoder makes of the same rows.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.datasets import DataSet, load
from benchmarks.systems.job import Job
from benchmarks.systems.phantom import config_of
from benchmarks.table import as_table

BATCH_ROWS, BATCH_TIMES = 100_000, 3
SINGLE_TIMES, WARM_UP = 500, 20
FAST = {"predict_us_per_row": 5}
TREES, TREE_ROWS = 100, 20_000


@dataclass(frozen=True)
class Speed:
    """One line: rows a second in batch; milliseconds of one row."""

    name: str
    rows_per_second: float
    p50_ms: float
    p99_ms: float

    def cells(self) -> list[str]:
        """Return the line as text."""
        single = [f"{self.p50_ms:.2f}", f"{self.p99_ms:.2f}"]
        return [self.name, f"{self.rows_per_second:,.0f}", *single]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("--data", type=Path, required=True, help="a data folder")
    parser.add_argument("--seconds", type=float, default=60.0, help="of training; %(default)s")


def run(chosen: argparse.Namespace) -> int:
    """Train twice, score, and print a line each."""
    from phantom_ml.core import PhantomMLCore

    data = load(chosen.data)
    with tempfile.TemporaryDirectory(prefix="bench-scoring-") as folder:
        core = PhantomMLCore(home=Path(folder) / "home")
        job = Job(data, chosen.seconds, 1, len(os.sched_getaffinity(0)), Path(folder))
        train, test = pl.DataFrame(pl.from_arrow(data.train)), _tiled(data)
        config = config_of(job)
        default = core.auto_create_model(train, config)
        fast = core.auto_create_model(train, {**config, "constraints": FAST})
        speeds = [
            _of_model(core, f"default: {_members(default)}", default.model_id, test),
            _of_model(core, f"at most 5 us a row: {_members(fast)}", fast.model_id, test),
            *_of_lightgbm(core.home, default.model_id, train, test, data),
        ]
    header = ["model", "rows a second", "one row p50, ms", "one row p99, ms"]
    print("\n".join(as_table([header, *(speed.cells() for speed in speeds)])))
    print(f"{job.n_threads} cores; batches of {test.height:,} rows, {len(data.features)} columns.")
    return 0


def _tiled(data: DataSet) -> pl.DataFrame:
    """Return the test rows, repeated until there are enough for a batch."""
    frame = pl.DataFrame(pl.from_arrow(data.test))
    return pl.concat([frame] * -(-BATCH_ROWS // frame.height)).head(BATCH_ROWS)


def _members(result) -> str:
    return ", ".join(result.members) or result.best_algorithm


def _of_model(core, name: str, model_id: str, test: pl.DataFrame) -> Speed:
    rows = test.head(SINGLE_TIMES).to_dicts()
    return _speed(
        name,
        lambda: core.predict(model_id, test),
        lambda i: core.predict(model_id, rows[i % len(rows)]),
        test.height,
    )


def _of_lightgbm(
    home: Path, model_id: str, train: pl.DataFrame, test: pl.DataFrame, data: DataSet
) -> list[Speed]:
    """Return LightGBM's own speed on the encoded rows, and that of the encoder before it."""
    import lightgbm

    from phantom_ml.core.models import load_bundle
    from phantom_ml.model.signing import SigningKey, Trust

    threads = len(os.sched_getaffinity(0))
    trust = Trust(SigningKey.load_or_create(home / "keys").fingerprint)
    _, pipeline = load_bundle(home / "models" / model_id, trust, threads)
    part = train.head(TREE_ROWS)
    target = part[data.target].to_numpy()
    params = {"objective": "regression", "num_leaves": 31, "verbosity": -1, "num_threads": threads}
    dataset = lightgbm.Dataset(pipeline.encode(part).values, target)
    booster = lightgbm.train(params, dataset, TREES)
    values = pipeline.encode(test).values
    rows = [test[i] for i in range(SINGLE_TIMES)]
    return [
        _speed(
            "the encoder alone",
            lambda: pipeline.encode(test),
            lambda i: pipeline.encode(rows[i % len(rows)]),
            test.height,
        ),
        _speed(
            f"LightGBM alone, {TREES} trees, encoded rows",
            lambda: booster.predict(values),
            lambda i: booster.predict(values[i : i + 1], num_threads=1),
            test.height,
        ),
    ]


def _speed(
    name: str, batch: Callable[[], object], single: Callable[[int], object], n_rows: int
) -> Speed:
    batches = [_seconds(batch) for _ in range(BATCH_TIMES + 1)][1:]
    singles = [_seconds(lambda i=i: single(i)) for i in range(WARM_UP + SINGLE_TIMES)][WARM_UP:]
    p50, p99 = np.percentile(singles, [50, 99]) * 1000
    return Speed(name, n_rows / float(np.median(batches)), float(p50), float(p99))


def _seconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started
