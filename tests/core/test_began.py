"""The time of a training counts from where it began."""

import time

from phantom_ml.core.core import train_since
from tests.core.conftest import FAST
from tests.core.tables import numbers


def test_the_clock_of_a_training_may_have_begun_before_it_was_asked_for(core):
    seconds = []
    train_since(
        core,
        time.monotonic() - 1_000.0,
        numbers(n=100),
        FAST | {"time_budget_seconds": 3_000},
        progress=lambda p: seconds.append(p.elapsed_seconds),
    )
    assert min(seconds) >= 1_000.0
