"""What features are worth where there is no target: how well they tell real rows from mixed ones.

In a mixed row each raw column comes from another row: what tells real rows from them is how the columns
hang together. Source: Shi & Horvath, "Unsupervised Learning With Random Forest Predictors", JCGS 2006,
doi:10.1198/106186006X94072.
"""

from __future__ import annotations

import numpy as np

from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Matrix, Samples
from phantom_ml.features.fitted.question import Question
from phantom_ml.features.selection.worth import Worth, worth

MAX_ROWS = 5_000
#: How often rows are parted into folds: many features hang together a little, and near chance they come and go.
REPEATS = 12


def worth_without_target(matrix: Matrix, seed: int = 0) -> Worth:
    """Return what each feature gains in telling real rows from mixed ones.

    Parameters
    ----------
    matrix : Matrix
    seed : int
        Of the rows that are drawn and mixed.
    """
    rng = np.random.default_rng(seed)
    rows = np.sort(rng.permutation(matrix.n_rows)[:MAX_ROWS])
    real = matrix.values[rows]
    mixed = real.copy()
    for source in dict.fromkeys(f.source for f in matrix.features):
        places = [i for i, f in enumerate(matrix.features) if f.source == source]
        mixed[:, places] = real[rng.permutation(len(real))][:, places]
    values = np.concatenate([real, mixed])
    answers = np.repeat(np.array([0, 1], np.int64), len(real))
    samples = Samples(Matrix(values, matrix.features), answers)
    return worth(samples, Question(ProblemKind.BINARY, 2), seed, REPEATS)
