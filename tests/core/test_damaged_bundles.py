"""A bundle that is validly signed and whose contents are damaged is told as damage, with the part's name."""

import json
import shutil
from datetime import datetime, timedelta

import polars as pl
import pytest

from phantom_ml.core.models import load_bundle
from phantom_ml.core.tested_scores import TEST_SCORES
from phantom_ml.errors import BundleDamaged, BundleVersion
from phantom_ml.model.bundle import seal
from phantom_ml.model.signing import SigningKey, Trust
from tests.core.tables import FORECAST
from tests.model.parts_on_disk import spec, write_model

CREATED = "2026-01-02T03:04:05+00:00"
ENCODER, WINDOWS = "encoder/encoder.json", "encoder/past/windows.json"
RISK, TEXT, SIDE = (f"sides/all/{name}.json" for name in ("risk", "text_score", "side"))
STATE = "encoder/past/state/windows.safetensors"
ARRAYS = [f"sides/all/{name}.safetensors" for name in ("risk", "text_score")]
LEARNER = "learners/0/all/learner.json"
GOLDEN = ["golden/rows.parquet", "golden/expected.npy"]
TEXTS = [ENCODER, WINDOWS, RISK, TEXT, SIDE, LEARNER]
BINARIES = [STATE, *ARRAYS, *GOLDEN, "validation.npz", "learners/0/all/arrays.safetensors"]
NO_OBJECT = [b"", b"null", b"[]", b"3", b"{}", b"\xff", b"[" * 100_000]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    write_model(folder)
    return folder


@pytest.fixture(scope="module")
def own_key(tmp_path_factory):
    return SigningKey.load_or_create(tmp_path_factory.mktemp("keys") / "keys")


@pytest.fixture
def folder(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "bundle")


@pytest.fixture
def load(folder, own_key):
    """Return what signs the folder as it is, and loads it."""

    def signed():
        seal(folder, spec().model_dump(mode="json"), {}, own_key, CREATED)
        return load_bundle(folder, Trust(own=own_key.fingerprint))

    return signed


def change(folder, part: str, edit) -> None:
    told = json.loads((folder / part).read_text())
    edit(told)
    (folder / part).write_text(json.dumps(told))


def place_of(part: str) -> str:
    """Return what is named of a part: the folder that is read whole, or a file of its own."""
    names = part.split("/")
    read_whole = {"encoder": 1, "sides": 2, "learners": 3}
    return "/".join(names[: read_whole.get(names[0], len(names))])


def refused(load) -> BundleDamaged:
    """Return what loading says of damage."""
    with pytest.raises(BundleDamaged) as caught:
        load()
    return caught.value


def unsaid(error: BundleDamaged, part: str) -> list[str]:
    """Return what a person needs to know of a damaged part, and is not told."""
    told = {repr(place_of(part)): error.message, "xport the model again": error.hint}
    return [needed for needed, where in told.items() if needed not in where]


def test_a_bundle_that_is_whole_is_loaded(load):
    load()


@pytest.mark.parametrize("part", TEXTS)
@pytest.mark.parametrize("raw", NO_OBJECT, ids=lambda raw: repr(raw[:4]))
def test_a_part_that_is_not_the_object_it_was_is_damaged(folder, load, part, raw):
    (folder / part).write_bytes(raw)
    assert unsaid(refused(load), part) == []


