"""Several entity columns as one: rows that share any of their entities belong together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from phantom_ml.data.splits.grouped import whole_groups
from phantom_ml.data.splits.plan import Codes

#: A component with more of the rows than this ties nearly everything to everything.
LARGEST_SHARE = 0.5


def join_entities(columns: Sequence[Codes], names: Sequence[str]) -> tuple[Codes, str]:
    """Return one group code a row, and in one sentence what it stands for.

    Parameters
    ----------
    columns : sequence of int64 arrays of shape (n_rows,)
        The codes of each entity column, at least one; negative where the entity is unknown.
    names : sequence of str
        Their names, for the sentence.

    Returns
    -------
    groups : int64 array of shape (n_rows,)
        Rows that share an entity in any column have one code, through other rows too. Where that
        would tie more than half of all rows together, only the first column counts.
    reason : str

    Examples
    --------
    >>> user, host = np.array([0, 0, 1, 2, 3, 4]), np.array([0, 1, 1, 2, 3, 4])
    >>> join_entities([user, host], ["user", "host"])[0].tolist()
    [0, 0, 0, 1, 2, 3]
    """
    first = whole_groups(columns[0])
    if len(columns) == 1:
        return first, f"Rows with the same {names[0]!r} count as one group."
    shown = ", ".join(repr(n) for n in names)
    joined = _components(columns)
    share = np.bincount(joined).max() / joined.size
    if share <= LARGEST_SHARE:
        return joined, f"Rows that share any of {shown} count as one group."
    return first, (
        f"Rows with the same {names[0]!r} count as one group; through all of {shown} together "
        f"{share:.0%} of the rows would be one group."
    )


def _components(columns: Sequence[Codes]) -> Codes:
    """Return the connected components of the graph that ties rows to their entities."""
    n_rows = columns[0].size
    rows, entities, n_nodes = [], [], n_rows
    for codes in columns:
        known = np.flatnonzero(codes >= 0)
        rows.append(known)
        entities.append(codes[known] + n_nodes)
        n_nodes += int(codes.max(initial=-1)) + 1
    ends = (np.concatenate(rows), np.concatenate(entities))
    ties = sparse.coo_array((np.ones(ends[0].size, dtype=np.int8), ends), shape=(n_nodes, n_nodes))
    label = connected_components(ties.tocsr(), directed=False)[1][:n_rows]
    return np.unique(label, return_inverse=True)[1].astype(np.int64)
