import json

import numpy as np
import polars as pl
import pytest

from phantom_ml.config import ProblemKind
from phantom_ml.core import PhantomMLCore
from phantom_ml.errors import ColumnMissing
from phantom_ml.explain import Explanation, explain
from tests.explain.models import labelled, model, rows

BINARY, MANY, NUMBER = ProblemKind.BINARY, ProblemKind.MULTICLASS, ProblemKind.REGRESSION
CARD = {"algorithm": "LightGBM", "metric": "average_precision", "importance": {"bytes": 1.0}}


def first(kind=BINARY, names=("LightGBM",), frame=None, **options):
    return explain(model(kind, names, **options), CARD, rows(3) if frame is None else frame).rows[0]


def test_without_rows_the_whole_model_is_explained():
    found = explain(model(BINARY), {}, None)
    assert (found.method, found.rows, found.importance[0].column) == ("none", (), "bytes")


SHUFFLED_IN_PART = {"importance": {}, "permutation_importance": {"bytes": [0.3, 0.1]}}


def test_columns_of_which_nothing_was_measured_are_named():
    found = explain(model(BINARY, ("SVM",)), SHUFFLED_IN_PART, None)
    assert found.notes == ("It was not measured how much the model looks at 'noise', 'proto'.",)


def test_no_share_is_told_where_none_is_known():
    text = explain(model(BINARY, ("SVM",)), SHUFFLED_IN_PART, None).text()
    assert "Looks at: bytes (drop 0.3)\n" in text


def test_the_greatest_contribution_is_first_and_is_the_planted_column():
    assert first().contributions[0].column == "bytes"


def test_amounts_and_base_add_up_to_the_total():
    row = first()
    assert row.base + sum(c.amount for c in row.contributions) == pytest.approx(row.total)


def test_a_sentence_tells_column_value_direction_and_size():
    frame = rows(1).with_columns(pl.lit(2.5).alias("bytes"))
    sentence = first(frame=frame).contributions[0].sentence
    assert sentence.startswith("bytes = 2.5 raises the score by ")
    assert sentence.endswith("(log-odds)")


def test_a_missing_value_is_called_missing():
    frame = rows(1).with_columns(pl.lit(None, pl.Float64).alias("bytes"))
    told = {c.column: c.sentence for c in first(frame=frame).contributions}
    assert told["bytes"].startswith("bytes, missing,")


def test_two_classes_are_explained_for_the_positive_one():
    assert first().of_class == "attack"


def test_many_classes_are_explained_for_the_predicted_one():
    row = first(MANY)
    assert row.of_class == row.prediction
    assert f"the score of {row.prediction}" in row.contributions[0].sentence


def test_a_number_is_explained_in_its_own_unit():
    row = first(NUMBER)
    assert row.contributions[0].sentence.startswith("bytes = ")
    assert " label by " in row.contributions[0].sentence


def test_a_number_adds_up_to_its_prediction():
    row = first(NUMBER)
    assert row.total == pytest.approx(row.prediction)


def test_features_of_a_column_are_told_apart():
    parts = {c.column: c for c in first(frame=rows(3, text=True), text=True).contributions}
    assert sum(parts["query"].features.values()) == pytest.approx(parts["query"].amount)


def test_words_of_several_text_columns_are_told_by_column():
    parts = {c.column: c for c in first(frame=rows(3, text=True), text=True).contributions}
    assert "all text" not in parts
    assert "query.text.score" in parts["query"].features


def test_members_without_exact_contributions_are_noted_with_their_share():
    found = explain(model(BINARY, ("LightGBM", "SVM")), CARD, rows(2))
    assert found.method == "contributions"
    assert "SVM #1 (50% of the weight)" in found.notes[0]


def test_a_model_without_exact_contributions_is_explained_by_occlusion_and_says_so():
    found = explain(model(BINARY, ("SVM",)), CARD, rows(60))
    assert found.method == "occlusion"
    assert "do not add up" in found.notes[0]


@pytest.mark.parametrize("kind", [BINARY, MANY, NUMBER])
def test_occlusion_finds_the_planted_column(kind):
    found = explain(model(kind, ("SVM",)), CARD, rows(100))
    sizes = {}
    for row in found.rows:
        for c in row.contributions:
            sizes[c.column] = sizes.get(c.column, 0.0) + abs(c.amount)
    assert max(sizes, key=sizes.get) == "bytes"


def test_occlusion_takes_typical_values_from_the_card():
    frame = rows(1).with_columns(pl.lit(0.75).alias("bytes"))
    card = CARD | {"typical": {"bytes": 0.75, "noise": 0.0, "proto": "tcp"}}
    row = explain(model(BINARY, ("SVM",)), card, frame).rows[0]
    assert {c.column: c.amount for c in row.contributions}["bytes"] == pytest.approx(0, abs=1e-3)


