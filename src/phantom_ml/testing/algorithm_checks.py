"""What every algorithm must hold to: a suite of checks to put a new one to.

Each check is a function of the algorithm that raises CheckFailed, in words. A plugin's tests run
them all and expect those named in its ``known_failures`` to fail.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from phantom_ml.algorithms.base import (
    Bound,
    Learner,
    Setting,
    load_learner,
    save_learner,
)
from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Feature, Matrix, Samples
from phantom_ml.errors import BundleDamaged
from phantom_ml.testing._algorithm_data import (
    N_CLASSES,
    context_of,
    history_samples,
    matrix_of,
    samples_of,
    text_samples,
)
from phantom_ml.testing._algorithm_fits import (
    Algorithm,
    CheckFailed,
    check_answer,
    expect,
    fitted,
    kinds_of,
    quick,
    skill,
)
from phantom_ml.testing._algorithm_growth import check_deadline, check_looks, check_rounds
from phantom_ml.testing._algorithm_targets import check_unit_of_the_target

#: Seeded points of the search space that are fitted.
N_POINTS = 20


def algorithm_checks(algorithm: Algorithm) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield every check of an algorithm by its name.

    Parameters
    ----------
    algorithm : subclass of AlgorithmSettings

    Yields
    ------
    (name, check)
        Calling the check raises CheckFailed, or whatever the algorithm raised; warnings are errors.

    Examples
    --------
    >>> from phantom_ml.algorithms.base import algorithms
    >>> for name, check in algorithm_checks(algorithms.get("Baseline")):
    ...     if name == "same_seed_same_predictions":
    ...         check()
    """
    for check in CHECKS:
        yield check.__name__.removeprefix("check_"), partial(strictly, check, algorithm)


def strictly(check: Callable[[Algorithm], None], algorithm: Algorithm) -> None:
    """Run a check; a warning fails it too."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check(algorithm)


def check_settings(algorithm: Algorithm) -> None:
    """Check that defaults are within their bounds, and every bound is described."""
    algorithm.model_validate(algorithm().model_dump())
    for name in algorithm.space():
        described = bool(algorithm.model_fields[name].description)
        expect(described, f"The setting {name!r} has no description.")


def check_ends_of_bounds(algorithm: Algorithm) -> None:
    """Check that each setting fits at both of its ends and at each of its choices."""
    kind = kinds_of(algorithm)[0]
    for name, bound in algorithm.space().items():
        for value in bound.choices or (bound.low, bound.high):
            plain = int(value) if bound.integer else value
            _check_point(algorithm, kind, {name: plain})


def check_points_of_the_space(algorithm: Algorithm) -> None:
    """Check that seeded points of the search space fit."""
    random = np.random.default_rng(0)
    kinds = kinds_of(algorithm)
    for number in range(N_POINTS):
        point = {name: _drawn(bound, random) for name, bound in algorithm.space().items()}
        _check_point(algorithm, kinds[number % len(kinds)], point)


def _drawn(bound: Bound, random: np.random.Generator) -> Setting:
    if bound.choices:
        return bound.choices[int(random.integers(len(bound.choices)))]
    low, high = (np.log(bound.low), np.log(bound.high)) if bound.log else (bound.low, bound.high)
    value = float(random.uniform(low, high))
    value = float(np.clip(np.exp(value) if bound.log else value, bound.low, bound.high))
    return round(value) if bound.integer else value


def _check_point(algorithm: Algorithm, kind: ProblemKind, point: dict[str, Setting]) -> None:
    try:
        settings = quick(algorithm, **point)
        learner = settings.fit(samples_of(kind, 80, 1), samples_of(kind, 40, 2), context_of(kind))
        check_answer(learner.predict(matrix_of(20, 3)), 20, context_of(kind))
    except Exception as error:
        raise CheckFailed(f"{kind.value} with {point}: {type(error).__name__}: {error}") from error


def check_output(algorithm: Algorithm) -> None:
    """Check that predictions have the promised shape, type and range, also for no row."""
    for kind in kinds_of(algorithm):
        learner = fitted(algorithm, kind)
        for n_rows in (50, 1, 0):
            part = matrix_of(50, 3).rows(np.arange(n_rows))
            check_answer(learner.predict(part), n_rows, context_of(kind))


def check_learns_a_simple_rule(algorithm: Algorithm) -> None:
    """Check that what is told plainly by a column is learned."""
    for kind in kinds_of(algorithm):
        test = samples_of(kind, 300, 3)
        share = skill(fitted(algorithm, kind, 300).predict(test.matrix), test, kind)
        expect(share > 0.2, f"On {kind.value} only {share:.0%} of the error of a constant is gone.")


def check_same_seed_same_predictions(algorithm: Algorithm) -> None:
    """Check that two fits with one seed and one thread predict the same to the last bit."""
    for kind in kinds_of(algorithm):
        one, two = (fitted(algorithm, kind).predict(matrix_of(50, 3)) for _ in range(2))
        expect(np.array_equal(one, two), f"Two fits of {kind.value} with one seed differ.")


def check_rows_stand_alone(algorithm: Algorithm) -> None:
    """Check that a row's prediction does not depend on its neighbours or their order."""
    for kind in kinds_of(algorithm):
        learner, matrix = fitted(algorithm, kind), matrix_of(50, 3)
        whole = learner.predict(matrix)
        order = np.random.default_rng(0).permutation(50)
        alike = np.allclose(learner.predict(matrix.rows(order)), whole[order], atol=1e-6)
        expect(alike, "Rows in another order predict differently.")
        one = learner.predict(matrix.rows(np.array([7])))
        expect(np.allclose(one, whole[7:8], atol=1e-6), "A row alone predicts differently.")


