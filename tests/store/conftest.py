"""A fresh store a test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from phantom_ml.store import Store
from tests.store.stores import new_experiment


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "home") as opened:
        yield opened


@pytest.fixture
def experiment(store: Store) -> str:
    return new_experiment(store)
