"""What features are worth where there is no target: how well they tell real rows from mixed ones.

In a mixed row each raw column comes from another row: what tells real rows from them is how the columns
hang together. Columns that one feature is made of stay together, though: parted, the feature would tell real
rows by how it is made, whatever they hold. Source: Shi & Horvath, "Unsupervised Learning With Random Forest
Predictors", JCGS 2006, doi:10.1198/106186006X94072.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Matrix, Samples
from phantom_ml.features.base import ColumnEncoder
from phantom_ml.features.before import Before
from phantom_ml.features.encoder import Encoder
from phantom_ml.features.fitted.question import Question
from phantom_ml.features.remembered import write
from phantom_ml.features.selection.order import order_of
from phantom_ml.features.selection.worth import MARGIN, Worth, worth
from phantom_ml.features.tables.base import TableEncoder

MAX_ROWS = 5_000
#: How often rows are parted into folds: many features hang together a little, and near chance they come and go.
REPEATS = 12
#: In more than which share of the folds a feature gains more than the best shadow. Of two that hang
#: together trees gain by the one they split on second, now this, now that: on few rows neither wins in most folds.
#: Noise is the best beside twenty shadows in one fold of 21.
LEAST_WINS = 1 / 4
#: How training rows are made where no row counts another.
UNCOUNTED = (ColumnEncoder.training, TableEncoder.training)


def worth_without_target(matrix: Matrix, blocks: Sequence[int], seed: int = 0) -> Worth:
    """Return what each feature gains in telling real rows from mixed ones.

    Parameters
    ----------
    matrix : Matrix
    blocks : sequence of int, of length n_features
        Features of one number stay together: see ``blocks_of``.
    seed : int
        Of the rows that are drawn and mixed.
    """
    rng = np.random.default_rng(seed)
    asked = Question(ProblemKind.BINARY, 2)
    order = order_of(Samples(matrix, np.zeros(matrix.n_rows, np.int64)), asked)
    rows = order[np.sort(rng.permutation(matrix.n_rows)[:MAX_ROWS])]
    real = matrix.values[rows]
    mixed = real.copy()
    for block in dict.fromkeys(blocks):
        places = [i for i, other in enumerate(blocks) if other == block]
        mixed[:, places] = real[rng.permutation(len(real))][:, places]
    values = np.concatenate([real, mixed])
    answers = np.repeat(np.array([0, 1], np.int64), len(real))
    samples = Samples(Matrix(values, matrix.features), answers)
    found = worth(samples, asked, seed, REPEATS)
    return replace(found, above=found.beyond(LEAST_WINS, MARGIN))


def uncounted(encoder: Encoder, frame: pl.DataFrame, matrix: Matrix) -> Matrix:
    """Return training rows whose rarities are counted among all other rows, whenever these came.

    Counted among earlier rows, rarities hang on the time by how they are made, and all columns on one another.

    Parameters
    ----------
    encoder : Encoder
    frame : DataFrame
        Raw rows.
    matrix : Matrix
        Of the same rows, by ``Encoder.training``.
    """
    values, at = matrix.values.copy(), 0
    for part in encoder.parts:
        places = slice(at, at := at + len(part.features))
        if type(part).training not in UNCOUNTED:
            write(part, frame, Before(), values[:, places])
    return Matrix(values, matrix.features)


def blocks_of(encoder: Encoder) -> list[int]:
    """Return a number for each feature of an encoder, the same for those that have a column in common.

    All columns of times count as one: a log that writes its time twice hangs together by that alone.
    """
    clocks = encoder.calendars
    columns = [{f.source, *f.beside} for f in encoder.features]
    return joined([found | clocks.keys() if found & clocks.keys() else found for found in columns])


def joined(sets: Sequence[Collection[str]]) -> list[int]:
    """Return a number for each set, the same for those that have a member in common, or are joined by others.

    Examples
    --------
    >>> joined([{"user"}, {"user", "time"}, {"size"}, {"time"}])
    [0, 0, 2, 0]
    """
    found = list(range(len(sets)))
    first: dict[str, int] = {}
    for i, members in enumerate(sets):
        met = {i, *(found[first.setdefault(member, i)] for member in members)}
        found = [min(met) if number in met else number for number in found]
    return found
