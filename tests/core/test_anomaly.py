"""Anomaly detection from end to end: no answers, no share to guess, a model like any other."""

import json

import numpy as np
import polars as pl
import pytest

from phantom_ml.core import PhantomMLCore
from phantom_ml.errors import BadSetting, TargetUnusable, UnknownName

ASKED = {
    "task_type": "anomaly_detection",
    "algorithms_to_try": ["HBOS", "ECOD", "KNN"],
    "max_trials": 3,
    "n_threads": 1,
}
SINGLE = {**ASKED, "algorithms_to_try": ["HBOS"], "max_trials": 1}


def flows(n: int = 800, odd: int = 0, seed: int = 0) -> pl.DataFrame:
    """Flows of which the last ``odd`` ones send far more than they receive, to a rare port."""
    rng = np.random.default_rng(seed)
    size = rng.lognormal(6.0, 0.4, n)
    port = rng.choice([53, 80, 443], n)
    size[n - odd :] *= 60.0
    port[n - odd :] = 4444
    return pl.DataFrame(
        {
            "bytes_out": size.round(),
            "bytes_in": (rng.lognormal(7.0, 0.4, n)).round(),
            "port": port,
            "user": [f"u{i}" for i in rng.integers(0, 12, n)],
            "is_odd": np.arange(n) >= n - odd,
        }
    )


def named(n_odd: int, odd: str, usual: str) -> pl.DataFrame:
    """Flows whose answers are words."""
    words = pl.when("is_odd").then(pl.lit(odd)).otherwise(pl.lit(usual))
    return flows(400, odd=n_odd, seed=9).with_columns(is_odd=words)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return PhantomMLCore(home=tmp_path_factory.mktemp("anomaly"))


@pytest.fixture(scope="module")
def result(home):
    return home.auto_create_model(flows().drop("is_odd"), ASKED)


def test_odd_rows_score_higher(home, result):
    scored = home.predict(result.model_id, flows(200, odd=5, seed=1).drop("is_odd"))
    assert scored.columns == ["score", "alert"]
    assert set(scored["score"].arg_sort(descending=True)[:5]) == set(range(195, 200))


def test_few_usual_rows_are_alerts(home, result):
    scored = home.predict(result.model_id, flows(4_000, seed=2).drop("is_odd"))
    assert scored["alert"].mean() < 0.02


def test_few_of_the_rows_that_were_learned_from_are_alerts(home, result):
    scored = home.predict(result.model_id, flows().drop("is_odd"))
    assert scored["alert"].mean() < 0.02


def test_the_ensemble_is_what_is_served(result):
    assert result.best_algorithm == "Ensemble"
    assert len(result.members) == 3


def test_the_leaderboard_is_said_to_be_an_estimate(result):
    assert result.metric == "injected_average_precision"
    assert "estimates without answers" in result.validation
    assert all(
        0.0 < row.other_scores["stability"] <= 1.0 for row in result.leaderboard if not row.members
    )


def test_the_threshold_is_cut_by_the_tail(result):
    assert result.thresholds.current.rule == "1 row in 1,000 by the tail"


def test_an_evaluation_tells_the_models_own_rule(home, result):
    rows = flows(400, odd=20, seed=3).rename({"is_odd": "anomaly"})
    found = home.evaluate(result.model_id, rows)
    assert found.threshold.rule == result.thresholds.current.rule
    assert found.threshold.n_positives == 20
    assert "1 row in 1,000 by the tail" in str(found)


def test_answers_measure_it_where_there_are_some(home):
    asked = {**ASKED, "target_column": "is_odd", "algorithms_to_try": ["HBOS"], "max_trials": 1}
    found = home.auto_create_model(flows(), asked)
    figures = home.evaluate(found.model_id, flows(400, odd=20, seed=3)).figures
    assert figures["roc_auc"].value > 0.95
    assert "injected_average_precision" not in figures


def test_the_column_of_answers_is_no_feature(home):
    asked = {**ASKED, "algorithms_to_try": ["HBOS"], "max_trials": 1}
    told = home.auto_create_model(flows(), {**asked, "target_column": "is_odd"})
    blind = home.auto_create_model(flows().drop("is_odd"), asked)
    rows = flows(50, seed=4)
    assert home.predict(told.model_id, rows).equals(home.predict(blind.model_id, rows))


def with_few_answers(n_odd: int = 40, n_known: int = 20) -> pl.DataFrame:
    """Flows of which some odd ones are known, and nothing of the others."""
    rows = flows(1_000, odd=n_odd, seed=5)
    unknown = pl.int_range(rows.height) < rows.height - n_known
    return rows.with_columns(is_odd=pl.when(~unknown).then("is_odd"))


