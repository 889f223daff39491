"""Detectors that know whom a row belongs to, on simulated logs with planted anomalies of single users.

What is planted is usual over all rows: the size of another user's traffic, or an action that comes elsewhere in
the others' order. Every row is learned from and scored; labels only measure.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.anomaly import CONSENSUS, Rows, markdown, measured
from benchmarks.lines import append_lines, read_lines
from benchmarks.names import chosen_names
from phantom_ml.automl.ensemble.consensus import MEMBERS
from phantom_ml.config import FeatureSettings
from phantom_ml.data.matrix import Matrix
from phantom_ml.data.recognise import recognise_sampled
from phantom_ml.features.fit import fit_encoder, keeping_steps
from phantom_ml.simulation import simulate_security_logs

OWN, SEQUENCES = "EntityBaseline", "DeepLog"
MIXTURES = {
    CONSENSUS: MEMBERS,
    f"{CONSENSUS} + {OWN}": (*MEMBERS, OWN),
    f"{CONSENSUS} + {SEQUENCES}": (*MEMBERS, SEQUENCES),
    f"{CONSENSUS} + both": (*MEMBERS, OWN, SEQUENCES),
}
N_PLANTED = 60
ACTIONS = np.array(["login", "list", "read", "open", "mask", "send", "deny", "logout"])
Made = tuple[pl.DataFrame, np.ndarray]


def flows(seed: int) -> Made:
    """Return flows of 60 users, each of an own size; planted: the size of another. No time."""
    rng, n_rows, n_users = np.random.default_rng(seed), 6_000, 60
    sizes = rng.normal([[8.0], [9.0]], 1.5, (2, n_users))
    user = rng.choice(n_users, n_rows, p=rng.dirichlet(np.full(n_users, 2.0)))
    alike = user.copy()
    planted = rng.choice(n_rows, N_PLANTED, replace=False)
    for i in planted:
        alike[i] = rng.choice(np.flatnonzero(np.abs(sizes[0] - sizes[0, user[i]]) > 1.5))
    sent, got = np.exp(rng.normal(sizes[:, alike], 0.4)).round()
    rare = rng.choice([22, 53, 80, 3389], n_rows)
    port = np.where(rng.random(n_rows) < 0.9, 443, rare)
    table = {"user": [f"user{i}" for i in user], "bytes_out": sent, "bytes_in": got, "port": port}
    frame = pl.DataFrame({**table, "duration": rng.lognormal(1.0, 1.0, n_rows).round(3)})
    return frame, np.isin(np.arange(n_rows), planted)


def logs(seed: int) -> Made:
    """Return a simulated day whose users have sizes of their own; planted: the bytes of another's row."""
    rng = np.random.default_rng(seed)
    frame = simulate_security_logs(seed=seed, n_events=8_000, n_users=40, n_hosts=40)
    frame = frame.filter(pl.col("is_threat") == 0).drop("is_threat")
    users = frame["user"].unique().sort()
    factor = dict(zip(users, rng.choice([0.02, 1.0, 50.0], len(users)), strict=True))
    own = frame["user"].replace_strict(factor, return_dtype=pl.Float64).to_numpy()
    known = np.flatnonzero(frame["bytes_out"].is_not_null())
    planted = rng.choice(known[known > frame.height // 2], N_PLANTED, replace=False)
    source = np.arange(frame.height)
    for i in planted:
        source[i] = rng.choice(known[own[known] != own[i]])
    sizes = [(frame[c] * pl.Series(own))[source].cast(pl.Int64) for c in ("bytes_out", "bytes_in")]
    return frame.with_columns(sizes), np.isin(np.arange(frame.height), planted)


def sessions(seed: int) -> Made:
    """Return users who go round a cycle of actions, with noise; planted: a step out of order."""
    rng, n_users, length = np.random.default_rng(seed), 200, 40
    step = (rng.integers(0, 8, (n_users, 1)) + np.arange(length)) % 8
    noise = rng.random(step.shape) < 0.05
    step = np.where(noise, rng.integers(0, 8, step.shape), step)
    users = rng.choice(n_users, N_PLANTED, replace=False)
    at = rng.integers(20, length, N_PLANTED)
    step[users, at] = (step[users, at - 1] + rng.integers(3, 7, N_PLANTED)) % 8
    planted = np.zeros(step.shape, bool)
    planted[users, at] = True
    second = np.sort(rng.uniform(0, 86_400, step.shape), axis=1).ravel()
    order = np.argsort(second, kind="stable")
    time = pl.Series((1_772_409_600e6 + 1e6 * second).astype(np.int64)).cast(pl.Datetime("us"))
    user = [f"user{i:03d}" for i in np.repeat(np.arange(n_users), length)]
    frame = pl.DataFrame({"timestamp": time, "user": user, "action": ACTIONS[step.ravel()]})
    return frame[order], planted.ravel()[order]


SETS = {"flows": flows, "logs": logs, "sessions": sessions}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("--sets", default=",".join(SETS), help="default: %(default)s")
    parser.add_argument("--seeds", type=int, default=3, help="default: %(default)s")
    parser.add_argument("--threads", type=int, default=1, help="of a fit; default: %(default)s")
    parser.add_argument("--out", type=Path, required=True, help="lines of JSON, appended to")


def run(chosen: argparse.Namespace) -> int:
    """Append what is not in the file yet, and print the tables."""
    for name in chosen_names(chosen.sets, "set", list(SETS)):
        for seed in range(chosen.seeds):
            if (name, seed) in {(ln["data"], ln["seed"]) for ln in read_lines(chosen.out)}:
                continue
            frame, planted = SETS[name](seed)
            matrix = _encoded(frame)
            rows = Rows(name, matrix, matrix, planted)
            names = [*MEMBERS, OWN, *([SEQUENCES] if matrix.history is not None else [])]
            append_lines(chosen.out, list(measured(rows, names, seed, chosen.threads, MIXTURES)))
    for name in SETS:
        print("\n".join(markdown([ln for ln in read_lines(chosen.out) if ln["data"] == name])))
    return 0


def _encoded(frame: pl.DataFrame) -> Matrix:
    """Return the rows as a training encodes them, with their entities and events."""
    schema = recognise_sampled(frame, {}, seed=0)
    time = "timestamp" if "timestamp" in frame.columns else None
    encoder = fit_encoder(frame, schema, FeatureSettings(), time, ["user"])
    encoder = replace(encoder, text_columns=(), prose_columns=(), entity_columns=("user",))
    if time is not None:
        encoder = keeping_steps(encoder, frame, schema, time, ["user"])
    past = encoder.past
    # A row of training does not see its future.
    return replace(encoder, past=None if past is None else past.forgotten()).transform(frame)
