"""Rows without an answer: past of the others in training, in its test part and in an evaluation, as at scoring."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from phantom_ml.automl.preparation.holdout import Holdout
from phantom_ml.automl.question.pose import pose
from phantom_ml.automl.trials.scoring import validation_of
from phantom_ml.config import AutoMLConfig
from phantom_ml.core import PhantomMLCore
from phantom_ml.core.look import among
from phantom_ml.data.reading.read import read
from phantom_ml.metrics.thresholds import threshold_for
from phantom_ml.metrics.validation_scores import ValidationScores
from tests.core.tables import OF_EVENTS, events

ASKED = OF_EVENTS | {
    "task_type": "security_threat_detection",
    "group_columns": ["user"],
    "threshold": {"max_fpr": 0.2},
}
#: Whose answer is known, of the rows to train on and of later ones.
KNOWN = pl.int_range(pl.len()) % 3 == 0


def table() -> pl.DataFrame:
    return events(900).with_columns(label=pl.when(KNOWN).then("label"))


def later() -> pl.DataFrame:
    return events(300, seed=5).with_columns(pl.col("when").dt.offset_by("5d"))


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    core = PhantomMLCore(home=tmp_path_factory.mktemp("unlabelled") / "home")
    return core, core.auto_create_model(table(), ASKED)


@pytest.fixture(scope="module")
def holdout(tmp_path_factory) -> Holdout:
    rows = read(table(), scratch=tmp_path_factory.mktemp("read"))
    return Holdout.of(pose(rows, AutoMLConfig.of(ASKED)), 0)


def test_the_model_looks_at_the_past(trained):
    core, result = trained
    assert core._shelf.pipeline(result.model_id).encoder.past is not None


def test_rows_of_the_test_part_have_the_features_of_the_whole_table(trained, holdout):
    core, result = trained
    pipeline, test = core._shelf.pipeline(result.model_id), holdout.test
    new = table().filter(pl.col("when") >= test.frame["when"].min())
    known = new["label"].is_not_null().to_numpy()
    found = among(pipeline, test).encode(test.frame).values
    np.testing.assert_array_equal(found, pipeline.encode(new).values[known])


def test_rows_of_the_test_part_are_scored_as_in_the_whole_table(trained, holdout):
    core, result = trained
    pipeline, test = core._shelf.pipeline(result.model_id), holdout.test
    new = table().filter(pl.col("when") >= test.frame["when"].min())
    whole = pipeline.score(new)[new["label"].is_not_null().to_numpy()]
    # A product of matrices is rounded by the size of what is multiplied.
    np.testing.assert_allclose(among(pipeline, test).score(test.frame), whole, rtol=1e-5)


def test_the_report_counts_the_alerts_of_predict(trained, holdout):
    core, result = trained
    start = holdout.test.frame["when"].min()
    new = table().filter(pl.col("when") >= start)
    alert = core.predict(result.model_id, new).filter(new["label"] == "benign")["alert"]
    assert result.threat.threshold.fpr == alert.mean()


def test_an_evaluation_counts_the_alerts_of_predict(trained):
    core, result = trained
    some = later().with_columns(label=pl.when(KNOWN).then("label"))
    found = core.evaluate(result.model_id, some)
    alert = core.predict(result.model_id, some).filter(some["label"] == "benign")["alert"]
    assert found.threshold.fpr == alert.mean()


def test_an_evaluation_measures_rows_with_an_answer_alone(trained):
    core, result = trained
    some = later().with_columns(label=pl.when(KNOWN).then("label"))
    found = core.evaluate(result.model_id, some)
    assert (found.n_rows, found.n_skipped) == (100, 200)


def test_rows_of_a_class_never_seen_happened_in_an_evaluation(trained):
    core, result = trained
    blank = later().with_columns(label=pl.when(KNOWN).then("label"))
    other = blank.with_columns(pl.col("label").fill_null("a third class"))
    one, two = (core.evaluate(result.model_id, rows).figures for rows in (blank, other))
    assert one == two


def test_the_quick_look_is_at_rows_as_they_happened(trained, holdout):
    core, result = trained
    pipeline = core._shelf.pipeline(result.model_id)
    test = holdout.test
    alone = replace(test, unlabelled=None)
    full, thin = (among(pipeline, part).encode(test.frame).values for part in (test, alone))
    assert not np.array_equal(full, thin, equal_nan=True)


def test_an_evaluation_counts_the_alerts_of_all_rows_a_day(trained):
    core, result = trained
    some = later().with_columns(label=pl.when(KNOWN).then("label"))
    days = (some["when"].max() - some["when"].min()).total_seconds() / 86_400
    n_alerts = core.predict(result.model_id, some)["alert"].sum()
    assert core.evaluate(result.model_id, some).threshold.alerts_per_day * days == pytest.approx(
        n_alerts
    )


def test_the_report_counts_the_alerts_of_all_rows_a_day(trained, holdout):
    core, result = trained
    new = table().filter(pl.col("when") >= holdout.test.frame["when"].min())
    n_alerts = core.predict(result.model_id, new)["alert"].sum()
    found = result.threat
    assert found.threshold.alerts_per_day * found.days == pytest.approx(n_alerts)


def test_suppression_is_counted_among_all_rows(tmp_path):
    core = PhantomMLCore(home=tmp_path / "home")
    hushed = {"task_settings": {"suppress_by": ["user"], "suppress_hours": 12}}
    result = core.auto_create_model(table(), ASKED | hushed)
    told, found = result.threat.repeats, result.threat
    assert told.n_alerts == round(found.threshold.alerts_per_day * found.days)


def test_an_evaluation_counts_what_is_shown_among_all_rows(tmp_path):
    core = PhantomMLCore(home=tmp_path / "home")
    hushed = {"task_settings": {"suppress_by": ["user"], "suppress_hours": 12}}
    result = core.auto_create_model(table(), ASKED | hushed)
    some = later().with_columns(label=pl.when(KNOWN).then("label"))
    scored = core.predict(result.model_id, some)
    n_shown = (scored["alert"] & ~scored["suppressed"]).sum()
    assert core.evaluate(result.model_id, some).repeats.n_shown == n_shown


def kept_scores(core, model_id) -> ValidationScores:
    return ValidationScores.load(core._shelf.store.model_folder(model_id) / "validation.npz")


def test_a_model_keeps_what_it_says_of_rows_without_an_answer(trained, holdout):
    core, result = trained
    told, problem = kept_scores(core, result.model_id), holdout.development
    pipeline = core._shelf.pipeline(result.model_id)
    begun = replace(
        pipeline, encoder=replace(pipeline.encoder, past=pipeline.encoder.past.forgotten())
    )
    whole = problem.unlabelled.below(problem.frame)
    score = begun.score(whole)[problem.n_rows :, 0]
    assert told.n_unanswered == len(told.unanswered)
    assert np.isin(told.unanswered.round(6), score.round(6)).all()


def test_a_model_that_is_fitted_again_keeps_what_it_says_of_them(trained):
    core, result = trained
    told = kept_scores(core, core.refit(result.model_id, table()))
    assert len(told.unanswered) == told.n_unanswered > 0


@pytest.mark.parametrize("again", [False, True])
def test_the_line_is_cut_on_what_is_kept(trained, again):
    core, result = trained
    model_id = core.refit(result.model_id, table()) if again else result.model_id
    line = core._shelf.pipeline(model_id).spec.threshold
    assert line == threshold_for(line.policy, kept_scores(core, model_id))


def test_held_out_rows_know_how_many_beside_them_have_no_answer(holdout):
    problem = holdout.development
    rows = np.arange(problem.n_rows)
    time, beside = problem.ties.time, problem.unlabelled.before.time
    within = (beside >= time.min()) & (beside <= time.max())
    found = validation_of(problem, rows, np.full((len(rows), 1), 0.5))
    assert found.n_unanswered == within.sum()