@pytest.fixture(scope="module")
def taught(home):
    asked = {"task_type": "anomaly_detection", "max_trials": 5, "n_threads": 1}
    return home.auto_create_model(with_few_answers(), {**asked, "target_column": "is_odd"})


def test_known_anomalies_rank_the_leaderboard(taught):
    assert taught.metric == "average_precision"
    assert "half of the known anomalies" in taught.validation
    assert "SurpriseLightGBM" in {row.algorithm for row in taught.leaderboard}


def test_it_is_told_how_many_known_anomalies_taught_and_measured(taught):
    assert (
        taught.warnings[-1] == "Of 20 known anomalies 10 taught SurpriseLightGBM, and 10 measured."
    )


def test_too_few_measured_anomalies_leave_the_line_by_the_tail_and_it_is_told(taught):
    line = taught.thresholds.current
    assert line.rule == "1 row in 1,000 by the tail"
    assert "10 known anomalies were measured, too few to tell the line of the best F1" in line.note


@pytest.fixture(scope="module")
def untaught(home):
    asked = {**SINGLE, "target_column": "is_odd"}
    return home.auto_create_model(with_few_answers(), asked)


def test_where_nothing_learns_from_known_anomalies_all_of_them_measure(untaught):
    assert untaught.thresholds.current.n_positives == 20
    assert untaught.thresholds.current.rule == "best F1"
    told = "All 20 known anomalies measured: nothing that was fitted learns from them."
    assert untaught.warnings[-1] == told


def test_precision_is_that_of_the_tables_share_of_known_anomalies(untaught):
    line = untaught.thresholds.rows[1]
    # A quarter of 980 rows is held out, so of 20 known anomalies a quarter counts.
    right, wrong = 5 * line.recall, 245 * line.fpr
    assert line.precision == pytest.approx(right / (right + wrong), rel=0.01)


def test_few_trials_none_of_which_learns_from_known_anomalies_keep_none_for_it(home):
    asked = {"task_type": "anomaly_detection", "max_trials": 1, "n_threads": 1}
    found = home.auto_create_model(with_few_answers(), {**asked, "target_column": "is_odd"})
    assert found.thresholds.current.n_positives == 20


def test_a_line_that_needs_answers_is_cut_on_known_anomalies(home, taught):
    found = home.set_threshold(taught.model_id, {"min_precision": 0.9})
    assert found.n_positives == 10


def test_a_detector_of_entities_needs_to_know_them(home):
    with pytest.raises(BadSetting, match="no group_columns are named"):
        home.auto_create_model(
            flows().drop("is_odd"), {**ASKED, "algorithms_to_try": ["EntityBaseline"]}
        )


def test_an_evaluation_tells_recall_by_kind_of_anomaly(home):
    rows = flows(400, odd=20, seed=9).with_columns(
        kind=pl.when("is_odd").then(pl.lit("exfiltration"))
    )
    asked = {**SINGLE, "target_column": "is_odd"}
    asked |= {"task_settings": {"type_column": "kind", "prevalence": 0.01}}
    found = home.auto_create_model(rows, asked)
    assert "kind" not in found.feature_importance
    told = home.evaluate(found.model_id, rows)
    assert [(k.name, k.n_rows) for k in told.kinds] == [("exfiltration", 20)]
    assert 0.0 < told.field_precision <= 1.0


@pytest.mark.parametrize("n_nearest", ["x", 1.5, -1, True])
def test_nearest_rows_are_asked_for_by_a_whole_number(home, result, n_nearest):
    with pytest.raises(BadSetting, match=f"n_nearest is {n_nearest!r}"):
        home.explain_model(result.model_id, flows(3), n_nearest=n_nearest)


def test_detectors_that_rank_nothing_raise_no_warning(home):
    rows = pl.DataFrame({"a": [1.0] * 199 + [5.0], "b": ["x"] * 200})
    asked = {**ASKED, "algorithms_to_try": ["KNN", "PCA"], "max_trials": 2}
    found = home.auto_create_model(rows, asked)
    assert [row.other_scores for row in found.leaderboard] == [{}] * len(found.leaderboard)


def test_a_line_that_needs_answers_is_refused_without(home, result):
    with pytest.raises(BadSetting, match="min_precision needs rows with answers"):
        home.set_threshold(result.model_id, {"min_precision": 0.9})


def test_one_absurd_number_leaves_a_model_that_scores_and_finds_it(home):
    planted = pl.when(pl.int_range(pl.len()) == 3).then(1e300).otherwise("bytes_out")
    rows = flows(400).drop("is_odd").with_columns(bytes_out=planted)
    found = home.auto_create_model(rows, {**ASKED, "algorithms_to_try": ["HBOS", "ECOD"]})
    assert home.predict(found.model_id, rows)["score"].arg_max() == 3


