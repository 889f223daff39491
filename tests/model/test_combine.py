import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from phantom_ml.model.combine import combine, from_logit, logit, mean_of

ONE = np.array([[0.2], [0.9], [0.5]])
TWO = np.array([[0.4], [0.7], [0.5]])
THREE_CLASSES = np.array([[0.2, 0.3, 0.5], [0.9, 0.05, 0.05]])

probabilities = arrays(np.float64, (6, 1), elements=st.floats(0.0, 1.0))


def test_a_mean_is_weighted():
    np.testing.assert_allclose(combine([ONE, TWO], [0.75, 0.25], "mean"), 0.75 * ONE + 0.25 * TWO)


def test_log_odds_are_summed_with_their_weights():
    found = combine([ONE, TWO], [0.5, 2.0], "logit", 0.3)
    np.testing.assert_allclose(logit(found), 0.5 * logit(ONE) + 2.0 * logit(TWO) + 0.3, atol=1e-9)


def test_log_probabilities_of_many_classes_sum_to_one_again():
    found = combine([THREE_CLASSES, THREE_CLASSES[::-1]], [0.5, 0.5], "logit")
    np.testing.assert_allclose(found.sum(axis=1), 1.0)


@pytest.mark.parametrize("how", ["mean", "logit"])
def test_one_member_alone_is_itself(how):
    np.testing.assert_allclose(combine([ONE], [1.0], how), ONE, rtol=1e-12)


@given(probabilities)
@settings(max_examples=50, deadline=None)
def test_log_odds_are_finite_and_turn_back(p):
    z = logit(p)
    assert np.isfinite(z).all()
    np.testing.assert_allclose(from_logit(z), np.clip(p, 1e-7, 1 - 1e-7), rtol=1e-6)


@given(probabilities, probabilities, st.floats(-800, 800))
@settings(max_examples=50, deadline=None)
def test_a_sum_of_log_odds_stays_a_probability(one, two, intercept):
    found = combine([one, two], [3.0, 5.0], "logit", intercept)
    assert ((found >= 0.0) & (found <= 1.0)).all()


def test_members_and_weights_belong_together():
    with pytest.raises(ValueError, match="zip"):
        combine([ONE, TWO], [1.0], "mean")


def test_the_mean_of_one_is_the_same_array_of_bits():
    assert mean_of([ONE]) is ONE


def test_a_mean_leaves_its_parts_as_they_were():
    one = ONE.copy()
    mean_of([one, TWO])
    np.testing.assert_array_equal(one, ONE)
