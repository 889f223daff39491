from collections.abc import Iterator

import pytest

from phantom_ml.process import shut_down, warm_up


@pytest.fixture(scope="package", autouse=True)
def _fork_server_without_imports() -> Iterator[None]:
    shut_down()
    warm_up(preload=())
    yield
    shut_down()
