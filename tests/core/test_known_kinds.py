"""Which kinds of attack a plain classification learned from, told when it is evaluated."""

import polars as pl
import pytest

from tests.core.conftest import FAST
from tests.core.tables import numbers

ASKED = {**FAST, "task_settings": {"type_column": "kind"}}


def attacks(*kinds: str) -> pl.DataFrame:
    """Rows whose attacks are of these kinds in turn; the benign rows bear a kind of their own."""
    rows = numbers()
    turn = pl.int_range(pl.len()) % len(kinds)
    named = turn.replace_strict(range(len(kinds)), list(kinds), return_dtype=pl.String)
    return rows.with_columns(kind=pl.when(pl.col("y") == 1).then(named).otherwise(pl.lit("usual")))


@pytest.fixture(scope="module")
def trained(core):
    return core.auto_create_model(attacks("scan", "flood"), ASKED)


def seen(found):
    return {kind.name: kind.seen_in_training for kind in found.kinds}


def test_a_kind_that_the_training_never_saw_is_marked(core, trained):
    found = core.evaluate(trained.model_id, attacks("scan", "worm"))
    assert seen(found) == {"scan": True, "worm": False}
    assert str(found).count("never seen in training") == 1


def test_what_only_benign_rows_are_called_is_no_kind_that_was_seen(core, trained):
    found = core.evaluate(trained.model_id, attacks("usual"))
    assert seen(found) == {"usual": False}


def test_every_model_of_the_leaderboard_knows_the_kinds(core, trained):
    rows = attacks("worm")
    assert {
        core.evaluate(row.model_id, rows).kinds[0].seen_in_training for row in trained.leaderboard
    } == {False}


def test_a_model_fitted_again_knows_the_kinds_that_it_was_fitted_on(core, trained):
    again = core.refit(trained.model_id, attacks("worm"))
    assert seen(core.evaluate(again, attacks("scan", "worm"))) == {"scan": False, "worm": True}


def test_rows_for_validation_teach_no_kind(core):
    rows = attacks("scan")
    asked = {**ASKED, "validation_data": attacks("worm")}
    found = core.auto_create_model(rows, asked)
    told = core.evaluate(found.model_id, attacks("scan", "worm"))
    assert seen(told) == {"scan": True, "worm": False}


def test_where_no_attack_of_the_training_had_a_kind_that_is_said(core):
    unknown = attacks("scan").with_columns(kind=pl.lit(None, pl.String))
    found = core.auto_create_model(unknown, ASKED)
    told = core.evaluate(found.model_id, attacks("scan"))
    assert seen(told) == {"scan": None}
    assert "not known which of these kinds training saw" in str(told)


def test_rows_without_the_column_of_kinds_are_said_to_lack_it(core, trained):
    told = core.evaluate(trained.model_id, numbers())
    assert "the rows have no column 'kind'" in " ".join(told.warnings)


OF_ANOMALIES = {
    "task_type": "anomaly_detection",
    "target_column": "y",
    "algorithms_to_try": ["HBOS"],
    "max_trials": 1,
    "n_threads": 1,
    "task_settings": {"type_column": "kind"},
}


def test_a_detector_knows_the_kinds_of_the_anomalies_that_were_known(core):
    found = core.auto_create_model(attacks("scan", "flood"), OF_ANOMALIES)
    told = core.evaluate(found.model_id, attacks("scan", "worm"))
    assert seen(told) == {"scan": True, "worm": False}


def test_what_normal_rows_are_called_is_no_kind_that_a_detector_knows(core):
    found = core.auto_create_model(attacks("scan", "flood"), OF_ANOMALIES)
    assert seen(core.evaluate(found.model_id, attacks("usual"))) == {"usual": False}


def test_a_detector_that_no_anomaly_was_told_to_knows_no_kinds(core):
    unknown = attacks("scan").with_columns(y=pl.lit(None, pl.Int64))
    found = core.auto_create_model(unknown, OF_ANOMALIES)
    assert seen(core.evaluate(found.model_id, attacks("scan"))) == {"scan": None}
