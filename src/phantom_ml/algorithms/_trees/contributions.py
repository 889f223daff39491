"""Exact contributions of trees: Shapley values of what they say of a row with covered cells.

Where a tree asks for a covered cell it answers with both sides, by their shares of the training
rows: the path-dependent values of Lundberg et al., "From Local Explanations to Global Understanding
with Explainable AI for Trees", 2020. What a leaf then adds is a product over the features of its
path, and the Shapley value of a product is an integral over t from 0 to 1, each other cell being
open with chance t (Owen, "Multilinear Extensions of Games", 1972). The integrand is a polynomial,
which a few Gauss-Legendre points sum exactly, and at one point the leaves' products pass up the
tree as plain sums. An edge whose feature came before on its path replaces the factor of the edge
above (Yu et al., "Linear TreeShap", 2022).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from phantom_ml.algorithms._trees.paths import Bools, Floats, Ints, Level, Paths, Trees, paths_of

#: (positions of nodes, a slice of the rows) -> whether each row goes left there, (n_nodes, n_rows).
GoesLeft = Callable[[Ints, slice], Bools]
#: Points of the integral, at most: exact for paths of up to 16 different features. The longest that
#: a table of a million rows can make err by less than 1e-6 of a leaf's value.
MOST_POINTS = 8
#: Nodes and rows that are worked on together: more leave the core's cache, fewer cost calls.
BLOCK_NODES, BLOCK_ROWS = 16_384, 32
#: Products are float32, as leaves are kept: sums are right to seven digits, and take half the time.
Product = np.float32
Products = NDArray[np.float32]


def tree_contributions(trees: Trees, goes_left: GoesLeft, n_rows: int, n_features: int) -> Floats:
    """Return the contributions to the sum of trees, shape (n_rows, n_features + 1).

    The last place is the base value, the sum of the trees' means over their training rows.

    Parameters
    ----------
    trees : Trees
    goes_left : callable of (positions, slice of rows)
        Whether rows go left in the nodes at these positions, shape (n_positions, n_rows).
    n_rows, n_features : int
    """
    total = np.zeros((n_features + 1, n_rows))
    # One after the other: the work waits for memory, and two threads were no faster.
    for block in trees.blocks(BLOCK_NODES):
        total += _of_block(block, goes_left, n_rows, n_features)
    return np.ascontiguousarray(total.T)


def _of_block(trees: Trees, goes_left: GoesLeft, n_rows: int, n_features: int) -> Floats:
    paths = paths_of(trees)
    total = np.zeros((n_features + 1, n_rows))
    total[n_features] = paths.base
    if not paths.levels:
        return total
    steps = _steps(trees, paths)
    asked = np.concatenate([trees.feature[s.level.parents[s.level.parent]] for s in steps])
    n = len(asked)
    by_feature = sparse.csr_array((np.ones(n), (asked, np.arange(n))), (n_features, n))
    for start in range(0, n_rows, BLOCK_ROWS):
        rows = slice(start, min(n_rows, start + BLOCK_ROWS))
        follows = np.ones((len(trees.left) + 1, rows.stop - start), np.bool_)
        total[:n_features, rows] = by_feature @ _of_edges(steps, goes_left, rows, follows)
    return total


@dataclass(frozen=True)
class Step:
    """A level with its numbers at the points of the integral, for each state of a row at an edge.

    The states: the row does not even follow the edges of the same feature above; it follows those
    alone; it follows the edge too.

    Attributes
    ----------
    level : Level
    nodes : int64 array of shape (n_parents,)
        The parents' positions among all nodes.
    factor : float32 array of shape (3 * n_edges, n_points)
        By what a leaf's product changes at the edge; at the last one times the leaf's value.
    slope : float32 array of shape (3 * n_edges, n_points)
        What the edge's feature gets of the sum of the products of all leaves below.
    first, second : int64 arrays of shape (n_parents,)
        Places of each parent's edges; n_edges where there is none.
    """

    level: Level
    nodes: Ints
    factor: Products
    slope: Products
    first: Ints
    second: Ints


def _steps(trees: Trees, paths: Paths) -> list[Step]:
    n_points = min(MOST_POINTS, (paths.n_features + 1) // 2)
    places, weights = np.polynomial.legendre.leggauss(n_points)
    return [_step(trees, paths, level, (places + 1) / 2, weights / 2) for level in paths.levels]


def _step(trees: Trees, paths: Paths, level: Level, points: Floats, weights: Floats) -> Step:
    child, covered = level.child, 1.0 - points
    own, above = paths.known[child][:, None], paths.known[level.same][:, None]
    again = (level.same < len(trees.left))[:, None]
    # A feature's factor: 1 or 0 where its cell is open, the share of rows where it is covered.
    follows, leaves = points + covered * own, covered * own
    before = np.where(again, points + covered * above, 1.0)
    gone = np.where(again, (1.0 - above) / before, 0.0)
    share = np.broadcast_to(paths.share[child][:, None], follows.shape)
    factor = np.stack([share, leaves / before, follows / before], axis=1)
    factor[: level.n_leaves] *= trees.value[child[: level.n_leaves], None, None]
    slope = np.stack([0.0 * gone, -1.0 / covered - gone, (1.0 - own) / follows - gone], axis=1)
    kids = np.full((len(level.parents), 2), len(child))
    kids[level.parent, 1 - level.is_left] = np.arange(len(child))
    flat = (3 * len(child), len(points))
    return Step(
        level,
        level.parents + trees.start,
        factor.reshape(flat).astype(Product),
        (slope * weights).reshape(flat).astype(Product),
        kids[:, 0],
        kids[:, 1],
    )


def _of_edges(steps: Sequence[Step], goes_left: GoesLeft, rows: slice, follows: Bools) -> Products:
    """Return what each edge gives to its feature, shape (n_edges, n_rows).

    ``follows`` is all True, shape (n_nodes + 1, n_rows), and is filled on the way.
    """
    n_rows, n_points = follows.shape[1], steps[0].factor.shape[1]
    above = np.ones((len(steps[0].nodes), n_rows, n_points), Product)
    states, products = [], []
    for step in steps:
        state, n = _states(step.level, goes_left(step.nodes, rows), follows), len(step.level.child)
        # One more than there are edges: what a side holds that leads to nothing.
        product = np.zeros((n + 1, n_rows, n_points), Product)
        np.take(step.factor, state, axis=0, out=product[:n], mode="clip")
        product[:n] *= above[step.level.parent]
        above = product[step.level.inner]
        states.append(state)
        products.append(product)
    return _summed(steps, states, products)


def _states(level: Level, went: Bools, follows: Bools) -> Ints:
    """Return each row's place in each edge's numbers; tell ``follows`` which edges it follows."""
    now, before = went[level.parent], follows[level.same]
    now ^= ~level.is_left[:, None]
    now &= before
    follows[level.child] = now
    state = now.view(np.int8) + before.view(np.int8)
    return np.add(3 * np.arange(len(state))[:, None], state)


def _summed(steps: Sequence[Step], states: list[Ints], products: list[Products]) -> Products:
    """Return each edge's part of the sum of the products below it, from the leaves upwards."""
    found = []
    for place in range(len(steps) - 1, -1, -1):
        step, product = steps[place], products.pop()
        part = np.take(step.slope, states[place], axis=0, mode="clip")
        part *= product[:-1]
        # Not a product with ones: BLAS looks past the end of few rows, and what lies there may warn.
        found.append(np.einsum("ijk->ij", part))
        if place:
            below = product[step.first]
            below += product[step.second]
            products[place - 1][steps[place - 1].level.inner] = below
    return np.concatenate(found[::-1])
