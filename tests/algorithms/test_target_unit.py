"""Targets of regressions that are very small, very great, far from zero, or all the same."""

import json
from dataclasses import replace

import numpy as np
import pytest

from phantom_ml.algorithms.base import (
    LEARNER_FILE,
    NEWEST_VERSION,
    algorithms,
    load_learner,
    save_learner,
)
from phantom_ml.config import ProblemKind
from phantom_ml.data.target.unit import FACT, FILE, TargetUnit
from phantom_ml.errors import BundleDamaged, BundleVersion
from phantom_ml.parts.arrays import load_arrays, save_arrays
from phantom_ml.parts.spreads import LARGEST, MOST_SPREADS, mean_and_deviation
from phantom_ml.testing._algorithm_data import context_of, matrix_of, samples_of
from phantom_ml.testing._algorithm_fits import quick

REGRESSION = ProblemKind.REGRESSION
BY_FILE = ["LightGBM", "XGBoost"]
BY_FACT = ["CatBoost", "GradientBoosting", "RandomForest", "ExtraTrees"]
TREES = BY_FILE + BY_FACT
ALL = [a.name for a in algorithms if REGRESSION in a.kinds]
with_a_file = pytest.mark.parametrize("name", BY_FILE)
with_facts = pytest.mark.parametrize("name", BY_FACT)


def algorithm_of(name):
    algorithm = algorithms.get(name)
    if not algorithm.available():
        pytest.skip(f"the extra {algorithm.extra!r} is not installed")
    return algorithm


def fitted(name, change=lambda target: target, **context):
    train, valid = (
        replace(samples, target=change(samples.target))
        for samples in (samples_of(REGRESSION, 200, 1), samples_of(REGRESSION, 100, 2))
    )
    return quick(algorithm_of(name)).fit(train, valid, context_of(REGRESSION, **context))


def shown(target, unit):
    return unit.shown(replace(samples_of(REGRESSION, len(target), 1), target=target)).target


def test_the_spread_is_a_power_of_two_so_that_no_digit_is_lost():
    target = np.random.default_rng(0).normal(size=100) * 1e-7
    unit = TargetUnit.of_values(target)
    np.testing.assert_array_equal(shown(target, unit) * unit.spread, target - unit.centre)


def test_one_very_great_value_does_not_set_the_unit():
    target = np.random.default_rng(0).normal(size=1000)
    far = np.where(np.arange(1000) == 3, 1e12, target)
    assert TargetUnit.of_values(far).spread == TargetUnit.of_values(target).spread


def test_many_equal_values_do_not_set_the_spread():
    target = np.where(np.arange(100) < 90, 0.0, 8.0)
    assert TargetUnit.of_values(target) == TargetUnit(0.0, 8.0)


def test_errors_of_rounding_do_not_set_the_spread():
    target = np.where(np.arange(100) < 90, 0.1 + np.arange(100) * 1e-17, 1.1)
    assert TargetUnit.of_values(target).spread == 1.0


def test_a_row_without_weight_does_not_count():
    assert TargetUnit.of_values(np.array([1.0, 5.0, 1e9]), np.array([1.0, 1.0, 0.0])).spread == 4.0


def test_rows_that_all_weigh_nothing_leave_the_target_as_it_is():
    assert TargetUnit.of_values(np.array([1.0, 5.0]), np.zeros(2)) == TargetUnit()


def test_the_centre_minds_weights():
    assert TargetUnit.of_values(np.array([1.0, 5.0, 9.0]), np.array([1.0, 1.0, 3.0])).centre == 9.0


def test_classes_are_shown_as_they_are():
    samples = samples_of(ProblemKind.BINARY, 50, 1)
    assert TargetUnit.of(samples, ProblemKind.BINARY) == TargetUnit()


def test_a_value_beyond_all_is_shown_at_the_most_distance():
    assert shown(np.array([-1e300]), TargetUnit(0.0, 1e-300)).tolist() == [-MOST_SPREADS]


def test_a_prediction_beyond_all_is_the_largest_number():
    assert TargetUnit(1.7e308, 2.0**1023).told(np.array([[1.5]])).tolist() == [[LARGEST]]


