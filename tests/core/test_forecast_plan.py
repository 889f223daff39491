"""A column that is known ahead: it must be told, and what it changes is told with the forecast."""

import numpy as np
import polars as pl
import pytest

from phantom_ml.errors import BadSetting
from tests.core.tables import FORECAST


@pytest.fixture(scope="module")
def planned(core):
    """A forecast beside a plan that is known ahead, of trees alone."""
    plan = np.tile([0, 0, 1, 0, 1, 1, 0], 20)
    rows = pl.DataFrame({"time": range(140), "value": 10.0 + 50.0 * plan, "plan": plan})
    asked = {**FORECAST, "algorithms_to_try": ["LagLightGBM"], "max_trials": 1}
    asked |= {"task_settings": {"horizon": 2, "known_ahead": ["plan"], "season": 1, "n_windows": 1}}
    return core.auto_create_model(rows, asked)


AHEAD = pl.DataFrame({"time": [140, 141], "plan": [1, 0]})
UNKNOWN = AHEAD.with_columns(plan=pl.lit(None, pl.Int64))


def test_what_is_known_ahead_must_be_told(core, planned):
    with pytest.raises(BadSetting, match="'plan'"):
        core.predict(planned.model_id)
    assert core.predict(planned.model_id, UNKNOWN).height == 2


def test_what_knowing_the_plan_changes_is_told_with_the_forecast(core, planned):
    rows = [row.facts for row in core.explain_model(planned.model_id, AHEAD).rows]
    told, blind = (
        core.predict(planned.model_id, known)["prediction"] for known in (AHEAD, UNKNOWN)
    )
    changes = (told - blind).to_list()
    assert any(changes)
    for facts, change, plan in zip(rows, changes, AHEAD["plan"], strict=True):
        by = f"{abs(change):.3g} {'lower' if change > 0 else 'higher'}"
        said = f"plan = {plan}, known ahead: without it the forecast would be {by}"
        assert (said in facts) == (change != 0.0)


@pytest.mark.parametrize("horizon", [0, -1, 10**9, 2.5, "3", True])
@pytest.mark.parametrize("known", [None, AHEAD], ids=["alone", "with a plan"])
def test_a_horizon_that_cannot_be_is_refused_in_one_sentence(core, planned, horizon, known):
    shown = f"{horizon:,}" if type(horizon) is int else repr(horizon)
    with pytest.raises(BadSetting) as error:
        core.predict(planned.model_id, known, horizon=horizon)
    assert error.value.message == f"The horizon is {shown}."
    assert error.value.hint == "Ask for 1 to 100,000 steps ahead."


@pytest.mark.parametrize("verb", ["predict", "evaluate", "explain_model"])
def test_a_row_that_lies_too_far_ahead_is_refused(core, planned, verb):
    far = pl.DataFrame({"time": [10**10], "plan": [1], "value": [10.0]})
    with pytest.raises(BadSetting, match="The time 10000000000 in 'time' lies too far ahead"):
        getattr(core, verb)(planned.model_id, far)


def test_a_whole_number_of_numpy_is_a_horizon(core, planned):
    assert core.predict(planned.model_id, AHEAD, horizon=np.int64(2)).height == 2


@pytest.mark.parametrize(
    "asked",
    [{"horizon": 3}, {"data": AHEAD.with_columns(pl.col("time") + 1)}],
    ids=["steps", "rows"],
)
def test_a_forecast_beyond_what_was_back_tested_says_so(core, planned, caplog, asked):
    core.predict(planned.model_id, **{"data": AHEAD, **asked})
    assert "reach 3 steps ahead, the model was chosen for 2" in caplog.text


@pytest.mark.parametrize("horizon", [None, 2])
def test_a_step_of_which_no_row_tells_the_plan_is_said_to_be_taken_without(
    core, planned, caplog, horizon
):
    core.predict(planned.model_id, AHEAD[1:], horizon=horizon)
    assert "No row tells 'plan' of 1 of 2 steps: it is forecast without it" in caplog.text


def test_a_forecast_of_what_was_back_tested_says_nothing(core, planned, caplog):
    core.predict(planned.model_id, AHEAD)
    assert not caplog.text
