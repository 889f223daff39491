"""Whether a threat model's promise is kept: on the test parts of sets that shifted, and on random halves.

A model is trained on one part and measured on the other, as ``evaluate`` does, at the threshold of the task
and at two that leave no room for chance. Of a shifted set the parts are its own. Of any other set both are
pooled and split at random by seed, so that nothing drifts and no warning is due.
"""

from __future__ import annotations

import argparse
import itertools
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.datasets import BINARY, DataSet, folders, load
from benchmarks.lines import append_lines, read_lines
from benchmarks.table import as_table
from phantom_ml.algorithms.base import FitContext, Learner, algorithms
from phantom_ml.automl.preparation.holdout import Holdout
from phantom_ml.automl.question.pose import pose
from phantom_ml.automl.question.problem import Problem
from phantom_ml.config import AutoMLConfig, FeatureSettings, ProblemKind, ThresholdPolicy
from phantom_ml.core import PhantomMLCore
from phantom_ml.core.drift import ROUNDS, SETTINGS, Drift, drift
from phantom_ml.core.judge import kept_report
from phantom_ml.core.look import look
from phantom_ml.core.measured import measured as figures_at
from phantom_ml.core.models import as_pipeline, load_bundle
from phantom_ml.core.promise import broken_promise, promise_of
from phantom_ml.data.matrix import Matrix, Samples
from phantom_ml.data.reading.dataset import Dataset
from phantom_ml.features.encoder import Encoder
from phantom_ml.features.fit import fit_encoder
from phantom_ml.metrics.thresholds import Threshold, threshold_for
from phantom_ml.metrics.validation_scores import ValidationScores
from phantom_ml.model.signing import SigningKey, Trust
from phantom_ml.tasks.security_threat_detection import SecurityThreatDetection

OWN, RANDOM = "its own", "random"
#: What the task promises, and promises that held-out rows alone support: nothing is left for chance.
POLICIES = (
    SecurityThreatDetection().default_threshold(),
    ThresholdPolicy(max_fpr=0.001),
    ThresholdPolicy(max_fpr=0.01),
)
FOLDS = 3
#: Features of cells alone: a quick model is fitted four times.
FAMILIES = FeatureSettings(text=False, temporal=False, statistical=False)


@dataclass(frozen=True)
class Case:
    """Rows to learn from, and rows that are measured; the target is a code."""

    data: DataSet
    split: str
    seed: int
    train: pl.DataFrame
    rows: pl.DataFrame

    @classmethod
    def own(cls, data: DataSet, seed: int) -> Case:
        """Return the two parts of a set as they are."""
        return cls(data, OWN, seed, *_parts(data))

    @classmethod
    def random(cls, data: DataSet, seed: int, n_rows: int) -> Case:
        """Return two random halves of both parts together, of at most ``n_rows`` each."""
        whole = pl.concat(_parts(data), how="vertical_relaxed")
        mixed = np.random.default_rng(seed).permutation(whole.height)
        one, two = (np.sort(half[:n_rows]) for half in np.array_split(mixed, 2))
        return cls(data, RANDOM, seed, whole[one], whole[two])


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("--data", type=Path, required=True, help="a folder of data folders")
    parser.add_argument("--shifted", default="nsl_kdd", help="sets that shift; %(default)s")
    parser.add_argument("--sets", help="split at random; default: all others of two classes")
    parser.add_argument("--runs", type=int, default=20, help="over sets and seeds; %(default)s")
    parser.add_argument("--rows", type=int, default=10_000, help="of a half; %(default)s")
    parser.add_argument(
        "--seconds",
        type=float,
        default=20.0,
        help="of a shifted set's training; 0: a quick model only",
    )
    parser.add_argument("--out", type=Path, required=True, help="lines of JSON, appended to")
    parser.add_argument("--table", action="store_true", help="only print what --out holds")


def run(chosen: argparse.Namespace) -> int:
    """Append what is not in the file yet, and print the table."""
    had = {(ln["data"], ln["split"], ln["seed"], ln["model"]) for ln in read_lines(chosen.out)}
    for case in [] if chosen.table else _cases(chosen):
        models = [quick, searched] if case.split == OWN and chosen.seconds > 0 else [quick]
        for model in models:
            if (case.data.name, case.split, case.seed, model.__name__) not in had:
                lines = list(measured(case, model, chosen.seconds))
                append_lines(chosen.out, lines)
                print("\n".join(map(json.dumps, lines)), flush=True)
    print("\n".join(markdown(read_lines(chosen.out))))
    return 0


