"""The evasion check of a kept model, with windows over what users did before."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from phantom_ml.core import PhantomMLCore
from phantom_ml.errors import BadSetting, ModelNotFound, TargetMissing, UnknownName
from tests.core.tables import numbers

ASKED = {
    "target_column": "label",
    "positive_class": "attack",
    "time_column": "when",
    "features": {"kinds": {"url": "url"}},
    "algorithms_to_try": ["LightGBM"],
    "max_trials": 1,
    "n_threads": 1,
}


def visits(n: int = 500, seed: int = 0) -> pl.DataFrame:
    """Users visit sites; some visits in a row of one user are of an attack, and ask for another page."""
    rng = np.random.default_rng(seed)
    bad = np.repeat(rng.random(n // 5) < 0.3, 5)
    who = np.where(bad, np.repeat(rng.integers(0, 20, n // 5), 5), rng.integers(0, 20, n))
    page = np.where(bad & (rng.random(n) < 0.9), "login/verify", "news/today")
    return pl.DataFrame(
        {
            "when": [datetime(2026, 3, 2 + seed) + timedelta(minutes=i) for i in range(n)],
            "user": [f"user{i}" for i in who],
            "url": [f"http://site{i % 9}.com/{p}/{i * 7}" for i, p in enumerate(page)],
            "label": np.where(bad, "attack", "benign"),
        }
    )


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    core = PhantomMLCore(home=tmp_path_factory.mktemp("evasion") / "home")
    return core, core.auto_create_model(visits(), ASKED).model_id


@pytest.fixture(scope="module")
def report(trained):
    core, model = trained
    return core.check_evasion(model, visits(seed=1))


def test_it_looks_at_the_attacks_that_predict_alerts(trained, report):
    core, model = trained
    rows = visits(seed=1)
    alert = core.predict(model, rows.drop("label"))["alert"]
    assert core._shelf.pipeline(model).encoder.past is not None
    assert 0 < report.n_caught == (alert & (rows["label"] == "attack")).sum()


def test_rows_without_an_answer_have_happened_too(trained):
    core, model = trained
    rows = visits(seed=1)
    answered = pl.int_range(pl.len()) % 3 > 0
    rows = rows.with_columns(label=pl.when(answered).then("label"))
    alert = core.predict(model, rows.drop("label"))["alert"]
    found = core.check_evasion(model, rows, mutations=["host_case"])
    assert found.n_caught == (alert & (rows["label"] == "attack")).sum()


def test_it_bears_the_model_and_its_threshold(trained, report):
    core, model = trained
    assert report.model_id == model
    assert report.threshold == core._shelf.pipeline(model).spec.threshold.value


def test_it_says_in_which_place_a_row_is_scored(report):
    assert "among the other rows as they were" in " ".join(report.notes)


def test_a_threshold_that_was_set_later_counts(trained):
    core, model = trained
    before = core.check_evasion(model[:-3], visits(seed=1), mutations=["host_case"], max_attacks=40)
    core.set_threshold(model, {"top_k": 1})
    after = core.check_evasion(model, visits(seed=1), mutations=["host_case"], max_attacks=40)
    assert after.threshold > before.threshold


def test_a_file_is_checked(trained, tmp_path):
    core, model = trained
    visits(seed=1).write_parquet(tmp_path / "visits.parquet")
    found = core.check_evasion(model, tmp_path / "visits.parquet", max_attacks=5, seed=3)
    assert (found.n_attacks, found.seed) == (5, 3)


def test_rows_without_the_target_are_refused(trained):
    core, model = trained
    with pytest.raises(TargetMissing, match="label"):
        core.check_evasion(model, visits().drop("label"))


def test_an_unknown_mutation_is_refused(trained):
    core, model = trained
    with pytest.raises(UnknownName, match="host_case"):
        core.check_evasion(model, visits(), mutations=["hostcaze"])


@pytest.mark.parametrize("given", [3, [3], {"host_case": 1}], ids=str)
def test_what_is_no_list_of_names_is_refused(trained, given):
    core, model = trained
    with pytest.raises(BadSetting, match="Give a name or a list of names: "):
        core.check_evasion(model, visits(), mutations=given)


def test_a_mutation_named_twice_is_tried_once(trained):
    core, model = trained
    found = core.check_evasion(model, visits(seed=1), mutations=["host_case", "Host-Case"])
    assert [row.mutation for row in found.rows] == ["host_case"]


def test_an_unknown_model_is_refused(trained):
    with pytest.raises(ModelNotFound):
        trained[0].check_evasion("none-0000", visits())


@pytest.mark.parametrize("kind", ["multiclass", "regression"])
def test_a_model_without_attacks_is_refused(core, request, kind):
    model = request.getfixturevalue(kind).model_id
    with pytest.raises(BadSetting, match=kind):
        core.check_evasion(model, numbers(kind))


def test_a_model_without_text_gets_a_report_in_words(core, small):
    found = core.check_evasion(small.model_id, numbers(seed=1))
    assert found.rows == ()
    assert "No mutation applies: mutations change columns of kind" in str(found)
    assert "the model reads none of these." in str(found)


def test_one_mutation_may_be_named_alone(trained):
    core, model = trained
    rows = visits(seed=1)
    assert core.check_evasion(model, rows, mutations="host_case") == core.check_evasion(
        model, rows, mutations=["host_case"]
    )
