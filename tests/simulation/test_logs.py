from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from scipy.stats import rankdata

from phantom_ml.errors import BadSetting
from phantom_ml.simulation import simulate_security_logs
from phantom_ml.simulation.campaigns import CAMPAIGNS
from phantom_ml.simulation.logs import SCHEMA, labelled_events

DAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def logs() -> pl.DataFrame:
    return simulate_security_logs()


def test_same_seed_gives_the_same_day():
    one, two = simulate_security_logs(3, 2_000), simulate_security_logs(3, 2_000)
    assert one.equals(two)


def test_other_seed_gives_another_day():
    one, two = simulate_security_logs(3, 2_000), simulate_security_logs(4, 2_000)
    assert not one.equals(two)


@pytest.mark.parametrize("n_events", [2_000, 5_001, 30_000])
def test_as_many_events_as_asked_with_few_threats(n_events):
    logs = simulate_security_logs(n_events=n_events)
    assert logs.height == n_events
    assert 0.005 <= logs["is_threat"].mean() <= 0.015


@pytest.mark.parametrize("n_events", [2_000, 30_000])
def test_every_campaign_takes_place(n_events):
    events = labelled_events(7, n_events, DAY, 120, 140)
    assert set(events["campaign"].drop_nulls()) == set(CAMPAIGNS)


def test_every_attack_and_nothing_else_is_labelled():
    events = labelled_events(7, 5_000, DAY, 120, 140)
    assert (events["campaign"].is_not_null() == (events["is_threat"] == 1)).all()


def test_timestamps_are_sorted_and_within_the_day(logs):
    assert logs["timestamp"].is_sorted()
    assert set(logs["timestamp"].dt.date()) == {DAY}


@pytest.mark.parametrize("seed", range(8))
def test_no_seed_pushes_an_event_out_of_the_day(seed):
    logs = simulate_security_logs(seed, 2_000, DAY + timedelta(days=seed))
    assert set(logs["timestamp"].dt.date()) == {DAY + timedelta(days=seed)}


def test_columns_are_as_documented(logs):
    assert dict(logs.schema) == SCHEMA


@pytest.mark.parametrize(
    ("event_type", "filled", "empty"),
    [
        ("login", ["logon_type", "outcome", "status"], ["url", "bytes_out", "command_line"]),
        ("proxy", ["url", "domain", "bytes_out", "user_agent"], ["logon_type", "process_name"]),
        ("process", ["process_name", "parent_process", "command_line"], ["url", "outcome"]),
    ],
)
def test_only_columns_that_apply_are_filled(logs, event_type, filled, empty):
    nulls = logs.filter(pl.col("event_type") == event_type).null_count().row(0, named=True)
    height = (logs["event_type"] == event_type).sum()
    assert [nulls[c] for c in filled] == [0] * len(filled)
    assert [nulls[c] for c in empty] == [height] * len(empty)


def test_no_placeholder_is_left_in_a_text(logs):
    texts = logs.select(pl.col("url", "command_line").str.contains_any(["{n}", "{script}"]).any())
    assert texts.row(0) == (False, False)


def test_few_people_work_on_a_sunday():
    def share_of_services(day):
        logs = simulate_security_logs(n_events=5_000, start=day)
        return logs["user"].str.starts_with("svc_").mean()

    assert share_of_services(date(2026, 3, 1)) > 2 * share_of_services(DAY)


@pytest.mark.parametrize(
    "benign_look_alike",
    [
        pl.col("command_line").str.contains("EncodedCommand"),
        pl.col("process_name") == "psexec.exe",
        (pl.col("logon_type") == 8) & (pl.col("outcome") == "failure"),
        (pl.col("timestamp").dt.hour() < 4) & (pl.col("bytes_out") > 300_000),
    ],
    ids=["encoded PowerShell", "psexec", "failed login from outside", "large upload at night"],
)
def test_honest_events_look_like_attacks_too(logs, benign_look_alike):
    assert logs.filter(benign_look_alike & (pl.col("is_threat") == 0)).height > 5


@pytest.mark.parametrize("seed", [7, 1])
def test_no_single_column_gives_the_threats_away(seed):
    logs = simulate_security_logs(seed).with_columns(pl.col("timestamp").dt.hour())
    areas = {c: _area_of_column(logs, c) for c in logs.columns if c != "is_threat"}
    assert {c: a for c, a in areas.items() if a > 0.95} == {}


@pytest.mark.parametrize(
    ("setting", "value"),
    [("n_events", 10), ("n_users", 2), ("n_hosts", 0), ("seed", -1)],
)
def test_number_out_of_bounds_is_named(setting, value):
    with pytest.raises(BadSetting, match=f"{setting} is {value}"):
        simulate_security_logs(**{setting: value})


def test_smallest_company_has_a_day_too():
    assert simulate_security_logs(0, 2_000, n_users=12, n_hosts=10).height == 2_000


def _area_of_column(logs: pl.DataFrame, column: str) -> float:
    """Return the ROC area of one column: by its rank, or by the threat rate of its values.

    Rates come from the other half of the rows, so that values seen once tell nothing of themselves.
    """
    threat = logs["is_threat"].to_numpy()
    half = np.random.default_rng(0).integers(0, 2, logs.height)
    rows = logs.select(value=column, threat="is_threat", half=pl.Series(half))
    rates = rows.group_by("value", "half").agg(n=pl.len(), hits=pl.col("threat").sum())
    seen = rates.with_columns(half=1 - pl.col("half"))
    joined = rows.join(
        seen, on=["value", "half"], how="left", nulls_equal=True, maintain_order="left"
    )
    base = threat.mean()
    rate = joined.select((pl.col("hits").fill_null(0) + base) / (pl.col("n").fill_null(0) + 1))
    areas = [_area(threat, rate.to_series().to_numpy())]
    if logs[column].dtype.is_numeric():
        by_rank = _area(threat, logs[column].fill_null(-1).to_numpy())
        areas += [by_rank, 1 - by_rank]
    return max(areas)


def _area(threat: np.ndarray, score: np.ndarray) -> float:
    n_threats = threat.sum()
    ranks = rankdata(score)[threat == 1].sum() - n_threats * (n_threats + 1) / 2
    return ranks / (n_threats * (len(threat) - n_threats))
