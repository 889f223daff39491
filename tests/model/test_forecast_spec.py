"""What a bundle may say of a forecast: its words are checked before a part is opened."""

import math

import pytest
from pydantic import ValidationError

from phantom_ml.model.forecast_spec import ForecastMember, ForecastSpec

MEMBER = ForecastMember(forecaster="Theta", weight=1.0, folder="Theta")


def spec(**given):
    return ForecastSpec(target="n", horizon=2, levels=(0.1, 0.5, 0.9), members=(MEMBER,), **given)


@pytest.mark.parametrize(
    "stretch", [(1.0,), (1.0, 1.0, 0.5), (1.0, 1.0, math.inf), (1.0, 1.0, math.nan)]
)
def test_a_stretch_that_no_band_can_have_is_refused(stretch):
    with pytest.raises(ValidationError, match="stretch must"):
        spec(stretch=stretch)


def test_a_stretch_of_each_level_is_taken():
    assert spec(stretch=(2.0, 1.0, 1.0)).stretch == (2.0, 1.0, 1.0)


def test_a_spec_of_before_moves_nothing():
    assert spec().stretch == ()
