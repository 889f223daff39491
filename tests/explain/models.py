"""Small models of a planted truth, put together by hand."""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl

from phantom_ml.algorithms.base import FitContext, algorithms
from phantom_ml.config import AutoMLTaskType, FeatureSettings, ProblemKind
from phantom_ml.data.matrix import Samples
from phantom_ml.data.recognise import recognise
from phantom_ml.features.fit import fit_encoder
from phantom_ml.features.fitted.question import Question
from phantom_ml.features.fold_fitted import fit_fold
from phantom_ml.metrics.calibration import Calibrator
from phantom_ml.model.pipeline import LoadedPart, Pipeline
from phantom_ml.model.spec import FittedPart, Member, ModelSpec

N = 600
CLASSES = {
    ProblemKind.BINARY: ("benign", "attack"),
    ProblemKind.MULTICLASS: ("benign", "scan", "worm"),
    ProblemKind.REGRESSION: (),
}


def rows(n: int = N, seed: int = 0, text: bool = False) -> pl.DataFrame:
    """The answer follows ``bytes``, a little ``proto``, and nothing else."""
    rng = np.random.default_rng(seed)
    frame = pl.DataFrame(
        {
            "bytes": rng.normal(size=n).round(3),
            "noise": rng.normal(size=n).round(3),
            "proto": rng.choice(["tcp", "udp", "icmp"], n),
        }
    )
    if text:
        words = np.where(frame["bytes"].to_numpy() > 0, "drop table users now", "hello dear friend")
        other = rng.choice(["first words here", "other words there"], n)
        frame = frame.with_columns(
            pl.Series("query", words) + pl.Series(rng.integers(0, 10**6, n)).cast(pl.String),
            pl.Series("agent", other) + pl.Series(rng.integers(0, 10**6, n)).cast(pl.String),
        )
    return frame


def answers(frame: pl.DataFrame, kind: ProblemKind) -> np.ndarray:
    signal = frame["bytes"].to_numpy() + 0.3 * (frame["proto"] == "udp").to_numpy()
    if kind is ProblemKind.REGRESSION:
        return 10.0 * signal
    edges = [0.2] if kind is ProblemKind.BINARY else [-0.4, 0.5]
    return np.digitize(signal, edges).astype(np.int64)


def labelled(frame: pl.DataFrame, kind: ProblemKind) -> pl.DataFrame:
    values = answers(frame, kind)
    if kind is not ProblemKind.REGRESSION:
        return frame.with_columns(pl.Series("label", np.array(CLASSES[kind])[values]))
    return frame.with_columns(pl.Series("label", values))


@cache
def model(
    kind: ProblemKind,
    names: tuple[str, ...] = ("LightGBM",),
    combination: str = "mean",
    n_parts: int = 2,
    text: bool = False,
) -> Pipeline:
    frame = rows(text=text)
    kinds = {"query": "text", "agent": "text"} if text else {}
    inputs = recognise(frame, kinds)
    encoder = fit_encoder(frame, inputs, FeatureSettings())
    samples = Samples(encoder.transform(frame), answers(frame, kind))
    n_classes = len(CLASSES[kind])
    members, parts = [], []
    for i, name in enumerate(names):
        fits = [_fit(name, samples, kind, n_classes, seed) for seed in range(n_parts)]
        parts.append(tuple(fits))
        places = tuple(FittedPart(learner=f"l{i}{j}", side=f"s{j}") for j in range(n_parts))
        share = 1.0 / len(names)
        members.append(Member(name=f"{i:05d}", algorithm=name, weight=share, parts=places))
    spec = ModelSpec(
        task_type=AutoMLTaskType.REGRESSION if not n_classes else AutoMLTaskType.CLASSIFICATION,
        kind=kind,
        target="label",
        classes=CLASSES[kind],
        inputs=inputs,
        members=tuple(members),
        combination=combination,
        intercept=0.25 if combination == "logit" else 0.0,
        calibrator=Calibrator(),
    )
    return Pipeline(spec, encoder, tuple(parts))


def _fit(name: str, samples: Samples, kind: ProblemKind, n_classes: int, seed: int) -> LoadedPart:
    half = np.random.default_rng(seed).permutation(samples.matrix.n_rows)[: N // 2 + 100]
    train = np.sort(half).astype(np.int64)
    side, added = fit_fold(samples, train, Question(kind, n_classes), seed)
    part = samples.rows(train)
    if added.shape[1]:
        part = Samples(part.matrix.beside(added[train], side.features), part.target)
    settings = algorithms.get(name).model_validate(dict(algorithms.get(name).quick))
    return LoadedPart(settings.fit(part, None, FitContext(kind, n_classes, seed)), side)