def check_input_is_left_alone(algorithm: Algorithm) -> None:
    """Check that neither a fit nor a prediction writes to what it was given."""
    for kind in kinds_of(algorithm):
        train, valid = samples_of(kind, 100, 1), samples_of(kind, 50, 2)
        before = [train.matrix.values.copy(), train.target.copy(), valid.matrix.values.copy()]
        train.target.setflags(write=False)
        quick(algorithm).fit(train, valid, context_of(kind)).predict(valid.matrix)
        after = [train.matrix.values, train.target, valid.matrix.values]
        same = all(np.array_equal(a, b, True) for a, b in zip(before, after, strict=True))
        expect(same, "The input was written to.")


def check_missing_everywhere(algorithm: Algorithm) -> None:
    """Check that a row of nothing but missing values is answered."""
    for kind in kinds_of(algorithm):
        matrix = matrix_of(5, 3)
        nothing = replace(matrix, values=np.full_like(matrix.values, np.nan))
        check_answer(fitted(algorithm, kind).predict(nothing), 5, context_of(kind))


def check_unseen_category(algorithm: Algorithm) -> None:
    """Check that codes which training never held are answered."""
    for kind in kinds_of(algorithm):
        matrix = matrix_of(5, 3)
        values = matrix.values.copy()
        values[:, 6] = 39
        found = fitted(algorithm, kind).predict(replace(matrix, values=values))
        check_answer(found, 5, context_of(kind))


def check_useless_columns(algorithm: Algorithm) -> None:
    """Check that columns which are all missing or all the same do no harm."""
    for kind in kinds_of(algorithm):
        train = samples_of(kind, 60, 1)
        values = np.stack([np.full(60, np.nan), np.ones(60), np.full(60, np.nan)], axis=1)
        features = (Feature("a", "a"), Feature("b", "b"), Feature("c", "c", cardinality=5))
        useless = Matrix(values.astype(np.float32), features)
        fitted = quick(algorithm).fit(replace(train, matrix=useless), None, context_of(kind))
        check_answer(fitted.predict(useless), 60, context_of(kind))


