"""What every detector must hold to: a suite of checks to put a new one to.

A detector is an algorithm, so it is put to those checks of algorithms that need no answers as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Feature, Matrix, Samples
from phantom_ml.testing._algorithm_data import context_of, matrix_of, samples_of
from phantom_ml.testing._algorithm_fits import (
    Algorithm,
    check_answer,
    expect,
    fitted,
    quick,
)
from phantom_ml.testing._algorithm_growth import check_deadline, check_rounds
from phantom_ml.testing.algorithm_checks import (
    check_damaged_files,
    check_ends_of_bounds,
    check_explanations,
    check_input_is_left_alone,
    check_missing_everywhere,
    check_output,
    check_points_of_the_space,
    check_rows_stand_alone,
    check_same_seed_same_predictions,
    check_save_and_load,
    check_settings,
    check_unseen_category,
    check_useless_columns,
    strictly,
)

KIND = ProblemKind.ANOMALY
#: Rows of the cloud that a planted outlier lies outside of, and its columns.
N_ROWS, N_COLUMNS = 600, 4


def detector_checks(detector: Algorithm) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield every check of a detector by its name.

    Parameters
    ----------
    detector : subclass of AlgorithmSettings
        With ``ProblemKind.ANOMALY`` among its kinds.

    Yields
    ------
    (name, check)
        Calling the check raises CheckFailed, or whatever the detector raised; warnings are errors.

    Examples
    --------
    >>> from phantom_ml.algorithms.base import algorithms
    >>> for name, check in detector_checks(algorithms.get("ECOD")):
    ...     if name == "one_row":
    ...         check()
    """
    for check in CHECKS:
        yield check.__name__.removeprefix("check_"), partial(strictly, check, detector)


def _cloud(n_rows: int, seed: int) -> Matrix:
    """Return rows around one centre, of columns that go together."""
    random = np.random.default_rng(seed)
    common = random.normal(size=(n_rows, 1))
    values = common + 0.5 * random.normal(size=(n_rows, N_COLUMNS))
    features = tuple(Feature(f"x{i}", f"x{i}") for i in range(N_COLUMNS))
    return Matrix(np.ascontiguousarray(values, np.float32), features)


def _alone(matrix: Matrix) -> Samples:
    return Samples(matrix, np.zeros(matrix.n_rows))


def check_planted_outlier(detector: Algorithm) -> None:
    """Check that a row far outside of all others scores higher than 99 % of them."""
    learner = quick(detector).fit(_alone(_cloud(N_ROWS, 1)), None, context_of(KIND))
    usual = learner.predict(_cloud(N_ROWS, 2))[:, 0]
    far = replace(_cloud(1, 3), values=np.full((1, N_COLUMNS), 9.0, np.float32))
    found = float(learner.predict(far)[0, 0])
    share = float((found > usual).mean())
    expect(share >= 0.99, f"A planted outlier scores higher than only {share:.1%} of usual rows.")


def check_surprise(detector: Algorithm) -> None:
    """Check that scores are surprise: a twentieth of new rows is above log(20), within chance."""
    train, new = _cloud(4 * N_ROWS, 1), _cloud(4 * N_ROWS, 2)
    found = quick(detector).fit(_alone(train), None, context_of(KIND)).predict(new)
    expect(bool((found >= 0).all()), "A surprise is below 0.")
    share = float((found >= np.log(20.0)).mean())
    expect(0.02 < share < 0.1, f"{share:.1%} of usual rows are as surprising as one in twenty.")


def check_answers_are_not_read(detector: Algorithm) -> None:
    """Check that a fit is the same whatever the answers and the held-out rows are."""
    plain, others = samples_of(KIND, 120, 1), samples_of(KIND, 60, 2)
    told = replace(plain, target=(np.arange(120) % 2).astype(np.float64))
    one = quick(detector).fit(plain, None, context_of(KIND)).predict(others.matrix)
    two = quick(detector).fit(told, others, context_of(KIND)).predict(others.matrix)
    expect(np.array_equal(one, two), "Answers or held-out rows change the scores.")


def check_one_row(detector: Algorithm) -> None:
    """Check that one row is enough to be fitted on."""
    for seed in (1, 2):
        learner = quick(detector).fit(samples_of(KIND, 1, seed), None, context_of(KIND))
        check_answer(learner.predict(matrix_of(20, 3)), 20, context_of(KIND))


def check_no_columns(detector: Algorithm) -> None:
    """Check that a table without any column is answered: all rows are alike."""
    bare = Matrix(np.empty((30, 0), np.float32), ())
    found = quick(detector).fit(_alone(bare), None, context_of(KIND)).predict(bare)
    check_answer(found, 30, context_of(KIND))
    expect(bool((found == found[0]).all()), "Rows without columns score differently.")


def check_new_gap(detector: Algorithm) -> None:
    """Check that a value is answered that is missing where training always had one."""
    learner = quick(detector).fit(_alone(_cloud(200, 1)), None, context_of(KIND))
    matrix = _cloud(20, 2)
    values = matrix.values.copy()
    values[:, 1] = np.nan
    check_answer(learner.predict(replace(matrix, values=values)), 20, context_of(KIND))


def check_infinite_values(detector: Algorithm) -> None:
    """Check that infinite values are answered, and are no usual ones."""
    matrix = _cloud(200, 1)
    values = matrix.values.copy()
    values[0, 0], values[1, 1] = np.inf, -np.inf
    wild = replace(matrix, values=values)
    found = quick(detector).fit(_alone(wild), None, context_of(KIND)).predict(wild)
    check_answer(found, 200, context_of(KIND))
    usual = float(np.median(found))
    expect(bool((found[:2] > usual).all()), "An infinite value is as usual as any other.")


def check_rare_level(detector: Algorithm) -> None:
    """Check that a level which one row in a thousand has surprises more than the common one."""
    codes = np.zeros((1000, 1), np.float32)
    codes[:300] = 1.0
    codes[500] = 2.0
    matrix = Matrix(codes, (Feature("level", "level", cardinality=4),))
    found = quick(detector).fit(_alone(matrix), None, context_of(KIND)).predict(matrix)[:, 0]
    expect(found[500] > found[700], "A rare level surprises no more than the commonest.")


def check_other_width(detector: Algorithm) -> None:
    """Check that a matrix with another number of features is refused in words."""
    from phantom_ml.errors import DataError

    learner = fitted(detector, KIND)
    try:
        learner.predict(matrix_of(5, 3).columns([0, 1]))
    except DataError:
        return
    expect(False, "A matrix with other features was scored.")


#: Every check, in the order in which they are best read.
CHECKS: tuple[Callable[[Algorithm], None], ...] = (
    check_settings, check_output, check_planted_outlier, check_surprise, check_answers_are_not_read,
    check_same_seed_same_predictions, check_rows_stand_alone, check_input_is_left_alone,
    check_one_row, check_no_columns, check_missing_everywhere, check_new_gap,
    check_infinite_values, check_unseen_category, check_rare_level, check_useless_columns,
    check_other_width, check_save_and_load, check_damaged_files, check_deadline, check_rounds,
    check_explanations, check_ends_of_bounds, check_points_of_the_space,
)  # fmt: skip
