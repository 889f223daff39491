"""A bundle is of the format that refuses it to programs which would read it wrongly."""

import json

import pytest

from phantom_ml.model.bundle import files_in, open_bundle, seal
from phantom_ml.model.formats import format_of
from phantom_ml.model.signing import SigningKey, Trust

LEARNERS = ["learners/0/all/learner.json", "learners/0/all/booster/learner.json"]


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "bundle"
    for part in LEARNERS:
        write(folder, part, {"algorithm": "LightGBM"})
    return folder


def write(folder, part: str, told) -> None:
    (folder / part).parent.mkdir(parents=True, exist_ok=True)
    (folder / part).write_text(json.dumps(told))


def found(folder) -> int:
    return format_of(folder, files_in(folder))


def test_learners_of_the_first_version_need_the_first_format(folder):
    assert found(folder) == 1


@pytest.mark.parametrize("part", LEARNERS)
def test_one_learner_of_a_later_version_needs_the_second_format(folder, part):
    write(folder, part, {"algorithm": "LightGBM", "version": 2})
    assert found(folder) == 2


def test_a_version_that_another_part_states_is_none_of_a_learner(folder):
    write(folder, "encoder/encoder.json", {"version": 2})
    assert found(folder) == 1


@pytest.mark.parametrize("told", [[], {}, {"version": "2"}, {"version": True}, None])
def test_a_learner_that_is_damaged_is_left_to_who_loads_it(folder, told):
    write(folder, LEARNERS[0], told)
    assert found(folder) == 1


@pytest.mark.parametrize("version", [1, 2])
def test_a_sealed_bundle_states_its_format(folder, tmp_path, version):
    write(folder, LEARNERS[0], {"algorithm": "LightGBM", "version": version})
    key = SigningKey.load_or_create(tmp_path / "keys")
    seal(folder, {}, {}, key, "2026-01-02T03:04:05+00:00")
    assert open_bundle(folder, Trust(own=key.fingerprint)).format_version == version
