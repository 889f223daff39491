"""The check on a detector whose weakness is planted: it knows attacks by a word in the URL's path."""

import numpy as np
import polars as pl
import pytest

from phantom_ml.algorithms.base import FitContext, algorithms
from phantom_ml.config import AutoMLTaskType, FeatureSettings, ProblemKind
from phantom_ml.data.matrix import Samples
from phantom_ml.data.recognise import recognise
from phantom_ml.errors import BadSetting
from phantom_ml.explain.evasion import EvasionPlan, check_evasion, mutations
from phantom_ml.explain.evasion.followers import followers
from phantom_ml.explain.evasion.report import WORST
from phantom_ml.features.fit import fit_encoder
from phantom_ml.features.fitted.question import Question
from phantom_ml.features.fold_fitted import fit_fold
from phantom_ml.metrics.calibration import Calibrator
from phantom_ml.metrics.intervals import clopper_pearson
from phantom_ml.metrics.thresholds import Threshold
from phantom_ml.model.pipeline import LoadedPart, Pipeline
from phantom_ml.model.spec import FittedPart, Member, ModelSpec
from tests.explain.models import model, rows

N = 400
CLASSES = ("benign", "attack")


def requests(n: int = N, seed: int = 0) -> pl.DataFrame:
    """Attacks ask for a login page; ``size`` is the URL's length, ``site`` its host."""
    rng = np.random.default_rng(seed)
    bad = rng.random(n) < 0.4
    page = np.where(bad, "secure/login/verify", "news/sports/today")
    host = rng.choice(["alpha", "bravo", "delta", "gamma"], n)
    numbers = rng.integers(0, 10**5, n)
    url = [f"http://{h}.com/{p}/{i}" for h, p, i in zip(host, page, numbers, strict=True)]
    frame = pl.DataFrame({"url": url, "label": np.array(CLASSES)[bad.astype(int)]})
    return frame.with_columns(
        size=pl.col("url").str.len_chars(), site=pl.Series(host) + ".com", port=pl.Series(numbers)
    )


def test_no_mutation_at_all_is_refused():
    with pytest.raises(BadSetting, match="No mutations are named"):
        EvasionPlan(())


@pytest.fixture(scope="module")
def detector() -> Pipeline:
    frame = requests()
    inputs = recognise(frame.drop("label"), {"url": "url", "site": "domain"})
    encoder = fit_encoder(frame, inputs, FeatureSettings())
    target = (frame["label"] == "attack").cast(pl.Int64).to_numpy()
    samples = Samples(encoder.transform(frame), target)
    side, added = fit_fold(samples, np.arange(N), Question(ProblemKind.BINARY, 2), 0)
    train = Samples(samples.matrix.beside(added, side.features), target)
    settings = algorithms.get("LogisticRegression")()
    learner = settings.fit(train, None, FitContext(ProblemKind.BINARY, 2, 0))
    spec = ModelSpec(
        task_type=AutoMLTaskType.CLASSIFICATION,
        kind=ProblemKind.BINARY,
        target="label",
        classes=CLASSES,
        inputs=inputs,
        members=(
            Member(
                name="a",
                algorithm="LogisticRegression",
                weight=1.0,
                parts=(FittedPart(learner="l", side="s"),),
            ),
        ),
        calibrator=Calibrator(),
        threshold=Threshold(value=0.5, n_positives=10, n_negatives=10),
    )
    return Pipeline(spec, encoder, ((LoadedPart(learner, side),),))


@pytest.fixture(scope="module")
def unseen() -> pl.DataFrame:
    return requests(200, seed=1)


@pytest.fixture(scope="module")
def report(detector, unseen):
    return check_evasion(detector, unseen, unseen["label"])


def of(report, name):
    return next(row for row in report.lines() if row.mutation == name)


def test_all_attacks_are_caught_as_they_are(report, unseen):
    assert report.n_attacks == report.n_caught == (unseen["label"] == "attack").sum()


def test_only_mutations_of_columns_of_the_model_are_tried(report):
    tried = {row.mutation for row in report.rows}
    assert {"percent_encoding", "subdomain_padding", "host_case"} <= tried
    assert not tried & {"carets", "user_agent_swap", "sql_case"}


def test_what_hides_the_word_lowers_the_score_more_than_what_does_not(report):
    assert of(report, "percent_encoding").score_fall > of(report, "host_case").score_fall + 0.01


def test_recall_lost_is_what_is_missed_of_all_attacks_with_exact_bounds(report):
    row = of(report, "percent_encoding")
    low, high = clopper_pearson(row.n_missed, report.n_attacks)
    assert row.recall_lost == pytest.approx(row.recall_before - row.recall_after)
    assert (row.recall_lost_low, row.recall_lost_high) == (float(low), float(high))


def test_the_worst_of_all_is_at_least_as_bad_as_each(report):
    assert report.worst.n_missed >= max(row.n_missed for row in report.rows)
    assert report.worst.score_fall >= max(row.score_fall for row in report.rows)


