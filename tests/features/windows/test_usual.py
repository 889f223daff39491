"""What is usual of remembered events, to hold a row against."""

import numpy as np

from phantom_ml.features.past import Past
from phantom_ml.features.windows.state import WindowState
from phantom_ml.features.windows.usual import usual_values
from tests.features.windows.made import PLAN, START, frame_of

NAMES = [f.name for f in PLAN.features]
ONE = {"src": "a", "dst": "x", "port": 22, "bytes": 1, "outcome": None}
STEADY = frame_of([{**ONE, "time": START + 60 * i} for i in range(140)])


def test_it_is_what_the_newest_events_were_told():
    found = usual_values(PLAN, WindowState.empty(PLAN).after(STEADY))
    assert set(found[NAMES.index("src.events.5m")]) == {5.0}


def test_no_event_counts_itself():
    found = usual_values(PLAN, WindowState.empty(PLAN).after(STEADY))
    told = Past.before(PLAN).transform(STEADY)[-20:, NAMES.index("src.events.1h")]
    np.testing.assert_array_equal(found[NAMES.index("src.events.1h")], np.sort(told))


def test_of_nothing_nothing_is_usual():
    found = usual_values(PLAN, WindowState.empty(PLAN))
    assert [len(values) for values in found] == [0] * len(NAMES)


def test_only_what_is_kept_is_told():
    past = Past.before(PLAN).after(STEADY).keeping(["src.gap"])
    assert [set(values) for values in past.usual] == [{60.0}]
