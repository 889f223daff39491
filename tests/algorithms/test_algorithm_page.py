"""The page on algorithms says what the code does."""

from pathlib import Path

from phantom_ml.algorithms._documentation import page
from phantom_ml.algorithms.base import algorithms

PAGE = Path(__file__).parents[2] / "docs" / "algorithms.md"


def test_the_page_is_the_one_that_the_settings_write():
    assert PAGE.read_text() == page(algorithms)


def test_every_setting_has_a_meaning_on_the_page():
    assert "None |" not in PAGE.read_text()
