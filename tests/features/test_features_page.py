"""The page on features says what the code does."""

from pathlib import Path

import pytest

from phantom_ml.features._documentation import page
from phantom_ml.features.base import encoders
from phantom_ml.features.tables.base import table_encoders

PAGE = Path(__file__).parents[2] / "docs" / "features.md"
COMMAND = "python -m phantom_ml.features._documentation docs/features.md"


def test_the_reference_is_the_one_that_the_generators_write():
    text = PAGE.read_text()
    assert text == page(text), f"write it again: {COMMAND}"


def test_the_page_names_the_command_that_writes_it():
    assert COMMAND in PAGE.read_text()


def test_every_generator_has_its_heading():
    made = [*encoders.names(), *table_encoders.names(), "windows", "text_score", "risk"]
    assert [name for name in made if f"\n### `{name}`\n" not in PAGE.read_text()] == []


def test_every_feature_has_a_meaning():
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| `<")]
    assert [row for row in rows if len(row.split(" | ")[1]) < 6] == []


def test_a_page_without_marks_is_refused():
    with pytest.raises(ValueError, match="the page needs"):
        page("# Features\n")


def test_what_is_written_by_hand_stays():
    text = PAGE.read_text()
    marks = page("before\n" + text[text.index("<!-- written") :] + "after\n")
    assert marks.startswith("before\n")
    assert marks.endswith("after\n")
