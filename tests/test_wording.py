"""Numbers of things in words, and errors in words."""

from hypothesis import given
from hypothesis import strategies as st

from phantom_ml.wording import counted, raised


@given(st.integers(-(10**12), 10**12))
def test_only_one_is_told_in_the_singular(n):
    assert counted(n, "row is", "rows are").endswith(" row is" if n == 1 else " rows are")


def test_a_whole_number_that_came_as_a_float_is_told_whole():
    assert counted(120_000.0, "alert") == "120,000 alerts"


class Wordless(Exception):
    def __str__(self):
        raise RuntimeError("no words")


def test_an_error_that_cannot_be_read_is_its_class_alone():
    assert raised(Wordless()) == "Wordless: it has no text"
