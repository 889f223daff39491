"""Which families of features a training kept and dropped is told by its result and by the card of its model."""

import pytest

from phantom_ml.features.selection.tiers import tiers_of
from tests.core.tables import OF_EVENTS, events


@pytest.fixture(scope="module")
def trained(core):
    return core.auto_create_model(events(), {**OF_EVENTS, "features": {"security": False}})


@pytest.fixture(scope="module")
def families(trained):
    return {family.name: family for family in trained.families}


def test_the_four_families_are_told(families):
    assert {"text", "temporal", "statistical", "security"} <= families.keys()


def test_what_was_raced_tells_its_gains(families):
    assert len(families["text"].gains) in (3, 6)


def test_what_was_switched_off_says_so(families):
    assert families["security"].why_not_raced == "switched off"


def test_the_model_reads_as_many_features_as_are_told(core, trained, families):
    told = {name: f.n_features for name, f in families.items() if f.n_features}
    encoder = core._shelf.pipeline(trained.model_id).encoder
    assert told == {name: len(names) for name, names in tiers_of(encoder).items()}


def test_the_card_tells_the_same(core, trained):
    assert core.get_families(trained.model_id) == trained.families


def test_every_model_of_the_leaderboard_tells_them(core, trained):
    assert all(core.get_families(row.model_id) for row in trained.leaderboard)


def test_a_model_fitted_again_tells_the_same(core, trained):
    again = core.refit(trained.model_id, events(seed=1))
    assert core.get_families(again) == trained.families


def test_the_printed_result_tells_them(trained, families):
    assert families["text"].text in repr(trained)


def test_without_answers_nothing_is_raced(core):
    rows = events().drop("label")
    asked = {"task_type": "anomaly_detection", "algorithms_to_try": ["HBOS"], "max_trials": 1}
    found = core.auto_create_model(rows, asked).families
    assert {f.why_not_raced for f in found if f.n_made} == {"there are no answers to judge by"}


def test_a_short_budget_races_nothing(core):
    asked = {k: v for k, v in OF_EVENTS.items() if k != "max_trials"}
    found = core.auto_create_model(events(), {**asked, "time_budget_seconds": 5}).families
    assert all(f.why_not_raced for f in found)
