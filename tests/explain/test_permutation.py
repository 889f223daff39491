import numpy as np
import pytest

from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import History, Matrix, Samples
from phantom_ml.explain.permutation import PermutationPlan, permutation_importance
from phantom_ml.explain.text_columns import hashed_alone
from phantom_ml.metrics.lookup import get_metric
from phantom_ml.process.deadline import Deadline
from tests.explain.models import answers, model, rows

KIND = ProblemKind.BINARY


DEFAULT = PermutationPlan()


def measured(plan=DEFAULT, metric="average_precision", text=False):
    names = ("LogisticRegression",) if text else ("LightGBM",)
    pipeline, frame = model(KIND, names, text=text), rows(400, seed=9, text=text)
    samples = Samples(pipeline.encode(frame), answers(frame, KIND))
    return permutation_importance(pipeline.score_matrix, samples, get_metric(metric, KIND), plan)


def test_the_planted_column_is_the_most_important():
    found = measured()
    assert max(found, key=lambda c: found[c][0]) == "bytes"


def test_noise_is_worth_nothing_within_its_spread():
    drop, spread = measured(PermutationPlan(n_repeats=10))["noise"]
    assert abs(drop) < 0.02 + 3 * spread


def test_a_drop_of_a_metric_where_less_is_better_is_above_zero_too():
    assert measured(metric="log_loss")["bytes"][0] > 0.1


def test_the_same_seed_gives_the_same_figures():
    assert measured(PermutationPlan(seed=4)) == measured(PermutationPlan(seed=4))


def test_nothing_is_measured_after_the_deadline():
    assert measured(PermutationPlan(deadline=Deadline.after(0.0))) == {}


def test_a_column_that_would_be_done_too_late_is_not_begun():
    pipeline, frame = model(KIND), rows(400, seed=9)
    samples = Samples(pipeline.encode(frame), answers(frame, KIND))
    now = [0.0]

    def ten_seconds_later(matrix):
        now[0] += 10.0
        return pipeline.score_matrix(matrix)

    plan = PermutationPlan(deadline=Deadline(25.0, 0.0, lambda: now[0]))
    metric = get_metric("average_precision", KIND)
    assert len(permutation_importance(ten_seconds_later, samples, metric, plan)) == 1


def test_only_the_columns_that_are_named_are_measured_in_their_order():
    assert list(measured(PermutationPlan(columns=("proto", "bytes")))) == ["proto", "bytes"]


def test_hashed_text_is_shuffled_as_a_column_of_its_own():
    assert measured(text=True)["all text"][0] > 0.0


def test_repeats_are_predicted_at_once():
    calls = []

    def predict(matrix):
        calls.append(matrix.n_rows)
        return np.clip(matrix.values[:, :1].astype(float), 0.0, 1.0)

    frame = rows(50)
    samples = Samples(model(KIND).encode(frame), answers(frame, KIND))
    metric = get_metric("roc_auc", KIND)
    permutation_importance(predict, samples, metric, PermutationPlan(n_repeats=3))
    assert calls == [50, 150, 150, 150]


def test_rows_beyond_the_most_are_drawn():
    seen = []

    def predict(matrix):
        seen.append(matrix.n_rows)
        return np.full((matrix.n_rows, 1), 0.5)

    frame = rows(200)
    samples = Samples(model(KIND).encode(frame), answers(frame, KIND))
    plan = PermutationPlan(max_rows=60, n_repeats=1)
    permutation_importance(predict, samples, get_metric("roc_auc", KIND), plan)
    assert set(seen) == {60}


def test_an_undefined_metric_gives_nothing():
    frame = rows(50)
    samples = Samples(model(KIND).encode(frame), np.zeros(50, np.int64))
    metric = get_metric("roc_auc", KIND)
    assert permutation_importance(model(KIND).score_matrix, samples, metric) == {}


def test_features_of_one_column_move_together():
    moved = []

    def predict(matrix):
        moved.append(matrix.values.copy())
        return np.full((matrix.n_rows, 1), 0.5)

    pipeline = model(KIND, text=True)
    frame = rows(30, text=True)
    samples = Samples(pipeline.encode(frame), answers(frame, KIND))
    plan = PermutationPlan(n_repeats=1, columns=("query",))
    permutation_importance(predict, samples, get_metric("roc_auc", KIND), plan)
    own = [i for i, f in enumerate(samples.matrix.features) if f.source == "query"]
    before = {tuple(np.nan_to_num(r, nan=-1)) for r in moved[0][:, own]}
    after = {tuple(np.nan_to_num(r, nan=-1)) for r in moved[1][:, own]}
    assert len(own) > 1
    assert before == after


@pytest.mark.parametrize("kind", [ProblemKind.MULTICLASS, ProblemKind.REGRESSION])
def test_other_kinds_of_problem_are_measured_too(kind):
    pipeline, frame = model(kind), rows(300, seed=9)
    samples = Samples(pipeline.encode(frame), answers(frame, kind))
    metric = get_metric("rmse" if kind is ProblemKind.REGRESSION else "log_loss", kind)
    found = permutation_importance(pipeline.score_matrix, samples, metric)
    assert max(found, key=lambda c: found[c][0]) == "bytes"


def test_what_a_column_told_of_earlier_events_is_shuffled_with_it():
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 2, (300, 3, 1)).astype(np.float32)
    gaps = np.ones((300, 3, 1), np.float32)
    history = History(np.concatenate([codes, gaps], axis=2), (2,), ("verb", "time"))
    matrix = Matrix(np.zeros((300, 0), np.float32), (), history=history)
    target = codes[:, 0, 0].astype(np.int64)

    def predict(rows):
        return rows.history.values[:, 0, :1].astype(float)

    metric = get_metric("average_precision", KIND)
    found = permutation_importance(predict, Samples(matrix, target), metric)
    assert found["verb"][0] > 0.3
    assert found["time"] == (0.0, 0.0)


def of_words(column: str) -> float:
    """Return what shuffling the words of one of two text columns costs."""
    pipeline, frame = model(KIND, ("LogisticRegression",), text=True), rows(400, seed=9, text=True)
    samples = Samples(pipeline.encode(frame), answers(frame, KIND))
    plan = PermutationPlan(columns=(column,), texts=hashed_alone(pipeline, frame))
    metric = get_metric("average_precision", KIND)
    return permutation_importance(pipeline.score_matrix, samples, metric, plan)[column][0]


def test_the_words_of_one_of_two_text_columns_are_shuffled_with_it():
    assert of_words("query") > 10 * abs(of_words("agent"))
