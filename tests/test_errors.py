import inspect

import pytest

from phantom_ml import errors
from phantom_ml.errors import (
    ColumnMissing,
    ExtraMissing,
    PhantomError,
    UnknownName,
    listed,
    nearest,
)

CLASSES = [
    cls
    for _, cls in inspect.getmembers(errors, inspect.isclass)
    if issubclass(cls, PhantomError) and cls.__module__ == "phantom_ml.errors"
]


@pytest.mark.parametrize("cls", CLASSES)
def test_every_error_is_in_the_drawn_tree(cls):
    assert cls.__name__ in str(errors.__doc__)


def test_codes_are_unique():
    codes = [cls.code for cls in CLASSES]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("cls", [c for c in CLASSES if c is not PhantomError])
def test_a_code_begins_with_that_of_its_parent(cls):
    parent = next(c for c in cls.__mro__[1:] if c.code != cls.code)
    above = "" if parent is PhantomError else parent.code.split(".")[0]
    assert cls.code.startswith(above)


@pytest.mark.parametrize("cls", CLASSES)
def test_every_error_says_what_it_is(cls):
    assert (cls.__doc__ or "").strip().splitlines()[0].endswith((".", "``."))


def test_an_error_is_its_message_and_what_to_do():
    error = PhantomError("It broke.", "Mend it.")
    assert (str(error), error.message, error.hint) == (
        "It broke. Mend it.",
        "It broke.",
        "Mend it.",
    )


def test_an_error_without_a_hint_ends_with_its_message():
    assert str(PhantomError("It broke.")) == "It broke."


def test_a_missing_column_suggests_the_nearest():
    error = ColumnMissing(["usr"], ["user", "host"])
    assert "Did you mean 'user'" in str(error)
    assert (error.missing, error.present) == (("usr",), ("user", "host"))


def test_a_hundred_columns_are_not_all_listed():
    assert "and 88 more" in str(ColumnMissing(["x"], [f"column{i}" for i in range(100)]))


def test_a_missing_part_tells_how_to_install_it():
    assert "pip install 'phantom-ml[catboost]'" in str(ExtraMissing("CatBoost", "catboost"))


@pytest.mark.parametrize(("kind", "article"), [("algorithm", "an"), ("metric", "a")])
def test_the_article_fits_the_noun(kind, article):
    assert f"Use {article} {kind} " in str(UnknownName(kind, "x", ["y"]))


def test_a_long_name_is_shortened():
    assert len(str(UnknownName("metric", "x" * 10_000, ["y"]))) < 400
    assert len(listed(["x" * 1_000])) < 70


def test_nothing_near_is_not_suggested():
    assert nearest("zzz", ["is_threat"]) == ""
