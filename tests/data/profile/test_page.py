"""A page as text: a title, a table, remarks, and no empty lines for what there is none of."""

from phantom_ml.data.profile.page import Page, as_text

ROWS = (("a", "1"),)


def test_a_page_without_a_table_has_one_empty_line_before_its_remarks():
    assert as_text(Page(("No way to write it otherwise",), (), (), ("As it is.",))) == (
        "No way to write it otherwise\n\n! As it is."
    )


def test_a_page_without_remarks_ends_with_its_table():
    assert as_text(Page(("One row",), ("name", "n>"), ROWS)) == "One row\n\nname  n\na     1"
