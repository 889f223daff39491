import shutil

import pytest
from polars.testing import assert_frame_equal

from phantom_ml.core import PhantomMLCore
from phantom_ml.core.models import load_bundle
from phantom_ml.errors import BadSetting, BundleDamaged, BundleUntrusted, SourceNotFound
from phantom_ml.model.signing import Trust
from tests.core.conftest import FAST
from tests.core.tables import events, numbers

SUFFIXES = ["", ".phantom"]


def signer(core, model_id: str) -> str:
    return next(m.signed_by for m in core.list_models() if m.id == model_id)


@pytest.fixture
def stranger(tmp_path, core, binary):
    return PhantomMLCore(home=tmp_path / "strange", trust=(signer(core, binary.model_id),))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_another_home_that_trusts_the_key_predicts_the_same(
    core, binary, table, stranger, tmp_path, suffix
):
    path = core.export_model(binary.model_id, tmp_path / f"model{suffix}")
    taken = stranger.import_model(path)
    one, two = core.predict(binary.model_id, table), stranger.predict(taken, table)
    assert_frame_equal(one, two, check_exact=True)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_key_nobody_trusts_is_refused_by_its_fingerprint(core, binary, tmp_path, suffix):
    path = core.export_model(binary.model_id, tmp_path / f"model{suffix}")
    with pytest.raises(BundleUntrusted, match=signer(core, binary.model_id)):
        PhantomMLCore(home=tmp_path / "strange").import_model(path)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_is_refused_leaves_nothing_behind(core, binary, tmp_path, suffix):
    path = core.export_model(binary.model_id, tmp_path / f"model{suffix}")
    strange = PhantomMLCore(home=tmp_path / "strange")
    with pytest.raises(BundleUntrusted):
        strange.import_model(path)
    assert strange.list_models() == []
    assert list((tmp_path / "strange" / "staging").iterdir()) == []


@pytest.fixture(scope="module")
def moved(core):
    """A model whose line of alert was moved after it was sealed."""
    model_id = core.auto_create_model(numbers(n=200, seed=5), FAST).model_id
    core.set_threshold(model_id, {"top_k": 60})
    return model_id


def trusting(home, *fingerprints):
    return PhantomMLCore(home=home, trust=fingerprints)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_exported_model_alerts_as_it_does_now(core, moved, tmp_path, suffix):
    path = core.export_model(moved, tmp_path / f"model{suffix}")
    other = trusting(tmp_path / "strange", signer(core, moved))
    rows = numbers(n=300, seed=6)
    found = other.predict(other.import_model(path), rows)
    assert 0 < found["alert"].sum() < 300
    assert_frame_equal(found, core.predict(moved, rows), check_exact=True)


def test_an_export_leaves_the_bundle_in_the_store_as_it_was(core, moved, tmp_path):
    folder = core.home / "models" / moved
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    core.export_model(moved, tmp_path / "model")
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before
    assert list((core.home / "staging").iterdir()) == []


def test_the_same_line_is_exported_as_the_same_model(core, moved, tmp_path):
    names = ("one.phantom", "two.phantom")
    one, two = (core.export_model(moved, tmp_path / name).read_bytes() for name in names)
    assert one == two


def test_a_model_with_a_moved_line_tells_which_model_it_was(core, moved, tmp_path):
    path = core.export_model(moved, tmp_path / "model")
    manifest, _ = load_bundle(path, Trust(others=(signer(core, moved),)))
    assert manifest.card["sealed_again"] == {"model_id": moved, "signed_by": signer(core, moved)}


def test_a_line_moved_in_another_home_is_signed_by_that_home(core, moved, tmp_path):
    other = trusting(tmp_path / "other", signer(core, moved))
    taken = other.import_model(core.export_model(moved, tmp_path / "first.phantom"))
    other.set_threshold(taken, {"top_k": 9})
    path = other.export_model(taken, tmp_path / "second.phantom")
    with pytest.raises(BundleUntrusted):
        trusting(tmp_path / "third", signer(core, moved)).import_model(path)
    own = other._key.fingerprint
    assert trusting(tmp_path / "fourth", own).import_model(path) != taken


def test_a_damaged_model_is_not_signed_again(core, moved, tmp_path):
    home = shutil.copytree(core.home, tmp_path / "home", symlinks=True)
    part = home / "models" / moved / "encoder" / "encoder.json"
    part.chmod(0o600)
    part.write_text("{}")
    with pytest.raises(BundleDamaged):
        PhantomMLCore(home=home).export_model(moved, tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_a_changed_byte_is_refused(core, binary, stranger, tmp_path):
    path = core.export_model(binary.model_id, tmp_path / "model")
    part = next((path / "learners").rglob("model*"))
    changed = bytearray(part.read_bytes())
    changed[len(changed) // 2] ^= 1
    part.chmod(0o600)
    part.write_bytes(bytes(changed))
    with pytest.raises(BundleDamaged, match="not those that were signed"):
        stranger.import_model(path)


def test_a_copied_folder_scores_without_any_store(core, binary, table, tmp_path):
    key = signer(core, binary.model_id)
    path = core.export_model(binary.model_id, tmp_path / "model")
    copied = shutil.copytree(path, tmp_path / "far" / "away")
    shutil.rmtree(path)
    _, pipeline = load_bundle(copied, Trust(others=(key,)))
    expected = core.predict(binary.model_id, table)
    assert_frame_equal(pipeline.predict(table), expected, abs_tol=1e-12)


def test_a_path_that_is_taken_is_not_written_over(core, binary, tmp_path):
    (tmp_path / "model.phantom").write_text("mine")
    with pytest.raises(BadSetting, match="is there already"):
        core.export_model(binary.model_id, tmp_path / "model.phantom")
    assert (tmp_path / "model.phantom").read_text() == "mine"


def test_an_import_from_nowhere_is_told(core, tmp_path):
    with pytest.raises(SourceNotFound, match="nowhere"):
        core.import_model(tmp_path / "nowhere.phantom")


def test_an_imported_model_is_evaluated_cut_and_fitted_again(core, binary, stranger, tmp_path):
    taken = stranger.import_model(core.export_model(binary.model_id, tmp_path / "m.phantom"))
    fresh = events(200, seed=6)
    line = stranger.set_threshold(taken, {"top_k": 5})
    newer = stranger.refit(taken, fresh)
    assert stranger.evaluate(newer, fresh).threshold.policy == line.policy


def test_a_model_whose_folder_was_changed_in_the_store_is_refused(core, small, tmp_path):
    home = shutil.copytree(core.home, tmp_path / "home", symlinks=True)
    folder = home / "models" / small.model_id
    (folder / "encoder" / "encoder.json").chmod(0o600)
    (folder / "encoder" / "encoder.json").write_text("{}")
    with pytest.raises(BundleDamaged):
        PhantomMLCore(home=home).predict(small.model_id, events(3))