def check_one_positive_in_a_thousand(algorithm: Algorithm) -> None:
    """Check that one positive row among a thousand is no reason to fail."""
    if ProblemKind.BINARY not in algorithm.kinds:
        return
    for n_positive in (1, 0):
        train = samples_of(ProblemKind.BINARY, 1000, 1)
        target = np.zeros(1000, np.int64)
        target[500 : 500 + n_positive] = 1
        rare = replace(train, target=target)
        context = context_of(ProblemKind.BINARY)
        found = quick(algorithm).fit(rare, rare, context).predict(train.matrix)
        check_answer(found, 1000, context)
        expect(float(found.mean()) < 0.5, "The rare class is taken for the usual one.")


def check_absent_class(algorithm: Algorithm) -> None:
    """Check that a class which these rows do not hold keeps its place in the prediction."""
    if ProblemKind.MULTICLASS not in algorithm.kinds:
        return
    context = context_of(ProblemKind.MULTICLASS)
    train, valid = (samples_of(ProblemKind.MULTICLASS, 120, seed) for seed in (1, 2))
    for absent in ((1,), (0, 2)):
        kept = replace(
            train, target=np.where(np.isin(train.target, absent), _other(absent), train.target)
        )
        quick(algorithm).fit(kept, valid, context)
        found = quick(algorithm).fit(kept, None, context).predict(valid.matrix)
        check_answer(found, valid.matrix.n_rows, context)
        share = float(found[:, list(absent)].mean())
        expect(share < 0.3, f"A class that was never seen has the probability {share:.2f}.")


def _other(absent: tuple[int, ...]) -> int:
    return next(code for code in range(N_CLASSES) if code not in absent)


def check_weights_count(algorithm: Algorithm) -> None:
    """Check that rows which weigh more pull predictions towards their answer."""
    for kind in kinds_of(algorithm):
        train = samples_of(kind, 200, 1)
        high = (
            train.target > np.median(train.target)
            if kind is ProblemKind.REGRESSION
            else train.target > 0
        )
        means = []
        for factor in (0.05, 20.0):
            heavy = replace(train, weight=np.where(high, factor, 1.0))
            found = quick(algorithm).fit(heavy, None, context_of(kind)).predict(train.matrix)
            means.append(float((1 - found[:, 0]).mean() if found.shape[1] > 1 else found.mean()))
        expect(means[1] > means[0], f"On {kind.value}, weights do not move predictions.")


def check_save_and_load(algorithm: Algorithm) -> None:
    """Check that a loaded learner predicts what the saved one did, to the last bit."""
    for kind in kinds_of(algorithm):
        learner = fitted(algorithm, kind)
        with tempfile.TemporaryDirectory() as folder:
            save_learner(learner, Path(folder) / "learner")
            again = load_learner(Path(folder) / "learner")
        expect(type(again) is type(learner), "Another kind of learner was loaded.")
        for n_rows in (50, 1):
            matrix = matrix_of(n_rows, 3)
            same = np.array_equal(learner.predict(matrix), again.predict(matrix))
            expect(same, f"On {kind.value}, {n_rows} rows predict differently after loading.")
        expect(again.n_rounds == learner.n_rounds, "Rounds are forgotten.")
        expect(again.n_trees == learner.n_trees, "Trees are forgotten.")


