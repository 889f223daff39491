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
