"""Which columns go together: ratios, differences, products, peers and crosses, chosen by what they gain.

Candidates are made of the columns that gain the most alone, judged beside all of them on held-out folds,
and kept where they gain more than shuffled shadows do.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, permutations

import numpy as np

from phantom_ml.data.schema import ColumnKind
from phantom_ml.features.selection.order import order_of
from phantom_ml.features.selection.training import Training
from phantom_ml.features.selection.worth import Worth, worth
from phantom_ml.features.tables.arithmetic import ArithmeticEncoder, Operation
from phantom_ml.features.tables.base import TableEncoder
from phantom_ml.features.tables.cross import CrossEncoder
from phantom_ml.features.tables.group_rank import GroupRankEncoder

#: Number columns and categories that candidates are made of, and how many candidates are kept.
MAX_NUMBERS, MAX_GROUPS, MAX_CROSSED, MAX_KEPT = 5, 3, 4, 8
MAX_ROWS = 10_000
#: How often rows are parted into folds: in a training, and with time for more, so that few candidates near the
#: border come and go with the seed.
REPEATS, PATIENT_REPEATS = 2, 4
#: In which share of the folds a candidate gains more than chance: of a hundred some do so in most of them.
LEAST_WINS = 0.8
#: Of fewer rows than this the best of a hundred pairs is an accident.
LEAST_ROWS = 500
#: What families of interactions are called in a race.
FAMILIES = frozenset({ArithmeticEncoder.tier, GroupRankEncoder.tier, CrossEncoder.tier})
#: Kinds that are amounts: a port is a name, and its product with another means nothing.
NUMBERS = (ColumnKind.NUMBER, ColumnKind.BYTES, ColumnKind.DURATION)
GROUP_KINDS = (ColumnKind.CATEGORY, ColumnKind.ENTITY, ColumnKind.PORT)
#: Kinds whose pairs are categories again.
CROSSED_KINDS = (ColumnKind.CATEGORY, ColumnKind.BOOLEAN, ColumnKind.PORT)


def choose_interactions(
    training: Training, seed: int = 0, repeats: int = PATIENT_REPEATS
) -> list[TableEncoder]:
    """Return the encoders of pairs of columns that gain more than chance beside the features there are.

    Parameters
    ----------
    training : Training
    seed : int
        Of the rows that are drawn, the folds and the shadows.
    repeats : int
        How often rows are parted into folds.
    """
    n_rows = training.frame.height
    if n_rows < LEAST_ROWS:
        return []
    rows = order_of(training.samples, training.question)
    if n_rows > MAX_ROWS:
        rows = rows[np.sort(np.random.default_rng(seed).choice(n_rows, MAX_ROWS, replace=False))]
    part = training.rows(rows)
    alone = worth(part.samples, part.question, seed, repeats)
    candidates = _candidates(training, alone)
    return _better(candidates, part, seed, repeats) if candidates else []


def _candidates(training: Training, found: Worth) -> list[TableEncoder]:
    features = training.matrix.features
    shares: dict[str, float] = {}
    for feature, share, beats in zip(features, found.share, found.beats_chance, strict=True):
        if beats:
            shares[feature.source] = shares.get(feature.source, 0.0) + float(share)
    best = sorted(shares, key=lambda c: -shares[c])
    raw = {f.source for f in features if f.name == f.source and not f.cardinality}
    amounts = {*training.schema.of_kind(*NUMBERS)}
    numbers = [c for c in best if c in raw & amounts][:MAX_NUMBERS]
    groups = [c for c in best if c in training.schema.of_kind(*GROUP_KINDS)][:MAX_GROUPS]
    made: list[TableEncoder] = [
        ArithmeticEncoder.fit_pair(training.frame, Operation.RATIO, a, b)
        for a, b in permutations(numbers, 2)
    ]
    for operation in (Operation.DIFFERENCE, Operation.PRODUCT):
        made += [
            ArithmeticEncoder.fit_pair(training.frame, operation, a, b)
            for a, b in combinations(numbers, 2)
        ]
    pairs = [(g, n) for g in groups for n in numbers if g != n]
    peers = [GroupRankEncoder.fit_pair(training.frame, by, of) for by, of in pairs]
    crossed = [c for c in best if c in training.schema.of_kind(*CROSSED_KINDS)][:MAX_CROSSED]
    crosses = [CrossEncoder.fit_pair(training.frame, a, b) for a, b in combinations(crossed, 2)]
    return made + [found for found in (*peers, *crosses) if found is not None]


def _better(
    candidates: Sequence[TableEncoder], part: Training, seed: int, repeats: int
) -> list[TableEncoder]:
    """Return the best of the candidates whose gain beside all other features is above chance."""
    widths = [len(c.features) for c in candidates]
    values = np.empty((part.frame.height, sum(widths)), np.float32)
    ends = np.cumsum(widths)
    for candidate, end, width in zip(candidates, ends, widths, strict=True):
        candidate.transform(part.frame, values[:, end - width : end])
    features = tuple(f for c in candidates for f in c.features)
    wide = part.with_matrix(part.matrix.beside(values, features))
    found = worth(wide.samples, wide.question, seed, repeats)
    sure = found.beats_chance & (found.wins >= LEAST_WINS)
    shares = np.where(sure, found.share, 0.0)[len(part.matrix.features) :]
    best = [shares[end - width : end].max() for end, width in zip(ends, widths, strict=True)]
    order = sorted(range(len(candidates)), key=lambda i: -best[i])[:MAX_KEPT]
    return [candidates[i] for i in order if best[i] > 0]
