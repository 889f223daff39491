import numpy as np
import pytest

from phantom_ml.algorithms.base import FitContext, algorithms, load_learner, save_learner
from phantom_ml.algorithms.detectors import _learner
from phantom_ml.automl.search.portfolio import portfolio
from phantom_ml.config import SUPERVISED, ProblemKind
from phantom_ml.data.matrix import Feature, Matrix, Samples
from phantom_ml.errors import BundleDamaged
from phantom_ml.process.deadline import Deadline
from tests.algorithms.detectors.made import cloud, fitted, matrix, scores

NAMES = [a.name for a in algorithms if a.kinds == {ProblemKind.ANOMALY}]
each_detector = pytest.mark.parametrize("name", NAMES)
RANDOM = ["IsolationForest", "KNN"]
ADDITIVE = ["ECOD", "COPOD", "HBOS", "EntityBaseline"]


def made(name, values, **more):
    detector = algorithms.get(name)
    if not detector.available():
        pytest.skip(f"the extra {detector.extra!r} is not installed")
    return fitted(name, values, **{**detector.quick, **more})


@each_detector
def test_the_farther_of_two_outliers_scores_higher(name):
    learner = made(name, cloud())
    near, far = scores(learner, [[6.0] * 6, [60.0] * 6])
    # Trees, and shares of training rows, know nothing beyond the last training row.
    assert far >= near


@each_detector
def test_a_detector_solves_nothing_that_has_answers(name):
    assert not algorithms.get(name).kinds & set(SUPERVISED)


@pytest.mark.parametrize("kind", SUPERVISED)
def test_no_portfolio_holds_a_detector(kind):
    assert not {c.algorithm for c in portfolio(kind, False, None, deep=True)} & set(NAMES)


@pytest.mark.parametrize("name", RANDOM)
def test_another_seed_scores_a_little_differently(name):
    one, two = (scores(made(name, cloud(), seed=seed), cloud(100, 2)) for seed in (0, 1))
    assert not np.array_equal(one, two)
    assert np.corrcoef(one, two)[0, 1] > 0.8


@each_detector
def test_a_table_of_many_rows_is_sampled(name, monkeypatch):
    monkeypatch.setattr(_learner, "MAX_ROWS", 300)
    found = scores(made(name, cloud(3000)), cloud(500, 2))
    assert np.mean(found > np.log(10)) == pytest.approx(0.1, abs=0.06)


def test_a_passed_deadline_leaves_fewer_trees():
    learner = fitted("IsolationForest", cloud(), Deadline.after(0.0))
    assert 0 < learner.n_trees < 200


def test_a_forest_with_few_trees_is_of_use():
    learner = fitted("IsolationForest", cloud(), Deadline.after(0.0))
    assert scores(learner, [[9.0] * 6])[0] > np.quantile(scores(learner, cloud(500, 2)), 0.99)


def test_cuts_across_columns_find_an_odd_combination():
    values = cloud(2000)
    values[:, 1] = values[:, 0] + 0.1 * values[:, 2]
    odd = [[2.0, -2.0, 0, 0, 0, 0]]
    plain, across = (scores(fitted("IsolationForest", values, n_axes=n), odd)[0] for n in (1, 3))
    assert across > plain


def test_pca_finds_an_odd_combination():
    values = cloud(2000)
    values[:, 1] = values[:, 0] + 0.1 * values[:, 2]
    found = scores(fitted("PCA", values, variance=1.0), [[2.0, -2.0, 0, 0, 0, 0]])
    assert found[0] > np.log(1000)


def test_pca_is_not_turned_by_a_tenth_of_outliers():
    values = np.concatenate([cloud(900), np.full((100, 6), 30.0) + cloud(100, 3)])
    found = scores(fitted("PCA", values), values)
    assert found[900:].min() > np.quantile(found[:900], 0.95)


def test_knn_is_not_fooled_by_a_small_dense_cluster():
    values = np.concatenate([cloud(4000), 20.0 + 0.01 * cloud(20, 3)])
    found = scores(fitted("KNN", values), values)
    assert found[4000:].min() > np.quantile(found[:4000], 0.95)


def test_hbos_finds_a_gap_between_usual_values():
    values = np.concatenate([cloud(500, 1, 2) - 20.0, cloud(500, 2, 2) + 20.0])
    assert scores(fitted("HBOS", values), [[0.0, 0.0]])[0] > np.log(100)


@pytest.mark.parametrize("name", ADDITIVE)
def test_the_column_that_is_far_out_is_the_reason(name):
    row = np.zeros((1, 6))
    row[0, 2] = 12.0
    parts = fitted(name, cloud()).contributions(matrix(row))
    assert parts[0, :, 0].argmax() == 2


@pytest.mark.parametrize("name", ADDITIVE)
def test_no_reason_is_below_nothing(name):
    assert fitted(name, cloud()).contributions(matrix(cloud(100, 2))).min() >= 0


@pytest.mark.parametrize("name", ["ECOD", "COPOD"])
def test_columns_of_many_values_keep_their_tails(name):
    values = np.random.default_rng(0).normal(size=(20_000, 1))
    learner = fitted(name, values)
    assert len(learner.value) <= 1024
    assert scores(learner, [[0.0]])[0] < scores(learner, [[2.0]])[0] < scores(learner, [[3.5]])[0]


@each_detector
def test_rarity_of_a_level_and_numbers_stand_side_by_side(name):
    values = np.concatenate([cloud(600, 1, 3), np.repeat([[0.0], [1.0]], [594, 6], axis=0)], axis=1)
    features = (*(Feature(f"x{i}", f"x{i}") for i in range(3)), Feature("k", "k", cardinality=3))
    table = Matrix(np.ascontiguousarray(values, np.float32), features)
    detector = algorithms.get(name)
    if not detector.available():
        pytest.skip(f"the extra {detector.extra!r} is not installed")
    train, context = Samples(table, np.zeros(600)), FitContext(ProblemKind.ANOMALY, 0)
    learner = detector.model_validate(detector.quick).fit(train, None, context)
    found = learner.predict(table)[:, 0]
    assert found[594:].mean() > found[:594].mean()


DAMAGES = {
    "IsolationForest": ("feature", lambda a: a + 99),
    "ECOD": ("at_most", lambda a: a + 2),
    "COPOD": ("start", lambda a: a + 1),
    "HBOS": ("low", lambda a: a + 1e9),
    "KNN": ("neighbours", lambda a: a[:, :2]),
    "PCA": ("axes", lambda a: a * np.nan),
    "Autoencoder": ("net.bias.0", lambda a: a[:3]),
    "EntityBaseline": ("spread", lambda a: a * 0),
    "DeepLog": ("net.head.bias", lambda a: a[:3]),
}


@each_detector
def test_arrays_that_do_not_fit_together_are_refused(name, tmp_path):
    from safetensors.numpy import load_file, save_file

    save_learner(made(name, cloud(200)), tmp_path)
    file = tmp_path / "arrays.safetensors"
    arrays = load_file(file)
    key, damage = DAMAGES[name]
    arrays[key] = np.ascontiguousarray(damage(arrays[key]))
    save_file(arrays, file, metadata={"facts": '{"n_epochs": 1, "width": 16, "n_layers": 1}'})
    with pytest.raises(BundleDamaged):
        load_learner(tmp_path)
