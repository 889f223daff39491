"""A model of logins and what came after its history, for all tests of forecasts."""

from datetime import timedelta

import polars as pl
import pytest

from tests.core.forecasts.logins import ASKED, DAYS, hours


@pytest.fixture(scope="session")
def trained(core):
    return core.auto_create_model(hours(0, 24 * DAYS), ASKED)


@pytest.fixture
def came():
    return hours(24 * DAYS, 24 * DAYS + 24)


@pytest.fixture(scope="session")
def constant(core):
    flat = pl.DataFrame({"time": range(40), "value": [7.0] * 40})
    return core.auto_create_model(flat, {**ASKED, "task_settings": {"horizon": 3}})


@pytest.fixture
def between(came):
    """The first steps ahead of one site, and a row seven minutes after the second of them."""
    north = came.filter(pl.col("site") == "north").head(3)
    late = north[[1]].with_columns(pl.col("time") + timedelta(minutes=7), value=pl.lit(50.0))
    return pl.concat([north, late])