def _cases(chosen: argparse.Namespace) -> Iterator[Case]:
    shifted = folders(chosen.data, chosen.shifted) if chosen.shifted else []
    for folder in shifted:
        yield Case.own(load(folder), 0)
    loaded = [load(f) for f in folders(chosen.data, chosen.sets) if f not in shifted]
    sets = [data for data in loaded if data.task == BINARY]
    turns = ((seed, data) for seed in itertools.count() for data in sets)
    for seed, data in itertools.islice(turns, chosen.runs if sets else 0):
        yield Case.random(data, seed, chosen.rows)


def measured(
    case: Case, model: Callable[[Case, float], Scored], seconds: float
) -> Iterator[dict[str, Any]]:
    """Yield for each rule what was promised, what it came to, and whether anything warned."""
    began = time.perf_counter()
    scored = model(case, seconds)
    told = {
        "data": case.data.name,
        "split": case.split,
        "seed": case.seed,
        "model": model.__name__,
        "drift": None if scored.drift is None else scored.drift.model_dump(),
        "drifted": scored.drift is not None and scored.drift.is_beyond_chance,
    }
    for policy in POLICIES:
        held = threshold_for(policy, scored.held_out)
        came = figures_at(held, scored.truth, scored.score[:, None])
        yield {
            **told,
            "rule": held.rule,
            "benign": [held.n_negatives, came.n_negatives],
            "promised": policy.max_fpr,
            "held_out": [held.fpr, held.fpr_low, held.fpr_high],
            "came_to": [came.fpr, came.fpr_low, came.fpr_high],
            "recall": [held.recall, came.recall],
            "warned": broken_promise(promise_of(held, came), held, came, scored.at(held)),
            "seconds": round(time.perf_counter() - began, 1),
        }


@dataclass(frozen=True)
class Scored:
    """What a model said of held-out rows of the first part, and of the second part."""

    held_out: ValidationScores
    truth: np.ndarray
    score: np.ndarray
    drift: Drift | None
    #: How the same model did on a test part that its training kept, and at which line.
    tested: Threshold | None = None

    def at(self, held: Threshold) -> Threshold | None:
        """Return how it did on its test part at a line; None where that was another one."""
        same = self.tested is not None and self.tested.value == held.value
        return self.tested if same else None


def quick(case: Case, seconds: float) -> Scored:
    """Return what one LightGBM on few rounds says; it stands for a search, and takes no time of it.

    The threshold is cut on folds whose features and model never saw them, and the model that scores is
    fitted on all rows, as a search does it.
    """
    problem = pose(Dataset(case.train.lazy(), case.train.height), _config(case, seconds))
    target = problem.target.values.astype(np.int64)
    held_out = np.zeros(len(target))
    for k in range(FOLDS):
        valid = np.arange(len(target)) % FOLDS == k
        held_out[valid] = _quick(problem, ~valid).score(problem.frame.filter(valid))
    model = _quick(problem, np.ones(len(target), bool))
    truth = case.rows[case.data.target].to_numpy()
    whole = pl.concat([case.train, case.rows], how="vertical_relaxed")
    both = pose(Dataset(whole.lazy(), whole.height), _config(case, seconds))
    before, after = np.split(np.arange(whole.height), [case.train.height])
    told = drift(both.rows(before), both.rows(after))
    return Scored(ValidationScores(target, held_out), truth, model.score(case.rows), told)


@dataclass(frozen=True)
class Quick:
    """One LightGBM and its encoder."""

    encoder: Encoder
    learner: Learner

    def score(self, frame: pl.DataFrame) -> np.ndarray:
        """Return the probability of an attack."""
        return self.learner.predict(self.encoder.transform(frame.select(self.encoder.inputs)))[:, 0]


