"""Simulated sessions: what decides is what was said to decide."""

import polars as pl
import pytest

from phantom_ml.errors import BadSetting
from phantom_ml.simulation.sessions import BACK, MANY_DENIED, simulate_sessions

DECIDES = ("order", "number")


def sendings(decides):
    """Yield whether each sending is a threat, and the actions of its user just before it."""
    events = simulate_sessions(decides, n_sessions=60)
    for (_,), own in events.group_by(["user"]):
        actions = own.sort("time")["action"].to_list()
        for i, threat in enumerate(own.sort("time")["is_threat"]):
            if actions[i] == "send":
                yield bool(threat), actions[max(0, i - BACK) : i]


def last(actions, wanted):
    return max((i for i, action in enumerate(actions) if action == wanted), default=None)


def test_the_order_of_open_and_mask_decides():
    for threat, before in sendings("order"):
        assert threat == (last(before, "mask") > last(before, "open"))


def test_the_number_of_refusals_decides():
    for threat, before in sendings("number"):
        assert threat == (before.count("deny") >= MANY_DENIED)


@pytest.mark.parametrize("decides", DECIDES)
def test_nothing_but_a_sending_is_a_threat(decides):
    events = simulate_sessions(decides, n_sessions=60)
    assert events.filter(pl.col("is_threat") == 1)["action"].unique().to_list() == ["send"]


@pytest.mark.parametrize("decides", DECIDES)
def test_both_outcomes_of_a_sending_are_common(decides):
    sent = simulate_sessions(decides).filter(pl.col("action") == "send")["is_threat"]
    assert 0.1 < sent.mean() < 0.9


@pytest.mark.parametrize("decides", DECIDES)
def test_events_are_in_order_of_time(decides):
    assert simulate_sessions(decides, n_sessions=60)["time"].is_sorted()


def test_the_same_seed_gives_the_same_frame():
    one, two = (simulate_sessions("order", 3, 60) for _ in range(2))
    assert one.equals(two)


@pytest.mark.parametrize("n", [0, 10**9])
def test_a_number_of_sessions_that_cannot_be_is_told(n):
    with pytest.raises(BadSetting, match=f"n_sessions is {n}"):
        simulate_sessions("order", n_sessions=n)
