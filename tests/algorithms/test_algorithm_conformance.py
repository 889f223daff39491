"""Every algorithm of the registry that learns from answers is put to the shipped suite."""

import pytest

from phantom_ml.algorithms.base import algorithms
from phantom_ml.config import SUPERVISED
from phantom_ml.testing.algorithm_checks import CHECKS, algorithm_checks

NAMES = [check.__name__.removeprefix("check_") for check in CHECKS]
SUPERVISED_NAMES = [a.name for a in algorithms if a.kinds & set(SUPERVISED)]


@pytest.mark.parametrize("check", NAMES)
@pytest.mark.parametrize("name", SUPERVISED_NAMES)
def test_every_algorithm_holds_to_what_all_promise(name, check, request, capfd):
    algorithm = algorithms.get(name)
    if not algorithm.available():
        pytest.skip(f"the extra {algorithm.extra!r} is not installed")
    if check in algorithm.known_failures:
        request.node.add_marker(pytest.mark.xfail(reason=algorithm.known_failures[check]))
    dict(algorithm_checks(algorithm))[check]()
    printed = capfd.readouterr()
    assert printed.out == printed.err == ""
