"""Slots and memory: what a limit leaves for trials beside this process and the server of its children."""

import re

import pytest

from phantom_ml.automl import room
from phantom_ml.automl.room import COMFORTABLE_MB, GROWTH_MB, LEAST_TRIAL_MB, SERVER_MB, Room
from phantom_ml.errors import BadSetting

OWN = 120.0


@pytest.fixture(autouse=True)
def _held(monkeypatch):
    """This process holds so much, and the server of its children was started a moment ago."""
    monkeypatch.setattr(room, "process_pss_mb", lambda pid: OWN)
    monkeypatch.setattr(room, "process_tree_pss_mb", lambda pid: OWN + 40.0)


def total(found: Room) -> float:
    """Return what all processes take where each trial takes all that it may."""
    shared = SERVER_MB * found.slots / (found.slots + 1)
    trials = found.slots * found.memory_mb - shared
    return OWN + GROWTH_MB + SERVER_MB + trials


def test_without_a_limit_there_is_a_slot_a_thread():
    assert Room.of(3, None).slots == 3


@pytest.mark.parametrize("limit", [500, 640, 900, 2_000, 9_000])
def test_all_together_keep_a_limit(limit):
    assert total(Room.of(4, limit)) <= limit + 1


def test_a_limit_that_leaves_nothing_for_a_trial_is_refused_with_the_least_one():
    with pytest.raises(BadSetting) as caught:
        Room.of(2, 256)
    least = int(re.search(r"at least (\d+)", caught.value.hint)[1])
    assert Room.of(2, least).slots == 1
    with pytest.raises(BadSetting):
        Room.of(2, least - 1)


def test_one_trial_runs_at_a_time_where_two_have_no_room():
    left = LEAST_TRIAL_MB + COMFORTABLE_MB
    found = Room.of(2, int(OWN) + GROWTH_MB + SERVER_MB + left)
    assert (found.slots, found.n_threads) == (1, 2)


def test_what_is_imported_for_networks_is_counted():
    assert Room.of(1, 900, server_mb=SERVER_MB + 100).memory_mb < Room.of(1, 900).memory_mb