def test_names_alone_are_warned_of(home):
    rows = pl.DataFrame({"session": [f"session-{i}" for i in range(120)]})
    assert "nothing but its spelling" in " ".join(home.auto_create_model(rows, SINGLE).warnings)


def test_rows_of_their_own_each_have_no_neighbour(home):
    lines = pl.DataFrame({"message": [f"user {i} came from {i * 7919 % 1000}" for i in range(120)]})
    asked = {**ASKED, "algorithms_to_try": ["HBOS"], "max_trials": 1}
    found = home.auto_create_model(lines, asked)
    assert home.explain_model(found.model_id, lines[:1]).rows[0].nearest == ()


def test_few_answers_tell_what_an_anomaly_is(home, taught):
    found = home.evaluate(taught.model_id, flows(600, odd=30, seed=6))
    assert found.figures["average_precision"].value > 0.9


def test_too_few_known_anomalies_are_left_out_and_it_is_said(home):
    asked = {**ASKED, "target_column": "is_odd", "algorithms_to_try": ["HBOS"], "max_trials": 1}
    found = home.auto_create_model(with_few_answers(n_known=3), asked)
    assert found.metric == "injected_average_precision"
    assert any("3 anomalies are known: too few" in w for w in found.warnings)


def test_a_single_known_anomaly_among_normal_rows_is_left_out(home):
    rows = named(1, "attack", "normal")
    told = home.auto_create_model(rows, {**SINGLE, "target_column": "is_odd"}).warnings
    assert any(
        "1 anomaly is known: too few to learn from (10 are needed). It was" in w for w in told
    )


@pytest.mark.parametrize(
    ("n_odd", "told"),
    [
        (400, "All 400 rows are known anomalies: too few to tell what is usual."),
        (370, "Of 400 rows 370 are known anomalies, and 30 are left: too few"),
    ],
)
def test_a_table_of_anomalies_is_refused_for_what_it_is(home, n_odd, told):
    asked = {**SINGLE, "target_column": "is_odd", "positive_class": "attack"}
    with pytest.raises(TargetUnusable) as caught:
        home.auto_create_model(named(n_odd, "attack", "normal"), asked)
    assert caught.value.message.startswith(told)


def test_too_few_rows_that_are_known_to_be_normal_are_counted(home):
    rows = flows(400, odd=12).with_columns(is_odd=pl.when(pl.int_range(400) >= 368).then("is_odd"))
    asked = {**SINGLE, "target_column": "is_odd", "task_settings": {"normal_only": True}}
    with pytest.raises(TargetUnusable, match="Of 400 rows 20 are known to be normal: too few"):
        home.auto_create_model(rows, asked)


def test_normal_rows_alone_need_some_that_are_no_anomalies(home):
    rows = flows(400, odd=20).with_columns(is_odd=pl.when("is_odd").then("is_odd"))
    asked = {**SINGLE, "target_column": "is_odd", "task_settings": {"normal_only": True}}
    with pytest.raises(BadSetting, match="no row says that it is normal"):
        home.auto_create_model(rows, asked)


def test_normal_rows_alone_are_learned_from_where_that_is_asked(home):
    asked = {**ASKED, "target_column": "is_odd", "algorithms_to_try": ["HBOS"], "max_trials": 1}
    rows = flows(400, odd=12).with_columns(is_odd=pl.when(pl.int_range(400) >= 100).then("is_odd"))
    found = home.auto_create_model(rows, asked | {"task_settings": {"normal_only": True}})
    assert any("288 rows that are known to be normal" in w for w in found.warnings)


def test_normal_rows_alone_need_somebody_who_says_so(home):
    with pytest.raises(BadSetting, match="no row says that it is normal"):
        home.auto_create_model(
            flows().drop("is_odd"), {**ASKED, "task_settings": {"normal_only": True}}
        )


def test_an_alert_is_explained(home, result):
    rows = flows(200, odd=5, seed=1).drop("is_odd")[-1:]
    told = home.explain_model(result.model_id, rows)
    assert told.unit == "nats of surprise"
    assert {c.column for c in told.rows[0].contributions[:2]} & {"bytes_out", "port"}


def test_an_alert_is_told_by_what_was_never_seen_and_by_normal_rows(home, result):
    rows = flows(200, odd=5, seed=1).drop("is_odd")[-1:]
    row = home.explain_model(result.model_id, rows).rows[0]
    assert "port = 4444 was in none of the 800 rows learned from" in [
        u.sentence for u in row.unusual
    ]
    assert all("bytes_out" in r.differs for r in row.nearest)


