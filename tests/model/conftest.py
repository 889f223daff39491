"""One key and one sealed bundle a test."""

from pathlib import Path

import pytest

from phantom_ml.model.signing import SigningKey
from tests.model.bundles import sealed


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    return SigningKey.load_or_create(tmp_path_factory.mktemp("home") / "keys")


@pytest.fixture
def bundle(tmp_path: Path, key: SigningKey) -> Path:
    folder = tmp_path / "bundle"
    sealed(folder, key)
    return folder
