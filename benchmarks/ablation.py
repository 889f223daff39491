"""What each family of features adds: raw columns, each family alone, all; one LightGBM of 200 rounds.

Mean of the seeds, with the 95 % interval of a bootstrap of the test rows (of the first seed's
prediction). The encoder and what is fitted on the target see training rows alone.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.datasets import BINARY, MULTICLASS, DataSet, folders, load
from benchmarks.score import average_precision, figures, losses, normalised
from benchmarks.table import as_table

FAMILIES = ("text", "temporal", "statistical", "security")
ARMS: dict[str, tuple[str, ...]] = {
    "raw": (),
    **{family: (family,) for family in FAMILIES},
    "all": FAMILIES,
}
RESAMPLES = 200
#: The same for all arms: so many rounds, on columns and rows that the seed draws.
N_ROUNDS = 200
SETTINGS = {"learning_rate": 0.05, "feature_fraction": 0.7, "bagging_fraction": 0.8}
#: Fewer negatives than this tell nothing of one false alarm in a thousand.
LEAST_NEGATIVES = 3_000


@dataclass(frozen=True)
class Line:
    """One arm on one set.

    Attributes
    ----------
    name : str
    n_features : int
    seconds : float
        Of encoding training and test rows.
    values : mapping of str to float
        Figure by name, the mean of the seeds.
    interval : tuple of float
        Of the primary figure.
    """

    name: str
    n_features: int
    seconds: float
    values: Mapping[str, float]
    interval: tuple[float, float]

    def cells(self, shown: tuple[str, ...]) -> list[str]:
        """Return the line as text."""
        low, high = self.interval
        told = [f"{self.values[f]:.4f}" if f in self.values else "-" for f in shown]
        told[0] += f" ({low:.4f} to {high:.4f})"
        return [self.name, str(self.n_features), f"{self.seconds:.1f}", *told]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("--data", type=Path, required=True, help="a data folder, or one of them")
    parser.add_argument("--sets", help="names of folders, with commas between")
    parser.add_argument("--seeds", type=int, default=3, help="%(default)s")
    parser.add_argument("--without", default="", help="columns that are left out, with commas")


def run(chosen: argparse.Namespace) -> int:
    """Print a table for each set."""
    for folder in folders(chosen.data, chosen.sets):
        data = load(folder)
        if data.task not in (BINARY, MULTICLASS):
            continue
        hidden = [c for c in chosen.without.split(",") if c in data.features]
        lines = [measured(data, arm, chosen.seeds, hidden) for arm in ARMS]
        shown = shown_figures(data)
        header = ["features", "columns", "encoding, s", *shown]
        without = f" without {', '.join(hidden)}" if hidden else ""
        print(
            f"\n## {data.name}{without}: {data.train.num_rows:,} rows, test {len(data.truth):,}\n"
        )
        print("\n".join(as_table([header, *(line.cells(shown) for line in lines)])), flush=True)
    return 0


def shown_figures(data: DataSet) -> tuple[str, ...]:
    """Return the figures of a set, the primary one first."""
    if data.task == MULTICLASS:
        return ("logloss", "macro_f1")
    enough = int((data.truth == 0).sum()) >= LEAST_NEGATIVES
    return ("pr_auc", "roc_auc", "recall_fpr1", *(("recall_fpr01",) if enough else ()))


def measured(data: DataSet, arm: str, n_seeds: int, hidden: list[str]) -> Line:
    """Return what one arm comes to."""
    start = time.perf_counter()
    encoded = Encoded.of(data, arm, hidden)
    seconds = time.perf_counter() - start
    predictions = [encoded.predicted(seed) for seed in range(n_seeds)]
    found = [figures(data.task, data.truth, p) for p in predictions]
    values = {name: float(np.mean([f[name] for f in found])) for name in found[0]}
    interval = bootstrap(data, predictions[0])
    return Line(arm, encoded.n_features, seconds, values, interval)


@dataclass(frozen=True)
class Encoded:
    """Training and test rows as one arm sees them."""

    question: object
    train: object
    test: object

    @classmethod
    def of(cls, data: DataSet, arm: str, hidden: list[str]) -> Encoded:
        """Return the rows with the features of an arm."""
        from phantom_ml.config import FeatureSettings, ProblemKind
        from phantom_ml.data.matrix import Samples
        from phantom_ml.data.recognise import recognise
        from phantom_ml.data.times.parse import nanoseconds
        from phantom_ml.features.before import Before
        from phantom_ml.features.fit import fit_encoder
        from phantom_ml.features.fitted.question import Question
        from phantom_ml.features.fold_fitted import fit_fold

        train = pl.DataFrame(pl.from_arrow(data.train))
        answers = train[data.target].to_numpy().astype(np.int64)
        rows = train.drop([data.target, *hidden])
        wanted = FeatureSettings(**{family: family in ARMS[arm] for family in FAMILIES})
        time_column = None if data.time_column in hidden else data.time_column
        encoder = fit_encoder(
            rows, recognise(rows.sample(min(20_000, rows.height), seed=0)), wanted, time_column
        )
        kind = ProblemKind.BINARY if data.task == BINARY else ProblemKind.MULTICLASS
        when = None if time_column is None else nanoseconds(rows[time_column])
        question = Question(kind, len(data.classes), data.classes, Before(when))
        samples = Samples(encoder.training(rows, question.before), answers)
        everything = np.arange(rows.height, dtype=np.int64)
        fitted, side = fit_fold(samples, everything, question, 0)
        wide = Samples(samples.matrix.beside(side, fitted.features), answers)
        test = fitted.widen(encoder.transform(pl.DataFrame(pl.from_arrow(data.test))))
        return cls(question, wide, test)

    @property
    def n_features(self) -> int:
        """Return the number of columns that the trees see."""
        return len(self.test.features)

    def predicted(self, seed: int) -> np.ndarray:
        """Return the probabilities of the test rows."""
        from phantom_ml.algorithms.base import FitContext, algorithms

        if not self.n_features:  # no raw column that trees can read: every row is as likely
            shares = np.bincount(self.train.target, minlength=self.question.n_classes)
            return np.tile(shares / shares.sum(), (self.test.n_rows, 1))
        context = FitContext(
            self.question.kind, self.question.n_classes, seed, n_threads=2, n_rounds=N_ROUNDS
        )
        settings = algorithms.get("LightGBM").model_validate(SETTINGS)
        learner = settings.fit(self.train, None, context)
        found = learner.predict(self.test, 2)
        return np.concatenate([1.0 - found, found], axis=1) if found.shape[1] == 1 else found


def bootstrap(data: DataSet, prediction: np.ndarray) -> tuple[float, float]:
    """Return the 95 % interval of the primary figure over resampled test rows."""
    rng = np.random.default_rng(0)
    probability, n = normalised(prediction), len(data.truth)
    drawn = [np.bincount(rng.integers(0, n, n), minlength=n) for _ in range(RESAMPLES)]
    if data.task == BINARY:
        truth = (data.truth == 1).astype(np.int64)
        values = [average_precision(truth, probability[:, 1], weight) for weight in drawn]
    else:
        known = data.truth >= 0
        loss = losses(data.truth[known], probability[known])
        values = [float(np.average(loss, weights=weight[known])) for weight in drawn]
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)