@pytest.mark.parametrize("part", [*TEXTS, *BINARIES])
def test_a_part_that_was_cut_is_damaged(folder, load, part):
    raw = (folder / part).read_bytes()
    (folder / part).write_bytes(raw[: len(raw) // 2])
    assert unsaid(refused(load), part) == []


@pytest.mark.parametrize("part", BINARIES)
def test_a_part_that_was_emptied_is_damaged(folder, load, part):
    (folder / part).write_bytes(b"")
    assert unsaid(refused(load), part) == []


@pytest.mark.parametrize(
    "edit",
    [
        lambda c: c.pop("version"),
        lambda c: c.pop("encoder"),
        lambda c: c.update(state={}),
        lambda c: c.update(state=[]),
    ],
    ids=["no version", "no name", "empty state", "a list as state"],
)
def test_an_encoder_without_what_it_learned_is_damaged(folder, load, edit):
    change(folder, ENCODER, lambda told: edit(told["columns"][0]))
    error = refused(load)
    assert unsaid(error, ENCODER) == []
    assert "http" not in str(error)


@pytest.mark.parametrize(
    ("encoder", "state"), [("ip", {"kept": ["nope"]}), ("timestamp", {"form": "nope"})]
)
def test_names_in_a_state_that_nothing_has_are_damage(folder, load, encoder, state):
    def edit(told):
        next(c for c in told["columns"] if c["encoder"] == encoder)["state"].update(state)

    change(folder, ENCODER, edit)
    assert unsaid(refused(load), ENCODER) == []


@pytest.mark.parametrize("version", ["1", 1.0, True, None, [1]], ids=repr)
@pytest.mark.parametrize("part", [ENCODER, RISK, TEXT])
def test_a_version_that_is_no_whole_number_is_damage(folder, load, part, version):
    change(folder, part, lambda t: t.get("columns", [t])[0].update(version=version))
    error = refused(load)
    assert unsaid(error, part) == []
    assert "whole number" in str(error)


@pytest.mark.parametrize("part", [ENCODER, RISK, TEXT])
@pytest.mark.parametrize("version", [0, 99])
def test_another_version_is_told(folder, load, part, version):
    change(folder, part, lambda t: t.get("columns", [t])[0].update(version=version))
    with pytest.raises(BundleVersion, match=f"version {version};"):
        load()


@pytest.mark.parametrize("part", [RISK, TEXT])
def test_a_part_from_before_it_stated_a_version_is_loaded(folder, load, part):
    change(folder, part, lambda t: t.pop("version"))
    load()


def test_features_that_this_program_lacks_are_of_another_version(folder, load):
    change(folder, ENCODER, lambda t: t["columns"][0].update(encoder="nope"))
    with pytest.raises(BundleVersion, match="'nope'"):
        load()


def test_a_risk_of_a_column_that_is_not_there_is_damage(folder, load):
    change(folder, RISK, lambda t: t.update(places=[9_999 for _ in t["places"]]))
    with pytest.raises(BundleDamaged, match="sides, learners"):
        load()


def test_scores_of_a_test_part_that_cannot_be_read_are_damage(folder, load):
    (folder / TEST_SCORES).write_bytes(b"PK")
    assert unsaid(refused(load), TEST_SCORES) == []


def test_golden_rows_of_another_table_are_damage(folder, load):
    pl.DataFrame({"other": [1]}).write_parquet(folder / GOLDEN[0])
    assert unsaid(refused(load), ENCODER) == []


def test_damaged_windows_of_a_model_tell_no_path_and_no_folder_of_a_stream(folder, load):
    (folder / STATE).write_bytes(b"")
    error = refused(load)
    assert unsaid(error, STATE) == []
    assert str(folder) not in str(error)
    assert "earlier run kept it" not in str(error)


def test_a_fault_of_the_program_is_not_told_as_damage(load, monkeypatch):
    def fails(*_):
        raise AssertionError

    monkeypatch.setattr("phantom_ml.model.pipeline.Encoder.load", fails)
    with pytest.raises(AssertionError):
        load()


@pytest.fixture(scope="module")
def of_series(core):
    hours = [datetime(2026, 3, 2) + timedelta(hours=i) for i in range(240)]
    table = pl.DataFrame({"time": hours, "value": [float(i % 24) for i in range(240)]})
    asked = {**FORECAST, "task_settings": {"horizon": 4, "n_windows": 2}}
    return core.home / "models" / core.auto_create_model(table, asked).model_id


@pytest.mark.parametrize("place", ["golden", "series", "members"])
def test_a_part_of_a_forecast_that_was_cut_is_damaged(of_series, own_key, tmp_path, place):
    folder = shutil.copytree(of_series, tmp_path / "bundle")
    told = json.loads((folder / "manifest.json").read_text())["spec"]
    start = told["members"][0]["folder"] if place == "members" else place
    for part in (p for p in (folder / start).rglob("*") if p.is_file()):
        raw = part.read_bytes()
        part.chmod(0o600)
        part.write_bytes(raw[: len(raw) // 2])
    seal(folder, told, {}, own_key, CREATED)
    with pytest.raises(BundleDamaged, match=start):
        load_bundle(folder, Trust(own=own_key.fingerprint))
