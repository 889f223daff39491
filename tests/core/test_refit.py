import json

import polars as pl
import pytest

from phantom_ml.errors import TargetUnusable
from tests.core.conftest import FAST
from tests.core.tables import events, numbers
from tests.core.test_kinds import caught


@pytest.fixture(scope="module")
def model(core, binary):
    found = next(r.model_id for r in binary.leaderboard if r.algorithm == "LogisticRegression")
    core.set_threshold(found, {"top_k": 30})
    return found


@pytest.fixture(scope="module")
def newer(core, model):
    return core.refit(model, events(300, seed=4))


def test_a_model_fitted_again_has_an_id_of_its_own(model, newer):
    assert newer != model


def test_a_model_fitted_again_predicts(core, newer):
    assert core.predict(newer, events(20)).height == 20


def test_the_threshold_in_use_is_kept(core, model, newer):
    rows = events(50)
    old, new = (core.evaluate(m, rows).threshold.value for m in (model, newer))
    assert old == new


def test_a_model_fitted_again_can_be_cut_again(core, newer):
    assert core.set_threshold(newer, {"max_fpr": 0.2}).fpr <= 0.2


def card(core, model_id):
    return json.loads((core.home / "models" / model_id / "manifest.json").read_text())["card"]


def test_a_model_fitted_again_tells_what_it_looks_at_now(core, small):
    # The answer follows "d" now, not "a" and "b".
    rows = numbers(seed=2).with_columns(y=(pl.col("d") > 0).cast(pl.Int64))
    newer = card(core, core.refit(small.model_id, rows))
    assert max(newer["importance"], key=newer["importance"].get) == "d"
    assert sum(newer["importance"].values()) == pytest.approx(1.0)
    assert newer["typical"]["d"] == pytest.approx(rows["d"].median())


def test_the_alert_stays_the_alert_whatever_is_rarer_now(core, small):
    rows = numbers(seed=3).filter((numbers(seed=3)["y"] == 1) | (numbers(seed=3)["a"] < -0.8))
    newer = core.refit(small.model_id, rows)
    both = [core.predict(m, rows.head(1)).columns for m in (small.model_id, newer)]
    assert both[0] == both[1]


def test_a_model_of_the_users_own_metric_is_fitted_again(core):
    found = core.auto_create_model(numbers(), FAST | {"optimization_metric": caught})
    assert core.predict(core.refit(found.model_id, numbers(seed=2)), numbers()).height == 300


def test_rows_that_teach_nothing_are_refused(core, small):
    with pytest.raises(TargetUnusable):
        core.refit(small.model_id, numbers().filter(numbers()["y"] == 1))
