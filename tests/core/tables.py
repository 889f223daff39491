"""Small tables with a planted truth, made afresh for each test that asks."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl

N = 600
START = datetime(2026, 3, 2)
#: A short search of forecasters.
FORECAST = {
    "task_type": "time_series",
    "target_column": "value",
    "time_column": "time",
    "algorithms_to_try": ["SeasonalNaive", "LagLightGBM"],
    "max_trials": 2,
    "n_threads": 1,
}

#: One quick model of ``events``.
OF_EVENTS = {
    "target_column": "label",
    "positive_class": "attack",
    "time_column": "when",
    "algorithms_to_try": ["LogisticRegression"],
    "max_trials": 1,
    "n_threads": 1,
}


def events(n: int = N, seed: int = 0) -> pl.DataFrame:
    """Two classes, ``attack`` where bytes, protocol and query say so; every kind of column."""
    rng = np.random.default_rng(seed)
    size, proto = rng.normal(size=n).round(4), rng.choice(["tcp", "udp", "icmp"], n)
    bad = rng.random(n) < 0.5
    words = np.where(bad, "union select password", "list all items of")
    odds = 1.5 * size + 1.5 * (proto == "udp") + 2.0 * bad - 2.5
    label = rng.random(n) < 1.0 / (1.0 + np.exp(-odds))
    return pl.DataFrame(
        {
            "when": [START + timedelta(minutes=7 * i) for i in range(n)],
            "user": [f"user{i}" for i in rng.integers(0, 40, n)],
            "src": [f"10.0.{a}.{b}" for a, b in rng.integers(1, 250, (n, 2))],
            "proto": proto,
            "size": size,
            "query": [f"{w} {i}" for w, i in zip(words, rng.integers(0, 999, n), strict=True)],
            "label": np.where(label, "attack", "benign"),
        }
    )


def numbers(kind: str = "binary", n: int = 300, seed: int = 0) -> pl.DataFrame:
    """Four numbers and a target ``y`` of a kind, which is quick to learn."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 4)).round(4)
    raw = 2.0 * x[:, 0] - x[:, 1] + 0.3 * rng.normal(size=n)
    targets = {
        "binary": (raw > 0.5).astype(np.int64),
        "multiclass": np.array(["low", "middle", "high"])[np.digitize(raw, [-1.0, 1.0])],
        "regression": raw,
    }
    return pl.DataFrame(
        {"a": x[:, 0], "b": x[:, 1], "c": x[:, 2], "d": x[:, 3], "y": targets[kind]}
    )
