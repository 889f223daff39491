"""What a state remembers, forgets and keeps on disk."""

import json
import struct

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.errors import BundleDamaged, BundleVersion
from phantom_ml.features.past import FILE as WINDOWS
from phantom_ml.features.past import Past
from phantom_ml.features.windows.memory import Limits
from phantom_ml.features.windows.plan import EntityPlan, WindowPlan
from phantom_ml.features.windows.saved import FILE, load_state, save_state
from phantom_ml.features.windows.state import WindowState
from tests.features.windows.made import PLAN, START, frame_of, rows, told

ONE = {"src": "a", "dst": "x", "port": 22, "bytes": 10, "outcome": "failure"}
HOSTS = WindowPlan(
    time="time", entities=(EntityPlan(columns=("src",), windows=(604_800,), distinct=("port",)),)
)
GAP = [f.name for f in HOSTS.features].index("src.gap")
EVENTS = [f.name for f in HOSTS.features].index("src.events.7d")


def events(n: int, step: int = 60) -> pl.DataFrame:
    """Return ``n`` events of five entities."""
    made = ({"src": "abcde"[i % 5], "port": i % 7, "time": START + step * i} for i in range(n))
    return frame_of([{**ONE, **row} for row in made])


@pytest.fixture
def saved(tmp_path):
    """Return a folder with a state."""
    save_state(WindowState.empty(PLAN).after(events(40)), tmp_path)
    return tmp_path


@given(rows(), st.integers(0, 30))
@settings(deadline=None, max_examples=25)
def test_a_state_read_back_tells_the_same(tmp_path_factory, found, n_past):
    folder = tmp_path_factory.mktemp("state")
    state = WindowState.empty(PLAN).after(frame_of(found[:n_past]))
    save_state(state, folder)
    now = frame_of(found[n_past:])
    np.testing.assert_array_equal(told(now, state=load_state(folder)), told(now, state=state))


@given(rows(most=12))
@settings(deadline=None, max_examples=25)
def test_what_is_remembered_of_later_times_tells_a_row_nothing(found):
    frame = frame_of(found).drop_nulls("time")
    whole = WindowState.empty(PLAN).after(frame)
    for i in range(frame.height):
        until = WindowState.empty(PLAN).after(frame.filter(pl.col("time") <= frame["time"][i]))
        np.testing.assert_array_equal(told(frame[i], state=whole), told(frame[i], state=until))


def test_a_state_read_back_has_its_plan(saved):
    assert load_state(saved).plan == PLAN


def test_scoring_leaves_the_state_alone(tmp_path):
    state = WindowState.empty(PLAN).after(events(40))
    save_state(state, tmp_path / "before")
    told(events(60), state=state)
    save_state(state, tmp_path / "after")
    assert (tmp_path / "before" / FILE).read_bytes() == (tmp_path / "after" / FILE).read_bytes()


def test_the_file_names_no_entity(tmp_path):
    frame = frame_of([{**ONE, "src": "secret-host-name", "time": START}])
    save_state(WindowState.empty(PLAN).after(frame), tmp_path)
    assert b"secret-host-name" not in (tmp_path / FILE).read_bytes()


def test_nothing_half_written_stays(saved):
    assert [p.name for p in saved.iterdir()] == [FILE]


def test_many_small_steps_give_the_state_of_one_great_one(tmp_path):
    frame, later = events(1500), frame_of([{**ONE, "time": START + 60 * 1500}])
    state = WindowState.empty(HOSTS)
    for first in range(0, 1500, 7):
        state = state.after(frame[first : first + 7])
    whole = WindowState.empty(HOSTS).after(frame)
    np.testing.assert_array_equal(told(later, HOSTS, state), told(later, HOSTS, whole))


def test_few_parts_hold_many_steps():
    frame, state = events(1500), WindowState.empty(HOSTS)
    for first in range(0, 1500, 3):
        state = state.after(frame[first : first + 3])
    assert len(state.memories[0].parts) <= 3


def test_events_beyond_the_limit_are_forgotten_oldest_first():
    state = WindowState.empty(HOSTS, Limits(events=10)).after(events(100))
    (part,) = state.memories[0].parts
    assert sorted(part.events.time.tolist()) == [(START + 60 * i) * 10**6 for i in range(90, 100)]


def test_pairs_beyond_the_limit_are_forgotten_those_seen_longest_ago_first():
    state = WindowState.empty(HOSTS, Limits(pairs=3)).after(events(7))
    assert sorted(state.memories[0].parts[0].entities.last.tolist()) == [
        (START + 60 * i) * 10**6 for i in (4, 5, 6)
    ]


