"""A fit that learned nothing in its share of the time."""

from types import SimpleNamespace

import pytest

from phantom_ml.automl.trials.enough import FIT_SHARE, LONGER, learned
from phantom_ml.errors import ChildTimeout
from tests.automl.made import Clock


class Fits:
    """Fits that take all their time, and learn nothing in less than they need."""

    def __init__(self, needs: float) -> None:
        self.clock, self.needs, self.had = Clock(), needs, []

    def __call__(self, stop):
        seconds = stop.left()
        self.had.append(seconds)
        self.clock.now += seconds
        return SimpleNamespace(needed_seconds=0.0 if seconds >= self.needs else self.needs)

    def learned(self, first, whole, n_folds=1):
        return learned(self, self.clock.deadline(first), self.clock.deadline(whole), n_folds)[0]


def test_a_fit_that_learned_something_is_not_made_anew():
    fits = Fits(needs=1.0)
    fits.learned(first=2.0, whole=10.0)
    assert fits.had == [2.0]


def test_one_that_learned_nothing_gets_what_it_needs_while_there_is_more():
    fits = Fits(needs=3.0)
    assert fits.learned(first=0.3, whole=12.0).needed_seconds == 0.0
    assert len(fits.had) == 2


def test_it_gets_no_more_than_is_left():
    fits = Fits(needs=6.0)
    with pytest.raises(ChildTimeout):
        fits.learned(first=2.0, whole=8.0)
    assert fits.had[1] == pytest.approx(FIT_SHARE * 6.0)


def test_it_is_not_made_anew_for_hardly_more_than_it_had():
    fits = Fits(needs=6.0)
    with pytest.raises(ChildTimeout, match="about 6 s"):
        fits.learned(first=5.0, whole=8.0)
    assert fits.had == [5.0]


def test_it_is_not_made_anew_where_all_folds_need_far_more_than_is_left():
    fits = Fits(needs=6.0)
    with pytest.raises(ChildTimeout):
        fits.learned(first=2.0, whole=10.0, n_folds=5)
    assert fits.had == [2.0]


def test_it_is_given_up_at_the_end_of_the_time():
    fits = Fits(needs=6.0)
    with pytest.raises(ChildTimeout):
        fits.learned(first=0.0, whole=0.0)


class Doubtful(Fits):
    """Fits that take no step, and a tenth of their time, where they have less than they need."""

    def __call__(self, stop):
        seconds = stop.left()
        self.had.append(seconds)
        enough = seconds >= self.needs
        self.clock.now += seconds if enough else seconds / 10
        return SimpleNamespace(needed_seconds=0.0 if enough else 100.0)


def test_one_that_gave_up_early_gets_somewhat_more_and_leaves_the_rest_to_other_fits():
    fits = Doubtful(needs=1.2)
    fits.learned(first=1.0, whole=10.0)
    assert fits.had == pytest.approx([1.0, LONGER])


def test_the_last_one_is_made_anew_as_long_as_there_is_more_time():
    fits = Doubtful(needs=50.0)
    with pytest.raises(ChildTimeout):
        fits.learned(first=1.0, whole=10.0)
    assert fits.had == pytest.approx([LONGER**n for n in range(5)])


def test_one_that_gave_up_early_tells_what_it_had():
    fits = Doubtful(needs=50.0)
    with pytest.raises(
        ChildTimeout, match=r"0\.85 s after which it gave up, of 8\.5 s that it had"
    ):
        fits.learned(first=8.5, whole=10.0)
