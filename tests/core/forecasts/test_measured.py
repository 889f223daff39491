"""How good a forecast was, by what came."""

import polars as pl
import pytest

from phantom_ml.errors import BadSetting, HeaderWrong
from tests.core.forecasts.logins import ASKED, DAYS, hours


def test_what_came_measures_it(core, trained, came):
    found = core.evaluate(trained.model_id, came)
    assert found.n_rows == 48
    assert found.figures["mase"].low <= found.figures["mase"].value <= found.figures["mase"].high


@pytest.fixture(scope="module")
def one_quantile(core):
    settings = {**ASKED["task_settings"], "quantiles": [0.9]}
    return core.auto_create_model(hours(0, 24 * DAYS), {**ASKED, "task_settings": settings})


def test_one_quantile_alone_is_said_to_make_no_band(one_quantile):
    assert "makes no band" in " ".join(one_quantile.warnings)


def test_one_quantile_alone_has_no_coverage(core, one_quantile, came):
    assert "coverage" not in core.evaluate(one_quantile.model_id, came).figures


def test_the_coverage_stands_beside_what_was_asked(core, trained, came):
    names = list(core.evaluate(trained.model_id, came).figures)
    assert names[names.index("coverage") + 1] == "coverage_asked"


def test_what_was_asked_of_the_band_is_told(core, trained, came):
    assert core.evaluate(trained.model_id, came).figures["coverage_asked"].value == 0.8


def test_one_quantile_alone_asks_for_no_coverage(core, one_quantile, came):
    assert "coverage_asked" not in core.evaluate(one_quantile.model_id, came).figures


def test_a_band_that_does_not_hold_is_warned_of(core, trained, came):
    far = came.with_columns(pl.col("value") + 100.0)
    told = " ".join(core.evaluate(trained.model_id, far).warnings)
    assert "Of what came 48 of 48 values (1) lie outside the band from 0.1 to 0.9" in told


def test_rows_of_the_past_measure_nothing(core, trained):
    with pytest.raises(BadSetting, match="after the history"):
        core.evaluate(trained.model_id, hours(0, 24))


def test_several_values_of_one_step_are_measured_by_their_mean(core, trained, between):
    found = core.evaluate(trained.model_id, between)
    means = between.with_columns(pl.col("time").dt.truncate("1h")).group_by("site", "time").mean()
    assert found.figures["mae"].value == pytest.approx(
        core.evaluate(trained.model_id, means).figures["mae"].value
    )
    assert found.warnings == (
        "1 row lies between the steps of 1h: it counts for the nearest.",
        "2 rows were averaged into 1 step of 1h.",
    )


def test_a_file_with_two_columns_of_the_targets_name_measures_nothing(
    core, trained, came, tmp_path
):
    file = tmp_path / "came.csv"
    came.with_columns(again="value").write_csv(file)
    file.write_text(file.read_text().replace("again", "value", 1))
    with pytest.raises(HeaderWrong, match="More than one column is called 'value'"):
        core.evaluate(trained.model_id, file)
