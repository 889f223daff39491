"""What suppression comes to on labelled rows: alerts a day, and the incidents among them."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.core.repeats import RepeatReport, repeat_report
from phantom_ml.model.suppression import Suppression

RULE = Suppression(columns=("host",), time_column="when", hours=24.0)
ROW = st.tuples(
    st.sampled_from(["web", "db", None]),
    st.one_of(st.none(), st.integers(0, 200)),
    st.booleans(),
    st.booleans(),
)


def told(rows) -> RepeatReport:
    """The report of rows of (host, hour, alert, attack)."""
    start = datetime(2026, 3, 1)
    when = [None if r[1] is None else start + timedelta(hours=r[1]) for r in rows]
    frame = pl.DataFrame(
        {"host": [r[0] for r in rows], "when": when},
        schema={"host": pl.String, "when": pl.Datetime("us")},
    )
    alert, truth = (np.array([r[i] for r in rows], dtype=bool) for i in (2, 3))
    return repeat_report(RULE, frame, alert, truth.astype(np.int64))


def by_loop(rows) -> list[bool]:
    """Whether each incident alerts, gone through one attack row after the other."""
    found, last = [], {}
    for host, hour, alert, attack in sorted(rows, key=lambda r: (r[1] is None, r[1] or 0)):
        if not attack:
            continue
        if host is None or hour is None:
            found.append(alert)
        elif host in last and hour - last[host][0] < 24:
            found[last[host][1]] |= alert
            last[host] = (hour, last[host][1])
        else:
            found.append(alert)
            last[host] = (hour, len(found) - 1)
    return found


@given(st.lists(ROW, max_size=40))
@settings(max_examples=80, deadline=None)
def test_a_plain_loop_finds_the_same_incidents(rows):
    report, expected = told(rows), by_loop(rows)
    assert (report.n_incidents, report.n_found) == (len(expected), sum(expected))


def test_alerts_a_day_are_told_before_and_after():
    # Four days; the host alerts every six hours, and is shown once a day.
    report = told([("web", hour, True, False) for hour in range(0, 97, 6)])
    assert (report.n_alerts, report.n_shown) == (17, 5)
    assert report.alerts_per_day == pytest.approx(17 / 4)
    assert report.shown_per_day == pytest.approx(5 / 4)


def test_without_an_attack_there_is_no_recall_and_it_is_said():
    report = told([("web", 0, True, False)])
    assert report.incident_recall is None
    assert report.alerts_per_day is None
    assert report.lines()[1].endswith("none: no row is an attack")


def test_an_incident_that_alerts_once_is_found():
    report = told([("web", hour, hour == 30, True) for hour in range(0, 60, 10)])
    assert (report.n_incidents, report.n_found) == (1, 1)
    assert report.row_recall == pytest.approx(1 / 6)
    assert "1 of 1 alerts at least once" in "\n".join(report.lines())
