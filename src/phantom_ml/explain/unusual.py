"""Which values of a row are unusual, and which pairs of them, by the rows that a detector learned from.

A number is told by the share of rows that lie as far out on its side, any other value and a pair by the share
of rows whose own came no more often: tail probabilities, as ECOD adds them up (Li et al., TKDE 2022,
doi:10.1109/TKDE.2022.3159580), each of one raw column.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.explain.forms import RowExplanation, Unusual
from phantom_ml.explain.sentences import count_sentence, plain_value, tail_sentence
from phantom_ml.features.cells.entity import row_hashes
from phantom_ml.features.cells.hashing import MISSING, Hashes
from phantom_ml.features.columns.number import finite_numbers
from phantom_ml.model.usual import NUMBER, Counts, Usual, word_hashes

Array = NDArray[np.float64]
#: What more rows than this are like is not unusual.
LARGEST_SHARE = 0.1
#: Unusual values of a row that are told, at most.
MOST = 8


@dataclass(frozen=True)
class _Told:
    """A column or a pair of columns.

    Attributes
    ----------
    columns : tuple of str
    share : float64 array of shape (n_rows,)
        Of training rows that are as unusual as each row.
    sentences : dict of int to str
        By row, of those that are unusual.
    """

    columns: tuple[str, ...]
    share: Array
    sentences: dict[int, str]

    def at(self, row: int) -> Unusual:
        """Return what is told of one row."""
        share = float(self.share[row])
        nats = -float(np.log(share))
        return Unusual(columns=self.columns, share=share, nats=nats, sentence=self.sentences[row])


def unusual_values(
    usual: Usual,
    frame: pl.DataFrame,
    rows: Sequence[RowExplanation],
    origins: Mapping[str, float],
) -> list[tuple[Unusual, ...]]:
    """Return the unusual values of each row among those that raise its score, the rarest first.

    Parameters
    ----------
    usual : Usual
    frame : DataFrame
        The raw rows, with the columns of training.
    rows : sequence of RowExplanation
        The same rows, with the contributions of their columns.
    origins : mapping of column to float
        What its numbers lie near, of those that are far from 0.
    """
    told = [*_numbers(usual, frame, origins), *_values(usual, frame)]
    return [_of_row(told, i, row) for i, row in enumerate(rows)]


def _of_row(told: Sequence[_Told], i: int, row: RowExplanation) -> tuple[Unusual, ...]:
    raising = {c.column for c in row.contributions if c.amount > 0}
    found = [t for t in told if i in t.sentences and raising & set(t.columns)]
    alone = {t.columns[0]: t.share[i] for t in told if len(t.columns) == 1}
    # Where one of its values is as rare alone, a pair says no more.
    found = [
        t for t in found if len(t.columns) == 1 or t.share[i] < min(alone[c] for c in t.columns)
    ]
    found.sort(key=lambda t: t.share[i])
    return tuple(t.at(i) for t in found[:MOST])


def _numbers(usual: Usual, frame: pl.DataFrame, origins: Mapping[str, float]) -> Iterator[_Told]:
    for column, tails in usual.numbers.items():
        origin = origins.get(column, 0.0)
        mixed = column in usual.mixed
        values = finite_numbers(frame[column], None if mixed else column)
        known, n_rows = np.isfinite(values), usual.n_known(column)
        low, high = tails.nats(np.where(known, values, tails.value[0])[:, None])
        larger = high[:, 0] >= low[:, 0]
        tail = np.exp(-np.maximum(low, high)[:, 0])
        n_missing = usual.n_rows - n_rows
        # As far out on the other side would be as unusual.
        both = np.minimum(1.0, 2.0 * tail)
        # Words, and gaps among them, are told as values.
        share = np.where(known, both, 1.0 if mixed else usual.share_of_gaps(n_rows))
        cells = values.tolist() if mixed else frame[column]
        yield _Told(
            (column,),
            share,
            {
                i: tail_sentence(column, plain_value(cells[i]), tail[i], larger[i], n_rows, origin)
                if known[i]
                else count_sentence((column,), (None,), n_missing, usual.n_rows)
                for i in np.flatnonzero(share <= LARGEST_SHARE).tolist()
            },
        )


def _values(usual: Usual, frame: pl.DataFrame) -> Iterator[_Told]:
    for counts in usual.counts:
        hashes, is_number = _hashes(usual, frame, counts.columns)
        missing, times = hashes == MISSING, counts.times(hashes)
        gaps = usual.share_of_gaps(counts.n_rows) if len(counts.columns) == 1 else 1.0
        share = np.where(missing, gaps, counts.share(times))
        share = np.where(is_number, 1.0, share)
        n_rows = np.where(missing, usual.n_rows, counts.n_rows)
        times = np.where(missing, usual.n_rows - counts.n_rows, times)
        yield _Told(
            counts.columns,
            share,
            {
                i: count_sentence(
                    counts.columns,
                    tuple(plain_value(frame[c][i]) for c in counts.columns),
                    int(times[i]),
                    int(n_rows[i]),
                    at_most=_is_bound(counts, hashes[i], bool(missing[i])),
                )
                for i in np.flatnonzero(share <= LARGEST_SHARE).tolist()
            },
        )


def _hashes(
    usual: Usual, frame: pl.DataFrame, columns: Sequence[str]
) -> tuple[Hashes, NDArray[np.bool_]]:
    """Return what rows hold there, and which of them a number that is told by its size instead."""
    if columns[0] not in usual.mixed:
        return row_hashes(frame, columns), np.zeros(frame.height, np.bool_)
    hashes = word_hashes(frame[columns[0]])
    return hashes, hashes == NUMBER


def _is_bound(counts: Counts, value: np.uint64, missing: bool) -> bool:
    """Return whether a value may have come more seldom than it is told."""
    return counts.most_lost > 0 and not missing and value not in counts.hashes
