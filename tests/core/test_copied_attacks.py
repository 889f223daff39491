"""Few attacks, each repeated, among noise: what is told of a model is what new attacks would show."""

import numpy as np
import polars as pl
import pytest

from phantom_ml.core import PhantomMLCore

ASKED = {
    "target_column": "y",
    "max_trials": 1,
    "n_threads": 1,
    "algorithms_to_try": ["RandomForest"],
    "feature_engineering": False,
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Return the result on 8 attacks of 25 copies each among 1,000 rows, all of them noise."""
    rng = np.random.default_rng(1)
    rows = np.concatenate([rng.normal(size=(8, 4)).repeat(25, axis=0), rng.normal(size=(1_000, 4))])
    table = pl.DataFrame(rows, schema=[f"x{i}" for i in range(4)], orient="row")
    labels = pl.Series("y", ["attack"] * 200 + ["benign"] * 1_000)
    table = table.with_columns(labels).sample(fraction=1, shuffle=True, seed=3)
    return PhantomMLCore(home=tmp_path_factory.mktemp("copied")).auto_create_model(table, ASKED)


def test_what_is_told_of_noise_is_near_the_share_of_attacks(trained):
    assert trained.best_score == pytest.approx(200 / 1_200, abs=0.1)


def test_a_note_says_on_how_few_cases_it_rests(trained):
    told = "The 200 rows of 'attack' are nearly copies of 8 different ones"
    assert any(note.startswith(told) for note in trained.notes())
