"""One deadline for all."""

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.process import Deadline


def at(now: float, deadline: float) -> Deadline:
    return Deadline(deadline, start=0.0, clock=lambda: now)


def test_what_is_left_is_the_way_to_the_deadline() -> None:
    assert at(now=3.0, deadline=10.0).left() == 7.0


def test_nothing_is_left_after_the_deadline() -> None:
    assert at(now=12.0, deadline=10.0).left() == 0.0


def test_a_deadline_has_passed_at_its_very_moment() -> None:
    assert at(now=10.0, deadline=10.0).passed


def test_never_does_not_pass() -> None:
    assert not Deadline.never().passed


def test_elapsed_counts_from_the_start() -> None:
    assert at(now=4.0, deadline=10.0).elapsed() == 4.0


def test_sooner_moves_the_deadline_towards_now() -> None:
    assert at(now=0.0, deadline=10.0).sooner(4.0).left() == 6.0


def test_within_bounds_a_deadline_that_never_passes() -> None:
    assert at(now=5.0, deadline=math.inf).within(2.0).left() == 2.0


@settings(deadline=None, max_examples=50)
@given(left=st.floats(0, 1e6), seconds=st.floats(0, 1e6))
def test_within_never_gives_more_time(left: float, seconds: float) -> None:
    assert at(now=0.0, deadline=left).within(seconds).left() == min(left, seconds)
