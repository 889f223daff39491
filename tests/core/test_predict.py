import json

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from phantom_ml.errors import (
    BadSetting,
    ColumnMissing,
    ModelNotFound,
    SourceUnreadable,
    StoreUnusable,
    TypeUnsafe,
)

SOME = 40


@pytest.fixture(scope="module")
def some(table):
    return table.drop("label").head(SOME)


@pytest.fixture(scope="module")
def expected(core, binary, some):
    return core.predict(binary.model_id, some)


def test_there_is_a_row_for_each_row(expected):
    assert expected.height == SOME


def test_columns_are_those_that_were_promised(expected):
    assert expected.columns == ["prediction", "probability_benign", "probability_attack", "alert"]


def test_probabilities_sum_to_one(expected):
    total = expected["probability_benign"] + expected["probability_attack"]
    np.testing.assert_allclose(total.to_numpy(), 1.0)


def test_an_alert_is_a_probability_at_or_above_the_threshold(binary, expected):
    line = binary.thresholds.current.value
    assert expected["alert"].to_list() == (expected["probability_attack"] >= line).to_list()
    assert 0 < expected["alert"].sum() < SOME


def test_the_prediction_never_contradicts_the_alert(expected):
    assert ((expected["prediction"] == "attack") == expected["alert"]).all()


def test_the_order_of_columns_does_not_matter(core, binary, some, expected):
    turned = some.select(reversed(some.columns))
    assert_frame_equal(core.predict(binary.model_id, turned), expected, check_exact=True)


def test_columns_too_many_are_left_aside(core, binary, some, expected):
    wide = some.with_columns(extra=pl.lit("x"), label=pl.lit("attack"))
    assert_frame_equal(core.predict(binary.model_id, wide), expected, check_exact=True)


def test_a_column_that_is_gone_is_named_with_the_nearest(core, binary, some):
    with pytest.raises(ColumnMissing, match=r"'size'.*Did you mean 'sizes'"):
        core.predict(binary.model_id, some.rename({"size": "sizes"}))


def test_a_category_never_seen_is_scored(core, binary, some):
    strange = some.with_columns(proto=pl.lit("sctp"))
    assert core.predict(binary.model_id, strange)["probability_attack"].is_finite().all()


def test_a_table_of_missing_cells_is_scored(core, binary, some):
    nothing = some.clear(n=3)
    assert core.predict(binary.model_id, nothing)["probability_attack"].is_finite().all()


def test_text_where_numbers_were_is_refused_with_its_value(core, binary, some):
    with pytest.raises(TypeUnsafe, match=r"'size' holds 'large'"):
        core.predict(binary.model_id, some.with_columns(size=pl.lit("large")))


def test_numbers_written_as_text_are_numbers(core, binary, some, expected):
    written = some.with_columns(pl.col("size").cast(pl.String))
    assert_frame_equal(core.predict(binary.model_id, written), expected, check_exact=True)


def test_no_row_gives_no_row(core, binary, some, expected):
    assert core.predict(binary.model_id, some.head(0)).schema == expected.schema


def test_a_mapping_is_one_row(core, binary, some, expected):
    found = core.predict(binary.model_id, some.row(7, named=True))
    assert_frame_equal(found, expected[7], abs_tol=1e-12)


def test_a_mapping_of_lists_is_a_table(core, binary, some, expected):
    found = core.predict(binary.model_id, some.to_dict(as_series=False))
    assert_frame_equal(found, expected, check_exact=True)


def test_a_mapping_of_arrays_is_a_table(core, binary, some, expected):
    arrays = {c.name: c.to_numpy() for c in some.drop("when")} | {"when": some["when"]}
    assert_frame_equal(core.predict(binary.model_id, arrays), expected, check_exact=True)


def test_a_list_of_mappings_is_a_table(core, binary, some, expected):
    found = core.predict(binary.model_id, some.to_dicts())
    assert_frame_equal(found, expected, check_exact=True)


def test_times_in_json_text_are_taken_with_their_zone(core, binary, some, expected):
    row = some.row(7, named=True)
    zoned = row["when"].replace(hour=(row["when"].hour + 2) % 24).isoformat() + "+02:00"
    found = core.predict(binary.model_id, json.dumps(row | {"when": zoned}))
    assert_frame_equal(found, expected[7], abs_tol=1e-12)


def test_json_text_may_be_a_list_of_rows(core, binary, some, expected):
    rows = [r | {"when": r["when"].isoformat()} for r in some.head(3).to_dicts()]
    found = core.predict(binary.model_id, json.dumps(rows))
    assert_frame_equal(found, expected.head(3), abs_tol=1e-12)