def test_labelled_rows_are_shuffled_to_measure_each_column():
    frame = labelled(rows(200, seed=8), BINARY)
    best = explain(model(BINARY), CARD, frame).importance[0]
    assert best.column == "bytes"
    assert best.drop > 0.1


def test_a_blank_target_column_is_left_alone():
    frame = rows(150).with_columns(pl.lit(None, pl.String).alias("label"))
    assert explain(model(NUMBER), CARD | {"metric": "rmse"}, frame).importance[0].drop is None


def test_measured_drops_are_read_from_the_card():
    card = CARD | {"permutation_importance": {"bytes": [0.4, 0.01], "proto": [0.1, 0.02]}}
    found = explain(model(BINARY), card)
    assert [(i.column, i.drop) for i in found.importance] == [("bytes", 0.4), ("proto", 0.1)]


def test_rows_beyond_the_first_thousand_are_said_to_be_left_out():
    found = explain(model(BINARY), CARD, rows(1_010))
    assert len(found.rows) == 1_000
    assert "10 more are not" in found.notes[-1]


def test_no_rows_at_all_are_no_fault():
    assert explain(model(BINARY), CARD, rows(3).head(0)).rows == ()


def test_a_column_that_is_missing_is_named():
    with pytest.raises(ColumnMissing, match="bytes"):
        explain(model(BINARY), CARD, rows(3).drop("bytes"))


def test_it_survives_the_way_through_json():
    found = explain(model(MANY), CARD, rows(3))
    text = json.dumps(found.model_dump(mode="json"), allow_nan=False)
    assert Explanation.model_validate(json.loads(text)) == found


def test_hostile_cells_are_escaped_in_a_notebook_and_made_printable_in_a_terminal():
    frame = rows(1).with_columns(pl.lit("<script>\x1b[31m").alias("proto"))
    found = explain(model(BINARY), CARD, frame)
    assert "<script>" not in found._repr_html_()
    assert "\x1b" not in found.text()


def test_text_says_how_many_rows_are_not_shown():
    assert "8 more rows" in explain(model(BINARY), CARD, rows(10)).text(rows=2)


def test_dates_and_lists_become_text():
    frame = rows(2).with_columns(pl.Series("noise", [float("nan"), 1.0]))
    told = {c.column: c.value for c in first(frame=frame).contributions}
    assert told["noise"] is None


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    core = PhantomMLCore(home=tmp_path_factory.mktemp("home"))
    config = {"target_column": "label", "max_trials": 1, "algorithms_to_try": ["LightGBM"]}
    return core, core.auto_create_model(labelled(rows(300), BINARY), config).model_id


@pytest.mark.parametrize("form", [dict, json.dumps, lambda row: pl.DataFrame([row])])
def test_a_trained_model_explains_a_row_in_any_form(trained, form):
    core, model_id = trained
    found = core.explain_model(model_id, form({"bytes": 3.0, "noise": 0.1, "proto": "udp"}))
    row = found.rows[0]
    assert row.contributions[0].column == "bytes"
    assert row.alert


def test_probabilities_are_those_of_predict(trained):
    core, model_id = trained
    frame = rows(20, seed=4)
    told = [r.probability for r in core.explain_model(model_id, frame).rows]
    expected = core.predict(model_id, frame)["probability_attack"].to_numpy()
    np.testing.assert_allclose(told, expected)


def importance_of_text(frame, card, name="LightGBM"):
    found = explain(model(BINARY, (name,), text=True), card, frame).importance
    return {i.column: i for i in found}


def test_with_rows_the_words_of_several_text_columns_count_for_each():
    found = importance_of_text(rows(50, seed=5, text=True), {})
    assert "all text" not in found


def test_without_rows_the_words_of_several_text_columns_are_one():
    assert "all text" in importance_of_text(None, {})


def test_a_column_called_text_is_not_taken_for_the_words_of_all():
    frame = rows(50, seed=5, text=True).with_columns(text=pl.lit("noise"))
    card = CARD | {"importance": {"text": 0.1, "all text": 0.9}}
    assert importance_of_text(frame, card)["text"].share == pytest.approx(0.1)


def test_words_that_were_shuffled_together_stay_together():
    card = CARD | {
        "importance": {"all text": 1.0},
        "permutation_importance": {"all text": [0.4, 0.01]},
    }
    found = importance_of_text(rows(50, seed=5, text=True), card)
    assert (found["all text"].share, found["all text"].drop) == (1.0, 0.4)


def test_labelled_rows_measure_each_text_column():
    frame = labelled(rows(300, seed=3, text=True), BINARY)
    card = CARD | {"importance": {"all text": 1.0}}
    found = importance_of_text(frame, card, "LogisticRegression")
    assert found["query"].drop > 10 * abs(found["agent"].drop)


def test_rows_without_a_text_column_are_refused_by_name():
    with pytest.raises(ColumnMissing, match="query"):
        importance_of_text(rows(50, text=True).drop("query"), {})
