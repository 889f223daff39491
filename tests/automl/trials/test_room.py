"""Slots and memory: what a limit leaves for trials beside this process and the server of its children."""

import re

import pytest

from phantom_ml.automl.trials import room
from phantom_ml.automl.trials.room import (
    COMFORTABLE_MB,
    FILES_MB,
    GROWTH_MB,
    LATE_GROWTH_MB,
    LEAST_TRIAL_MB,
    MARGIN_MB,
    SERVER_MB,
    Room,
    growth_of,
)
from phantom_ml.errors import BadSetting

OWN = 120.0


@pytest.fixture(autouse=True)
def _held(monkeypatch):
    """This process holds so much, and the server of its children was started a moment ago."""
    holds(monkeypatch, OWN)


def holds(monkeypatch, own):
    """Let this process hold so much beside its libraries."""
    monkeypatch.setattr(room, "anonymous_mb", lambda pid: own)
    monkeypatch.setattr(room, "tree_anonymous_mb", lambda pid: own + 40.0)
    monkeypatch.setattr(room, "file_pages_mb", lambda pid: FILES_MB - 50.0)


def told_least(limit, **known):
    with pytest.raises(BadSetting) as caught:
        Room.of(2, limit, **known)
    return int(re.search(r"at least (\d+)", caught.value.hint)[1])


def total(found: Room) -> float:
    """Return what all processes take where each trial takes all that it may."""
    shared = SERVER_MB * found.slots / (found.slots + 1)
    trials = found.slots * found.memory_mb - shared
    return OWN + FILES_MB + GROWTH_MB + SERVER_MB + trials


def test_without_a_limit_there_is_a_slot_a_thread():
    assert Room.of(3, None).slots == 3


@pytest.mark.parametrize("limit", [610, 640, 900, 2_000, 9_000])
def test_all_together_keep_a_limit(limit):
    assert total(Room.of(4, limit)) <= limit + 1


def test_a_limit_that_leaves_nothing_for_a_trial_is_refused_with_the_least_one():
    least = told_least(256)
    assert Room.of(2, least).slots == 1
    with pytest.raises(BadSetting):
        Room.of(2, least - 2 * MARGIN_MB)


def test_the_least_limit_that_is_told_is_enough_when_this_process_holds_a_little_more(monkeypatch):
    least = told_least(256)
    holds(monkeypatch, OWN + MARGIN_MB)
    assert Room.of(2, least).slots == 1


def test_what_was_kept_for_encoding_is_enough_for_it(monkeypatch):
    least = told_least(256, growth_mb=growth_of(2.0))
    holds(monkeypatch, OWN + growth_of(2.0) - LATE_GROWTH_MB)
    assert Room.of(2, least, LATE_GROWTH_MB).slots == 1


def test_a_limit_does_not_depend_on_who_else_maps_the_libraries(monkeypatch):
    alone = told_least(256)
    monkeypatch.setattr(room, "file_pages_mb", lambda pid: 1.0)
    assert told_least(256) == alone


def test_pages_of_files_that_are_more_than_usual_are_counted(monkeypatch):
    usual = told_least(256)
    monkeypatch.setattr(room, "file_pages_mb", lambda pid: FILES_MB + 200.0)
    assert told_least(256) == usual + 200


def test_one_trial_runs_at_a_time_where_two_have_no_room():
    left = LEAST_TRIAL_MB + COMFORTABLE_MB
    found = Room.of(2, int(OWN) + FILES_MB + GROWTH_MB + SERVER_MB + left)
    assert (found.slots, found.n_threads) == (1, 2)


def test_what_is_imported_for_networks_is_counted():
    assert Room.of(1, 900, server_mb=SERVER_MB + 100).memory_mb < Room.of(1, 900).memory_mb