@pytest.mark.parametrize("text", ["{", "[1, 2]", "[]", '[{"a": 1}, 2]'])
def test_json_text_that_is_no_row_is_refused(core, binary, text):
    with pytest.raises(SourceUnreadable):
        core.predict(binary.model_id, text)


def test_a_lazy_frame_is_scored(core, binary, some, expected):
    assert_frame_equal(core.predict(binary.model_id, some.lazy()), expected, check_exact=True)


def test_a_pandas_frame_is_scored(core, binary, some, expected):
    found = core.predict(binary.model_id, some.to_pandas())
    assert_frame_equal(found, expected, check_exact=True)


def test_an_arrow_table_is_scored(core, binary, some, expected):
    found = core.predict(binary.model_id, some.to_arrow())
    assert_frame_equal(found, expected, check_exact=True)


def test_a_zone_in_the_frame_does_not_change_the_answer(core, binary, some, expected):
    zoned = some.with_columns(
        pl.col("when").dt.replace_time_zone("UTC").dt.convert_time_zone("Asia/Tokyo")
    )
    assert_frame_equal(core.predict(binary.model_id, zoned), expected, check_exact=True)


def test_a_file_is_scored(core, binary, some, expected, tmp_path):
    some.write_csv(tmp_path / "some.csv")
    found = core.predict(binary.model_id, tmp_path / "some.csv")
    assert_frame_equal(found, expected, check_exact=True)


@pytest.mark.parametrize("model_id", [3, None, ["model"]])
def test_an_id_that_is_no_text_is_told(core, some, model_id):
    with pytest.raises(ModelNotFound, match="an id is text"):
        core.predict(model_id, some)


def test_an_unknown_model_is_named(core, some):
    with pytest.raises(ModelNotFound, match="nothing-0000"):
        core.predict("nothing-0000", some)


READERS = {"parquet": pl.read_parquet, "csv": pl.read_csv, "jsonl": pl.read_ndjson}


@pytest.mark.parametrize("suffix", READERS)
def test_a_file_of_predictions_holds_what_memory_would(
    core, binary, some, expected, tmp_path, suffix
):
    path = tmp_path / f"out.{suffix}"
    core.predict(binary.model_id, some, output=path)
    assert_frame_equal(READERS[suffix](path), expected, abs_tol=1e-12)


def test_of_a_file_of_predictions_the_first_rows_are_shown(core, binary, some, expected, tmp_path):
    shown = core.predict(binary.model_id, some, output=tmp_path / "out.csv")
    assert_frame_equal(shown, expected.head(10), check_exact=True)


def test_nothing_but_the_file_of_predictions_is_left(core, binary, some, tmp_path):
    core.predict(binary.model_id, some, output=tmp_path / "out.csv")
    assert [p.name for p in tmp_path.iterdir()] == ["out.csv"]


def test_predictions_have_one_of_three_endings(core, binary, some, tmp_path):
    with pytest.raises(BadSetting, match="xlsx"):
        core.predict(binary.model_id, some, output=tmp_path / "out.xlsx")


def test_a_misnamed_column_leaves_no_file(core, binary, some, tmp_path):
    with pytest.raises(ColumnMissing, match="Did you mean 'sizes'"):
        core.predict(binary.model_id, some.rename({"size": "sizes"}), output=tmp_path / "out.csv")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told(core, binary, some, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnusable, match="cannot be written"):
        core.predict(binary.model_id, some, output=tmp_path / "file" / "out.csv")


@pytest.fixture
def stray(some, tmp_path):
    """A file of the rows, one with a byte that is no UTF-8."""
    head, first, *rest = some.with_columns(sensor=pl.lit("s")).write_csv().encode().split(b"\n")
    file = tmp_path / "rows.csv"
    file.write_bytes(b"\n".join([head, *rest[:-1], first + b"\xff"]) + b"\n")
    return file


def test_what_reading_a_path_had_to_say_is_logged(core, binary, stray, caplog):
    core.predict(binary.model_id, stray)
    assert "1 byte that is no UTF-8" in caplog.text


def test_of_a_dataset_that_was_read_before_reading_has_nothing_to_say(core, binary, stray, caplog):
    core.predict(binary.model_id, core.read(stray))
    assert "UTF-8" not in caplog.text


def test_an_explanation_notes_what_reading_had_to_say(core, binary, stray):
    assert "no UTF-8" in core.explain_model(binary.model_id, str(stray)).notes[0]