def test_a_refitted_model_tells_it_too(home, result):
    again = home.refit(result.model_id, flows(500, seed=7).drop("is_odd"))
    rows = flows(200, odd=5, seed=1).drop("is_odd")[-1:]
    assert any("500 rows" in u.sentence for u in home.explain_model(again, rows).rows[0].unusual)


def test_no_row_lies_in_a_model_that_shall_hold_none(home, tmp_path):
    asked = {**ASKED, "algorithms_to_try": ["HBOS"], "max_trials": 1}
    asked |= {"task_settings": {"sample_rows": 0}}
    found = home.auto_create_model(flows().drop("is_odd"), asked)
    folder = home.export_model(found.model_id, tmp_path / "bare")
    assert [p.name for p in (folder / "usual").iterdir()] == ["arrays.safetensors"]


def test_whom_rows_belong_to_is_measured_where_it_is_named(home):
    asked = {"task_type": "anomaly_detection", "group_columns": ["user"], "n_threads": 1}
    asked |= {"algorithms_to_try": ["EntityBaseline", "HBOS"], "max_trials": 2}
    found = home.auto_create_model(flows().drop("is_odd"), asked)
    assert {m.split(" ")[0] for m in found.members} == {"EntityBaseline", "HBOS"}
    rows = flows(50, seed=4).drop("is_odd")
    of_others = rows.with_columns(pl.lit("nobody").alias("user"))
    own, strange = (home.predict(found.model_id, r)["score"] for r in (rows, of_others))
    assert not own.equals(strange)


def test_the_threshold_can_be_set_later(home, result):
    found = home.set_threshold(result.model_id, {"max_fpr": 0.05})
    assert found.fpr <= 0.05


def test_a_model_goes_out_and_in(home, result, tmp_path):
    file = home.export_model(result.model_id, tmp_path / "odd.phantom")
    again = home.import_model(file)
    rows = flows(30, seed=5)
    assert home.predict(again, rows).equals(home.predict(result.model_id, rows))


@pytest.mark.parametrize(
    ("changed", "error", "told"),
    [
        ({"threshold": {"min_precision": 0.9}}, BadSetting, "needs rows with answers"),
        ({"algorithms_to_try": ["LightGBM"]}, BadSetting, "of no use for anomaly_detection"),
        ({"validation_data": flows(60)}, BadSetting, "measure the model with evaluate"),
    ],
)
def test_what_needs_answers_is_refused(home, changed, error, told):
    with pytest.raises(error) as caught:
        home.auto_create_model(flows().drop("is_odd"), {**ASKED, **changed})
    assert told in f"{caught.value.message} {caught.value.hint}"


def test_too_few_rows_are_refused(home):
    with pytest.raises(TargetUnusable, match="10 rows"):
        home.auto_create_model(flows(10).drop("is_odd"), ASKED)


def test_an_unknown_detector_is_answered_with_those_of_the_task(home):
    with pytest.raises(UnknownName) as refused:
        home.auto_create_model(flows(60), {**ASKED, "algorithms_to_try": ["LOF"]})
    assert "LightGBM" not in refused.value.known


def test_a_table_all_of_whose_columns_are_ignored_says_so(home):
    with pytest.raises(TargetUnusable, match="All columns are left out"):
        home.auto_create_model(flows(60).select("port"), {**ASKED, "ignored_columns": ["port"]})


def test_a_detector_cannot_learn_classes(home):
    with pytest.raises(BadSetting, match="HBOS"):
        home.auto_create_model(
            flows(100, odd=40), {"target_column": "is_odd", "algorithms_to_try": ["HBOS"]}
        )


def test_a_refit_learns_from_real_rows_alone(home, result, tmp_path):
    again = home.refit(result.model_id, flows(500, seed=7).drop("is_odd"))
    folder = home.export_model(again, tmp_path / "again")
    card = json.loads((folder / "manifest.json").read_text())["card"]
    assert card["trial"]["n_rows"] == 500


def test_the_leaderboard_tells_how_stable_each_view_is_and_who_shares_it(result):
    told = [row.other_scores for row in result.leaderboard if not row.members and row.score]
    assert all(0.0 < t["stability"] <= 1.0 and 0.0 < t["agreement"] <= 1.0 for t in told)


def test_the_consensus_is_as_stable_as_it_is_said_to_be(result):
    assert 0.0 < result.leaderboard.best.other_scores["stability"] <= 1.0


def test_stability_and_agreement_stand_in_the_printed_leaderboard(result):
    assert {"stability", "agreement"} <= set(str(result.leaderboard).splitlines()[1].split())
