"""Settings that are tried first: those of ``portfolio.json``, in its order.

They are learned by ``benchmarks/portfolio.py`` from trials on other tables; the file names no table.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from phantom_ml.algorithms.base import algorithms
from phantom_ml.automl.budget import TRIAL_SHARE
from phantom_ml.automl.ensemble.consensus import MEMBERS
from phantom_ml.automl.trials.children import Candidate
from phantom_ml.config import ProblemKind

#: So many of the order come before what a task calls for.
EARLY = 2
FILE = Path(__file__).with_name("portfolio.json")
DEEP, LINEAR = "NeuralNetwork", ("LogisticRegression", "ElasticNet")
#: A network that sees the rows less often than this is no member of an ensemble; and what a row then costs on
#: one core, measured on tables of 10 to 80 columns.
DEEP_EPOCHS, DEEP_US_PER_ROW = 30, 50.0
#: What importing torch takes of its trial, measured beside another trial (alone 0.9 to 1.4 s); and how often it
#: sees the rows at least in what is left: less is given up or learns nothing, and costs others their turn.
IMPORT_SECONDS, LEAST_EPOCHS = 2.0, 20


def learned(file: Path, kind: ProblemKind) -> list[Candidate]:
    """Return the candidates of a file, with the settings that they have for a kind of problem."""
    read = json.loads(file.read_text())
    return [Candidate(c["algorithm"], {**c["settings"], **c.get(kind.value, {})}) for c in read]


def affords_deep(n_rows: int, n_folds: int, seconds: float | None) -> bool:
    """Return whether a network would see the rows often enough in one trial's share of a budget.

    Parameters
    ----------
    n_rows : int
        Of one fit.
    n_folds : int
    seconds : float or None
        None, where only trials are counted: then a search stays as quick as it is.

    Examples
    --------
    >>> affords_deep(1_000, 1, 8.0), affords_deep(1_000, 1, 20.0)
    (False, True)
    """
    if seconds is None:
        return False
    share, epoch = TRIAL_SHARE * seconds, n_folds * n_rows * DEEP_US_PER_ROW / 1e6
    return DEEP_EPOCHS * epoch <= share and LEAST_EPOCHS * epoch <= share - IMPORT_SECONDS


def portfolio(
    kind: ProblemKind,
    has_text: bool,
    wanted: Sequence[str] | None,
    *,
    deep: bool = False,
    members: Sequence[str] = (),
) -> list[Candidate]:
    """Return the candidates in the order in which they are tried.

    Parameters
    ----------
    kind : ProblemKind
    has_text : bool
        Whether the table has hashed text: linear learners read it directly and come first then.
    wanted : sequence of str or None
        Only these algorithms, each at least once; None: all that are installed.
    deep : bool
        Whether there is time for a network.
    members : sequence of str
        Algorithms that the task or the table calls for: of a table without answers its detectors, which are
        those of the consensus where none is named; else what is tried early beside the others.
    """
    order, called = learned(FILE, kind), [Candidate(name) for name in members]
    if kind is ProblemKind.ANOMALY:
        order, has_text = called or [Candidate(name) for name in MEMBERS], False
    else:
        order = [*order[:EARLY], *called, *order[EARLY:]]
    if has_text:
        linear = next(Candidate(name) for name in LINEAR if _usable(name, kind))
        order = [linear, *(c for c in order if c != linear)]
    usable = [c for c in order if _usable(c.algorithm, kind) and (deep or c.algorithm != DEEP)]
    if wanted is None:
        return usable
    names = [algorithms.name_of(name) for name in wanted]
    chosen = [c for c in usable if c.algorithm in names]
    missing = [n for n in names if n not in {c.algorithm for c in chosen}]
    once = list({c.algorithm: c for c in reversed(chosen)}.values())[::-1]
    again = [c for c in chosen if c not in once]
    return [*once, *(Candidate(n) for n in missing), *again]


def _usable(name: str, kind: ProblemKind) -> bool:
    if name not in algorithms.names():
        return False
    algorithm = algorithms.get(name)
    return kind in algorithm.kinds and algorithm.available()