def check_damaged_files(algorithm: Algorithm) -> None:
    """Check that a file which is cut, empty or absent is refused."""
    learner = fitted(algorithm, kinds_of(algorithm)[0])
    with tempfile.TemporaryDirectory() as folder:
        save_learner(learner, Path(folder))
        for path in sorted(p for p in Path(folder).rglob("*.*") if p.name != "learner.json"):
            whole = path.read_bytes()
            for content in (whole[: len(whole) // 2], b"", None):
                path.unlink()
                if content is not None:
                    path.write_bytes(content)
                expect(_refused(Path(folder)), f"A damaged {path.name} was loaded.")
                path.write_bytes(whole)


def _refused(folder: Path) -> bool:
    try:
        load_learner(folder)
    except BundleDamaged:
        return True
    return False


def check_explanations(algorithm: Algorithm) -> None:
    """Check that importances are not negative and contributions sum to the raw prediction."""
    for kind in kinds_of(algorithm):
        learner, matrix = fitted(algorithm, kind), matrix_of(30, 3)
        importance = learner.importance()
        if importance is not None:
            right = importance.shape == (len(matrix.features),) and bool((importance >= 0).all())
            expect(right, "Importances are not one a feature, at least 0.")
        _check_parts(learner, matrix, kind)
        train = samples_of(kind, 200, 1)
        bare = replace(train, matrix=replace(train.matrix, text=None))
        learner = quick(algorithm).fit(bare, None, context_of(kind))
        _check_parts(learner, replace(matrix, text=None), kind)


def _check_parts(learner: Learner, matrix: Matrix, kind: ProblemKind) -> None:
    parts, found = learner.contributions(matrix), learner.predict(matrix)
    if parts is None:
        return
    n_features = len(matrix.features)
    # One more where text is read.
    widths = {n_features + 1} if matrix.text is None else {n_features + 1, n_features + 2}
    right = parts.ndim == 3 and parts.shape[1] in widths
    expect(right and parts.shape[::2] == found.shape, f"Contributions have shape {parts.shape}.")
    raw = parts.sum(axis=1)
    if learner.contribution_scale == "log-odds":
        raw = _shares(raw, kind)
    expect(np.allclose(raw, found, atol=1e-4), "Contributions do not sum to the prediction.")
    nothing = learner.contributions(matrix.rows(np.arange(0)))
    expect(nothing is not None and len(nothing) == 0, "Contributions to no row are refused.")


def _shares(raw: NDArray[np.float64], kind: ProblemKind) -> NDArray[np.float64]:
    """Return the probabilities of log-odds; values as they are."""
    if kind is ProblemKind.REGRESSION:
        return raw
    if kind is ProblemKind.BINARY:
        return np.asarray(1 / (1 + np.exp(-raw)))
    shifted = np.exp(raw - raw.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def check_reads_text(algorithm: Algorithm) -> None:
    """Check that a learner which says it reads text learns from text alone."""
    for kind in kinds_of(algorithm) if algorithm.reads_text else ():
        learner, matrix = _learned_alone(algorithm, kind, "text", text_samples)
        check_answer(learner.predict(replace(matrix, text=None)), 200, context_of(kind))


def check_reads_history(algorithm: Algorithm) -> None:
    """Check that a learner which says it reads the last events learns from them alone."""
    for kind in kinds_of(algorithm) if algorithm.reads_history else ():
        _learned_alone(algorithm, kind, "history", history_samples)


def _learned_alone(
    algorithm: Algorithm, kind: ProblemKind, what: str, made: Callable[..., Samples]
) -> tuple[Learner, Matrix]:
    train, test = made(kind, 300, 1), made(kind, 200, 2)
    learner = quick(algorithm).fit(train, None, context_of(kind))
    share = skill(learner.predict(test.matrix), test, kind)
    expect(share > 0.2, f"On {kind.value}, {what} alone takes away only {share:.0%} of the error.")
    return learner, test.matrix


#: Every check, in the order in which they are best read.
CHECKS: tuple[Callable[[Algorithm], None], ...] = (
    check_settings, check_output, check_learns_a_simple_rule, check_unit_of_the_target,
    check_same_seed_same_predictions, check_rows_stand_alone, check_input_is_left_alone, check_missing_everywhere,
    check_unseen_category, check_useless_columns, check_one_positive_in_a_thousand,
    check_absent_class, check_weights_count, check_save_and_load, check_damaged_files,
    check_deadline, check_rounds, check_looks, check_explanations, check_reads_text, check_reads_history,
    check_ends_of_bounds, check_points_of_the_space,
)  # fmt: skip
