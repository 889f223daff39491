import polars as pl
import pytest

from phantom_ml.errors import StoreUnusable
from tests.core.conftest import FAST
from tests.core.tables import numbers

HOSTILE = "=cmd|' /C calc'!A0"


def test_a_class_that_reads_like_a_formula_is_quoted_in_csv(core, tmp_path):
    rows = numbers("multiclass", n=120).with_columns(
        pl.col("y").replace({"high": HOSTILE, "low": "-low"})
    )
    model = core.auto_create_model(rows, FAST).model_id
    found = core.predict(model, rows)["prediction"].to_list()
    core.predict(model, rows, output=tmp_path / "out.csv")
    core.predict(model, rows, output=tmp_path / "out.parquet")
    written = pl.read_csv(tmp_path / "out.csv")["prediction"].to_list()
    assert HOSTILE in found
    assert written == [c if c == "middle" else f"'{c}" for c in found]
    assert pl.read_parquet(tmp_path / "out.parquet")["prediction"].to_list() == found


def test_a_folder_that_is_not_there_is_an_error(core, small, tmp_path):
    with pytest.raises(StoreUnusable, match="cannot be written"):
        core.predict(small.model_id, numbers(n=5), output=tmp_path / "none" / "scores.csv")
    assert not (tmp_path / "none").exists()
