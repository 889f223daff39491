"""Answers that are known days after their rows teach no feature, and judge none, before that."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from phantom_ml.config import AutoMLConfig
from phantom_ml.errors import BadSetting
from phantom_ml.features.engineer import engineer_features
from phantom_ml.features.generated import generate
from phantom_ml.features.request import FeatureRequest

#: Rows over so many days; a campaign lives for a tenth of them, and its rows have one answer.
N, DAYS, LIFE = 1_600, 200.0, 20.0
BASE = {"target_column": "label", "time_column": "time"}


def campaigns() -> pl.DataFrame:
    """Return rows of campaigns that overlap in time; nothing but their names tells the answers."""
    rng = np.random.default_rng(0)
    begin = rng.uniform(-LIFE, DAYS, 300)
    bad = rng.random(300) < 0.4
    day = np.sort(rng.uniform(0, DAYS, N))
    alive = [np.flatnonzero((begin <= d) & (d < begin + LIFE)) for d in day]
    which = np.array([rng.choice(now) for now in alive])
    return pl.DataFrame(
        {
            "time": [datetime(2024, 1, 1) + timedelta(days=d) for d in day],
            "campaign": [f"campaign-{i % 97}-{i}" for i in which],
            "size": rng.normal(size=N).round(3),
            "label": bad[which].astype(np.int64),
        }
    )


ROWS = campaigns()
KINDS = {"campaign": "category"}


def worth_of(name: str, **settings) -> float:
    """Return the share of the gain of a kept feature, 0 of one that is not kept."""
    found = engineer_features(ROWS, {**BASE, "kinds": KINDS, **settings})
    return sum(f.importance for f in found.features if f.name == name and f.selected)


def test_what_tells_of_a_running_campaign_is_worth_most_where_answers_are_known_at_once():
    assert worth_of("campaign.risk") > 0.5


def test_it_is_worth_nothing_where_answers_are_known_after_its_end():
    assert worth_of("campaign.risk", label_delay=30) == 0.0


@pytest.mark.parametrize(
    "config",
    [
        {**BASE, "label_delay": 30},
        {**BASE, "task_settings": {"label_delay": 30}},
        AutoMLConfig(**BASE, task_settings={"label_delay": 30}),
        '{"task_settings": {"label_delay": 30}}',
    ],
    ids=["mapping", "as_in_a_training", "AutoMLConfig", "json"],
)
def test_a_delay_is_taken_from_every_form_of_settings(config):
    assert FeatureRequest.of(config).label_delay == 30


def test_a_rows_risk_is_that_of_rows_whose_answers_were_known():
    made = generate(ROWS, FeatureRequest.of({**BASE, "kinds": KINDS, "label_delay": 30}))
    place = [f.name for f in made.features].index("campaign.risk")
    month = (ROWS["time"] < datetime(2024, 1, 31)).to_numpy()
    assert np.isnan(made.whole.values[month, place]).all()


@pytest.mark.parametrize("need", ["target_column", "time_column"])
def test_a_delay_that_does_nothing_is_refused(need):
    given = {name: value for name, value in BASE.items() if name != need}
    with pytest.raises(BadSetting, match=f"label_delay is 30, and does nothing without {need}"):
        engineer_features(ROWS, {**given, "label_delay": 30})


def test_a_delay_that_leaves_nothing_to_judge_by_is_refused_with_the_longest_that_does():
    told = r"features\.label_delay is 199 days, .* These rows allow a delay below 19\d days"
    with pytest.raises(BadSetting, match=told):
        engineer_features(ROWS, {**BASE, "label_delay": 199})


def test_other_settings_of_tasks_are_refused_with_the_nearest_name():
    with pytest.raises(BadSetting, match=r"'label_dela', .* Did you mean 'label_delay'"):
        FeatureRequest.of({"task_settings": {"label_dela": 3}})


def test_answers_of_rows_without_a_time_teach_no_row_that_has_one():
    untimed = np.arange(N) % 10 == 0
    frame = ROWS.with_columns(time=pl.when(pl.Series(~untimed)).then("time"))
    flipped = frame.with_columns(
        label=pl.when(pl.Series(untimed)).then(1 - pl.col("label")).otherwise("label")
    )
    request = FeatureRequest.of({**BASE, "kinds": {"campaign": "category"}, "label_delay": 30})
    one, two = (generate(rows, request).fitted[~untimed] for rows in (frame, flipped))
    assert one.shape[1] > 0
    np.testing.assert_array_equal(one, two)


def test_a_missing_time_makes_nothing_known_earlier():
    untimed = np.arange(N) % 10 == 0
    frame = ROWS.with_columns(time=pl.when(pl.Series(~untimed)).then("time"))
    found = engineer_features(frame, {**BASE, "kinds": KINDS, "label_delay": 30})
    assert "campaign.risk" not in found.selected
