"""One home and its models for all tests of the core; what changes a model trains its own."""

import logging
from pathlib import Path

import polars as pl
import pytest

from phantom_ml.core import AutoMLResult, PhantomMLCore
from tests.core.tables import events, numbers

#: Two unlike members, so that what wins is a mixture over numbers, categories and text.
BINARY = {
    "target_column": "label",
    "positive_class": "attack",
    "algorithms_to_try": ["LogisticRegression", "LightGBM"],
    "max_trials": 2,
    "n_threads": 2,
    "seed": 3,
}
FAST = {"target_column": "y", "algorithms_to_try": "LightGBM", "max_trials": 1, "n_threads": 1}


@pytest.fixture
def warned(caplog):
    """Return what is logged while something runs."""

    def of(run) -> list[str]:
        caplog.clear()
        with caplog.at_level(logging.WARNING, "phantom_ml"):
            run()
        return [record.getMessage() for record in caplog.records if record.name == "phantom_ml"]

    return of


def home(factory: pytest.TempPathFactory) -> Path:
    return factory.mktemp("homes") / "home"


@pytest.fixture(scope="session")
def core(tmp_path_factory: pytest.TempPathFactory) -> PhantomMLCore:
    return PhantomMLCore(home=home(tmp_path_factory))


@pytest.fixture(scope="session")
def table() -> pl.DataFrame:
    return events()


@pytest.fixture(scope="session")
def binary(core: PhantomMLCore, table: pl.DataFrame) -> AutoMLResult:
    return core.auto_create_model(table, BINARY)


@pytest.fixture(scope="session")
def again(
    tmp_path_factory: pytest.TempPathFactory, table: pl.DataFrame
) -> tuple[PhantomMLCore, AutoMLResult]:
    """The same question once more, in a home of its own, with its progress turned off."""
    other = PhantomMLCore(home=home(tmp_path_factory))
    return other, other.auto_create_model(table, BINARY)


@pytest.fixture(scope="session")
def small(core: PhantomMLCore) -> AutoMLResult:
    return core.auto_create_model(numbers(), FAST)


@pytest.fixture(scope="session")
def multiclass(core: PhantomMLCore) -> AutoMLResult:
    return core.auto_create_model(numbers("multiclass"), FAST)


@pytest.fixture(scope="session")
def regression(core: PhantomMLCore) -> AutoMLResult:
    return core.auto_create_model(numbers("regression"), FAST | {"task_type": "regression"})
