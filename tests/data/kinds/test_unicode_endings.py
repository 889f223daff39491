"""Top-level domains in letters beyond ASCII are those of the list that hosts are taken apart by."""

from phantom_ml.data.kinds.unicode_endings import UNICODE_ENDINGS
from phantom_ml.features.parsing.suffixes import suffixes


def test_every_ending_is_a_public_suffix():
    assert set(UNICODE_ENDINGS) <= set(suffixes().names.categories)


def test_no_ending_is_in_ascii():
    assert not any(ending.isascii() for ending in UNICODE_ENDINGS)
