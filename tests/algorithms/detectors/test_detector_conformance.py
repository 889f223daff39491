"""Every detector of the registry is put to the shipped suite."""

import pytest

from phantom_ml.algorithms.base import algorithms
from phantom_ml.config import ProblemKind
from phantom_ml.testing.detector_checks import CHECKS, detector_checks

NAMES = [check.__name__.removeprefix("check_") for check in CHECKS]
DETECTORS = [a.name for a in algorithms if a.kinds == {ProblemKind.ANOMALY}]


@pytest.mark.parametrize("check", NAMES)
@pytest.mark.parametrize("name", DETECTORS)
def test_every_detector_holds_to_what_all_promise(name, check, request, capfd):
    detector = algorithms.get(name)
    if not detector.available():
        pytest.skip(f"the extra {detector.extra!r} is not installed")
    if check in detector.known_failures:
        request.node.add_marker(pytest.mark.xfail(reason=detector.known_failures[check]))
    dict(detector_checks(detector))[check]()
    printed = capfd.readouterr()
    assert printed.out == printed.err == ""