def test_events_of_more_than_seven_days_ago_are_forgotten():
    state = WindowState.empty(HOSTS).after(events(4000, step=600))
    assert len(state.memories[0].parts[0].events) == 1000 + 7 * 144


def test_the_gap_is_known_of_an_entity_whose_events_are_forgotten():
    state = WindowState.empty(HOSTS, Limits(events=1)).after(events(5))
    later = frame_of([{**ONE, "time": START + 1000}])
    assert told(later, HOSTS, state)[0, GAP] == 1000


def test_a_clock_far_ahead_does_not_flush_the_past():
    ahead = frame_of([{**ONE, "src": "z", "time": 40 * START}])
    state = WindowState.empty(HOSTS).after(events(1500)).after(ahead)
    later = frame_of([{**ONE, "time": START + 60 * 1500}])
    assert told(later, HOSTS, state)[0, EVENTS] == 300


def test_an_absent_state_is_damaged(tmp_path):
    with pytest.raises(BundleDamaged):
        load_state(tmp_path)


@pytest.mark.parametrize("size", [0, 7, 8, 100, -1])
def test_a_shortened_state_is_damaged(saved, size):
    raw = (saved / FILE).read_bytes()
    (saved / FILE).write_bytes(raw[:size])
    with pytest.raises(BundleDamaged):
        load_state(saved)


@given(st.binary(max_size=200))
@settings(deadline=None, max_examples=50)
def test_any_other_bytes_are_damaged(tmp_path_factory, raw):
    folder = tmp_path_factory.mktemp("state")
    (folder / FILE).write_bytes(raw)
    with pytest.raises(BundleDamaged):
        load_state(folder)


def with_header(folder, change) -> None:
    """Change the header of a saved state."""
    raw = (folder / FILE).read_bytes()
    (size,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + size])
    change(header)
    text = json.dumps(header).encode()
    (folder / FILE).write_bytes(struct.pack("<Q", len(text)) + text + raw[8 + size :])


def test_another_version_is_told(saved):
    with_header(saved, lambda h: h["__metadata__"].update(windows='{"version": 1, "plan": {}}'))
    with pytest.raises(BundleVersion, match="version 1;"):
        load_state(saved)


def test_windows_of_another_version_are_told_whatever_their_plan(tmp_path):
    Past.before(PLAN).after(events(40)).save(tmp_path)
    (tmp_path / WINDOWS).write_text('{"plan": {"more": 1}}')
    with_header(tmp_path / "state", lambda h: h["__metadata__"].update(windows='{"version": 9}'))
    with pytest.raises(BundleVersion, match="version 9;"):
        Past.load(tmp_path)


@pytest.mark.parametrize("plan", ["{}", "[", "[]", '{"time": "t", "entities": [], "more": 1}'])
def test_a_plan_that_is_none_is_damaged(saved, plan):
    told = f'{{"version": {WindowPlan.version}, "plan": {plan}}}'
    with_header(saved, lambda h: h["__metadata__"].update(windows=told))
    with pytest.raises(BundleDamaged):
        load_state(saved)


def test_a_header_without_a_plan_is_damaged(saved):
    with_header(saved, lambda h: h.pop("__metadata__"))
    with pytest.raises(BundleDamaged):
        load_state(saved)


@pytest.mark.parametrize("dtype", ["F64", "I64"])
def test_arrays_of_another_type_are_damaged(saved, dtype):
    with_header(saved, lambda h: h["0.entity"].update(dtype=dtype))
    with pytest.raises(BundleDamaged):
        load_state(saved)


def test_events_out_of_order_are_damaged(saved):
    raw = bytearray((saved / FILE).read_bytes())
    (size,) = struct.unpack("<Q", raw[:8])
    first, last = json.loads(raw[8 : 8 + size])["0.entity"]["data_offsets"]
    raw[8 + size + first : 8 + size + last] = raw[8 + size + first : 8 + size + last][::-1]
    (saved / FILE).write_bytes(raw)
    with pytest.raises(BundleDamaged):
        load_state(saved)


@pytest.mark.parametrize("back", [1, 9, 100, 1000])
def test_a_byte_that_flipped_is_noticed(saved, back):
    raw = bytearray((saved / FILE).read_bytes())
    raw[-back] ^= 1
    (saved / FILE).write_bytes(raw)
    with pytest.raises(BundleDamaged):
        load_state(saved)
