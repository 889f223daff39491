"""Which targets are shown in a unit of their own to what judges by them."""

from dataclasses import replace

import numpy as np
import pytest

from phantom_ml.config import ProblemKind
from phantom_ml.data.target.unit import TargetUnit
from phantom_ml.testing._algorithm_data import samples_of

ROWS = samples_of(ProblemKind.REGRESSION, 200, 1)
PLAIN = TargetUnit()


def needed(target):
    return TargetUnit.where_needed(replace(ROWS, target=target), ProblemKind.REGRESSION)


@pytest.mark.parametrize("scale", [0.01, 1.0, 1e9])
@pytest.mark.parametrize("centre", [0.0, 100.0])
def test_what_float32_holds_is_shown_as_it_is(scale, centre):
    assert needed((ROWS.target + centre) * scale) == PLAIN


@pytest.mark.parametrize("scale", [1e-300, 1e-5, 1e20, 1e200])
def test_what_is_very_small_or_great_is_shown_in_its_own_unit(scale):
    assert needed(ROWS.target * scale).spread == pytest.approx(scale, rel=1.0)


def test_what_is_far_from_zero_is_shown_from_its_centre():
    assert needed(ROWS.target + 1e9).centre == pytest.approx(1e9, abs=10)


def test_one_value_that_float32_has_no_room_for_is_reason_enough():
    assert needed(np.where(np.arange(200) == 3, 1e300, ROWS.target)) != PLAIN


def test_classes_are_shown_as_they_are():
    assert (
        TargetUnit.where_needed(replace(ROWS, target=np.full(200, 9)), ProblemKind.BINARY) == PLAIN
    )
