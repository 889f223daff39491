"""The time of a training counts from where it began."""

import time

import pytest

from phantom_ml.core import PhantomMLCore
from phantom_ml.core.again import LEAST_SECONDS
from phantom_ml.core.core import resume_since, train_since
from tests.core.conftest import FAST
from tests.core.tables import numbers

TIMED = FAST | {"time_budget_seconds": 3_000}


def test_the_clock_of_a_training_may_have_begun_before_it_was_asked_for(core):
    seconds = []
    train_since(
        core,
        time.monotonic() - 1_000.0,
        numbers(n=100),
        TIMED,
        progress=lambda p: seconds.append(p.elapsed_seconds),
    )
    assert min(seconds) >= 1_000.0


@pytest.fixture
def stopped(tmp_path):
    """A home whose only training was stopped before a trial."""

    def interrupt(now):
        if now.stage == "encoding":
            raise KeyboardInterrupt

    home = PhantomMLCore(home=tmp_path / "home")
    with pytest.raises(KeyboardInterrupt):
        home.auto_create_model(numbers(n=100), TIMED, progress=interrupt)
    return home


def test_the_clock_of_what_is_gone_on_with_may_have_begun_before_it_was_asked_for(stopped):
    seconds = []
    resume_since(
        stopped,
        time.monotonic() - 1_000.0,
        "latest",
        progress=lambda p: seconds.append(p.elapsed_seconds),
    )
    assert min(seconds) >= 1_000.0


def test_what_is_gone_on_with_after_its_end_still_gets_some_seconds(stopped):
    seconds = []
    resume_since(
        stopped,
        time.monotonic() - 10_000.0,
        "latest",
        progress=lambda p: seconds.append(p.total_seconds),
    )
    assert min(seconds) >= 10_000.0 + LEAST_SECONDS