@pytest.mark.parametrize("scale", [1e-320, 1e-300, 1.0, 1e300])
def test_mean_and_deviation_are_finite_whatever_the_size(scale):
    found = mean_and_deviation(np.array([1.0, 3.0]) * scale, np.ones(2))
    np.testing.assert_allclose(found, (2 * scale, scale), rtol=1e-3)


CHANGES = {
    "as small as can be": lambda target: target * 1e-300,
    "below what is normal": lambda target: target * 1e-320,
    "as great as can be": lambda target: target / np.abs(target).max() * 1.79e308,
    "all the same": lambda target: np.full(len(target), 0.1),
    "all the same and great": lambda target: np.full(len(target), 1e300),
    "one of 1e12": lambda target: np.where(np.arange(len(target)) == 3, 1e12, target),
    "one of 1e300": lambda target: np.where(np.arange(len(target)) == 3, 1e300, target),
    "whole numbers": np.round,
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", [name for name in ALL if name not in ("LSTM", "Transformer")])
def test_predictions_of_any_target_are_finite(name, change):
    assert np.isfinite(fitted(name, CHANGES[change]).predict(matrix_of(50, 3))).all()


@pytest.mark.parametrize("name", TREES)
def test_a_target_that_never_changes_is_told_exactly(name):
    found = fitted(name, CHANGES["all the same"]).predict(matrix_of(20, 3))
    np.testing.assert_array_equal(found, np.full((20, 1), 0.1))


@pytest.mark.parametrize("name", TREES)
def test_contributions_sum_to_a_prediction_far_from_zero(name):
    learner, matrix = fitted(name, lambda target: target * 1e-4 + 7.0), matrix_of(50, 3)
    parts = learner.contributions(matrix).sum(axis=1)
    np.testing.assert_allclose(parts, learner.predict(matrix), rtol=0, atol=1e-8)


@pytest.mark.parametrize("name", TREES)
def test_a_refit_of_so_many_rounds_has_the_unit_too(name):
    plain, matrix = fitted(name, n_rounds=5).predict(matrix_of(50, 3)), matrix_of(50, 3)
    moved = fitted(name, lambda target: target * 2.0**-30, n_rounds=5).predict(matrix)
    np.testing.assert_array_equal(moved * 2.0**30, plain)


@pytest.mark.parametrize("name", TREES)
def test_a_loaded_learner_tells_values_in_the_same_unit(name, tmp_path):
    learner, matrix = fitted(name, lambda target: target * 1e-9 + 1e9), matrix_of(50, 3)
    save_learner(learner, tmp_path)
    np.testing.assert_array_equal(load_learner(tmp_path).predict(matrix), learner.predict(matrix))


def in_unit(learner, matrix):
    """Return what the trees themselves say: what a learner of before there were units tells."""
    unit = getattr(learner, "unit", None) or learner._unit
    return (learner.predict(matrix) - unit.centre) / unit.spread


@with_a_file
def test_a_learner_saved_without_a_unit_tells_what_its_trees_say(name, tmp_path):
    learner, matrix = fitted(name), matrix_of(50, 3)
    save_learner(learner, tmp_path)
    (tmp_path / FILE).unlink()
    found = load_learner(tmp_path).predict(matrix)
    np.testing.assert_allclose(found, in_unit(learner, matrix), rtol=0, atol=1e-12)


@with_facts
def test_a_learner_saved_without_the_fact_tells_what_its_trees_say(name, tmp_path):
    learner, matrix = fitted(name), matrix_of(50, 3)
    save_learner(learner, tmp_path)
    arrays, facts = load_arrays(tmp_path, {})
    save_arrays(tmp_path, arrays, {key: facts[key] for key in set(facts) - {FACT}})
    found = load_learner(tmp_path).predict(matrix)
    np.testing.assert_allclose(found, in_unit(learner, matrix), rtol=0, atol=1e-12)


def test_a_forest_saved_with_a_centre_alone_adds_it(tmp_path):
    learner, matrix = fitted("RandomForest"), matrix_of(50, 3)
    save_learner(learner, tmp_path)
    arrays, facts = load_arrays(tmp_path, {})
    save_arrays(tmp_path, {**arrays, "centre": np.array([7.0])}, {"kind": facts["kind"]})
    found = load_learner(tmp_path).predict(matrix)
    np.testing.assert_allclose(found, in_unit(learner, matrix) + 7.0, rtol=0, atol=1e-12)


@pytest.mark.parametrize("centre", [np.zeros(2), np.array([np.nan]), np.zeros(1, np.float32)])
def test_a_centre_that_no_forest_had_is_refused(centre, tmp_path):
    save_learner(fitted("RandomForest"), tmp_path)
    arrays, facts = load_arrays(tmp_path, {})
    save_arrays(tmp_path, {**arrays, "centre": centre}, facts)
    with pytest.raises(BundleDamaged):
        load_learner(tmp_path)


@pytest.mark.parametrize("name", TREES)
def test_a_learner_with_a_unit_states_a_version_of_its_own(name, tmp_path):
    save_learner(fitted(name), tmp_path)
    assert json.loads((tmp_path / LEARNER_FILE).read_text()) == {"algorithm": name, "version": 2}


@pytest.mark.parametrize("name", TREES)
def test_a_learner_of_classes_is_saved_as_before_there_were_units(name, tmp_path):
    kind = ProblemKind.BINARY
    learner = quick(algorithm_of(name)).fit(samples_of(kind, 200, 1), None, context_of(kind))
    save_learner(learner, tmp_path)
    assert json.loads((tmp_path / LEARNER_FILE).read_text()) == {"algorithm": name}


def test_a_learner_whose_unit_came_before_versions_tells_values_in_it(tmp_path):
    learner, matrix = fitted("LightGBM"), matrix_of(50, 3)
    save_learner(learner, tmp_path)
    (tmp_path / LEARNER_FILE).write_text(json.dumps({"algorithm": "LightGBM"}))
    np.testing.assert_array_equal(load_learner(tmp_path).predict(matrix), learner.predict(matrix))


def test_a_learner_of_a_later_version_is_refused(tmp_path):
    save_learner(fitted("LightGBM"), tmp_path)
    told = {"algorithm": "LightGBM", "version": NEWEST_VERSION + 1}
    (tmp_path / LEARNER_FILE).write_text(json.dumps(told))
    with pytest.raises(BundleVersion, match="learners of LightGBM are of version 3"):
        load_learner(tmp_path)


@pytest.mark.parametrize("version", [True, 1.0, "1", None, [1]])
def test_a_version_of_a_learner_that_is_no_whole_number_is_damage(version, tmp_path):
    save_learner(fitted("LightGBM"), tmp_path)
    told = {"algorithm": "LightGBM", "version": version}
    (tmp_path / LEARNER_FILE).write_text(json.dumps(told))
    with pytest.raises(BundleDamaged):
        load_learner(tmp_path)


UNITS = [
    "none",
    [],
    {"centre": 0.0, "spread": 0.0},
    {"centre": 0.0, "spread": -1.0},
    {"centre": float("nan"), "spread": 1.0},
    {"centre": 0.0, "spread": float("inf")},
    {"centre": "0", "spread": 1.0},
    {"centre": True, "spread": 1.0},
    {"centre": 0.0, "spread": 1.0, "more": 1.0},
    {"centre": 0.0},
]


@pytest.mark.parametrize("unit", UNITS)
@with_a_file
def test_a_file_of_no_unit_is_refused(name, unit, tmp_path):
    save_learner(fitted(name), tmp_path)
    (tmp_path / FILE).write_text(json.dumps({FACT: unit}))
    with pytest.raises(BundleDamaged):
        load_learner(tmp_path)


@pytest.mark.parametrize("content", ["", "[]", "{}", "{"])
def test_a_file_that_holds_no_unit_is_refused(content, tmp_path):
    save_learner(fitted("LightGBM"), tmp_path)
    (tmp_path / FILE).write_text(content)
    with pytest.raises(BundleDamaged):
        load_learner(tmp_path)


@pytest.mark.parametrize("unit", UNITS)
@with_facts
def test_a_fact_that_is_no_unit_is_refused(name, unit, tmp_path):
    save_learner(fitted(name), tmp_path)
    arrays, facts = load_arrays(tmp_path, {})
    save_arrays(tmp_path, arrays, {**facts, FACT: unit})
    with pytest.raises(BundleDamaged):
        load_learner(tmp_path)
