"""Rows that are no step of their own: several of one step, and those whose time lies between two."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from phantom_ml.forecasters.series.frequency import Frequency
from phantom_ml.forecasters.series.from_frame import Ahead
from phantom_ml.wording import counted


def averaged(rows: Ahead, known: NDArray[np.bool_], step: Frequency) -> tuple[str, ...]:
    """Return the sentence that tells how many values share a step with others; none where none does.

    Parameters
    ----------
    rows : Ahead
        Where the rows lie.
    known : bool array of shape (n_rows,)
        Which of them have a value.
    step : Frequency
    """
    cells = np.stack([rows.codes[known], rows.steps[known]])
    counts = np.unique(cells, axis=1, return_counts=True)[1]
    shared = counts[counts > 1]
    if not len(shared):
        return ()
    n_values, n_steps = int(shared.sum()), counted(len(shared), "step")
    return (f"{n_values:,} rows were averaged into {n_steps} of {step.text}.",)


def between(rows: Ahead, asked: NDArray[np.bool_], step: Frequency) -> tuple[str, ...]:
    """Return the sentence that tells how many of the asked rows lie between two steps; none where none does."""
    n_between = int((asked & ~rows.exact).sum())
    if not n_between:
        return ()
    who = counted(n_between, "row lies", "rows lie")
    each = "it" if n_between == 1 else "each"
    return (f"{who} between the steps of {step.text}: {each} counts for the nearest.",)
