import numpy as np
import pytest

from phantom_ml.algorithms.base import FitContext, algorithms
from phantom_ml.algorithms.detectors import entity_baseline
from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Feature, Matrix, Samples

#: Two that send little or much, and one with few rows.
MEANS, N_ROWS = (0.0, 100.0, 50.0), (300, 300, 2)


def rows(values, entity) -> Matrix:
    values = np.ascontiguousarray(values, np.float32)
    features = tuple(Feature(f"x{i}", f"x{i}") for i in range(values.shape[1]))
    return Matrix(values, features, entity=np.array(entity, np.uint64))


def train() -> Matrix:
    entity = np.repeat([11, 22, 33], N_ROWS)
    random = np.random.default_rng(0)
    values = np.repeat(MEANS, N_ROWS)[:, None] + random.normal(size=(len(entity), 3))
    return rows(values, entity)


def fitted(**settings):
    detector = algorithms.get("EntityBaseline").model_validate(settings)
    context = FitContext(ProblemKind.ANOMALY, 0)
    return detector.fit(Samples(train(), np.zeros(sum(N_ROWS))), None, context)


def scores(values, entity) -> np.ndarray:
    return fitted().predict(rows(values, entity))[:, 0]


def test_what_is_usual_for_another_is_strange_for_this_one():
    own, others = scores([[0.0] * 3, [100.0] * 3], [11, 11])
    assert own < 1.0 < np.log(100) < others


def test_who_was_never_seen_is_measured_by_all_rows():
    known, unknown, nobody = scores([[100.0] * 3] * 3, [11, 99, 0])
    assert unknown == nobody < known


def test_an_entity_with_hardly_any_rows_has_no_baseline_of_its_own():
    assert 33 not in fitted().entity


def test_few_rows_of_its_own_count_less():
    near, far = (np.ptp(fitted(prior_rows=n).centre[:, 0]) for n in (1.0, 100.0))
    assert far < near


def test_the_reason_is_the_column_that_is_strange():
    parts = fitted().contributions(rows([[0.0, 100.0, 0.0]], [11]))
    assert parts[0, :, 0].argmax() == 1


def test_of_many_entities_those_with_the_most_rows_are_kept(monkeypatch):
    monkeypatch.setattr(entity_baseline, "MAX_CELLS", 3)
    assert fitted().entity.tolist() == [11]


def test_rows_without_entities_are_answered():
    bare = Matrix(train().values, train().features)
    found = fitted().predict(bare)
    assert np.isfinite(found).all()


@pytest.mark.parametrize("name", ["entity", "centre", "spread"])
def test_a_baseline_is_read_again(name, tmp_path):
    whole = fitted()
    whole.save(tmp_path)
    np.testing.assert_array_equal(getattr(type(whole).load(tmp_path), name), getattr(whole, name))
