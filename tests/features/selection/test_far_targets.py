"""A regression's features are chosen alike wherever its target lies and however small it is."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from phantom_ml.config import FeatureSettings, ProblemKind
from phantom_ml.data.matrix import Feature, Matrix, Samples
from phantom_ml.data.recognise import recognise
from phantom_ml.features.before import Before
from phantom_ml.features.fit import fit_encoder
from phantom_ml.features.fitted.question import Question
from phantom_ml.features.selection.interactions import choose_interactions
from phantom_ml.features.selection.order import order_of
from phantom_ml.features.selection.tiers import race_tiers
from phantom_ml.features.selection.training import Training

N = 800
VALUES = Question(ProblemKind.REGRESSION, 0)
RNG = np.random.default_rng(0)
COLUMNS = RNG.normal(size=(N, 3))
TARGET = 2 * COLUMNS[:, 0] + COLUMNS[:, 1] * COLUMNS[:, 2] + 0.1 * RNG.normal(size=N)
ROWS = Samples(Matrix(COLUMNS.astype(np.float32), tuple(Feature(n, n) for n in "abc")), TARGET)
CHANGES = {
    "far": lambda target: target + 1e9,
    "small": lambda target: target * 2.0**-170,
    "smallest": lambda target: target * 2.0**-700,
    "great": lambda target: target * 2.0**300,
}
changed = pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)


def race(target):
    tiers = {"useful": ("a",), "useless": ("c",)}
    return race_tiers(replace(ROWS, target=target), tiers, VALUES)


@changed
def test_a_planted_product_is_found(change):
    frame = pl.DataFrame(COLUMNS, schema=["a", "b", "c"])
    schema = recognise(frame, dict.fromkeys("abc", "number"))
    encoder = fit_encoder(frame, schema, FeatureSettings())
    samples = Samples(encoder.training(frame, Before()), change(TARGET))
    found = choose_interactions(Training(frame, schema, samples, VALUES), repeats=1)
    assert {"b * c", "b × c"} & {f.name for t in found for f in t.features}


@changed
def test_a_family_gains_what_it_gains_by_an_ordinary_target(change):
    found, plain = race(change(TARGET))[0], race(TARGET)[0]
    assert np.mean(found.gains) == pytest.approx(np.mean(plain.gains), abs=0.05)


def test_losses_are_told_in_the_square_of_the_target():
    found, plain = race(TARGET * 2.0**-60)[0], race(TARGET)[0]
    ratio = np.array(found.losses).mean() / np.array(plain.losses).mean()
    assert ratio == pytest.approx(2.0**-120, rel=0.2)


def test_rows_that_differ_in_a_very_small_target_alone_are_told_apart():
    alike = Samples(ROWS.matrix.rows(np.zeros(N, np.int64)), TARGET * 1e-100)
    turned = np.random.default_rng(1).permutation(N)
    back = alike.rows(turned)
    np.testing.assert_array_equal(
        alike.target[order_of(alike, VALUES)], back.target[order_of(back, VALUES)]
    )