def test_the_dearest_mutation_stands_first(report):
    missed = [row.n_missed for row in report.rows]
    assert missed == sorted(missed, reverse=True)


def test_the_same_seed_gives_the_same_report(detector, unseen, report):
    assert check_evasion(detector, unseen, unseen["label"]) == report


def test_figures_are_those_of_the_changed_rows_scored_anew(detector, unseen):
    """The report against a plain reckoning: change, follow, score, count."""
    attacks = unseen.filter(pl.col("label") == "attack")
    changed = mutations.get("percent_encoding").change(attacks["url"], 0)
    anew = attacks.with_columns(url=changed, size=changed.str.len_chars())
    plan = EvasionPlan(("percent_encoding",))
    row = check_evasion(detector, unseen, unseen["label"], plan).rows[0]
    before, after = (detector.score(f)[:, 0] for f in (attacks, anew))
    differs = (changed != attacks["url"]).to_numpy()
    assert row.n_missed == ((before >= 0.5) & (after < 0.5)).sum()
    assert row.score_fall == pytest.approx((before - after)[differs].mean())


def test_columns_that_tell_of_the_text_follow_it(report):
    assert "'site', 'size'" in report.notes[-1]


def test_a_column_that_says_something_else_does_not_follow(unseen):
    assert set(followers(unseen, "url", unseen.columns)) == {"size", "site"}


def test_a_host_that_follows_its_url_is_not_changed_once_more(report):
    assert of(report, "host_case").columns == ("url",)


def test_attacks_beyond_the_most_are_drawn(detector, unseen):
    plan = EvasionPlan(max_attacks=10)
    assert check_evasion(detector, unseen, unseen["label"], plan).n_attacks == 10


def test_only_named_mutations_are_tried(detector, unseen):
    found = check_evasion(detector, unseen, unseen["label"], EvasionPlan(("host_case",)))
    assert [row.mutation for row in found.rows] == ["host_case"]


def test_rows_without_an_answer_are_left_out(detector, unseen, report):
    labels = [*unseen["label"].to_list(), None, "else"]
    more = pl.concat([unseen, unseen.head(2)])
    assert check_evasion(detector, more, pl.Series(labels)).n_attacks == report.n_attacks


def test_a_model_of_many_classes_is_refused():
    frame = rows(50)
    with pytest.raises(BadSetting, match="multiclass"):
        check_evasion(model(ProblemKind.MULTICLASS), frame, frame["proto"])


def test_rows_without_an_attack_are_refused(detector, unseen):
    benign = unseen.filter(pl.col("label") == "benign")
    with pytest.raises(BadSetting, match="attack"):
        check_evasion(detector, benign, benign["label"])


@pytest.mark.parametrize("number", [0, -3, "x", 2.5, True, None])
def test_a_plan_looks_at_one_attack_at_least(number):
    with pytest.raises(BadSetting, match=f"max_attacks is {number!r}"):
        EvasionPlan(max_attacks=number)


@pytest.mark.parametrize("seed", [-1, "x", 0.5])
def test_a_seed_of_a_plan_is_a_whole_number(seed):
    with pytest.raises(BadSetting, match=f"seed is {seed!r}"):
        EvasionPlan(seed=seed)


def test_a_model_without_text_gets_a_report_in_words(detector, unseen):
    plan = EvasionPlan(("carets",))
    found = check_evasion(detector, unseen, unseen["label"], plan)
    assert found.worst is None
    assert found.to_frame().is_empty()
    assert found.notes == (
        "No mutation applies: 'carets' changes columns of kind command_line; the model reads domain, url.",
    )


def test_such_a_report_is_printed_as_its_title_and_its_words(detector, unseen):
    found = check_evasion(detector, unseen, unseen["label"], EvasionPlan(("carets",)))
    assert str(found).splitlines() == [found.title(), "", f"! {found.notes[0]}"]


def test_nothing_is_lost_where_nothing_was_caught(detector, unseen):
    strict = detector.with_threshold(Threshold(value=1.1, n_positives=1, n_negatives=1))
    found = check_evasion(strict, unseen, unseen["label"])
    assert (found.n_caught, found.worst.n_missed) == (0, 0)
    assert "No attack raises an alert as it is" in str(found)


def test_the_frame_has_a_row_a_mutation_and_one_for_the_worst(report):
    frame = report.to_frame()
    assert frame["mutation"].to_list() == [row.mutation for row in report.rows] + [WORST]
    assert frame["columns"].dtype == pl.List(pl.String)


def test_the_report_is_printed_and_shown_in_a_notebook(report):
    assert "recall lost (95 %)" in repr(report)
    assert "percent_encoding" in report._repr_html_()


def test_the_report_goes_through_json(report):
    assert type(report).model_validate(report.to_dict()) == report
