"""Consensus: which of several detectors count, decided without any answers.

Members are averaged as surprise (nats), each alike, but for those that disagree with all others: the
correlation of a member's scores with the mean of the others is its agreement, and as long as the least
agreement is under a third of the best one, that member is left out. Errors of detectors that measure
different things are independent, what they are right about is not; a member that nobody shares a view
with has most likely lost its ground on this table. No member is ever picked alone: which one is best
cannot be known without answers, and none is best everywhere.

Finer weights were tried (agreement and its square, the highest half, squares, ranks): on average over sets
none is better than the plain mean of the members that are left; benchmarks/ANOMALY.md has the figures.

Sources: Zimek, Campello & Sander, "Ensembles for Unsupervised Outlier Detection", SIGKDD Explorations 2014,
doi:10.1145/2594473.2594476; members chosen by their agreement with the others: Rayana & Akoglu, "Less is
More: Building Selective Anomaly Ensembles", TKDD 2016, doi:10.1145/2890508; that no detector is best: Han et
al., "ADBench", NeurIPS 2022, arXiv:2206.09426.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from phantom_ml.data.matrix import Matrix

Array = NDArray[np.float64]

#: The detectors that are mixed. To each of them something else is unusual: what few cuts set apart, what
#: lies where columns are empty, what is far from its neighbours, what breaks the ties between columns. ECOD and
#: COPOD add up columns as HBOS does: with them that view would count twice.
MEMBERS = ("IsolationForest", "HBOS", "KNN", "PCA")
#: Those that are mixed in only where the table has what they read: whom a row belongs to.
OWN_MEMBERS = ("EntityBaseline",)
#: What learns from known anomalies, beside what detectors say.
KNOWN_MEMBERS = ("SurpriseLightGBM",)
#: A member stays whose agreement is at least this share of the best one.
LEAST_SHARE = 1 / 3
#: Where even the best agreement is less than this, there is no common view to disagree with.
COMMON_VIEW = 0.1


def members_for(matrix: Matrix, *, known: bool = False) -> tuple[str, ...]:
    """Return the detectors that are mixed for such rows, and where anomalies are known what learns from them.

    Examples
    --------
    >>> members_for(Matrix(np.empty((0, 0), np.float32), ()))
    ('IsolationForest', 'HBOS', 'KNN', 'PCA')
    """
    own = () if matrix.entity is None else OWN_MEMBERS
    return (*MEMBERS, *own, *(KNOWN_MEMBERS if known else ()))


def one_of_each(families: Sequence[str]) -> dict[str, int]:
    """Return the place of the first fit of each detector: several of one would vouch for each other.

    What learns from known anomalies is left out, where anything else is there.

    Examples
    --------
    >>> one_of_each(["HBOS", "KNN", "HBOS", "SurpriseLightGBM"])
    {'HBOS': 0, 'KNN': 1}
    """
    first: dict[str, int] = {}
    for place, name in enumerate(families):
        first.setdefault(name, place)
    own = {name: place for name, place in first.items() if name not in KNOWN_MEMBERS}
    return own or first


def choose_consensus(scores: Sequence[Array], names: Sequence[str]) -> dict[str, float]:
    """Return the weight of each member: the same for all that stay, 0 for the others; they sum to 1.

    At least two members stay, where there are two.

    Parameters
    ----------
    scores : sequence of float64 arrays of shape (n_rows, 1)
        The surprise of the same rows by each member, in nats: of those of the training part, or of a sample.
    names : sequence of str
        One a member, each of them once.

    Raises
    ------
    ValueError
        There is no member, or not one name a member, or the members scored different rows.

    Examples
    --------
    >>> rows = np.array([[0.1], [0.4], [0.7], [4.0]])
    >>> choose_consensus([rows, rows + 0.1, rows[::-1]], ["ECOD", "HBOS", "KNN"])
    {'ECOD': 0.5, 'HBOS': 0.5, 'KNN': 0.0}
    """
    alike = len({len(s) for s in scores}) == 1
    if not alike or len(set(names)) != len(scores) or len(names) != len(scores):
        raise ValueError("Every member needs a name of its own and scores of the same rows.")
    table = np.concatenate([np.asarray(s, np.float64) for s in scores], axis=1)
    stays = list(range(len(names)))
    while len(stays) > 2:
        agreement = agreements(table[:, stays])
        best = float(agreement.max())
        if best < COMMON_VIEW or float(agreement.min()) >= LEAST_SHARE * best:
            break
        stays.pop(int(agreement.argmin()))
    return {name: 1.0 / len(stays) if i in stays else 0.0 for i, name in enumerate(names)}


def agreements(table: Array) -> Array:
    """Return the correlation of each column with the mean of the others, -1 to 1; 0 where one does not vary.

    Parameters
    ----------
    table : float64 array of shape (n_rows, n_members)
        The surprise of the same rows by each of two members or more, in nats.

    Examples
    --------
    >>> agreements(np.array([[0.1, 0.3], [0.4, 0.9], [0.7, 1.5]])).round(6).tolist()
    [1.0, 1.0]
    """
    if len(table) < 2:
        return np.zeros(table.shape[1])
    others = (table.sum(axis=1, keepdims=True) - table) / (table.shape[1] - 1)
    own, rest = (a - a.mean(axis=0) for a in (table, others))
    size = np.sqrt((own**2).sum(axis=0) * (rest**2).sum(axis=0))
    together = (own * rest).sum(axis=0)
    found: Array = np.divide(together, size, out=np.zeros_like(size), where=size > 1e-12)
    return found
