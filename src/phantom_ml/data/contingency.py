"""The contingency table of clusters of rows, such as copies of one another, and classes; and what it says.

Whether copies agree is asked in two ways, because two things depend on it, and a cluster may be both or neither:

- ``mixed``, of a cluster: do its answers differ about as those of the whole table do? Then to remember one of its
  rows gives nothing away, and the cluster may be divided among folds.
- ``agreeing``, of a row: have nearly all rows of its cluster its own answer? Then they are one case, not several.

Where 97 of 100 rows are benign, a cluster of 97 benign rows and 3 attacks is mixed, and its benign rows agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]

#: A cluster is as mixed as the table where each class is so much, at most, more or less of it than of all rows ...
AS_MIXED = 0.5
#: ... or no farther than chance takes one of the classes in so many of a hundred clusters (Bonferroni).
BY_CHANCE = 0.05
#: Share of a cluster's rows whose answer is the same from which they have one answer.
ONE_ANSWER = 0.95


@dataclass(frozen=True)
class Contingency:
    """How many rows of each class the clusters have: ``rows[i]`` of ``label[i]`` in ``cluster[i]``.

    Attributes
    ----------
    cluster, label, rows : int64 arrays of shape (n_cells,)
        Only of cells that have rows.
    cell : int64 array of shape (n_rows,)
        In which of them a row is counted.
    sizes : int64 array of shape (n_clusters,)
    n_labels : int
    """

    cluster: Codes
    label: Codes
    rows: Codes
    cell: Codes
    sizes: Codes
    n_labels: int

    @classmethod
    def of(cls, clusters: Codes, labels: Codes) -> Contingency:
        """Return the table of rows, each with the code of its cluster and of its class.

        Parameters
        ----------
        clusters, labels : int64 arrays of shape (n_rows,)
            Codes from 0; at least one row.

        Examples
        --------
        >>> table = Contingency.of(np.array([0, 0, 1, 1, 1]), np.array([0, 0, 0, 1, 1]))
        >>> table.cluster.tolist(), table.label.tolist(), table.rows.tolist()
        ([0, 1, 1], [0, 0, 1], [2, 1, 2])
        """
        n_labels = int(labels.max()) + 1
        cells, cell, rows = np.unique(
            clusters * n_labels + labels, return_inverse=True, return_counts=True
        )
        sizes = np.bincount(clusters)
        return cls(cells // n_labels, cells % n_labels, rows, cell, sizes, n_labels)

    def of_label(self) -> Codes:
        """Return the rows that the whole table has of each cell's class, shape (n_cells,)."""
        return self._of_all()[self.label].astype(np.int64)

    def any(self, cells: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which clusters have one of some cells, shape (n_clusters,)."""
        found = np.zeros(self.sizes.size, dtype=bool)
        found[self.cluster[cells]] = True
        return found

    def agreeing(self) -> NDArray[np.bool_]:
        """Return which rows have others in their cluster, of which nearly all have their answer, shape (n_rows,).

        Examples
        --------
        >>> Contingency.of(np.array([0, 0, 1, 1, 2]), np.array([1, 1, 0, 1, 1])).agreeing().tolist()
        [True, True, False, False, False]
        """
        size = self.sizes[self.cluster]
        agree = (size > 1) & (self.rows >= ONE_ANSWER * size)
        return agree[self.cell]

    def mixed(self) -> NDArray[np.bool_]:
        """Return which clusters have several answers, about as often as the table has them, shape (n_clusters,).

        Examples
        --------
        >>> Contingency.of(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])).mixed().tolist()
        [True, False]
        """
        size, share = self.sizes[self.cluster], self.of_label() / self.rows.sum()
        expected = size * share
        chance = NormalDist().inv_cdf(1.0 - BY_CHANCE / (2 * self.n_labels))
        allowed = np.maximum(AS_MIXED * expected, chance * np.sqrt(expected * (1.0 - share)))
        uneven = self.any(np.abs(self.rows - expected) > allowed)
        # A class that a cluster lacks has no cell: from so many rows it should have one.
        of_all = self._of_all()
        odds = (of_all.sum() - of_all) / np.maximum(of_all, 1.0)
        enough = chance**2 * odds
        present = np.bincount(self.cluster, weights=size > enough[self.label])
        lacking = np.searchsorted(np.sort(enough), self.sizes) > present
        return (np.bincount(self.cluster) > 1) & ~uneven & ~lacking

    def _of_all(self) -> NDArray[np.float64]:
        """Return the rows of each class, shape (n_labels,)."""
        counts = np.bincount(self.label, weights=self.rows, minlength=self.n_labels)
        return np.asarray(counts, np.float64)
