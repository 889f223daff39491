from dataclasses import replace

import numpy as np
import pytest

from phantom_ml.automl.ensemble.mixture import Mixture
from phantom_ml.automl.final_model.constrain import (
    ENSEMBLE_MICROSECONDS,
    Allowance,
    broken,
    cheap_candidates,
    economical,
    within,
)
from phantom_ml.config import Constraints
from tests.automl.made import finished

NONE = Constraints()
FREE = Allowance(NONE)
LIMITS = Constraints(predict_us_per_row=25.0)
QUICK = Allowance(LIMITS)
ONE_FOLD = {"losses": (0.5,)}


def sized(number: int, folder, n_bytes: int):
    """Return a trial whose learners have so many bytes on disk, over all three folds."""
    for fold in ("0", "1", "2"):
        (folder / str(number) / fold).mkdir(parents=True)
        (folder / str(number) / fold / "model").write_bytes(b"x" * (n_bytes // 3))
    return finished(number, folder=folder / str(number))


def test_without_constraints_all_are_allowed_in_their_order():
    best = [finished(2), finished(0)]
    assert within(best, FREE) == best


def test_what_is_too_slow_alone_is_left_out():
    slow, fast = finished(0, us=30.0, **ONE_FOLD), finished(1, us=20.0, **ONE_FOLD)
    assert within([slow, fast], QUICK) == [fast]


def test_a_bag_that_is_too_slow_serves_with_fewer_folds():
    (found,) = within([finished(0, us=30.0)], QUICK)
    assert (found.serving, found.trial.predict_us_per_row) == (("1", "2"), 20.0)


def test_where_none_is_quick_enough_the_quickest_is_taken():
    slow, slower = finished(0, us=30.0, **ONE_FOLD), finished(1, us=50.0, **ONE_FOLD)
    assert within([slower, slow], QUICK) == [slow]


def test_what_cannot_explain_itself_is_left_out():
    trees, machine = finished(0), finished(1, algorithm="SVM")
    assert within([machine, trees], Allowance(Constraints(explainable=True))) == [trees]


def test_a_straight_margin_explains_itself_but_not_that_of_many_classes():
    straight = finished(0, algorithm="SVM", settings={"kernel": "linear"})
    many = replace(straight, prediction=np.full((6, 3), 1 / 3))
    assert within([many, straight], Allowance(Constraints(explainable=True))) == [straight]


def test_what_is_too_large_is_left_out(tmp_path):
    large, small = sized(0, tmp_path, 30_000), sized(1, tmp_path, 300)
    assert within([large, small], Allowance(Constraints(max_bytes=1_000))) == [small]


def test_the_costliest_bag_is_thinned_before_a_member_leaves():
    best = [finished(0, us=12.0), finished(1, us=18.0)]
    _, members = economical(Mixture({0: 0.5, 1: 0.5}), best, QUICK)
    assert [len(f.serving) for f in members.values()] == [3, 2]


def test_an_ensemble_is_bounded_where_nobody_named_a_limit():
    best = [finished(n, us=2 * ENSEMBLE_MICROSECONDS) for n in range(3)]
    _, members = economical(Mixture({0: 0.4, 1: 0.3, 2: 0.3}), best, FREE)
    assert sum(f.trial.predict_us_per_row for f in members.values()) <= ENSEMBLE_MICROSECONDS


def test_what_learned_from_fewer_rows_may_have_more_members():
    best = [finished(n, us=ENSEMBLE_MICROSECONDS, **ONE_FOLD) for n in range(3)]
    mixture = Mixture({0: 0.4, 1: 0.3, 2: 0.3})
    _, of_many = economical(mixture, best, Allowance(NONE, n_rows=10_000_000))
    _, of_few = economical(mixture, best, Allowance(NONE, n_rows=10_000))
    assert (len(of_many), len(of_few)) == (1, 3)


def test_beside_a_member_that_is_dear_alone_others_may_stay():
    costs = {0: 3.0, 1: 0.9, 2: 0.9}
    best = [finished(n, us=c * ENSEMBLE_MICROSECONDS, **ONE_FOLD) for n, c in costs.items()]
    _, members = economical(Mixture({0: 0.5, 1: 0.3, 2: 0.2}), best, FREE)
    assert set(members) == {0, 1}


def test_a_single_model_is_not_bounded_where_nobody_named_a_limit():
    best = [finished(0, us=3 * ENSEMBLE_MICROSECONDS)]
    _, members = economical(Mixture({0: 1.0}), best, FREE)
    assert members == {0: best[0]}


def test_where_trials_are_counted_trees_tell_the_cost_and_not_the_clock():
    best = [finished(n, us=1e9, n_trees=10, **ONE_FOLD) for n in range(2)]
    mixture, _ = economical(Mixture({0: 0.5, 1: 0.5}), best, Allowance(NONE, counts_trees=True))
    assert set(mixture.weights) == {0, 1}


def test_a_busy_machine_makes_no_member_too_dear():
    best = [finished(n, us=1e3, n_trees=100, **ONE_FOLD) for n in range(3)]
    _, members = economical(Mixture({0: 0.4, 1: 0.3, 2: 0.3}), best, FREE)
    assert set(members) == {0, 1, 2}


def test_those_of_least_weight_leave_until_the_rest_is_quick_enough():
    best = [finished(n, us=10.0, **ONE_FOLD) for n in range(3)]
    found, _ = economical(Mixture({0: 0.2, 1: 0.5, 2: 0.3}), best, QUICK)
    assert set(found.weights) == {1, 2}


def test_shares_of_those_that_stay_sum_to_one():
    best = [finished(n, us=10.0, **ONE_FOLD) for n in range(3)]
    found, _ = economical(Mixture({0: 0.2, 1: 0.5, 2: 0.3}), best, QUICK)
    assert sum(found.weights.values()) == pytest.approx(1.0)


def test_a_mixture_that_fits_stays_as_it_is():
    best = [finished(n, us=10.0) for n in range(2)]
    mixture = Mixture({1: 0.6, 0: 0.4})
    assert economical(mixture, best, QUICK) == (mixture, {1: best[1], 0: best[0]})


def test_one_member_always_stays():
    best = [finished(n, us=99.0) for n in range(2)]
    mixture, _ = economical(Mixture({1: 0.6, 0: 0.4}), best, QUICK)
    assert set(mixture.weights) == {1}


def test_without_a_limit_no_cheap_candidate_is_needed():
    assert cheap_candidates(NONE) == []


def test_a_tighter_limit_allows_fewer_rounds():
    tight, wide = (
        max(c.n_rounds for c in cheap_candidates(Constraints(predict_us_per_row=us)))
        for us in (1.0, 10.0)
    )
    assert 5 <= tight < wide


@pytest.mark.parametrize("limit", [1e-9, 50.0, 1e9])
def test_rounds_of_cheap_candidates_are_bounded(limit):
    found = cheap_candidates(Constraints(predict_us_per_row=limit))
    assert all(5 <= c.n_rounds <= 1_000 for c in found)


def test_what_is_kept_is_not_told():
    assert broken([finished(0)], 10.0, 0, LIMITS) == []


def test_each_broken_constraint_is_told_with_its_figure(tmp_path):
    members = [sized(0, tmp_path, 3_000), finished(1, algorithm="SVM")]
    limits = Constraints(predict_us_per_row=1.0, max_bytes=1_000, explainable=True)
    told = broken(members, 12.5, 3_000, limits)
    assert ["12.5 µs" in told[0], "3,000 bytes" in told[1], "exact" in told[2]] == [True] * 3
