"""What is said of rows that have no forecast, and of steps ahead of which no row tells what is known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from phantom_ml.errors import listed
from phantom_ml.forecasters.series.from_frame import Ahead
from phantom_ml.wording import counted

Ints = NDArray[np.int64]


def not_ahead(rows: Ahead, dated: NDArray[np.bool_]) -> tuple[str, ...]:
    """Return the sentence that tells how many rows have no forecast, and why; none where all have one.

    Parameters
    ----------
    rows : Ahead
        Where the rows lie.
    dated : bool array of shape (n_rows,)
        Which of them have a time that can be read; of others this says nothing.
    """
    n_unknown = int((dated & (rows.codes < 0)).sum())
    n_past = int((dated & ~rows.usable).sum()) - n_unknown
    told = (
        (n_past, "does not lie after the history", "do not lie after the history"),
        (n_unknown, "is of a series that the model does not know", "are of series that the model does not know"),
    )  # fmt: skip
    parts = [f"{n_rows:,} {one if n_rows == 1 else many}" for n_rows, one, many in told if n_rows]
    if not parts:
        return ()
    have = "it has" if n_past + n_unknown == 1 else "these have"
    return (
        f"Of {counted(len(rows.codes), 'row')} {' and '.join(parts)}: {have} no forecast, no score and no alert.",
    )


def untold(names: Sequence[str], rows: Ahead, asked: Ints) -> tuple[str, ...]:
    """Return the sentence that tells of how many steps no row says what is known ahead; none where all are told.

    Parameters
    ----------
    names : sequence of str
        Columns that are known ahead.
    rows : Ahead
        Where the rows lie.
    asked : int64 array of shape (n_series,)
        Steps of each series that are asked for.
    """
    within = rows.usable.copy()
    within[rows.usable] = rows.steps[rows.usable] < asked[rows.codes[rows.usable]]
    cells = np.stack([rows.codes[within], rows.steps[within]])
    n_asked = int(asked.sum())
    n_untold = n_asked - np.unique(cells, axis=1).shape[1]
    if not names or not n_untold:
        return ()
    are = "it is" if n_untold == 1 else "these are"
    it = "it" if len(names) == 1 else "them"
    return (
        f"No row tells {listed(names)} of {n_untold:,} of {counted(n_asked, 'step')}: {are} forecast "
        f"without {it}, as where a cell is empty.",
    )
