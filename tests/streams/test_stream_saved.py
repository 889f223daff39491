"""A scorer in a folder: what is refused in which words, and which older files still load."""

import numpy as np
import pytest
from polars.testing import assert_frame_equal

from phantom_ml.errors import BundleDamaged, BundleVersion, SourceNotFound
from phantom_ml.parts.arrays import FILE, load_arrays, save_arrays
from phantom_ml.streams.scorer import StreamScorer
from tests.streams.made import seasonal


@pytest.fixture
def scorer():
    made = StreamScorer()
    made.update(seasonal(200))
    return made


@pytest.fixture
def folder(scorer, tmp_path):
    """Return the folder that the scorer was saved in."""
    scorer.save(tmp_path)
    return tmp_path


def rewritten(folder, **changes):
    """Change facts of a saved file; None takes one away."""
    arrays, facts = load_arrays(folder, {})
    facts |= changes
    save_arrays(folder, arrays, {name: fact for name, fact in facts.items() if fact is not None})


def test_a_missing_folder_is_told_as_that(tmp_path):
    with pytest.raises(SourceNotFound, match=r"There is no scorer at .*nowhere"):
        StreamScorer.load(tmp_path / "nowhere")


def test_a_folder_without_a_scorer_is_refused(tmp_path):
    with pytest.raises(BundleDamaged, match="No scorer lies in"):
        StreamScorer.load(tmp_path)


@pytest.mark.parametrize("share", np.linspace(0.0, 0.999, 40))
def test_one_changed_byte_is_refused(folder, share):
    raw = bytearray((folder / FILE).read_bytes())
    raw[int(share * len(raw))] ^= 255
    (folder / FILE).write_bytes(raw)
    with pytest.raises(BundleDamaged):
        StreamScorer.load(folder)


def test_a_cut_file_is_told_with_its_folder(folder):
    raw = (folder / FILE).read_bytes()
    (folder / FILE).write_bytes(raw[: len(raw) // 2])
    with pytest.raises(BundleDamaged, match=r"The scorer in .* cannot be read"):
        StreamScorer.load(folder)


def test_changed_facts_are_refused(folder):
    rewritten(folder, n_forgotten=7)
    with pytest.raises(BundleDamaged, match="not those that were saved"):
        StreamScorer.load(folder)


def test_a_digest_that_is_missing_is_refused(folder):
    rewritten(folder, sha256=None)
    with pytest.raises(BundleDamaged, match="not those that were saved"):
        StreamScorer.load(folder)


def test_a_form_that_is_not_known_is_refused_as_that(folder):
    rewritten(folder, version=99)
    with pytest.raises(BundleVersion, match="is of version 99; this program has version 2"):
        StreamScorer.load(folder)


def test_a_file_of_the_first_form_goes_on_as_before(scorer, folder):
    arrays, facts = load_arrays(folder, {})
    later = {"0/told", "0/changed", "0/known"}
    arrays = {name: array for name, array in arrays.items() if name not in later}
    arrays["0/away"] = np.maximum(arrays["0/away"], 0)
    del facts["sha256"]
    save_arrays(folder, arrays, facts | {"version": 1})
    rows = seasonal(400)[200:]
    assert_frame_equal(StreamScorer.load(folder).update(rows), scorer.update(rows))
