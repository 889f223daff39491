"""What a training tells of families: how each fared in the race, or why there was none."""

import numpy as np
import polars as pl
import pytest

from phantom_ml.automl.preparation.families import (
    ABSENT,
    FIRST_MODEL,
    NO_PAST,
    OFF,
    RACE_OVER,
    families_told,
)
from phantom_ml.config import FeatureSettings, ProblemKind
from phantom_ml.data.matrix import Matrix
from phantom_ml.data.recognise import recognise
from phantom_ml.features.fit import fit_encoder
from phantom_ml.features.selection.judged import Judged
from phantom_ml.features.selection.tiers import Tier, tiers_of

FRAME = pl.DataFrame(
    {
        "src": [f"10.0.{i % 7}.{i % 250}" for i in range(300)],
        "query": [f"select {i} from users where id = {i * 7}" for i in range(300)],
    }
)
NONE = Matrix(np.empty((0, 0), np.float32), ())


@pytest.fixture(scope="module")
def encoder():
    return fit_encoder(FRAME, recognise(FRAME), FeatureSettings())


def told(encoder, *tiers, settings=None, kind=ProblemKind.BINARY):
    judged = Judged(encoder, NONE, tiers)
    found = families_told(judged, settings or FeatureSettings(), kind, RACE_OVER)
    return {family.name: family for family in found}


def without(encoder, family):
    gone = set(tiers_of(encoder)[family])
    return encoder.keeping([f.name for f in encoder.features if f.name not in gone])


def test_the_four_families_come_first(encoder):
    assert list(told(encoder))[:4] == ["text", "temporal", "statistical", "security"]


def test_a_dropped_family_says_how_many_features_it_had(encoder):
    names = tiers_of(encoder)["text"]
    raced = Tier("text", names, (-0.1, -0.2, 0.0), kept=False)
    found = told(without(encoder, "text"), raced)["text"]
    assert (found.outcome, found.n_made, found.n_features) == ("dropped", len(names), 0)


def test_a_kept_family_says_what_held_out_rows_gain(encoder):
    raced = Tier("text", tiers_of(encoder)["text"], (0.1, 0.3, 0.2), kept=True)
    assert told(encoder, raced)["text"].mean_gain == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("kind", "figure"),
    [(ProblemKind.BINARY, "log loss"), (ProblemKind.REGRESSION, "squared error")],
)
def test_the_figure_is_that_of_the_question(encoder, kind, figure):
    raced = Tier("text", tiers_of(encoder)["text"], (0.1,), kept=True)
    assert told(encoder, raced, kind=kind)["text"].figure == figure


def test_a_family_without_a_judgement_says_why(encoder):
    raced = Tier("text", tiers_of(encoder)["text"], (), kept=True)
    assert told(encoder, raced)["text"].why_not_raced == RACE_OVER


def test_a_family_of_which_no_column_gives_a_feature_says_so(encoder):
    assert told(encoder)["temporal"].why_not_raced == ABSENT


def test_a_family_of_which_only_parts_are_there_names_them(encoder):
    few = without(encoder, "statistical") if "statistical" in tiers_of(encoder) else encoder
    raced = Tier("peers", ("src.peers",), (0.1, 0.1, 0.1), kept=True)
    assert told(few, raced)["statistical"].why_not_raced == "its features are told as peers"


def test_a_family_that_was_switched_off_says_so(encoder):
    settings = FeatureSettings(text=False)
    assert told(without(encoder, "text"), settings=settings)["text"].why_not_raced == OFF


def test_a_family_beyond_the_limits_is_told_from_a_dropped_one(encoder):
    raced = Tier("text", tiers_of(encoder)["text"], (0.1, 0.1, 0.1), kept=True)
    assert told(without(encoder, "text"), raced)["text"].outcome == "beyond limits"


def test_a_first_model_says_why_it_has_no_windows(encoder):
    judged = Judged(encoder, NONE, ())
    found = families_told(judged, FeatureSettings(), ProblemKind.BINARY, FIRST_MODEL)
    assert {f.name: f.why_not_raced for f in found}["windows"] == NO_PAST
