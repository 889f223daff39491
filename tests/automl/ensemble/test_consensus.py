import numpy as np
import pytest

from phantom_ml.automl.ensemble.consensus import MEMBERS, choose_consensus, members_for
from phantom_ml.data.matrix import Matrix


def members(*noise, n_rows=2000):
    """Return scores that share one cause, each with noise of a given size."""
    random = np.random.default_rng(0)
    common = random.exponential(size=(n_rows, 1))
    return [common + size * random.exponential(size=(n_rows, 1)) for size in noise]


def weights(scores):
    names = [f"m{i}" for i in range(len(scores))]
    return list(choose_consensus(scores, names).values())


def test_who_compares_with_the_own_past_is_a_member_only_where_rows_belong_to_somebody():
    values = np.zeros((3, 0), np.float32)
    assert members_for(Matrix(values, ())) == MEMBERS
    owned = Matrix(values, (), entity=np.ones(3, np.uint64))
    assert members_for(owned) == (*MEMBERS, "EntityBaseline")


def test_weights_sum_to_one():
    assert sum(weights(members(0.5, 1.0, 2.0))) == pytest.approx(1.0)


def test_members_are_named():
    assert list(choose_consensus(members(1, 1), ["ECOD", "KNN"])) == ["ECOD", "KNN"]


def test_members_that_share_a_view_count_alike():
    assert weights(members(0.5, 1.0, 1.5)) == pytest.approx([1 / 3] * 3)


def test_who_only_guesses_is_left_out():
    noise = np.random.default_rng(1).exponential(size=(2000, 1))
    assert weights([*members(0.5, 0.5, 0.5), noise])[3] == 0.0


def test_who_says_the_opposite_is_left_out():
    scores = members(0.5, 0.5, 0.5)
    assert weights([*scores, -scores[0]])[3] == 0.0


def test_who_says_the_same_of_all_rows_is_left_out():
    assert weights([*members(0.5, 0.5), np.ones((2000, 1))])[2] == 0.0


def test_two_who_only_guess_are_left_out():
    random = np.random.default_rng(1)
    noise = [random.exponential(size=(2000, 1)) for _ in range(2)]
    assert weights([*members(0.5, 0.5, 0.5), *noise])[3:] == [0.0, 0.0]


def test_two_members_both_stay():
    scores = members(0.5)
    assert weights([*scores, -scores[0]]) == [0.5, 0.5]


def test_where_nobody_agrees_all_count_alike():
    random = np.random.default_rng(0)
    scores = [random.exponential(size=(5000, 1)) for _ in range(3)]
    assert weights(scores) == pytest.approx([1 / 3] * 3)


def test_one_member_is_the_consensus():
    assert weights(members(1.0)) == [1.0]


@pytest.mark.parametrize("n_rows", [0, 1])
def test_hardly_any_rows_give_no_reason_to_prefer_one(n_rows):
    assert weights(members(1.0, 1.0, n_rows=n_rows)) == [0.5, 0.5]


def test_the_order_of_rows_does_not_matter():
    scores, order = members(0.5, 1.0, 2.0), np.random.default_rng(2).permutation(2000)
    np.testing.assert_allclose(weights(scores), weights([s[order] for s in scores]))


def test_scores_are_left_alone():
    scores = members(0.5, 1.0)
    for score in scores:
        score.setflags(write=False)
    assert sum(weights(scores)) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("scores", "names"),
    [
        ([], []),
        (members(1.0, 1.0), ["ECOD"]),
        (members(1.0, 1.0), ["ECOD", "ECOD"]),
        ([np.ones((3, 1)), np.ones((4, 1))], ["ECOD", "HBOS"]),
    ],
)
def test_members_must_be_named_once_and_score_the_same_rows(scores, names):
    with pytest.raises(ValueError, match="the same rows"):
        choose_consensus(scores, names)
