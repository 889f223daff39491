"""Which alerts repeat others: against a plain loop, in pieces, with what is missing."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.errors import BadSetting, BundleDamaged, ColumnMissing, TypeUnsafe
from phantom_ml.model import last_shown
from phantom_ml.model.align import LEAST_JUNK
from phantom_ml.model.last_shown import LastShown
from phantom_ml.model.suppression import Suppression

RULE = Suppression(columns=("host", "technique"), time_column="when", hours=24.0)
START = datetime(2026, 3, 1)

ROW = st.tuples(
    st.sampled_from(["web", "db", None]),
    st.sampled_from(["T1110", "T1059", None]),
    st.one_of(st.none(), st.integers(0, 120)),
    st.booleans(),
)
ROWS = st.lists(ROW, max_size=60)


def table(rows) -> pl.DataFrame:
    """Rows of (host, technique, hour, alert)."""
    return pl.DataFrame(
        {
            "host": [r[0] for r in rows],
            "technique": [r[1] for r in rows],
            "when": [None if r[2] is None else START + timedelta(hours=r[2]) for r in rows],
            "alert": [r[3] for r in rows],
        },
        schema={
            "host": pl.String,
            "technique": pl.String,
            "when": pl.Datetime("us"),
            "alert": pl.Boolean,
        },
    )


def repeats(frame: pl.DataFrame, last: LastShown | None = None, rule: Suppression = RULE):
    return rule.repeats(frame, frame["alert"].to_numpy(), last or LastShown.nothing())


def by_loop(rows, hours: float = 24.0) -> list[bool]:
    """One alert after the other, as a person would go through them."""
    shown, found = {}, [False] * len(rows)
    known = [i for i, r in enumerate(rows) if r[3] and None not in r[:3]]
    for i in sorted(known, key=lambda i: (rows[i][2], i)):
        entity, hour = rows[i][:2], rows[i][2]
        if entity in shown and hour - shown[entity] < hours:
            found[i] = True
        else:
            shown[entity] = hour
    return found


@given(ROWS, st.sampled_from([0.5, 1.0, 7.0, 24.0, 500.0]))
@settings(max_examples=150, deadline=None)
def test_a_plain_loop_finds_the_same(rows, hours):
    rule = RULE.model_copy(update={"hours": hours})
    assert repeats(table(rows), rule=rule)[0].tolist() == by_loop(rows, hours)


@given(ROWS, st.integers(0, 2**31))
@settings(max_examples=50, deadline=None)
def test_the_order_of_rows_does_not_matter_but_for_equal_times(rows, seed):
    rows = [(h, t, None if hour is None else hour + i / 100, a)
            for i, (h, t, hour, a) in enumerate(rows)]  # fmt: skip
    mixed = np.random.default_rng(seed).permutation(len(rows))
    found = repeats(table(rows))[0]
    assert repeats(table([rows[i] for i in mixed]))[0].tolist() == found[mixed].tolist()


@given(ROWS, st.integers(0, 60))
@settings(max_examples=50, deadline=None)
def test_rows_that_come_in_two_pieces_are_as_in_one(rows, cut):
    rows = sorted(rows, key=lambda r: -1 if r[2] is None else r[2])
    whole = repeats(table(rows))[0].tolist()
    first, last = repeats(table(rows[:cut]))
    second, _ = repeats(table(rows[cut:]), last)
    assert [*first, *second] == whole


@given(ROWS, ROWS)
@settings(max_examples=50, deadline=None)
def test_no_two_shown_alerts_of_an_entity_lie_within_the_window_of_the_last(rows, late):
    first, last = repeats(table(rows))
    second, _ = repeats(table(late), last)
    shown = {(r[0], r[1]): r[2] for r, s in sorted(
        ((r, s) for r, s in zip(rows, first, strict=True) if r[3] and None not in r[:3] and not s),
        key=lambda pair: pair[0][2])}  # fmt: skip
    again = [r for r, s in zip(late, second, strict=True) if r[3] and None not in r[:3] and not s]
    assert all(abs(r[2] - shown.get((r[0], r[1]), 1e9)) >= 24 for r in again)


def test_an_alert_of_an_unknown_entity_or_time_is_always_shown():
    rows = [(None, "T1110", 1, True)] * 2 + [("web", "T1110", None, True)] * 2
    assert not repeats(table(rows))[0].any()


def test_an_alert_a_whole_window_later_is_shown():
    rows = [("web", "T1110", hour, True) for hour in (0, 23, 24, 47, 48)]
    assert repeats(table(rows))[0].tolist() == [False, True, False, True, False]


def test_chains_of_thousands_of_shown_alerts_are_followed_at_once():
    n = 200_000
    rng = np.random.default_rng(0)
    when = 1_700_000_000 + np.sort(rng.integers(0, 10**6, n))
    frame = pl.DataFrame({"host": rng.integers(0, 50, n), "technique": "T1110", "when": when})
    frame = frame.with_columns(alert=pl.lit(value=True))
    found, last = repeats(frame, rule=RULE.model_copy(update={"hours": 0.1}))
    assert 0.1 < found.mean() < 0.9
    assert len(last.entity) == 50


def test_written_times_are_read():
    frame = table([("web", "T1110", hour, True) for hour in (0, 1)])
    frame = frame.with_columns(pl.col("when").dt.to_string("%Y-%m-%dT%H:%M:%SZ"))
    assert repeats(frame)[0].tolist() == [False, True]


def test_a_column_that_is_no_time_is_refused():
    frame = table([("web", "T1110", 0, True)] * LEAST_JUNK).with_columns(when=pl.lit("soon"))
    with pytest.raises(TypeUnsafe, match="'soon'"):
        repeats(frame)


def test_an_alert_whose_time_is_not_told_is_shown():
    frame = table([("web", "T1110", 0, True)]).with_columns(when=pl.lit("-"))
    repeated, _ = repeats(frame)
    assert repeated.tolist() == [False]


def test_alerts_are_placed_in_time_as_training_wrote_it():
    rule = RULE.model_copy(update={"time_form": "day first"})
    frame = table([("web", "T1110", 0, True)]).with_columns(when=pl.lit("05/01/2023"))
    placed = rule.placed(frame, np.array([0]))
    assert placed.time.astype("datetime64[us]").tolist() == [datetime(2023, 1, 5)]


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(ColumnMissing, match="technique"):
        repeats(table([]).drop("technique"))


def test_a_state_is_kept_and_read_again(tmp_path):
    rows = [("web", "T1110", 5, True), ("db", "T1059", 9, True)]
    _, last = repeats(table(rows))
    last.save(tmp_path, RULE.columns)
    again = LastShown.load(tmp_path, RULE.columns)
    assert repeats(table([("web", "T1110", 6, True), ("web", "T1110", 29, True)]), again)[
        0
    ].tolist() == [True, False]


def test_a_state_of_other_columns_is_refused(tmp_path):
    LastShown.nothing().save(tmp_path, ["host"])
    with pytest.raises(BadSetting, match="other columns"):
        LastShown.load(tmp_path, RULE.columns)


def test_a_damaged_state_is_refused(tmp_path):
    LastShown(np.array([7, 3], np.uint64), np.zeros(2, np.int64)).save(tmp_path, ["host"])
    with pytest.raises(BundleDamaged, match="cannot be read"):
        LastShown.load(tmp_path, ["host"])


def test_of_too_many_entities_the_longest_silent_are_forgotten(monkeypatch):
    monkeypatch.setattr(last_shown, "MAX_ENTITIES", 3)
    entity, time = np.array([5, 4, 3, 2, 1], np.uint64), np.array([50, 10, 30, 20, 40])
    found = LastShown.nothing().after(entity, time)
    assert found.entity.tolist() == [1, 3, 5]


def test_days_are_those_of_all_rows_but_one_that_is_years_ahead():
    rows = table([("web", "T1110", hour, True) for hour in range(49)])
    ahead = rows[:1].with_columns(when=pl.lit(datetime(2099, 1, 1)))
    assert RULE.days(pl.concat([rows, ahead])) == 2.0
