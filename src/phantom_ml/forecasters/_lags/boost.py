"""Boosting of a lag model, round by round: to the best on rows that judge, to a number, or to the end of time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from phantom_ml.forecasters.base import ForecastContext
from phantom_ml.process.deadline import Deadline

if TYPE_CHECKING:
    from lightgbm import Booster

#: Features of shape (n_rows, n_features), and targets of shape (n_rows,).
Table = tuple[NDArray[np.float32], NDArray[np.float64]]
#: Rounds without a gain before boosting ends.
PATIENCE = 50
#: A round may take so much longer than the slowest of late before the deadline is passed.
ROUND_MARGIN = 1.5
#: A leaf has never more than this share of all rows as its least.
LEAF_SHARE = 20


@dataclass(frozen=True)
class Grown:
    """What boosting left.

    Attributes
    ----------
    text : str
        LightGBM's model of the best round.
    n_rounds : int
        How many rounds it has.
    in_time : bool
        Whether it ended before the deadline made it end.
    """

    text: str
    n_rounds: int
    in_time: bool


def boosted(
    params: dict[str, Any],
    train: Table,
    valid: Table | None,
    most: int,
    context: ForecastContext,
) -> Grown:
    """Return the trees after at most so many rounds, of the round that is best on ``valid`` where given."""
    from lightgbm import Booster, Dataset

    leaf = min(int(params["min_data_in_leaf"]), max(1, len(train[1]) // LEAF_SHARE))
    own = {**params, "min_data_in_leaf": leaf, "seed": context.seed}
    own["num_threads"] = context.n_threads
    rows = Dataset(train[0], label=train[1], params=own)
    booster = Booster(own, rows)
    if valid is not None:
        booster.add_valid(Dataset(valid[0], label=valid[1], reference=rows, params=own), "valid")
    best, in_time = _rounds(booster, valid is not None, most, context.deadline)
    return Grown(booster.model_to_string(num_iteration=best), best, in_time)


def _rounds(booster: Booster, watches: bool, most: int, deadline: Deadline) -> tuple[int, bool]:
    """Run rounds; return the best, or the last where none is watched, and whether time was left."""
    best, least, slowest = 0, np.inf, 0.0
    began = deadline.clock()
    for done in range(1, most + 1):
        booster.update()
        loss = booster.eval_valid()[0][2] if watches else -float(done)
        best, least = (done, loss) if loss < least else (best, least)
        now = deadline.clock()
        # Older rounds fade, so that one hiccup does not end a long fit early.
        slowest, began = max(now - began, 0.9 * slowest), now
        if deadline.left() <= ROUND_MARGIN * slowest:
            return best, False
        if done - best >= PATIENCE:
            break
    return max(best, 1), True