def _quick(problem: Problem, rows: np.ndarray) -> Quick:
    frame = problem.frame.filter(rows)
    encoder = fit_encoder(frame, problem.inputs, FAMILIES, None, (), past=False)
    matrix = encoder.transform(frame)
    plain = Samples(Matrix(matrix.values, matrix.features), problem.target.values[rows])
    context = FitContext(ProblemKind.BINARY, 2, 0, 1, n_rounds=ROUNDS)
    learner = algorithms.get("LightGBM").model_validate(SETTINGS).fit(plain, None, context)
    return Quick(encoder, learner)


def searched(case: Case, seconds: float) -> Scored:
    """Return what the model of a training says; drift is that of the same quick look."""
    config = _config(case, seconds)
    with tempfile.TemporaryDirectory(prefix="bench-drift-") as home:
        core = PhantomMLCore(home=Path(home))
        model_id = core.auto_create_model(case.train, config).model_id
        folder = core.home / "models" / model_id
        trust = Trust(SigningKey.load_or_create(core.home / "keys").fingerprint)
        manifest, model = load_bundle(folder, trust)
        pipeline, report = as_pipeline(model), kept_report(manifest, model)
        parts = (pose(core.read(rows), config) for rows in (case.train, case.rows))
        told = look(Holdout(*parts), pipeline).drift
        held_out = ValidationScores.load(folder / "validation.npz")
        truth = case.rows[case.data.target].to_numpy()
        tested = None if report is None else report.threshold
        return Scored(held_out, truth, pipeline.score(case.rows)[:, 0], told, tested)


def _config(case: Case, seconds: float) -> AutoMLConfig:
    return AutoMLConfig(
        target_column=case.data.target,
        task_type="security_threat_detection",
        positive_class=1,
        time_budget_seconds=max(seconds, 1.0),
        n_threads=1,
        seed=case.seed,
    )


def _parts(data: DataSet) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return both parts with their target as a code; a class that training never saw is left out."""
    train, test = (pl.DataFrame(pl.from_arrow(part)) for part in (data.train, data.test))
    told = test.with_columns(pl.Series(data.target, data.truth))
    return train, told.filter(pl.col(data.target) >= 0).select(train.columns)


def markdown(lines: list[dict[str, Any]]) -> list[str]:
    """Return a table for each rule, and how many runs of each kind warned."""
    lines = sorted(lines, key=lambda ln: (ln["split"] != OWN, ln["data"], ln["seed"], ln["model"]))
    rules = dict.fromkeys(line["rule"] for line in lines)
    parts = [_of_one_rule(rule, [ln for ln in lines if ln["rule"] == rule]) for rule in rules]
    return [text for part in parts for text in part]


def _of_one_rule(rule: str, lines: list[dict[str, Any]]) -> list[str]:
    head = ["set", "parts", "seed", "model", "benign rows", "promised", "held out", "came to (95 %)", "recall",
            "promise warns", "drift"]  # fmt: skip
    rows = [
        [
            ln["data"],
            ln["split"],
            str(ln["seed"]),
            ln["model"],
            " / ".join(f"{n:,.0f}" for n in ln["benign"]),
            _percent(ln["promised"]),
            _percent(ln["held_out"][0]),
            f"{_percent(ln['came_to'][0])} ({_percent(ln['came_to'][1])} to {_percent(ln['came_to'][2])})",
            " / ".join(_percent(r) for r in ln["recall"]),
            _named(ln["warned"]),
            _told(ln["drift"]),
        ]
        for ln in lines
    ]
    counts = [_counted(lines, split) for split in (OWN, RANDOM)]
    return [f"## {rule}", "", *as_table([head, *rows]), "", *counts, ""]


def _counted(lines: list[dict[str, Any]], split: str) -> str:
    own = [ln for ln in lines if ln["split"] == split]
    warned = sum(bool(ln["warned"]) for ln in own)
    drifted = sum(ln["drifted"] for ln in own)
    return (
        f"- Parts {split}: of {len(own)} runs {warned} warn of the promise and {drifted} of drift."
    )


def _named(warning: str) -> str:
    """Return whether there is a warning, and what it says of the reason."""
    if not warning:
        return "no"
    if "(drift)" in warning:
        return "yes: drift"
    return "yes: beyond chance" if "lies above" in warning else "yes: may be chance"


def _told(found: dict[str, float] | None) -> str:
    return (
        "-" if found is None else f"{found['auc']:.3f} ({found['low']:.3f} to {found['high']:.3f})"
    )


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.3g} %"
