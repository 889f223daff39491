"""The features of a table as a person reads them."""

import polars as pl
import pytest

from phantom_ml.data.schema import ColumnKind, ColumnSchema
from phantom_ml.features.feature_set import FeatureSet, GeneratedFeature

ESCAPE = "a\x1b[2Jb"


def features_of(column: str) -> FeatureSet:
    """Return one feature of a column that is the target, too, and beside it one that gives none."""
    made = GeneratedFeature(
        name=column, source=column, kind="category", generator="category", description="it"
    )
    seen = ColumnSchema(name=column, dtype="String", kind=ColumnKind.CATEGORY)
    return FeatureSet(
        frame=pl.LazyFrame(),
        features=(made,),
        columns=(seen,),
        left_out={column: "Empty."},
        remarks=(f"{column!s} may be split.",),
        target=column,
    )


@pytest.mark.parametrize("shown", [str, repr, lambda found: found._repr_html_()])
def test_no_name_of_a_column_reaches_a_terminal_raw(shown):
    assert "\x1b" not in shown(features_of(ESCAPE))


def test_remarks_are_told_whole():
    assert f"! {'x' * 300} may be split." in str(features_of("x" * 300))


@pytest.mark.parametrize("shown", [str, repr, lambda found: found._repr_html_()])
def test_what_reading_had_to_say_is_shown(shown):
    found = features_of("x").model_copy(update={"warnings": ("3 bytes are no UTF-8.",)})
    assert "3 bytes are no UTF-8." in shown(found)
