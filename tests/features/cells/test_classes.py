"""What the bytes of a few cells tell is what those of many do."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.features.cells.bytes import DIGITS, SPACE, CellBytes
from phantom_ml.features.cells.classes import class_counts, longest_repeat, runs, spread
from phantom_ml.features.parsing.command_bytes import bracket_depth

MEASURES = {
    "number of runs": lambda cells: runs(cells, DIGITS)[0],
    "longest run": lambda cells: runs(cells, ~SPACE)[1],
    "longest repeat": longest_repeat,
    "entropy": lambda cells: spread(cells)[0],
    "different bytes": lambda cells: spread(cells)[1],
    "bytes of a class": lambda cells: class_counts(cells, {"digit": DIGITS})["digit"],
    "open brackets": bracket_depth,
}


@pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)
@given(texts=st.lists(st.text("a12 ([)}é", max_size=30), min_size=1, max_size=8))
@settings(deadline=None, max_examples=60)
def test_few_cells_are_measured_as_many_are(measure, texts):
    few = CellBytes.of([*texts])
    many = CellBytes(few.data, few.offsets)
    assert measure(few).tolist() == measure(many).tolist()


def test_the_entropy_of_no_cell_is_none():
    entropy, distinct = spread(CellBytes.of([]))
    assert (np.shape(entropy), np.shape(distinct)) == ((0,), (0,))
